package newproduct

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func store(tx pg.Tx, r *Request) error {
	err := pg.Update(tx, "new_product_requests", r.ID, r.Version, map[string]any{
		"customer_id": r.CustomerID, "owner_id": r.OwnerID, "state": r.State, "monthly_quantity": r.MonthlyQuantity, "wanted_price": r.WantedPrice,
		"needed_on": r.NeededOn, "market": r.Market, "price": r.Price, "floor_price": r.FloorPrice, "draft_note": r.DraftNote,
		"drafted_by": r.DraftedBy, "drafted_at": r.DraftedAt, "approval_id": r.ApprovalID, "submitted_at": r.SubmittedAt,
		"decided_at": r.DecidedAt, "state_reason": r.StateReason, "updated_at": r.UpdatedAt,
	})
	r.Version++
	return err
}

func statements(tx pg.Tx, request uuid.UUID) (rows []Statement, err error) {
	err = tx.Where("request_id = ?", request).Order("kind, round").Find(&rows).Error
	return rows, err
}

// storeStatement fills in a round that is asked and not given yet.
func storeStatement(tx pg.Tx, st Statement) error {
	return tx.Exec(`UPDATE new_product_statements SET given_at = ?, given_by = ?, cost = ?, feasible = ?, monthly_capacity = ?, lead_days = ?, note = ?
		WHERE id = ? AND given_at IS NULL`,
		st.GivenAt, st.GivenBy, st.Cost, st.Feasible, st.MonthlyCapacity, st.LeadDays, st.Note, st.ID).Error
}

// lockAsked locks the statements that a running request waits for, after their requests.
func lockAsked(tx pg.Tx) (rows []Statement, err error) {
	err = tx.Raw(`SELECT st.* FROM new_product_statements st JOIN new_product_requests r ON r.id = st.request_id
		WHERE st.given_at IS NULL AND r.state NOT IN ('approved', 'rejected', 'cancelled') ORDER BY st.id FOR UPDATE OF st`).Scan(&rows).Error
	return rows, err
}

// storeDue writes new due times.
func storeDue(tx pg.Tx, ids []uuid.UUID, due []time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	at := make(pg.TextArray, len(due))
	for i, d := range due {
		at[i] = d.Format(time.RFC3339Nano)
	}
	return tx.Exec(`UPDATE new_product_statements st SET due_at = n.due FROM unnest(?::uuid[], ?::timestamptz[]) AS n (id, due)
		WHERE st.id = n.id AND st.due_at <> n.due`,
		uuids(ids), at).Error
}

// again asks for the open statements of a request anew, from now on.
func again(tx pg.Tx, request uuid.UUID, due time.Time) error {
	return tx.Exec("UPDATE new_product_statements SET asked_at = ?, due_at = ? WHERE request_id = ? AND given_at IS NULL", tx.Now, due, request).Error
}

func list(tx pg.Tx, who identity.Principal, f Filter, page pg.Page) ([]Request, string, error) {
	q := tx.Table("new_product_requests r").Select("r.*")
	if owners, all := who.Owners(); !all {
		q = q.Where("r.owner_id IN ?", owners)
	}
	if f.OwnerID != nil {
		q = q.Where("r.owner_id = ?", *f.OwnerID)
	}
	if f.ProductID != nil {
		q = q.Where("r.product_id = ?", *f.ProductID)
	}
	if f.State != "" {
		q = q.Where("r.state = ?", f.State)
	}
	if f.Open {
		q = q.Where("r.state NOT IN ('approved', 'rejected', 'cancelled')")
	}
	var last uuid.UUID
	if found, err := page.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("r.id < ?", last)
	}
	var rows []Request
	if err := q.Order("r.id DESC").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(r Request) any { return r.ID })
}

// uuids is an array literal: one placeholder whatever the number of ids.
func uuids(ids []uuid.UUID) pg.TextArray {
	words := make(pg.TextArray, len(ids))
	for i, id := range ids {
		words[i] = id.String()
	}
	return words
}
