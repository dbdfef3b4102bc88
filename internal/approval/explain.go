package approval

import (
	"fmt"
	"strings"

	"github.com/salesgate/salesgate/internal/decision"
)

// Words are a gate's own, for what it means that its document is approved.
type Words struct {
	DoneEN, DoneZH string // of one approved at once: "Confirmed", "订单即时生效"
	WhenEN, WhenZH string // of one that waits: "It stands", "生效"
}

// Explain says in a gate's decision what the authority matrix made of its document: approved at once by authority of a version, or who has
// to agree and whose earlier approval counts on.
func (r Request) Explain(d *decision.Decision, w Words) {
	d.Matter, d.MatrixVersion, d.ApprovalID = r.Matter, &r.MatrixVersion, &r.ID
	in := map[string]string{"matter": r.Matter, "matrix_version": fmt.Sprint(r.MatrixVersion)}
	switch {
	case r.AtOnce() && len(r.Route) > 0:
		d.Info("ORG-01", in, "Nothing got worse than what was approved: the earlier approvals count on.", "各项条件未劣于已批准内容,原审批继续有效。")
	case r.AtOnce():
		d.Info("ORG-01", in, fmt.Sprintf("%s by authority of version %d of the authority matrix: nobody else needs to decide.", w.DoneEN, r.MatrixVersion),
			fmt.Sprintf("依据授权矩阵第 %d 版,无须他人审批,%s。", r.MatrixVersion, w.DoneZH))
	default:
		asks, asksZH, kept, keptZH := r.steps()
		en, zh := w.WhenEN+" when these have agreed: "+strings.Join(asks, " → ")+".", "以下审批通过后"+w.WhenZH+":"+strings.Join(asksZH, " → ")+"。"
		if len(kept) > 0 {
			en, zh = en+" These count on: "+strings.Join(kept, ", ")+".", zh+"原审批继续有效:"+strings.Join(keptZH, "、")+"。"
		}
		d.Outcome = decision.ApprovalRequired
		d.Info("ORG-01", in, en, zh)
	}
}

// steps are the titles of the steps that ask somebody, and of those that keep an earlier approval.
func (r Request) steps() (asks, asksZH, kept, keptZH []string) {
	for _, step := range r.Route {
		if step.Carried {
			kept, keptZH = append(kept, step.TitleEN), append(keptZH, step.TitleZH)
		} else {
			asks, asksZH = append(asks, step.TitleEN), append(asksZH, step.TitleZH)
		}
	}
	return asks, asksZH, kept, keptZH
}
