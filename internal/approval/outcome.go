package approval

import (
	"fmt"

	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/pg"
)

// recordOutcome writes the gate's decision about the document: who decided, under which version of the matrix.
func recordOutcome(tx pg.Tx, r Request, d Decision) error {
	gd := decision.New(matters()[r.Matter].Gate, r.SubjectType, r.SubjectID)
	gd.Matter, gd.MatrixVersion, gd.ApprovalID, gd.DecidedBy = r.Matter, &r.MatrixVersion, &r.ID, &d.DecidedBy
	step := r.Route[d.Step]
	en, zh := outcomeWords(d.Outcome)
	if d.Outcome != Approve {
		gd.Outcome = decision.Refused
	}
	inputs := map[string]string{
		"stage": d.Stage, "role": string(d.Role), "matrix_version": fmt.Sprint(r.MatrixVersion), "decided_by": d.DecidedBy.String(),
		"comment": d.Comment,
	}
	if d.OnBehalfOf != nil {
		inputs["on_behalf_of"] = d.OnBehalfOf.String()
	}
	if d.EscalationID != nil {
		inputs["escalated"] = "true"
	}
	gd.Check("ORG-01", d.Outcome == Approve, inputs,
		fmt.Sprintf("%s: %s, under version %d of the authority matrix.", step.TitleEN, en, r.MatrixVersion),
		fmt.Sprintf("%s:%s(授权矩阵第 %d 版)。", step.TitleZH, zh, r.MatrixVersion))
	if d.Verbal {
		gd.Info("ORG-05", map[string]string{"recorded_by": d.RecordedBy.String()},
			"The approval was given by phone and waits to be confirmed.", "该批准为口头批准,待本人确认。")
	}
	if d.OnBehalfOf != nil {
		gd.Info("ORG-04", map[string]string{"deputy": d.DecidedBy.String(), "on_behalf_of": d.OnBehalfOf.String()},
			"A deputy decided for somebody who is away.", "由代理人代请假人审批。")
	}
	return decision.Record(tx, &gd)
}

func outcomeWords(v Verb) (en, zh string) {
	switch v {
	case Approve:
		return "approved", "同意"
	case Reject:
		return "rejected", "驳回"
	case Return:
		return "returned for rework", "退回修改"
	case Withdraw:
	}
	return "withdrawn", "撤回"
}
