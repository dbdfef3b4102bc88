package handover

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func texts(ids []uuid.UUID) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = id.String()
	}
	return all
}

// holdRequests locks the requests for approval that may still change what a person has: requests come first of all locks.
func holdRequests(tx pg.Tx, owner uuid.UUID) error {
	_, err := pg.Exec(tx, `SELECT FROM approval_requests WHERE owner_id = ? AND state IN ('pending', 'approved') ORDER BY id FOR NO KEY UPDATE`, owner)
	return err
}

// lockAccounts holds the payers' accounts: no receipt is booked while the open receivables are listed.
func lockAccounts(tx pg.Tx, moved []customer.Moved) error {
	payers := make([]uuid.UUID, len(moved))
	for i, m := range moved {
		payers[i] = m.PayerID
	}
	_, err := pg.Exec(tx, "SELECT FROM credit_accounts WHERE payer_id = ANY (?::uuid[]) ORDER BY payer_id FOR UPDATE", texts(payers))
	return err
}

// insert writes the handover with its customers and all that is open, in three statements.
func insert(tx pg.Tx, h Handover, moved []customer.Moved) error {
	if err := pg.Insert(tx, &h); err != nil {
		return err
	}
	customers, from, to := columns(moved)
	_, err := pg.Exec(tx, `INSERT INTO handover_customers (handover_id, customer_id, from_id, to_id)
		SELECT ?::uuid, c, f, t FROM unnest(?::uuid[], ?::uuid[], ?::uuid[]) AS m (c, f, t)`, h.ID, customers, from, to)
	if err != nil {
		return err
	}
	_, err = pg.Exec(tx, `INSERT INTO handover_items (handover_id, customer_id, kind, document_id, number, state, amount, due_on)
		SELECT h.handover_id, h.customer_id, open.* FROM handover_customers h CROSS JOIN LATERAL (
			SELECT 'order', id, number, state, total, NULL::date FROM orders
			WHERE customer_id = h.customer_id AND state IN ('draft', 'submitted', 'confirmed', 'partly_shipped')
			UNION ALL SELECT 'notice', id, number, state, amount, NULL FROM shipping_notices
			WHERE customer_id = h.customer_id AND state IN ('draft', 'submitted', 'checked', 'blocked', 'released', 'partly_dispatched')
			UNION ALL SELECT 'contract', id, number, state, total - called_amount, ends_on FROM contracts
			WHERE customer_id = h.customer_id AND state IN ('draft', 'submitted', 'approved', 'in_force')
			UNION ALL SELECT 'receivable', id, number, state, total - paid, due_on FROM invoices
			WHERE customer_id = h.customer_id AND state = 'posted' AND kind <> 'reversal' AND paid < total
			UNION ALL SELECT 'statement', id, number, state, closing, NULL FROM statements
			WHERE customer_id = h.customer_id AND state IN ('sent', 'disputed')
			UNION ALL SELECT 'disputed_item', id, number, state, amount, NULL FROM disputed_items
			WHERE customer_id = h.customer_id AND state IN ('open', 'deciding')
			UNION ALL SELECT 'payment_promise', id, number, state, amount - received, pay_by FROM payment_promises
			WHERE payer_id = h.customer_id AND state = 'open'
			UNION ALL SELECT 'bad_debt', id, number, state, amount, NULL FROM bad_debts
			WHERE payer_id = h.customer_id AND state IN ('pending', 'approved')
			UNION ALL SELECT 'follow_up', f.id, f.number, f.state, NULL, NULL FROM (`+openFollowUps+`) f WHERE f.customer_id = h.customer_id
		) open WHERE h.handover_id = ?`, h.ID)
	return err
}

// openFollowUps are the open follow-ups about customers and their documents. It reads all that are open, which are few, and looks up
// one document by its key for each. A new kind of document has its place here.
const openFollowUps = `SELECT f.id, f.kind, f.subject_type, f.subject_id, f.number, f.state, f.user_id, d.customer_id
	FROM follow_ups f CROSS JOIN LATERAL (
		SELECT f.subject_id AS customer_id WHERE f.subject_type = 'customer'
		UNION ALL SELECT customer_id FROM quotations WHERE f.subject_type = 'quotation' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM inquiries WHERE f.subject_type = 'inquiry' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM samples WHERE f.subject_type = 'sample' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM contracts WHERE f.subject_type = 'contract' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM orders WHERE f.subject_type = 'order' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM order_changes WHERE f.subject_type = 'order_change' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM customer_notices WHERE f.subject_type = 'customer_notice' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM customer_applications WHERE f.subject_type = 'customer_application' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM customer_changes WHERE f.subject_type = 'customer_change' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM settlement_agreements WHERE f.subject_type = 'settlement_agreement' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM settlement_bridges WHERE f.subject_type = 'settlement_bridge' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM paying_staff_changes WHERE f.subject_type = 'paying_staff_change' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM credit_limit_requests WHERE f.subject_type = 'credit_limit_request' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM credit_reviews WHERE f.subject_type = 'credit_review' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM new_product_requests WHERE f.subject_type = 'new_product_request' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM opportunities WHERE f.subject_type = 'opportunity' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM visits WHERE f.subject_type = 'visit' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM surveys WHERE f.subject_type = 'survey' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM demand_surveys WHERE f.subject_type = 'demand_survey' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM prospects WHERE f.subject_type = 'prospect' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM production_requests WHERE f.subject_type = 'production_request' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM production_troubles WHERE f.subject_type = 'production_trouble' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM delivery_checks WHERE f.subject_type = 'delivery_check' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM shipping_notices WHERE f.subject_type = 'shipping_notice' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM delivery_notes WHERE f.subject_type = 'delivery_note' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM transport_notices WHERE f.subject_type = 'transport_notice' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM freight_vouchers WHERE f.subject_type = 'freight_voucher' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM goods_returns WHERE f.subject_type = 'goods_return' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM invoices WHERE f.subject_type = 'invoice' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM statements WHERE f.subject_type = 'statement' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM disputed_items WHERE f.subject_type = 'disputed_item' AND id = f.subject_id
		UNION ALL SELECT customer_id FROM write_offs WHERE f.subject_type = 'write_off' AND id = f.subject_id
		UNION ALL SELECT payer_id FROM receipts WHERE f.subject_type = 'receipt' AND id = f.subject_id
		UNION ALL SELECT payer_id FROM acceptance_bills WHERE f.subject_type = 'acceptance_bill' AND id = f.subject_id
		UNION ALL SELECT payer_id FROM payment_promises WHERE f.subject_type = 'payment_promise' AND id = f.subject_id
		UNION ALL SELECT payer_id FROM dunnings WHERE f.subject_type = 'dunning' AND id = f.subject_id
		UNION ALL SELECT payer_id FROM dunning_pauses WHERE f.subject_type = 'dunning_pause' AND id = f.subject_id
		UNION ALL SELECT payer_id FROM bad_debts WHERE f.subject_type = 'bad_debt' AND id = f.subject_id
		UNION ALL SELECT n.customer_id FROM special_releases s JOIN shipping_notices n ON n.id = s.notice_id WHERE f.subject_type = 'special_release' AND s.id = f.subject_id
		UNION ALL SELECT n.customer_id FROM emergency_releases s JOIN shipping_notices n ON n.id = s.notice_id WHERE f.subject_type = 'emergency_release' AND s.id = f.subject_id
		UNION ALL SELECT n.customer_id FROM delivery_corrections s JOIN delivery_notes n ON n.id = s.delivery_note_id WHERE f.subject_type = 'delivery_correction' AND s.id = f.subject_id
		UNION ALL SELECT n.customer_id FROM delivery_proofs s JOIN delivery_notes n ON n.id = s.delivery_note_id WHERE f.subject_type = 'delivery_proof' AND s.id = f.subject_id
		UNION ALL SELECT n.customer_id FROM gate_checks s JOIN delivery_notes n ON n.id = s.delivery_note_id WHERE f.subject_type = 'gate_check' AND s.id = f.subject_id
		UNION ALL SELECT n.customer_id FROM gate_conflicts s JOIN delivery_notes n ON n.id = coalesce(s.delivery_note_id, s.booked_note_id) WHERE f.subject_type = 'gate_conflict' AND s.id = f.subject_id
	) d WHERE f.state = 'open'`

// readdress asks the new owners what the old ones were asked about the customers that moved and their documents (CUS-13); where
// the new owner is asked already, the old one's is closed.
func readdress(tx pg.Tx, moved []customer.Moved) error {
	customers, from, to := columns(moved)
	const theirs = ` FROM (` + openFollowUps + `) o JOIN unnest(?::uuid[], ?::uuid[], ?::uuid[]) AS m (c, f, t) ON m.c = o.customer_id AND m.f = o.user_id
		WHERE f.id = o.id`
	_, err := pg.Exec(tx, `UPDATE follow_ups f SET user_id = m.t, version = f.version + 1`+theirs+` AND NOT EXISTS (SELECT FROM follow_ups x
			WHERE x.kind = o.kind AND x.subject_type = o.subject_type AND x.subject_id = o.subject_id AND x.user_id = m.t AND x.state = 'open')`,
		customers, from, to)
	if err != nil {
		return err
	}
	_, err = pg.Exec(tx, `UPDATE follow_ups f SET state = 'closed', closed_at = ?, closed_by = ?, version = f.version + 1`+theirs,
		tx.Now, tx.By.Actor(), customers, from, to)
	return err
}

// columns are the customers that moved, from whom, to whom.
func columns(moved []customer.Moved) (customers, from, to []string) {
	for _, m := range moved {
		customers, from, to = append(customers, m.CustomerID.String()), append(from, m.From.String()), append(to, m.To.String())
	}
	return customers, from, to
}

// anyProspect reports whether a person has prospects that somebody must take. The states are those that prospect.HandOver moves.
func anyProspect(tx pg.Tx, owner uuid.UUID) (found bool, err error) {
	err = pg.ScanRow(tx, []any{&found}, `SELECT EXISTS (SELECT FROM prospects WHERE owner_id = ? AND state IN ('active', 'pending_permission'))`, owner)
	return found, err
}

// attach reads sums, parts, acknowledgements and the first items.
func attach(tx pg.Tx, h *Handover) error {
	sums, err := sumsOf(tx, h.ID)
	if err != nil {
		return err
	}
	h.Sum = sums[h.ID]
	h.Parts = nil
	err = tx.Raw(`SELECT handover_id, from_id, to_id, count(*) AS customers FROM handover_customers WHERE handover_id = ?
		GROUP BY handover_id, from_id, to_id ORDER BY from_id, to_id`, h.ID).Scan(&h.Parts).Error
	if err != nil {
		return err
	}
	h.Acknowledgements = nil
	if err := tx.Where("handover_id = ?", h.ID).Order("at, user_id").Find(&h.Acknowledgements).Error; err != nil {
		return err
	}
	h.Items, _, err = listItems(tx, h.ID, "", pg.Page{Limit: shownItems})
	return err
}

func sumsOf(tx pg.Tx, ids ...uuid.UUID) (map[uuid.UUID]Sum, error) {
	var rows []Sum
	err := tx.Raw(`SELECT c.handover_id, c.customers, i.* FROM (
			SELECT handover_id, count(*) AS customers FROM handover_customers WHERE handover_id IN @ids GROUP BY handover_id) c
		CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE kind = 'order') AS orders, count(*) FILTER (WHERE kind = 'notice') AS notices,
			count(*) FILTER (WHERE kind = 'receivable') AS receivables, count(*) FILTER (WHERE kind = 'follow_up') AS follow_ups,
			count(*) FILTER (WHERE kind = 'complaint') AS complaints, coalesce(sum(amount) FILTER (WHERE kind = 'receivable'), 0.00) AS amount
			FROM handover_items WHERE handover_id = c.handover_id) i`, map[string]any{"ids": ids}).Scan(&rows).Error
	sums := make(map[uuid.UUID]Sum, len(rows))
	for _, r := range rows {
		sums[r.HandoverID] = r
	}
	return sums, err
}

func listItems(tx pg.Tx, id uuid.UUID, kind Kind, p pg.Page) ([]Item, string, error) {
	q := tx.Where("handover_id = ?", id)
	if kind != "" {
		q = q.Where("kind = ?", kind)
	}
	var last [3]string
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("(customer_id, kind, document_id) > (?, ?, ?)", last[0], last[1], last[2])
	}
	var rows []Item
	if err := q.Order("customer_id, kind, document_id").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(i Item) any { return [3]string{i.CustomerID.String(), string(i.Kind), i.DocumentID.String()} })
}

func list(tx pg.Tx, who identity.Principal, p pg.Page) ([]Handover, string, error) {
	q := tx.Table("handovers h").Select("h.*")
	if owners, all := who.Owners(); !all {
		q = q.Where(`h.leaving_id IN @o OR h.to_id IN @o OR EXISTS (SELECT FROM handover_customers c WHERE c.handover_id = h.id AND (c.from_id IN @o OR c.to_id IN @o))`,
			map[string]any{"o": owners})
	}
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("h.id < ?", last)
	}
	var rows []Handover
	if err := q.Order("h.id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, "", err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, h := range rows {
		ids[i] = h.ID
	}
	sums, err := sumsOf(tx, ids...)
	if err != nil {
		return nil, "", err
	}
	for i := range rows {
		rows[i].Sum = sums[rows[i].ID]
	}
	return pg.Cut(p, rows, func(h Handover) any { return h.ID })
}

func acknowledge(tx pg.Tx, a Acknowledgement) (bool, error) {
	n, err := pg.Exec(tx, "INSERT INTO handover_acknowledgements (handover_id, user_id, at, comment) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		a.HandoverID, a.UserID, a.At, a.Comment)
	return n == 1, err
}

// closeTask closes the follow-up that asked this person.
func closeTask(tx pg.Tx, id, user uuid.UUID) error {
	return tx.Exec(`UPDATE follow_ups SET state = ?, closed_at = ?, closed_by = ?, version = version + 1
		WHERE kind = ? AND subject_type = ? AND subject_id = ? AND user_id = ? AND state = ?`,
		followup.Closed, tx.Now, user, taskKind, Subject, id, user, followup.Opened).Error
}

// listJoint reads the receivables of handovers that are open now.
func listJoint(tx pg.Tx, who identity.Principal, person *uuid.UUID, p pg.Page) ([]Joint, string, error) {
	q := tx.Table("handover_customers h").Select(`h.handover_id, d.number AS handover_number, h.customer_id, c.code AS customer_code,
			c.name AS customer_name, v.id AS invoice_id, v.number AS invoice_number, v.due_on, i.amount, v.total - v.paid AS open, h.from_id, h.to_id,
			d.handed_over_at AS since`).
		Joins("JOIN handovers d ON d.id = h.handover_id").
		Joins("JOIN handover_items i ON i.handover_id = h.handover_id AND i.customer_id = h.customer_id AND i.kind = 'receivable'").
		Joins("JOIN invoices v ON v.id = i.document_id AND v.state = 'posted' AND v.paid < v.total").
		Joins("JOIN customers c ON c.id = h.customer_id")
	if person != nil {
		q = q.Where("(h.from_id = @p OR h.to_id = @p)", map[string]any{"p": *person})
	}
	if owners, all := who.Owners(); !all {
		q = q.Where("(h.from_id IN @o OR h.to_id IN @o)", map[string]any{"o": owners})
	}
	var last [2]uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("(h.handover_id, v.id) < (?, ?)", last[0], last[1])
	}
	var rows []Joint
	if err := q.Order("h.handover_id DESC, v.id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(j Joint) any { return [2]uuid.UUID{j.HandoverID, j.InvoiceID} })
}
