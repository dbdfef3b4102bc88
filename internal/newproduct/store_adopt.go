package newproduct

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// openAdoptions returns the open adoption of each product that has one.
func openAdoptions(tx pg.Tx, initial []pricing.InitialPrice) (map[uuid.UUID]uuid.UUID, error) {
	ids := make([]uuid.UUID, len(initial))
	for i, p := range initial {
		ids[i] = p.ProductID
	}
	var rows []struct{ ID, ProductID uuid.UUID }
	err := tx.Raw("SELECT id, product_id FROM price_adoptions WHERE state = 'open' AND product_id = ANY (?::uuid[])", uuids(ids)).Scan(&rows).Error
	open := make(map[uuid.UUID]uuid.UUID, len(rows))
	for _, r := range rows {
		open[r.ProductID] = r.ID
	}
	return open, err
}

// lockInitial locks a product and reports whether this is still the only price it has, and no adoption is open.
func lockInitial(tx pg.Tx, p pricing.InitialPrice) (bool, error) {
	if err := tx.Exec("SELECT FROM products WHERE id = ? FOR NO KEY UPDATE", p.ProductID).Error; err != nil {
		return false, err
	}
	now, err := pricing.OnlyInitial(tx, uuid.Nil, 1, p.ProductID)
	if err != nil || len(now) == 0 || !now[0].EffectiveAt.Equal(p.EffectiveAt) {
		return false, err
	}
	open, err := openAdoptions(tx, now)
	return len(open) == 0, err
}

func insertAdoption(tx pg.Tx, a Adoption) error {
	return tx.Exec(`INSERT INTO price_adoptions (id, number, product_id, initial_at, state, reached, month, month_tonnes, total_tonnes,
			month_bound, total_bound, opened_at, due_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, a.ID, a.Number, a.ProductID, a.InitialAt, a.State, a.Reached, a.Month,
		a.MonthTonnes, a.TotalTonnes, a.MonthBound, a.TotalBound, a.OpenedAt, a.DueAt, a.Version).Error
}

// adoptedBy locks the open adoptions of a list's products.
func adoptedBy(tx pg.Tx, listID uuid.UUID) (ids []uuid.UUID, err error) {
	err = tx.Raw(`SELECT id FROM price_adoptions WHERE state = 'open'
		AND product_id IN (SELECT product_id FROM base_price_lines WHERE list_id = ?) ORDER BY id FOR UPDATE`, listID).Scan(&ids).Error
	return ids, err
}

type overtakenRow struct {
	ID     uuid.UUID
	ListID *uuid.UUID // nil: it went out of production
}

// overtaken locks open adoptions whose product has had a base price published since, or has gone out of production.
func overtaken(tx pg.Tx, n int) (rows []overtakenRow, err error) {
	err = tx.Raw(`SELECT a.id, b.list_id FROM price_adoptions a JOIN products p ON p.id = a.product_id
		LEFT JOIN LATERAL (SELECT list_id FROM valid_base_prices WHERE product_id = a.product_id AND effective_at > a.initial_at
			ORDER BY effective_at LIMIT 1) b ON true
		WHERE a.state = 'open' AND (b.list_id IS NOT NULL OR p.dormant_at > a.initial_at)
		ORDER BY a.id LIMIT ? FOR UPDATE OF a SKIP LOCKED`, n).Scan(&rows).Error
	return rows, err
}

func storeClosed(tx pg.Tx, state AdoptionState, listID *uuid.UUID, ids []uuid.UUID) (closed []uuid.UUID, err error) {
	err = tx.Raw(`UPDATE price_adoptions SET state = ?, list_id = ?, closed_at = ?, version = version + 1
		WHERE id = ANY (?::uuid[]) AND state = 'open' RETURNING id`, state, listID, tx.Now, uuids(ids)).Scan(&closed).Error
	return closed, err
}

const adoptionSQL = `SELECT a.*, p.code AS product_code, p.name AS product_name, p.unit FROM price_adoptions a JOIN products p ON p.id = a.product_id `

func listAdoptions(tx pg.Tx, f AdoptionFilter, page pg.Page) ([]Adoption, string, error) {
	where, args := "WHERE true", map[string]any{"state": f.State, "product": f.ProductID, "now": tx.Now, "limit": page.Limit + 1}
	if f.State != "" {
		where += " AND a.state = @state"
	}
	if f.ProductID != nil {
		where += " AND a.product_id = @product"
	}
	if f.Overdue {
		where += " AND a.state = 'open' AND a.due_at < @now"
	}
	var last uuid.UUID
	if found, err := page.After(&last); err != nil {
		return nil, "", err
	} else if found {
		where += " AND a.id < @last"
		args["last"] = last
	}
	var rows []Adoption
	if err := tx.Raw(adoptionSQL+where+" ORDER BY a.id DESC LIMIT @limit", args).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(a Adoption) any { return a.ID })
}

func takeAdoption(tx pg.Tx, id uuid.UUID) (Adoption, error) {
	var rows []Adoption
	if err := tx.Raw(adoptionSQL+"WHERE a.id = ?", id).Scan(&rows).Error; err != nil {
		return Adoption{}, err
	}
	if len(rows) == 0 {
		return Adoption{}, errs.ErrNotFound
	}
	return rows[0], nil
}

func lockOpenAdoptions(tx pg.Tx) (rows []Adoption, err error) {
	err = tx.Raw("SELECT * FROM price_adoptions WHERE state = 'open' ORDER BY id FOR UPDATE").Scan(&rows).Error
	return rows, err
}

func storeAdoptionsDue(tx pg.Tx, ids []uuid.UUID, due []time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	at := make(pg.TextArray, len(due))
	for i, d := range due {
		at[i] = d.Format(time.RFC3339Nano)
	}
	return tx.Exec(`UPDATE price_adoptions a SET due_at = n.due, version = version + 1 FROM unnest(?::uuid[], ?::timestamptz[]) AS n (id, due)
		WHERE a.id = n.id AND a.due_at <> n.due`,
		uuids(ids), at).Error
}

func adoptionsAwaiting(tx pg.Tx, ids []uuid.UUID) (rows []Adoption, err error) {
	where, args := "WHERE a.state = 'open' AND a.resolution_id IS NULL", []any{}
	if len(ids) > 0 {
		where, args = where+" AND a.id = ANY (?::uuid[])", append(args, uuids(ids))
	}
	err = tx.Raw(adoptionSQL+where+" ORDER BY a.id LIMIT 200", args...).Scan(&rows).Error
	return rows, err
}

// resolveAdoption writes the committee's resolution on an adoption that waits for one.
func resolveAdoption(tx pg.Tx, id, resolution uuid.UUID) (Adoption, error) {
	n, err := pg.Exec(tx, `UPDATE price_adoptions SET resolution_id = ?, version = version + 1
		WHERE id = ? AND state = 'open' AND resolution_id IS NULL`, resolution, id)
	if err != nil {
		return Adoption{}, err
	}
	if n == 0 {
		return Adoption{}, pg.ErrAgain
	}
	return takeAdoption(tx, id)
}
