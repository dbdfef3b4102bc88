package departure

import (
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/violation"
)

// kindFailed tells of goods that left although their lot had failed.
const kindFailed = "departure.failed_lot"

// tellFailed tells quality and the rep of goods that are gone although their lot failed its inspection after it was loaded, and holds it against who
// reported them: the gate wouldn't have let them out (SHP-16). They are gone, so nothing is refused.
func (s *Service) tellFailed(tx pg.Tx, who identity.Principal, d *delivery.Note) error {
	refusal := s.deliveries.MayLeave(tx, d)
	if refusal == nil {
		return nil
	}
	e, ours := errs.As(refusal)
	if !ours {
		return refusal
	}
	quality := followup.Task{
		Kind: kindFailed, SubjectType: delivery.Subject, SubjectID: d.ID, Number: d.Number, Role: identity.QualityManager, Inform: true,
		TitleEN: "Goods of a failed lot have left: delivery note " + d.Number, TitleZH: "检验不合格批次已出厂:送货单 " + d.Number,
	}
	rep := quality
	rep.Role, rep.UserID = "", &d.OwnerID
	if err := followup.Open(tx, quality, rep); err != nil || who.Kind != identity.KindUser {
		return err
	}
	return violation.Record(tx, violation.Violation{
		Rule: "SHP-16", Kind: kindFailed, PersonID: who.ID, SubjectType: delivery.Subject, SubjectID: d.ID, Number: d.Number, SourceID: d.ID,
		Detail: map[string]any{"code": e.Code, "en": e.Text("en"), "zh": e.Text("zh-CN")},
	})
}
