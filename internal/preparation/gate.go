package preparation

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

// blocked is the refusal of goods that may not leave.
func (l *level) blocked(stop stock.Stop) *errs.Error {
	en, zh := stop.Words()
	return ErrBlocked.With("lot", l.LotNo, "warehouse", l.WarehouseCode, "why", en, "why_zh", zh, "stop", string(stop))
}

// judgement is what the gate of SHP-16 finds for a notice: what leaves, or is laid out, from which lots, and what can't.
type judgement struct {
	policy  stock.Policy
	takes   []take
	lacks   []lack
	stopped []*level // that are held for it
	first   []ahead  // of what others come before it (SHP-19)
}

// decision says of each line which lots it gets, and what stops the rest (SHP-16).
func (j judgement) decision(notice uuid.UUID, lines []Line) decision.Decision {
	d := decision.New("stock", stock.SubjectNotice, notice)
	for _, line := range lines {
		var lots []string
		got := decimal.Zero.Pad(scale)
		for _, t := range j.takes {
			if t.line.NoticeLineID == line.NoticeLineID {
				lots = append(lots, fmt.Sprintf("%s@%s %s", t.level.LotNo, t.level.WarehouseCode, t.quantity.Trim(0)))
				got = money.Add(got, t.quantity)
			}
		}
		from := strings.Join(lots, ", ")
		d.Check("SHP-16", got.Cmp(line.Quantity) >= 0,
			map[string]string{"product": line.ProductCode, "asked": line.Quantity.String(), "found": got.String(), "lots": from},
			fmt.Sprintf("%s: %s %s asked, %s in lots that may leave [%s].", line.ProductCode, line.Quantity.Trim(0), line.Unit, got.Trim(0), from),
			fmt.Sprintf("%s:需 %s %s,可发批次 %s[%s]。", line.ProductCode, line.Quantity.Trim(0), line.Unit, got.Trim(0), from))
	}
	stopped := j.stopped
	for _, l := range j.lacks {
		stopped = append(stopped, l.stopped...)
	}
	j.explain(&d, stopped)
	j.explainFirst(&d)
	if len(d.Failed()) > 0 {
		d.Outcome = decision.Refused
	}
	return d
}

// mostExplained bounds how many lots a decision names that may not leave.
const mostExplained = 20

// explain names the lots that may not leave, each with its reason.
func (j judgement) explain(d *decision.Decision, stopped []*level) {
	held := map[stock.Place]bool{}
	for _, l := range j.stopped {
		held[l.Place()] = true
	}
	seen := map[stock.Place]bool{}
	for _, l := range stopped {
		if seen[l.Place()] || len(seen) == mostExplained {
			continue
		}
		seen[l.Place()] = true
		stop := j.policy.Stop(&l.Level)
		en, zh := stop.Words()
		inputs := map[string]string{"lot": l.LotNo, "warehouse": l.WarehouseCode, "stop": string(stop), "on_hand": l.OnHand.String()}
		if l.ExpiresOn != nil {
			inputs["expires_on"] = l.ExpiresOn.Format(time.DateOnly)
		}
		enText := fmt.Sprintf("Lot %s in %s may not leave: %s.", l.LotNo, l.WarehouseCode, en)
		zhText := fmt.Sprintf("仓库 %s 的批次 %s 不得发货:%s。", l.WarehouseCode, l.LotNo, zh)
		if held[l.Place()] {
			d.Check("SHP-16", false, inputs, enText, zhText)
		} else {
			d.Info("SHP-16", inputs, enText, zhText)
		}
	}
}

// refusal is why it can't be, nil when it can.
func (j judgement) refusal() *errs.Error {
	if len(j.stopped) > 0 {
		return j.stopped[0].blocked(j.policy.Stop(&j.stopped[0].Level))
	}
	if len(j.lacks) > 0 {
		return lacking(j.lacks, j.policy)
	}
	if len(j.first) > 0 {
		a := j.first[0]
		return ErrServedFirst.With("product", a.Product, "free", a.free.Trim(0), "needed", a.Needed.Trim(0), "notices", a.Notices)
	}
	return nil
}

// decide records the decision. A refusal commits with it: nothing else has been written by then.
func (j judgement) decide(tx pg.Tx, notice uuid.UUID, lines []Line) error {
	d := j.decision(notice, lines)
	e := j.refusal()
	if e != nil {
		d.Outcome = decision.Refused
	}
	if err := decision.Record(tx, &d); err != nil {
		return err
	}
	if e != nil {
		return pg.Keep(e.Deciding(d))
	}
	return nil
}
