package departure

import (
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// kindUnproven is the follow-up about goods for which no proof of delivery came.
const kindUnproven = "departure.unproven"

// AskForProofs finds at most n delivery notes that left more than shipping.proof_days ago and that nobody has signed for (SHP-14): the rep, who
// knows the customer, and the warehouse, which gets the carrier's papers, are asked for the proof. It returns how many it found.
func (s *Service) AskForProofs(tx pg.Tx, n int) (int, error) {
	days, err := s.rules.Int(tx, "shipping.proof_days")
	if err != nil {
		return 0, err
	}
	late, err := lockUnproven(tx, clock.Today(tx.Now).AddDate(0, 0, -days), n)
	if err != nil {
		return 0, err
	}
	tasks := make([]followup.Task, 0, 2*len(late))
	for _, d := range late {
		t := followup.Task{
			Kind: kindUnproven, SubjectType: delivery.Subject, SubjectID: d.ID, Number: d.Number, UserID: &d.OwnerID,
			TitleEN: "No proof of delivery of " + d.Number + " yet: ask who received it", TitleZH: "送货单 " + d.Number + " 尚无签收证明,请催回",
		}
		tasks = append(tasks, t)
		t.UserID, t.Role = nil, identity.WarehouseKeeper
		tasks = append(tasks, t)
	}
	return len(late), followup.Open(tx, tasks...)
}
