package departure

import (
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/transport"
)

// unsigned is the condition of a delivery note (d) that warehouse and carrier haven't signed, or its freight voucher (SHP-08).
const unsigned = `(NOT EXISTS (SELECT FROM paper_signatures s WHERE s.subject_type = 'delivery_note' AND s.subject_id = d.id)
	OR EXISTS (SELECT FROM freight_vouchers v WHERE v.delivery_note_id = d.id AND v.state = 'issued'))`

// AskForSignatures looks at n delivery notes at most that left more than shipping.signature_days ago, each once, and asks the warehouse for the signatures
// that are missing (SHP-08). It returns how many it looked at.
func (s *Service) AskForSignatures(tx pg.Tx, n int) (int, error) {
	days, err := s.rules.Int(tx, "shipping.signature_days")
	if err != nil {
		return 0, err
	}
	late, err := lockUnsigned(tx, clock.Today(tx.Now).AddDate(0, 0, -days), n)
	if err != nil {
		return 0, err
	}
	var tasks []followup.Task
	for _, d := range late {
		if !d.Unsigned {
			continue
		}
		tasks = append(tasks, followup.Task{
			Kind: transport.KindUnsigned, SubjectType: delivery.Subject, SubjectID: d.ID, Number: d.Number, Role: identity.WarehouseKeeper,
			TitleEN: "Signatures are missing on delivery note " + d.Number + " or its freight voucher", TitleZH: "送货单 " + d.Number + " 或其运费结算凭证尚未签署,请补签",
		})
	}
	return len(late), followup.Open(tx, tasks...)
}
