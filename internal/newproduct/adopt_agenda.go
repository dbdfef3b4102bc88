package newproduct

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// AdoptionsAwaitingCommittee returns those of the adoptions that wait for the price committee (PRC-04), of all when none is named, the oldest first, at
// most 200: open ones about which it hasn't adopted a resolution.
func (s *Service) AdoptionsAwaitingCommittee(tx pg.Tx, ids ...uuid.UUID) ([]Adoption, error) {
	return adoptionsAwaiting(tx, ids)
}

// Agenda is what the committee votes on: that this product gets a base price.
func (a Adoption) Agenda() []byte {
	return approval.ContentHash(struct {
		ID, ProductID uuid.UUID
		Number        string
	}{a.ID, a.ProductID, a.Number})
}

// AdoptionResolved links an adopted resolution of the committee with the adoption that it is about, and has the sales manager draft the base price
// list (PRC-04). The adoption stays open until base price and authority are there. Locks the adoption. Returns pg.ErrAgain when it doesn't wait any more.
func (s *Service) AdoptionResolved(tx pg.Tx, id, resolution uuid.UUID, number string) error {
	a, err := resolveAdoption(tx, id, resolution)
	if err != nil {
		return err
	}
	days, err := s.rules.Int(tx, "price.adopt_days")
	if err != nil {
		return err
	}
	err = audit.Record(tx, audit.Entry{
		Action: "resolvePriceAdoption", SubjectType: SubjectAdoption, SubjectID: id, After: map[string]any{"resolution_id": resolution, "resolution": number},
	})
	if err != nil {
		return err
	}
	if err := followup.Close(tx, taskAdopt, SubjectAdoption, id); err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: taskDraft, SubjectType: SubjectAdoption, SubjectID: id, Number: a.Number, Role: identity.SalesManager,
		TitleEN: "Draft base price and price authority of " + a.ProductCode + " by resolution " + number + " of the price committee",
		TitleZH: "请按价格委员会决议 " + number + " 拟定 " + a.ProductCode + " 的基准价及价格权限",
		Within:  &clock.Term{From: tx.Now, Days: days}, EscalateTo: identity.GeneralManager,
	})
}
