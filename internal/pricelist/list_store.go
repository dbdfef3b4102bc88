package pricelist

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// upsertLines writes any number of lines, linesAtOnce in a statement.
func upsertLines(tx pg.Tx, list uuid.UUID, lines []PriceLine) error {
	for batch := range slices.Chunk(lines, linesAtOnce) {
		if err := upsertBatch(tx, list, batch); err != nil {
			return err
		}
	}
	return nil
}

func upsertBatch(tx pg.Tx, list uuid.UUID, lines []PriceLine) error {
	type row struct {
		ProductID  uuid.UUID `json:"product_id"`
		Price      string    `json:"price"`
		FloorPrice *string   `json:"floor_price"`
		Reason     string    `json:"reason"`
	}
	rows := make([]row, len(lines))
	for i, l := range lines {
		rows[i] = row{ProductID: l.ProductID, Price: l.Price.String(), Reason: l.Reason}
		if l.FloorPrice != nil {
			floor := l.FloorPrice.String()
			rows[i].FloorPrice = &floor
		}
	}
	body, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO base_price_lines (list_id, product_id, price, floor_price, reason)
		SELECT ?, product_id, price, floor_price, reason
		FROM jsonb_to_recordset(?::jsonb) AS r (product_id uuid, price numeric, floor_price numeric, reason text)
		ON CONFLICT (list_id, product_id) DO UPDATE
		SET price = excluded.price, floor_price = excluded.floor_price, reason = excluded.reason`, list, string(body)).Error
}

// linesOf returns the lines that a list has for the products of these lines.
func linesOf(tx pg.Tx, list uuid.UUID, lines []PriceLine) ([]PriceLine, error) {
	ids := make([]uuid.UUID, len(lines))
	for i, l := range lines {
		ids[i] = l.ProductID
	}
	var rows []PriceLine
	err := tx.Where("list_id = ? AND product_id = ANY (?::uuid[])", list, pg.IDs(ids)).Order("product_id").Find(&rows).Error
	return rows, err
}

// listOfFile finds the list that a file became, until it is decided. Of two imports of one file the second waits here for the first.
func listOfFile(tx pg.Tx, sha []byte) (id uuid.UUID, found bool, err error) {
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", listTable+hex.EncodeToString(sha)).Error; err != nil {
		return uuid.Nil, false, err
	}
	var ids []uuid.UUID
	err = tx.Raw("SELECT id FROM base_price_lists WHERE source_sha256 = ? AND state IN ('draft', 'submitted', 'approved')", sha).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return uuid.Nil, false, err
	}
	return ids[0], true, nil
}

// recordLines writes that a list got so many lines.
func recordLines(tx pg.Tx, l BasePriceList, action string, lines int) error {
	after := map[string]any{"lines": lines, "sha256": hex.EncodeToString(l.SourceSHA256)}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: listType, SubjectID: l.ID, After: after})
}

// GetBasePriceList returns the head of a list and where it stands in time. A list that isn't in force yet, or never will be, is shown
// only to who compares lists.
func (s *Service) GetBasePriceList(tx pg.Tx, who identity.Principal, id uuid.UUID) (BasePriceList, error) {
	l, err := pg.Take[BasePriceList](tx, "id = ?", id)
	if err != nil {
		return BasePriceList{}, err
	}
	if err := seeList(who, l, tx.Now); err != nil {
		return BasePriceList{}, err
	}
	err = pricing.Stand(tx, listTable, &l.Revision)
	return l, err
}

// ListFilter narrows a list of base price lists; zero fields don't.
type ListFilter struct {
	State      pricing.State
	Resolution *uuid.UUID // lists that the price committee asked for by this
}

// ListBasePriceLists returns a page of the lists that are shown to the caller, the latest first.
func (s *Service) ListBasePriceLists(tx pg.Tx, who identity.Principal, f ListFilter, page pg.Page) ([]BasePriceList, string, error) {
	q := tx.Order("created_at DESC, id DESC").Limit(page.Limit + 1)
	var after listCursor
	if found, err := page.After(&after); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("(created_at, id) < (?, ?)", after.At, after.ID)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if f.Resolution != nil {
		q = q.Where("resolution_id = ?", *f.Resolution)
	}
	if !pricing.SeesAhead(who) {
		q = q.Where(held, tx.Now)
	}
	var rows []BasePriceList
	if err := q.Find(&rows).Error; err != nil || len(rows) == 0 {
		return rows, "", err
	}
	all := make([]*pricing.Revision, len(rows))
	for i := range rows {
		all[i] = &rows[i].Revision
	}
	if err := pricing.Stand(tx, listTable, all...); err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(l BasePriceList) any { return listCursor{l.CreatedAt, l.ID} })
}

type listCursor struct {
	At time.Time
	ID uuid.UUID
}

// ListBasePriceLines returns a page of a list's lines with the prices that they change, in the order of product ids.
func (s *Service) ListBasePriceLines(tx pg.Tx, who identity.Principal, id uuid.UUID, page pg.Page) ([]LineView, string, error) {
	l, err := s.GetBasePriceList(tx, who, id)
	if err != nil {
		return nil, "", err
	}
	var after uuid.UUID
	if _, err := page.After(&after); err != nil {
		return nil, "", err
	}
	before := tx.Now.Add(time.Microsecond)
	if l.EffectiveAt != nil {
		before = *l.EffectiveAt
	}
	var rows []LineView
	err = tx.Raw(`SELECT l.*, p.code AS product_code, p.name AS product_name, p.unit, b.price AS old_price, b.floor_price AS old_floor_price
		FROM base_price_lines AS l JOIN products AS p ON p.id = l.product_id
		LEFT JOIN LATERAL (SELECT price, floor_price FROM valid_base_prices
			WHERE product_id = l.product_id AND effective_at < ? ORDER BY effective_at DESC LIMIT 1) AS b ON true
		WHERE l.list_id = ? AND l.product_id > ? ORDER BY l.product_id LIMIT ?`, before, id, after, page.Limit+1).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(l LineView) any { return l.ProductID })
}

// priceViewSQL reads base prices with their story; the caller adds FROM … b, and the order.
const priceViewSQL = `SELECT b.product_id, b.effective_at, b.price, b.floor_price, b.list_id, b.reason,
	p.code AS product_code, p.name AS product_name, p.unit, l.number AS list_number, l.reason_kind,
	old.price AS old_price, old.floor_price AS old_floor_price, next.effective_at AS ends_at,
	l.created_by, l.submitted_by, l.approval_id, l.published_at
FROM products AS p `

const priceStorySQL = ` JOIN base_price_lists AS l ON l.id = b.list_id
LEFT JOIN LATERAL (SELECT price, floor_price FROM valid_base_prices
	WHERE product_id = b.product_id AND effective_at < b.effective_at ORDER BY effective_at DESC LIMIT 1) AS old ON true
LEFT JOIN LATERAL (SELECT effective_at FROM valid_base_prices
	WHERE product_id = b.product_id AND effective_at > b.effective_at ORDER BY effective_at LIMIT 1) AS next ON true `

// PriceFilter narrows a list of base prices; zero fields don't.
type PriceFilter struct {
	At         time.Time // the instant at which they are in force; zero is now
	Search     string    // part of the product's code, name or specification
	CategoryID *uuid.UUID
}

// ListBasePrices returns a page of the base prices in force at an instant, past or future, in the order of product codes;
// with each who changed it from what, when and why (PRC-07). Products without one are left out. Returns pricing.ErrAhead.
func (s *Service) ListBasePrices(tx pg.Tx, who identity.Principal, f PriceFilter, page pg.Page) (rows []PriceView, next string, err error) {
	var after string
	if _, err := page.After(&after); err != nil {
		return nil, "", err
	}
	if f.At, err = pricing.PricesAt(who, f.At, tx.Now); err != nil {
		return nil, "", err
	}
	args := map[string]any{"at": f.At, "after": after, "limit": page.Limit + 1, "category": f.CategoryID, "search": pg.Containing(f.Search)}
	where := "WHERE p.code > @after"
	if f.Search != "" {
		where += " AND p.search LIKE @search"
	}
	if f.CategoryID != nil {
		where += " AND p.category_id = @category"
	}
	err = tx.Raw(priceViewSQL+`JOIN LATERAL (SELECT * FROM valid_base_prices
		WHERE product_id = p.id AND effective_at <= @at ORDER BY effective_at DESC LIMIT 1) AS b ON true`+
		priceStorySQL+where+" ORDER BY p.code LIMIT @limit", args).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	hideEnds(who, rows, tx.Now)
	return pg.Cut(page, rows, func(v PriceView) any { return v.ProductCode })
}

// priceBatch is how many base prices an export reads at once.
const priceBatch = 2_000

// EachBasePrice hands on all base prices in force at an instant, with the names of those who drafted their lists.
func (s *Service) EachBasePrice(tx pg.Tx, who identity.Principal, f PriceFilter, fn func(PriceView, map[uuid.UUID]string) error) error {
	for page := (pg.Page{Limit: priceBatch}); ; {
		rows, next, err := s.ListBasePrices(tx, who, f, page)
		if err != nil {
			return err
		}
		var authors []uuid.UUID
		for _, r := range rows {
			if r.CreatedBy != nil {
				authors = append(authors, *r.CreatedBy)
			}
		}
		names, err := identity.Names(tx, authors...)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := fn(r, names); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		page.Cursor = next
	}
}

// GetBasePrice returns the base price of a product in force at an instant (PRC-07); zero is now. Returns errs.ErrNotFound
// when there is none, pricing.ErrAhead.
func (s *Service) GetBasePrice(tx pg.Tx, who identity.Principal, productID uuid.UUID, at time.Time) (PriceView, error) {
	at, err := pricing.PricesAt(who, at, tx.Now)
	if err != nil {
		return PriceView{}, err
	}
	var rows []PriceView
	err = tx.Raw(priceViewSQL+"JOIN valid_base_prices AS b ON b.product_id = p.id"+priceStorySQL+
		"WHERE p.id = ? AND b.effective_at <= ? ORDER BY b.effective_at DESC LIMIT 1", productID, at).Scan(&rows).Error
	if err != nil {
		return PriceView{}, err
	}
	if len(rows) == 0 {
		return PriceView{}, errs.ErrNotFound
	}
	hideEnds(who, rows, tx.Now)
	return rows[0], nil
}

// ListBasePriceHistory returns a page of all base prices that a product ever had, and for who compares lists will have, the latest
// first: who changed it, when, from what, to what and why (PRC-07).
func (s *Service) ListBasePriceHistory(tx pg.Tx, who identity.Principal, productID uuid.UUID, page pg.Page) ([]PriceView, string, error) {
	var after time.Time
	found, err := page.After(&after)
	if err != nil {
		return nil, "", err
	}
	var rows []PriceView
	err = tx.Raw(priceViewSQL+"JOIN valid_base_prices AS b ON b.product_id = p.id"+priceStorySQL+
		"WHERE p.id = ? AND (NOT ? OR b.effective_at < ?) AND (? OR b.effective_at <= ?) ORDER BY b.effective_at DESC LIMIT ?",
		productID, found, after, pricing.SeesAhead(who), tx.Now, page.Limit+1).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	hideEnds(who, rows, tx.Now)
	return pg.Cut(page, rows, func(v PriceView) any { return v.EffectiveAt })
}
