package priceadjust

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
)

func insertRequest(tx pg.Tx, r PriceRequest) error {
	if err := pg.Insert(tx, &r); err != nil {
		return err
	}
	return tx.Omit("ProductCode", "ProductName", "Unit").Create(&r.Lines).Error
}

func storeRequest(tx pg.Tx, r *PriceRequest) error {
	err := pg.Update(tx, "price_requests", r.ID, r.Version, map[string]any{
		"state": r.State, "list_id": r.ListID, "answer": r.Answer, "answered_at": r.AnsweredAt, "answered_by": r.AnsweredBy,
	})
	r.Version++
	return err
}

func lockRequests(tx pg.Tx, ids []uuid.UUID) (rows []PriceRequest, err error) {
	err = tx.Raw("SELECT * FROM price_requests WHERE id = ANY (?::uuid[]) ORDER BY id FOR UPDATE", pg.IDs(ids)).Scan(&rows).Error
	return rows, err
}

func lockRequestsOf(tx pg.Tx, list uuid.UUID) (rows []PriceRequest, err error) {
	err = tx.Raw("SELECT * FROM price_requests WHERE list_id = ? ORDER BY id FOR UPDATE", list).Scan(&rows).Error
	return rows, err
}

// wantedLines are the prices that requests want, of two for one product the one asked later.
func wantedLines(tx pg.Tx, ids []uuid.UUID) (lines []pricelist.PriceLine, err error) {
	err = tx.Raw(`SELECT DISTINCT ON (l.product_id) l.product_id, l.wanted_price AS price, l.wanted_floor AS floor_price, l.note AS reason
		FROM price_request_lines AS l JOIN price_requests AS r ON r.id = l.request_id
		WHERE r.id = ANY (?::uuid[]) AND l.wanted_price IS NOT NULL ORDER BY l.product_id, r.created_at DESC, r.id DESC`, pg.IDs(ids)).Scan(&lines).Error
	return lines, err
}

// withLines fills in the lines of a request, in the order of product codes.
func withLines(tx pg.Tx, r PriceRequest) (PriceRequest, error) {
	err := tx.Raw(`SELECT l.*, p.code AS product_code, p.name AS product_name, p.unit FROM price_request_lines AS l
		JOIN products AS p ON p.id = l.product_id WHERE l.request_id = ? ORDER BY p.code`, r.ID).Scan(&r.Lines).Error
	return r, err
}

// RequestFilter narrows a list of price requests; zero fields don't.
type RequestFilter struct {
	State     RequestState
	Side      Side
	ListID    *uuid.UUID
	ProductID *uuid.UUID
	Mine      bool
}

type requestKey struct {
	At time.Time
	ID uuid.UUID
}

// ListPriceRequests returns a page of the requests that the caller sees, the latest first, without their lines.
func (s *Service) ListPriceRequests(tx pg.Tx, who identity.Principal, f RequestFilter, page pg.Page) ([]PriceRequest, string, error) {
	q := tx.Order("created_at DESC, id DESC").Limit(page.Limit + 1)
	var after requestKey
	if found, err := page.After(&after); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("(created_at, id) < (?, ?)", after.At, after.ID)
	}
	if owners, all := who.Owners(); !all && !seesRequests(who) {
		q = q.Where("created_by IN ?", owners)
	}
	if !identity.SeesPrices(who) {
		q = q.Where("side = ?", ProductionSide)
	}
	if f.Mine {
		q = q.Where("created_by = ?", who.ID)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if f.Side != "" {
		q = q.Where("side = ?", f.Side)
	}
	if f.ListID != nil {
		q = q.Where("list_id = ?", *f.ListID)
		if shown, err := pricelist.Shown(tx, who, *f.ListID); err != nil {
			return nil, "", err
		} else if !shown[*f.ListID] {
			q = q.Where("false")
		}
	}
	if f.ProductID != nil {
		q = q.Where("id IN (SELECT request_id FROM price_request_lines WHERE product_id = ?)", *f.ProductID)
	}
	var rows []PriceRequest
	if err := q.Find(&rows).Error; err != nil {
		return nil, "", err
	}
	listed := make([]*PriceRequest, len(rows))
	for i := range rows {
		listed[i] = &rows[i]
	}
	if err := hideLists(tx, who, listed...); err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(r PriceRequest) any { return requestKey{r.CreatedAt, r.ID} })
}

// hideLists takes out of requests the lists that aren't shown to their reader yet.
func hideLists(tx pg.Tx, who identity.Principal, requests ...*PriceRequest) error {
	var named []uuid.UUID
	for _, r := range requests {
		if r.ListID != nil {
			named = append(named, *r.ListID)
		}
	}
	shown, err := pricelist.Shown(tx, who, named...)
	if err != nil {
		return err
	}
	for _, r := range requests {
		if r.ListID != nil && !shown[*r.ListID] {
			r.ListID = nil
		}
	}
	return nil
}
