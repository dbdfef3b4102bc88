package collection

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// overdueKey is where a page of the overdue list ended.
type overdueKey struct {
	DueOn time.Time `json:"due_on"`
	ID    uuid.UUID `json:"id"`
}

// listOverdue picks the page by the index of open items, and looks only for the rows of the page what was done about them.
func listOverdue(tx pg.Tx, who identity.Principal, f OverdueFilter, today time.Time, p pg.Page) ([]OverdueItem, string, error) {
	where, args := f.conditions(who, today)
	var last overdueKey
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		where = append(where, "(v.due_on, v.id) > (@last_due, @last_id)")
		args["last_due"], args["last_id"] = last.DueOn, last.ID
	}
	args["today"], args["limit"] = today, p.Limit+1
	var rows []OverdueItem
	err = tx.Raw(`WITH page AS MATERIALIZED (
			SELECT v.id, v.number, v.customer_id, v.payer_id, v.invoiced_on, v.due_on, v.total, v.paid, c.code, c.name, c.owner_id
			FROM invoices v JOIN customers c ON c.id = v.customer_id
			WHERE `+receivable.IsOpen+` AND `+strings.Join(where, " AND ")+`
			ORDER BY v.due_on, v.id LIMIT @limit
		)
		SELECT v.id AS invoice_id, v.number, v.customer_id, v.code AS customer_code, v.name AS customer_name, v.payer_id, y.name AS payer_name,
			v.owner_id, u.name AS owner_name, u.team_id, v.invoiced_on, v.due_on, CAST(@today AS date) - v.due_on AS days, v.total, v.total - v.paid AS open,
			`+restingOf+` AS disputed, k.happened_at AS contacted_at, coalesce(k.channel, '') AS contact,
			p.id AS promise_id, p.amount AS promised_amount, p.pay_by AS promised_for,
			(SELECT count(*) FROM payment_promises b WHERE b.payer_id = v.payer_id AND b.state IN ('broken', 'partly_kept')) AS broken_promises,
			coalesce(s.step, 0) AS dunning_step, s.sent_at AS dunned_at,
			EXISTS (SELECT FROM dunning_items i JOIN dunnings x ON x.id = i.dunning_id WHERE i.invoice_id = v.id AND x.state = 'proposed') AS dunning_proposed,
			(SELECT max(z.until) FROM dunning_pauses z WHERE z.payer_id = v.payer_id AND z.ended_at IS NULL AND z.until >= @today) AS paused_until,
			EXISTS (SELECT FROM bad_debt_items b WHERE b.invoice_id = v.id AND b.live) AS bad_debt
		FROM page v JOIN customers y ON y.id = v.payer_id JOIN users u ON u.id = v.owner_id
		LEFT JOIN LATERAL (SELECT k.happened_at, k.channel FROM collection_contacts k WHERE k.payer_id = v.payer_id
			ORDER BY k.happened_at DESC, k.id DESC LIMIT 1) k ON true
		LEFT JOIN LATERAL (SELECT p.id, i.amount, p.pay_by FROM payment_promise_items i JOIN payment_promises p ON p.id = i.promise_id
			WHERE i.invoice_id = v.id AND p.state = 'open' ORDER BY p.pay_by, p.id LIMIT 1) p ON true
		LEFT JOIN LATERAL (SELECT i.step, x.sent_at FROM dunning_items i JOIN dunnings x ON x.id = i.dunning_id
			WHERE i.invoice_id = v.id AND i.sent ORDER BY i.step DESC LIMIT 1) s ON true
		ORDER BY v.due_on, v.id`, args).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r OverdueItem) any { return overdueKey{r.DueOn, r.InvoiceID} })
}

// conditions are those of the invoice v and its customer c.
func (f OverdueFilter) conditions(who identity.Principal, today time.Time) ([]string, map[string]any) {
	where, args := []string{"v.due_on <= @latest"}, map[string]any{"latest": today.AddDate(0, 0, -max(f.MinDays, 1))}
	add := func(cond, name string, value any) {
		where = append(where, cond)
		args[name] = value
	}
	if owners, all := who.Owners(); !all {
		add("c.owner_id IN @owners", "owners", append([]uuid.UUID{uuid.Nil}, owners...))
	}
	if f.OwnerID != uuid.Nil {
		add("c.owner_id = @owner", "owner", f.OwnerID)
	}
	if f.TeamID != uuid.Nil {
		add("c.owner_id IN (SELECT id FROM users WHERE team_id = @team)", "team", f.TeamID)
	}
	if f.CustomerID != uuid.Nil {
		add("v.customer_id = @customer", "customer", f.CustomerID)
	}
	if f.PayerID != uuid.Nil {
		add("v.payer_id = @payer", "payer", f.PayerID)
	}
	if f.MaxDays > 0 {
		add("v.due_on >= @earliest", "earliest", today.AddDate(0, 0, -f.MaxDays))
	}
	if f.MinAmount != nil {
		add("v.total - v.paid >= @least", "least", *f.MinAmount)
	}
	if f.MaxAmount != nil {
		add("v.total - v.paid <= @most", "most", *f.MaxAmount)
	}
	return f.standing(where, args)
}

// standing adds what was done about the item.
func (f OverdueFilter) standing(where []string, args map[string]any) ([]string, map[string]any) {
	with := func(yes *bool, ids string) {
		if yes == nil {
			return
		}
		not := " NOT"
		if *yes {
			not = ""
		}
		where = append(where, "v.id"+not+" IN ("+ids+")")
	}
	with(f.Promised, "SELECT i.invoice_id FROM payment_promise_items i JOIN payment_promises p ON p.id = i.promise_id WHERE p.state = 'open'")
	with(f.Disputed, `SELECT d.invoice_id FROM disputed_items d WHERE d.state IN ('open', 'deciding')
		UNION ALL SELECT o.document_id FROM statement_disputes o WHERE o.state = 'open'
		UNION ALL SELECT l.invoice_id FROM statement_disputes o JOIN invoice_lines l ON l.delivery_note_id = o.document_id WHERE o.state = 'open'`)
	with(f.BadDebt, "SELECT b.invoice_id FROM bad_debt_items b WHERE b.live")
	if f.Step != nil {
		args["step"] = *f.Step
		if *f.Step > 0 { // by the index of the step, not by each open item
			where = append(where, "v.id IN (SELECT i.invoice_id FROM dunning_items i WHERE i.sent AND i.step = @step)")
		}
		where = append(where, "NOT EXISTS (SELECT FROM dunning_items i WHERE i.invoice_id = v.id AND i.sent AND i.step > @step)")
	}
	return where, args
}

// namePeople fills in who left and who came.
func namePeople(tx pg.Tx, changes []StaffChange) error {
	if len(changes) == 0 {
		return nil
	}
	var ids []uuid.UUID
	for _, ch := range changes {
		for _, id := range []*uuid.UUID{ch.LeftID, ch.CameID} {
			if id != nil {
				ids = append(ids, *id)
			}
		}
	}
	var people []PayingPerson
	if err := tx.Where("id = ANY (?::uuid[])", pg.IDs(ids)).Find(&people).Error; err != nil {
		return err
	}
	byID := make(map[uuid.UUID]*PayingPerson, len(people))
	for i := range people {
		byID[people[i].ID] = &people[i]
	}
	for i, ch := range changes {
		if ch.LeftID != nil {
			changes[i].Left = byID[*ch.LeftID]
		}
		if ch.CameID != nil {
			changes[i].Came = byID[*ch.CameID]
		}
	}
	return nil
}
