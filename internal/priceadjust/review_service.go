package priceadjust

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// OpenPriceReview opens the review of a quarter (PRC-08), once: all base prices in force, since when, and how much was shipped in
// the 12 months before. Sales manager and finance get it to do, the price committee gets to know. Nothing happens before the first
// base price.
func (s *Service) OpenPriceReview(tx pg.Tx, quarter time.Time) error {
	days, err := s.rules.Int(tx, "price.review_days")
	if err != nil {
		return err
	}
	if needed, err := reviewNeeded(tx, quarter); err != nil || !needed {
		return err
	}
	r := PriceReview{
		ID: uuid.Must(uuid.NewV7()), Quarter: quarter, State: ReviewOpen, OpenedAt: tx.Now,
		DueOn: tx.Calendar().AddWorkingDays(clock.Today(tx.Now), days), Version: 1,
	}
	volumes, err := s.shipped.ShippedQuantities(tx, yearBefore(tx.Now), clock.Today(tx.Now), nil)
	if err != nil {
		return err
	}
	if err := fillReview(tx, &r, volumes); err != nil {
		return err
	}
	if r.Number, err = pg.NextNumber(tx, reviewSeries, tx.Now.In(clock.Shanghai)); err != nil { // last: nobody waits for the series meanwhile
		return err
	}
	if err := pg.Insert(tx, &r); err != nil {
		return err
	}
	err = audit.Record(tx, audit.Entry{Action: "openPriceReview", SubjectType: ReviewSubject, SubjectID: r.ID, After: r})
	if err != nil {
		return err
	}
	return followup.Open(tx, reviewTask(r, days, identity.SalesManager), reviewTask(r, days, identity.FinanceManager), reviewTask(r, days, identity.PriceCommittee))
}

func reviewTask(r PriceReview, days int, role identity.Role) followup.Task {
	t := followup.Task{
		Kind: "pricing.review_open", SubjectType: ReviewSubject, SubjectID: r.ID, Number: r.Number, Role: role,
		Within:     &clock.Term{From: r.OpenedAt, Days: days},
		EscalateTo: identity.GeneralManager,
		TitleEN:    "Quarterly price review " + r.Number + ": confirm or change every base price", TitleZH: "季度基价复核 " + r.Number + ":逐一确认或调整",
	}
	switch role { // the three whom a review is about
	case identity.FinanceManager:
		t.TitleEN, t.TitleZH = "Quarterly price review "+r.Number+": state the costs", "季度基价复核 "+r.Number+":请提供成本"
	case identity.PriceCommittee:
		t.Inform, t.Within, t.EscalateTo = true, nil, ""
		t.TitleEN, t.TitleZH = "Quarterly price review "+r.Number+" is open", "季度基价复核 "+r.Number+" 已开始"
	}
	return t
}

// yearBefore is the first of the 12 months whose shipments are looked at; today's are not in them.
func yearBefore(now time.Time) time.Time { return clock.Today(now).AddDate(-1, 0, 0) }

// RecomputeDeadlines computes anew when open reviews are due, after a change of the calendar, by the days that were in force when they were
// opened. There is one a quarter.
func (s *Service) RecomputeDeadlines(tx pg.Tx) error {
	reviews, err := lockOpenReviews(tx)
	if err != nil {
		return err
	}
	for _, r := range reviews {
		days, err := s.rules.IntAt(tx, "price.review_days", r.OpenedAt)
		if err != nil {
			return err
		}
		due := tx.Calendar().AddWorkingDays(clock.Today(r.OpenedAt), days)
		if due.Equal(r.DueOn) {
			continue
		}
		if err := pg.Update(tx, "price_reviews", r.ID, r.Version, map[string]any{"due_on": due}); err != nil {
			return err
		}
	}
	return nil
}

// GetPriceReview returns a review and how many of its products have no answer yet.
func (s *Service) GetPriceReview(tx pg.Tx, _ identity.Principal, id uuid.UUID) (PriceReview, error) {
	r, err := pg.Take[PriceReview](tx, "id = ?", id)
	if err != nil {
		return PriceReview{}, err
	}
	r.Open, err = countOpenItems(tx, id)
	return r, err
}

// ListReviewItems returns a page of a review's products in the order of their codes; with cost and margin for whom PRC-13 names.
func (s *Service) ListReviewItems(tx pg.Tx, who identity.Principal, id uuid.UUID, f ReviewFilter, page pg.Page) ([]ReviewItem, string, error) {
	if _, err := pg.Take[PriceReview](tx, "id = ?", id); err != nil {
		return nil, "", err
	}
	rows, next, err := reviewItems(tx, id, f, page)
	if err != nil || len(rows) == 0 || !catalog.SeesCosts(who) { // PRC-13
		return rows, next, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ProductID
	}
	costs, err := catalog.CostsAt(tx, ids, clock.Today(tx.Now))
	if err != nil {
		return nil, "", err
	}
	for i := range rows {
		r := &rows[i]
		if c, ok := costs[r.ProductID]; ok {
			if r.Margin, err = pricing.MarginOf(r.Price, r.TaxRate, c); err != nil {
				return nil, "", err
			}
		}
	}
	return rows, next, nil
}

// ReviewConfirmation answers a review: these products, or all that have no answer and match the filter, keep their prices.
type ReviewConfirmation struct {
	Products []uuid.UUID
	All      bool
	Filter   ReviewFilter
}

// ConfirmPriceReview says of products in a review that their prices stay, with one answer for any number. The review closes with
// the last answer. version is optional. Locks the review. Returns ErrReviewClosed, errs.ErrStale.
func (s *Service) ConfirmPriceReview(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, c ReviewConfirmation) (PriceReview, error) {
	r, err := pg.TakeForUpdate[PriceReview](tx, "id = ?", id)
	if err != nil {
		return PriceReview{}, err
	}
	if version != nil && *version != r.Version {
		return PriceReview{}, errs.ErrStale
	}
	if r.State != ReviewOpen {
		return PriceReview{}, ErrReviewClosed
	}
	n, err := confirmItems(tx, id, who.ID, c)
	if err != nil {
		return PriceReview{}, err
	}
	if r, err = closeWhenDone(tx, r); err != nil {
		return PriceReview{}, err
	}
	return r, audit.Record(tx, audit.Entry{
		Action: "confirmPriceReview", SubjectType: ReviewSubject, SubjectID: id, After: map[string]any{"confirmed": n, "open": r.Open, "state": r.State},
	})
}

// closeWhenDone closes a review in which nothing is left without an answer, and raises its version.
func closeWhenDone(tx pg.Tx, r PriceReview) (PriceReview, error) {
	open, err := countOpenItems(tx, r.ID)
	if err != nil {
		return r, err
	}
	r.Open = open
	if open == 0 {
		r.State, r.ClosedAt = ReviewClosed, &tx.Now
		if err := followup.Close(tx, "pricing.review_open", ReviewSubject, r.ID); err != nil {
			return r, err
		}
	}
	err = pg.Update(tx, "price_reviews", r.ID, r.Version, map[string]any{"state": r.State, "closed_at": r.ClosedAt})
	r.Version++
	return r, err
}

// ListInForce implements pricelist.Reviews: in open reviews, the products that a list which came into force has changed have their answer.
// Locks the reviews, in id order.
func (s *Service) ListInForce(tx pg.Tx, list uuid.UUID) error {
	reviews, err := lockReviewsOf(tx, list)
	if err != nil {
		return err
	}
	for _, r := range reviews {
		if err := answerByList(tx, r, list); err != nil {
			return err
		}
		r, err := closeWhenDone(tx, r)
		if err != nil {
			return err
		}
		err = audit.Record(tx, audit.Entry{
			Action: "changeInPriceReview", SubjectType: ReviewSubject, SubjectID: r.ID, After: map[string]any{"list_id": list, "open": r.Open, "state": r.State},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
