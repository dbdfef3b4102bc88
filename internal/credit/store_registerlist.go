package credit

import (
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// registerColumns come before profileColumns.
const registerColumns = `c.id, c.code, c.name, c.owner_id, (SELECT u.name FROM users u WHERE u.id = c.owner_id),
	coalesce(c.bill_to_id, c.id), CASE WHEN c.bill_to_id IS NULL THEN c.code ELSE (SELECT b.code FROM customers b WHERE b.id = c.bill_to_id) END,
	a.first_trade, n.next_review, g.group_id, g.number, g.name, g.limit_amount, `

// registerSQL walks customers by code and looks up the one profile, confirmation and group of each: at most a page of index
// look-ups. Customers that were created later and had no profile at the time weren't there yet. where are further conditions.
func registerSQL(where string) string {
	return `SELECT ` + registerColumns + profileColumns + `
		FROM customers c
		LEFT JOIN LATERAL (SELECT * FROM credit_profiles h WHERE h.customer_id = coalesce(c.bill_to_id, c.id) AND h.valid_from < @before
			ORDER BY h.valid_from DESC LIMIT 1) p ON true
		LEFT JOIN LATERAL (SELECT k.next_review FROM credit_confirmations k WHERE k.customer_id = coalesce(c.bill_to_id, c.id)
			AND k.confirmed_at >= coalesce(p.valid_from, '-infinity') AND k.confirmed_at < @before ORDER BY k.confirmed_at DESC LIMIT 1) n ON true
		LEFT JOIN LATERAL (SELECT m.group_id, t.number, v.name, v.limit_amount FROM credit_group_members m
			JOIN credit_groups t ON t.id = m.group_id
			CROSS JOIN LATERAL (SELECT w.name, w.limit_amount FROM credit_group_versions w WHERE w.group_id = m.group_id AND w.valid_from < @before
				ORDER BY w.valid_from DESC LIMIT 1) v
			WHERE m.payer_id = coalesce(c.bill_to_id, c.id) AND m.valid_from < @before AND coalesce(m.valid_to, 'infinity') >= @before
			ORDER BY m.valid_from DESC LIMIT 1) g ON true
		LEFT JOIN LATERAL (SELECT o.first_trade FROM credit_accounts o WHERE o.payer_id = coalesce(c.bill_to_id, c.id) AND o.first_trade <= @day) a ON true
		WHERE c.code > @after AND (p.id IS NOT NULL OR c.created_at < @before)` + where + `
		ORDER BY c.code LIMIT @limit`
}

// conditions is the filter and ORG-06 as conditions of registerSQL. The next review is RegisterRow.NextReview.
func (f RegisterFilter) conditions(who identity.Principal, months int) (string, map[string]any) {
	args := map[string]any{"before": endOf(f.AsOf), "day": f.AsOf, "months": months}
	var b strings.Builder
	add := func(name string, value any, condition string) {
		args[name] = value
		b.WriteString(" AND " + condition)
	}
	if owners, all := who.Owners(); !all {
		add("owners", owners, "c.owner_id IN @owners")
	}
	if f.Grade != nil {
		add("grade", string(*f.Grade), "coalesce(p.grade, '') = @grade")
	}
	if f.LimitKind != "" {
		add("kind", f.LimitKind, "coalesce(p.limit_kind, 'none') = @kind")
	}
	if f.OwnerID != uuid.Nil {
		add("owner", f.OwnerID, "c.owner_id = @owner")
	}
	if f.Text != "" {
		add("text", f.Text, "(starts_with(c.code, upper(@text)) OR starts_with(c.name, @text))")
	}
	if f.EndingBefore != nil {
		add("ending", *f.EndingBefore, "(p.valid_until < @ending OR p.temporary_until < @ending AND p.temporary_until >= @day)")
	}
	if f.ReviewBefore != nil {
		add("review", *f.ReviewBefore, `coalesce(n.next_review, CASE WHEN p.next_review IS NULL AND p.grade IS NULL
			THEN (a.first_trade + make_interval(months => @months))::date ELSE p.next_review END) < @review`)
	}
	return b.String(), args
}

func listRegister(tx pg.Tx, who identity.Principal, f RegisterFilter, months int, page pg.Page) ([]RegisterRow, string, error) {
	var after string
	if _, err := page.After(&after); err != nil {
		return nil, "", err
	}
	where, args := f.conditions(who, months)
	args["after"], args["limit"] = after, page.Limit+1
	rows, err := tx.Raw(registerSQL(where), args).Rows()
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	var found []RegisterRow
	for rows.Next() {
		var row registerRow
		if err := rows.Scan(row.fields()...); err != nil {
			return nil, "", err
		}
		found = append(found, row.of())
	}
	if err := rows.Err(); err != nil {
		return nil, "", err
	}
	return pg.Cut(page, found, func(r RegisterRow) any { return r.Code })
}

// registerRow scans registerColumns and profileColumns.
type registerRow struct {
	row         RegisterRow
	profile     profileRow
	group       uuid.NullUUID
	number      *string
	groupName   *string
	limitAmount *decimal.Decimal
}

func (r *registerRow) fields() []any {
	c := &r.row
	return append([]any{
		&c.CustomerID, &c.Code, &c.Name, &c.OwnerID, &c.OwnerName, &c.PayerID, &c.PayerCode, &c.FirstTrade, &c.Confirmed,
		&r.group, &r.number, &r.groupName, &r.limitAmount,
	}, r.profile.fields()...)
}

func (r *registerRow) of() RegisterRow {
	c := r.row
	c.Profile = r.profile.of(c.PayerID)
	if r.group.Valid {
		c.Group = &RegisterGroup{r.group.UUID, *r.number, *r.groupName, *r.limitAmount}
	}
	return c
}
