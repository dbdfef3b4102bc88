package priceadjust

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ReviewsAwaitingCommittee returns the review that waits for the price committee (PRC-08), when it is among the ids if any are given: the latest
// one, whether or not every product has its answer, until the committee has adopted a resolution about it.
func (s *Service) ReviewsAwaitingCommittee(tx pg.Tx, ids ...uuid.UUID) ([]PriceReview, error) {
	return reviewsAwaiting(tx, ids)
}

// Agenda is what the price committee votes on: the review of this quarter, whatever is answered meanwhile.
func (r PriceReview) Agenda() []byte {
	return approval.ContentHash(struct {
		ID       uuid.UUID
		Number   string
		Products int
	}{r.ID, r.Number, r.Products})
}

// ReviewResolved links an adopted resolution of the price committee with the review that it is about, and tells the sales manager, who drafts the list
// of what changes (PRC-08). Locks the review. Returns pg.ErrAgain when it doesn't wait any more.
func (s *Service) ReviewResolved(tx pg.Tx, id, resolution uuid.UUID, number string) error {
	r, err := lockAwaitingReview(tx, id)
	if err != nil {
		return err
	}
	if err := pg.Update(tx, "price_reviews", id, r.Version, map[string]any{"resolution_id": resolution}); err != nil {
		return err
	}
	err = audit.Record(tx, audit.Entry{
		Action: "resolvePriceReview", SubjectType: ReviewSubject, SubjectID: id, After: map[string]any{"resolution_id": resolution, "resolution": number},
	})
	if err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: "pricing.review_resolved", SubjectType: ReviewSubject, SubjectID: id, Number: r.Number, Role: identity.SalesManager, Inform: true,
		TitleEN: "The price committee has resolved about price review " + r.Number + ": " + number + "; draft the base price list of what changes",
		TitleZH: "价格委员会已就季度基价复核 " + r.Number + " 作出决议 " + number + ",请据此拟定基价表",
	})
}
