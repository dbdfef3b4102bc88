package quote

import (
	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

func takeInquiry(tx pg.Tx, id uuid.UUID) (Inquiry, error) {
	q, err := pg.Take[Inquiry](tx, "id = ?", id)
	if err != nil {
		return Inquiry{}, err
	}
	return q, tx.Where("inquiry_id = ?", id).Order("line_no").Find(&q.Lines).Error
}

func lockInquiry(tx pg.Tx, id uuid.UUID) (Inquiry, error) {
	q, err := pg.TakeForUpdate[Inquiry](tx, "id = ?", id)
	if err != nil {
		return Inquiry{}, err
	}
	return q, tx.Where("inquiry_id = ?", id).Order("line_no").Find(&q.Lines).Error
}

// insertInquiry reads back whose it is (ORG-06, trigger).
func insertInquiry(tx pg.Tx, q *Inquiry) error {
	whose := clause.Returning{Columns: []clause.Column{{Name: "owner_id"}, {Name: "customer_id"}}}
	if err := tx.Clauses(whose).Create(q).Error; err != nil || len(q.Lines) == 0 {
		return err
	}
	return pg.Insert(tx, &q.Lines)
}

func updateInquiry(tx pg.Tx, q *Inquiry) error {
	err := pg.Update(tx, "inquiries", q.ID, q.Version, map[string]any{
		"state": q.State, "answered_at": q.AnsweredAt, "quotation_id": q.QuotationID, "closed_at": q.ClosedAt, "close_reason": q.CloseReason,
		"updated_at": q.UpdatedAt,
	})
	q.Version++
	return err
}

// ofParty narrows surveys to those of a customer (also from when it was a prospect) or prospect.
func ofParty(tx pg.Tx, p Party) *gorm.DB {
	if p.CustomerID != nil {
		return tx.Where("customer_id = ?", *p.CustomerID)
	}
	return tx.Where("prospect_id = ?", *p.ProspectID)
}

// lastSurvey returns the survey that counts, nil when there is none.
func lastSurvey(tx pg.Tx, p Party) (*Survey, error) {
	var rows []Survey
	if err := ofParty(tx, p).Order("revision DESC").Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

func listSurveys(tx pg.Tx, p Party, page pg.Page) ([]Survey, string, error) {
	q := ofParty(tx, p)
	var before int
	found, err := page.After(&before)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("revision < ?", before)
	}
	var rows []Survey
	if err := q.Order("revision DESC").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(v Survey) any { return v.Revision })
}

func stateError(q Quotation) error { return errs.ErrState.With("state", string(q.State)) }
