package credit

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// lockAccount waits its turn: everything about a payer's money and goods begins here, so that one payer's busy day would take the connections of all.
func lockAccount(tx pg.Tx, payerID uuid.UUID) (*Account, bool, error) {
	if err := tx.Turn(payerID); err != nil {
		return nil, false, err
	}
	a := Account{PayerID: payerID}
	err := pg.ScanRow(tx, []any{&a.Receivable, &a.Shipped, &a.Released, &a.Prepaid, &a.LastSeq, &a.FirstTrade, &a.GroupID},
		`SELECT receivable, shipped, released, prepaid, last_seq, first_trade, group_id
		FROM credit_accounts WHERE payer_id = ? FOR UPDATE`, payerID)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, false, nil
	}
	return &a, err == nil, err
}

// insertAccount leaves an account that someone else made meanwhile as it is.
func insertAccount(tx pg.Tx, payerID uuid.UUID) error {
	return tx.Exec(`INSERT INTO credit_accounts (payer_id, receivable, shipped, released, prepaid, last_seq)
		VALUES (?, 0, 0, 0, 0, 0) ON CONFLICT (payer_id) DO NOTHING`, payerID).Error
}

// openItems reads what is left of the items that the movements take from. Movements that only give need no reading.
func openItems(tx pg.Tx, payerID uuid.UUID, moves []Movement) (map[itemKey]decimal.Decimal, error) {
	open := make(map[itemKey]decimal.Decimal, len(moves))
	var ids []uuid.UUID
	for _, m := range moves {
		if m.takes() {
			ids = append(ids, m.item())
		}
	}
	if len(ids) == 0 {
		return open, nil
	}
	rows, err := tx.Raw(`SELECT part, item_id, open_amount FROM credit_open_items WHERE payer_id = ? AND item_id IN ?`,
		payerID, ids).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var key itemKey
		var amount decimal.Decimal
		if err := rows.Scan(&key.Part, &key.Item, &amount); err != nil {
			return nil, err
		}
		open[key] = amount
	}
	return open, rows.Err()
}

// storePosting writes movements, items and account in one statement: a posting is a hot path and a round trip costs more
// than the JSON. The account's last_seq guards against a posting without the lock.
func storePosting(tx pg.Tx, a *Account, before int64, entries []entry, deltas []itemDelta) error {
	rows, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	items, err := json.Marshal(deltas)
	if err != nil {
		return err
	}
	n, err := pg.Exec(tx, `WITH item AS (
			SELECT part, item_id, delta, due_on
			FROM json_to_recordset(?::json) AS d (part text, item_id uuid, delta numeric(18, 2), due_on date)
		), moved AS (
			INSERT INTO credit_movements (payer_id, seq, at, happened_on, part, amount, balance_after, document_type, document_id, item_id, due_on, reason)
			SELECT payer_id, seq, ?, happened_on, part, amount, balance_after, document_type, document_id, item_id, due_on, reason
			FROM json_to_recordset(?::json) AS m (payer_id uuid, seq bigint, happened_on date, part text, amount numeric(18, 2),
				balance_after numeric(18, 2), document_type text, document_id uuid, item_id uuid, due_on date, reason text)
		), given AS (
			INSERT INTO credit_open_items AS o (payer_id, part, item_id, open_amount, due_on)
			SELECT ?, part, item_id, delta, due_on FROM item WHERE delta > 0
			ON CONFLICT (payer_id, part, item_id) DO UPDATE
			SET open_amount = o.open_amount + excluded.open_amount, due_on = coalesce(excluded.due_on, o.due_on)
		), taken AS (
			UPDATE credit_open_items o SET open_amount = o.open_amount + i.delta FROM item i
			WHERE o.payer_id = ? AND o.part = i.part AND o.item_id = i.item_id AND i.delta < 0
		)
		UPDATE credit_accounts SET receivable = ?, shipped = ?, released = ?, prepaid = ?, last_seq = ?, first_trade = ?
		WHERE payer_id = ? AND last_seq = ?`,
		string(items), tx.Now, string(rows), a.PayerID, a.PayerID,
		a.Receivable, a.Shipped, a.Released, a.Prepaid, a.LastSeq, a.FirstTrade, a.PayerID, before)
	if err == nil && n != 1 {
		err = errs.ErrStale
	}
	return err
}

const profileColumns = `p.id, p.customer_id, p.grade, coalesce(p.limit_kind, 'none'), coalesce(p.limit_amount, 0),
	coalesce(p.settlement, 'cash'), coalesce(p.terms_days, 0), p.next_review, p.valid_from, p.valid_to, p.request_id,
	p.valid_until, p.temporary_amount, p.temporary_from, p.temporary_until, p.tolerance_amount, p.tolerance_days`

// profileRow scans profileColumns of an outer join: all null when nothing was ever approved.
type profileRow struct {
	id, customerID uuid.NullUUID
	validFrom      *time.Time
	profile        Profile
	extras         extrasRow
}

func (r *profileRow) fields() []any {
	p := &r.profile
	e := &r.extras
	return []any{
		&r.id, &r.customerID, &p.Grade, &p.Limit.Kind, &p.Limit.Amount,
		&p.Terms.Settlement, &p.Terms.Days, &p.NextReview, &r.validFrom, &p.ValidTo, &p.RequestID,
		&e.ValidUntil, &e.TemporaryAmount, &e.TemporaryFrom, &e.TemporaryUntil, &e.ToleranceAmount, &e.ToleranceDays,
	}
}

func (r *profileRow) of(customerID uuid.UUID) Profile {
	p := r.profile
	p.ID, p.CustomerID, p.Extras = r.id.UUID, customerID, r.extras.of()
	if r.validFrom != nil {
		p.ValidFrom = *r.validFrom
	}
	return p
}

// extrasRow is extras as columns.
type extrasRow struct {
	ValidUntil      *time.Time
	TemporaryAmount *decimal.Decimal
	TemporaryFrom   *time.Time
	TemporaryUntil  *time.Time
	ToleranceAmount *decimal.Decimal
	ToleranceDays   *int
}

func (r extrasRow) of() Extras {
	e := Extras{ValidUntil: r.ValidUntil}
	if r.TemporaryAmount != nil {
		e.Temporary = &Temporary{*r.TemporaryAmount, *r.TemporaryFrom, *r.TemporaryUntil}
	}
	if r.ToleranceAmount != nil {
		e.Tolerance = &Tolerance{*r.ToleranceAmount, *r.ToleranceDays}
	}
	return e
}

// row is the extras as columns.
func (e Extras) row() extrasRow {
	r := extrasRow{ValidUntil: e.ValidUntil}
	if t := e.Temporary; t != nil {
		r.TemporaryAmount, r.TemporaryFrom, r.TemporaryUntil = &t.Amount, &t.From, &t.Until
	}
	if t := e.Tolerance; t != nil {
		r.ToleranceAmount, r.ToleranceDays = &t.Amount, &t.Days
	}
	return r
}

const overdueJoin = `CROSS JOIN LATERAL (SELECT coalesce(sum(i.open_amount), 0.00) AS overdue, min(i.due_on) AS oldest
	FROM credit_open_items i WHERE i.payer_id = c.payer_id AND i.part = 'receivable' AND i.open_amount > 0 AND i.due_on < ?) o`

// positionSQL is a primary key look-up in each of three tables and a range of the partial index of overdue items.
const positionSQL = `SELECT c.owner_id, c.code, c.name, c.status, c.payer_id, coalesce(a.receivable, 0.00), coalesce(a.shipped, 0.00), coalesce(a.released, 0.00),
		coalesce(a.prepaid, 0.00), coalesce(a.last_seq, 0), a.first_trade, a.group_id, o.overdue, o.oldest,
		(SELECT n.next_review FROM credit_confirmations n WHERE n.customer_id = c.payer_id AND n.confirmed_at >= coalesce(p.valid_from, '-infinity')
			ORDER BY n.confirmed_at DESC LIMIT 1), ` + profileColumns + `
	FROM (SELECT owner_id, code, name, status, coalesce(bill_to_id, id) AS payer_id FROM customers WHERE id = ?) c
	LEFT JOIN credit_accounts a ON a.payer_id = c.payer_id
	LEFT JOIN credit_profiles p ON p.customer_id = c.payer_id AND p.valid_to IS NULL
	` + overdueJoin

// readPosition is the one statement behind GET /v1/customers/{id}/credit.
func readPosition(tx pg.Tx, customerID uuid.UUID) (Position, error) {
	p := Position{CustomerID: customerID, Now: tx.Now}
	var row profileRow
	a := &p.Account
	fields := append([]any{
		&p.OwnerID, &p.Code, &p.Name, &p.Status, &p.PayerID, &a.Receivable, &a.Shipped, &a.Released, &a.Prepaid, &a.LastSeq, &a.FirstTrade, &a.GroupID, &p.Overdue, &p.OldestDue, &p.Confirmed,
	}, row.fields()...)
	err := pg.ScanRow(tx, fields, positionSQL, customerID, clock.Today(tx.Now))
	a.PayerID, p.Profile = p.PayerID, row.of(p.PayerID)
	return p, err
}

// readPayerPosition reads profile and overdue beside sums that are locked already.
func readPayerPosition(tx pg.Tx, locked *Account) (Position, error) {
	p := Position{CustomerID: locked.PayerID, PayerID: locked.PayerID, Account: *locked, Now: tx.Now}
	var row profileRow
	err := pg.ScanRow(tx, append([]any{&p.Overdue, &p.OldestDue}, row.fields()...), `SELECT o.overdue, o.oldest, `+profileColumns+`
		FROM (SELECT ?::uuid AS payer_id) c
		LEFT JOIN credit_profiles p ON p.customer_id = c.payer_id AND p.valid_to IS NULL
		`+overdueJoin, locked.PayerID, clock.Today(tx.Now))
	p.Profile = row.of(p.PayerID)
	return p, err
}

func readPayer(tx pg.Tx, customerID uuid.UUID) (uuid.UUID, error) {
	var payer uuid.UUID
	err := pg.ScanRow(tx, []any{&payer}, `SELECT coalesce(bill_to_id, id) FROM customers WHERE id = ?`, customerID)
	return payer, err
}

func readDifferences(tx pg.Tx) ([]Difference, error) {
	var rows []Difference
	err := tx.Raw(`SELECT d.payer_id, coalesce(c.code, '') AS payer_code, d.part, d.account, d.movements, d.items
		FROM credit_differences d LEFT JOIN customers c ON c.id = d.payer_id ORDER BY d.payer_id, d.part`).Scan(&rows).Error
	return rows, err
}
