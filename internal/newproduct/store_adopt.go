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

// lockInitial locks products in the order of their ids, and returns the initial prices of those that still have no other price and no
// open adoption.
func lockInitial(tx pg.Tx, products []uuid.UUID) (still []pricing.InitialPrice, err error) {
	if len(products) == 0 {
		return nil, nil
	}
	if err := tx.Exec("SELECT FROM products WHERE id = ANY (?::uuid[]) ORDER BY id FOR NO KEY UPDATE", uuids(products)).Error; err != nil {
		return nil, err
	}
	now, err := pricing.OnlyInitial(tx, uuid.Nil, len(products), products...)
	if err != nil {
		return nil, err
	}
	open, err := openAdoptions(tx, now)
	for _, p := range now {
		if _, waiting := open[p.ProductID]; !waiting {
			still = append(still, p)
		}
	}
	return still, err
}

func insertAdoption(tx pg.Tx, a Adoption) error {
	return tx.Exec(`INSERT INTO price_adoptions (id, number, product_id, initial_at, state, reached, month, month_tonnes, total_tonnes,
			month_bound, total_bound, opened_at, due_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, a.ID, a.Number, a.ProductID, a.InitialAt, a.State, a.Reached, a.Month,
		a.MonthTonnes, a.TotalTonnes, a.MonthBound, a.TotalBound, a.OpenedAt, a.DueAt, a.Version).Error
}

// standingSQL reads what open adoptions have come to: of the published lists that set a base price since, one that says that the general
// entries hold, else the first; and the authority table in force or to come that names the product, or, approved since the adoption was
// opened, its category (PRC-04). The general manager's entries say nothing: the general manager can't be bounded.
const standingSQL = `SELECT a.id, a.number, p.code AS product_code, a.list_id AS had, b.list_id, coalesce(b.general_authority, false) AS general,
		t.id AS table_id, coalesce(p.dormant_at > a.initial_at, false) AS dormant
	FROM price_adoptions AS a JOIN products AS p ON p.id = a.product_id
	LEFT JOIN LATERAL (SELECT v.list_id, l.general_authority FROM valid_base_prices AS v JOIN base_price_lists AS l ON l.id = v.list_id
		WHERE v.product_id = a.product_id AND v.effective_at > a.initial_at ORDER BY l.general_authority DESC, v.effective_at LIMIT 1) AS b ON true
	LEFT JOIN LATERAL (SELECT t.id FROM price_authority_entries AS e JOIN price_authority_tables AS t ON t.id = e.table_id
		WHERE (e.product_id = a.product_id OR e.category_id = p.category_id AND t.published_at >= a.opened_at)
		AND e.role <> 'general_manager' AND t.state = 'published' AND t.effective_at >= coalesce((SELECT max(effective_at)
			FROM price_authority_tables WHERE state = 'published' AND effective_at <= @now), '-infinity')
		ORDER BY t.effective_at DESC LIMIT 1) AS t ON true
	WHERE a.state = 'open' `

// pricedBy locks the open adoptions of a list's products.
func pricedBy(tx pg.Tx, listID uuid.UUID) (rows []standing, err error) {
	err = tx.Raw(standingSQL+`AND a.product_id IN (SELECT product_id FROM base_price_lines WHERE list_id = @list)
		ORDER BY a.id FOR UPDATE OF a`, map[string]any{"list": listID, "now": tx.Now}).Scan(&rows).Error
	return rows, err
}

// unsettled locks open adoptions of which more is true than they know.
func unsettled(tx pg.Tx, n int) (rows []standing, err error) {
	err = tx.Raw(standingSQL+`AND (p.dormant_at > a.initial_at OR a.list_id IS DISTINCT FROM b.list_id
			OR b.list_id IS NOT NULL AND (b.general_authority OR t.id IS NOT NULL))
		ORDER BY a.id LIMIT @n FOR UPDATE OF a SKIP LOCKED`, map[string]any{"n": n, "now": tx.Now}).Scan(&rows).Error
	return rows, err
}

func storePriced(tx pg.Tx, r standing) error {
	return pg.One(tx.Exec("UPDATE price_adoptions SET list_id = ?, version = version + 1 WHERE id = ?", r.ListID, r.ID))
}

func storeSettled(tx pg.Tx, r standing) error {
	return pg.One(tx.Exec(`UPDATE price_adoptions SET state = 'adopted', list_id = ?, authority_table_id = ?, general_authority = ?, closed_at = ?,
		version = version + 1 WHERE id = ?`, r.ListID, r.TableID, r.General, tx.Now, r.ID))
}

// storeClosed closes adoptions that came to nothing, in the order of their ids.
func storeClosed(tx pg.Tx, state AdoptionState, ids []uuid.UUID) (done []uuid.UUID, err error) {
	err = tx.Raw(`UPDATE price_adoptions AS a SET state = ?, closed_at = ?, version = version + 1
		FROM (SELECT id FROM price_adoptions WHERE id = ANY (?::uuid[]) AND state = 'open' ORDER BY id FOR UPDATE) AS o
		WHERE a.id = o.id RETURNING a.id`, state, tx.Now, uuids(ids)).Scan(&done).Error
	return done, err
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
