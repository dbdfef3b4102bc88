package bankstatement

import (
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"gorm.io/gorm"

	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/pg"
)

// insertBatch is how many lines one statement inserts: it has 65,535 parameters at most.
const insertBatch = 1000

func insertLines(tx pg.Tx, lines []Line) error {
	for len(lines) > 0 {
		n := min(insertBatch, len(lines))
		batch := lines[:n]
		if err := pg.Insert(tx, &batch); err != nil {
			return err
		}
		lines = lines[n:]
	}
	return nil
}

// knownFingerprints returns which lines of an account are there. Its lock is held.
func knownFingerprints(tx pg.Tx, account uuid.UUID, lines []Line) (map[string]bool, error) {
	prints := make(pg.TextArray, len(lines))
	for i, l := range lines {
		prints[i] = hex.EncodeToString(l.Fingerprint)
	}
	known := make(map[string]bool, len(lines))
	var print string
	err := pg.ScanRows(tx, []any{&print}, func() error {
		known[print] = true
		return nil
	}, `SELECT encode(l.fingerprint, 'hex') FROM unnest(?::text[]) AS p (hex) JOIN bank_lines l ON l.account_id = ? AND l.fingerprint = decode(p.hex, 'hex')`, prints, account)
	return known, err
}

// handle writes what became of a locked line.
func handle(tx pg.Tx, l *Line) error {
	l.HandledBy, l.HandledAt = tx.By.Actor(), &tx.Now
	err := pg.Update(tx, "bank_lines", l.ID, l.Version, map[string]any{
		"state": l.State, "receipt_id": l.ReceiptID, "ignored_reason": l.IgnoredReason, "handled_by": l.HandledBy, "handled_at": l.HandledAt,
	})
	l.Version++
	return err
}

// numberTaken reports whether the bank's number of a line is that of a receipt of another line of the same account.
func numberTaken(tx pg.Tx, l Line) (taken bool, err error) {
	err = pg.ScanRow(tx, []any{&taken}, `SELECT EXISTS (SELECT FROM receipts r JOIN bank_lines b ON b.receipt_id = r.id
		WHERE r.method = 'bank_transfer' AND r.reference = ? AND r.state = 'posted' AND b.account_id = ?)`, l.TransactionID, l.AccountID)
	return taken, err
}

// learn remembers from which account a customer pays.
func learn(tx pg.Tx, l Line, customerID uuid.UUID) error {
	if l.PartyAccount == "" {
		return nil
	}
	return tx.Exec(`INSERT INTO payer_accounts (customer_id, account_number, name, line_id, learned_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, customerID, l.PartyAccount, l.PartyName, l.ID, tx.Now).Error
}

// openLines returns lines that wait, the oldest first, after one; of one import if that is given.
func openLines(tx pg.Tx, importID *uuid.UUID, after uuid.UUID, limit int) ([]Line, error) {
	q := tx.Where("state = ? AND id > ?", Open, after)
	if importID != nil {
		q = q.Where("import_id = ?", *importID)
	}
	var rows []Line
	return rows, q.Order("id").Limit(limit).Find(&rows).Error
}

// sought is what of a line candidates are looked for by.
type sought struct {
	ID      uuid.UUID `json:"id"`
	Name    string    `json:"name"` // as customers are found by it
	Account string    `json:"account"`
	Text    string    `json:"text"`
}

// candidatesSQL finds for each line the customers that pay from its account, are called as its counter-party, or have an open invoice, statement or
// order that its reference may name: each by an index. $1 lines (JSON), $2 one customer or null.
const candidatesSQL = `WITH line AS (
		SELECT id, name, account, text FROM json_to_recordset(?::json) AS l (id uuid, name text, account text, text text)
	), token AS (
		SELECT DISTINCT l.id, upper(m[1]) AS number FROM line l, regexp_matches(l.text, '([A-Za-z]{2,4}-[0-9]{6}-[0-9]{5,}|[0-9]{20})', 'g') AS m
	), found AS (
		SELECT l.id, a.customer_id FROM line l JOIN payer_accounts a ON a.account_number = l.account AND l.account <> ''
		UNION SELECT l.id, c.id FROM line l JOIN customers c ON c.name_key = l.name AND l.name <> ''
		UNION SELECT t.id, v.payer_id FROM token t JOIN invoices v ON v.number = t.number
		UNION SELECT t.id, v.payer_id FROM token t JOIN tax_invoices x ON x.number = t.number AND x.state = 'recorded' JOIN invoices v ON v.id = x.invoice_id
		UNION SELECT t.id, v.customer_id FROM token t JOIN statements v ON v.number = t.number
		UNION SELECT t.id, coalesce(c.bill_to_id, c.id) FROM token t JOIN orders o ON o.number = t.number JOIN customers c ON c.id = o.customer_id
		UNION SELECT l.id, ?::uuid FROM line l
	)
	SELECT f.id, c.id, c.code, c.name, coalesce(c.bill_to_id, c.id), EXISTS (SELECT FROM payer_accounts a, line l
		WHERE l.id = f.id AND a.account_number = l.account AND a.customer_id = c.id AND l.account <> ''),
		(SELECT max(v.ends_on) FROM token t JOIN statements v ON v.number = t.number WHERE t.id = f.id AND v.customer_id = coalesce(c.bill_to_id, c.id))
	FROM found f JOIN customers c ON c.id = f.customer_id WHERE ?::uuid IS NULL OR c.id = ? ORDER BY f.id, c.code`

// candidates returns the customers that lines may be of, and their payers. One statement.
func candidates(tx pg.Tx, lines []Line, only *uuid.UUID) (map[uuid.UUID][]candidate, []uuid.UUID, error) {
	out := make(map[uuid.UUID][]candidate, len(lines))
	ask := make([]sought, 0, len(lines))
	for _, l := range lines {
		if l.State == Open {
			ask = append(ask, sought{l.ID, customer.NameKey(l.PartyName), l.PartyAccount, l.Reference})
		}
	}
	if len(ask) == 0 {
		return out, nil, nil
	}
	b, err := json.Marshal(ask)
	if err != nil {
		return nil, nil, err
	}
	var line uuid.UUID
	var c candidate
	seen, payers := map[uuid.UUID]bool{}, []uuid.UUID{}
	err = pg.ScanRows(tx, []any{&line, &c.id, &c.code, &c.name, &c.payer, &c.known, &c.through}, func() error {
		out[line] = append(out[line], c)
		if !seen[c.payer] {
			seen[c.payer], payers = true, append(payers, c.payer)
		}
		return nil
	}, candidatesSQL, string(b), only, only, only)
	return out, payers, err
}

// Filter narrows a list of lines; zero fields don't.
type Filter struct {
	AccountID *uuid.UUID
	ImportID  *uuid.UUID
	State     State
	Incoming  *bool
	From, To  time.Time // booked on
	Amount    *decimal.Decimal
	Text      string // in name, account, reference or the bank's number
}

// listLines returns a page of lines, newest first. One statement.
func listLines(tx pg.Tx, f Filter, p pg.Page) ([]Line, string, error) {
	q := tx.DB
	if f.AccountID != nil {
		q = q.Where("account_id = ?", *f.AccountID)
	}
	if f.ImportID != nil {
		q = q.Where("import_id = ?", *f.ImportID)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if f.Incoming != nil {
		q = q.Where("incoming = ?", *f.Incoming)
	}
	if !f.From.IsZero() {
		q = q.Where("booked_on >= ?", f.From)
	}
	if !f.To.IsZero() {
		q = q.Where("booked_on <= ?", f.To)
	}
	if f.Amount != nil {
		q = q.Where("amount = ?", *f.Amount)
	}
	if f.Text != "" {
		q = q.Where("strpos(party_name || ' ' || party_account || ' ' || reference || ' ' || transaction_id, ?) > 0", f.Text)
	}
	return newest(q, p, func(l Line) any { return l.ID })
}

// newest reads a page, newest first.
func newest[T any](q *gorm.DB, p pg.Page, key func(T) any) ([]T, string, error) {
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("id < ?", last)
	}
	var rows []T
	if err := q.Order("id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, key)
}

// ListAccounts returns the company's accounts, newest first.
func (s *Service) ListAccounts(tx pg.Tx, p pg.Page) ([]Account, string, error) {
	return newest(tx.DB, p, func(a Account) any { return a.ID })
}

// ListImports returns files that were taken, newest first, of one account if that is given.
func (s *Service) ListImports(tx pg.Tx, account *uuid.UUID, p pg.Page) ([]Import, string, error) {
	q := tx.DB
	if account != nil {
		q = q.Where("account_id = ?", *account)
	}
	return newest(q, p, func(i Import) any { return i.ID })
}

// PayerAccount is an account from which a customer pays.
type PayerAccount struct {
	AccountNumber string
	Name          string
	LearnedAt     time.Time
}

// ListPayerAccounts returns from which accounts a customer is known to pay, the first learned first.
func (s *Service) ListPayerAccounts(tx pg.Tx, customerID uuid.UUID, p pg.Page) ([]PayerAccount, string, error) {
	type place struct {
		At     time.Time `json:"at"`
		Number string    `json:"number"`
	}
	q := tx.Table("payer_accounts").Where("customer_id = ?", customerID)
	var last place
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("(learned_at, account_number) > (?, ?)", last.At, last.Number)
	}
	var rows []PayerAccount
	if err := q.Order("learned_at, account_number").Limit(p.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(a PayerAccount) any { return place{a.LearnedAt, a.AccountNumber} })
}

// Forget takes back that a customer pays from an account.
func (s *Service) Forget(tx pg.Tx, customerID uuid.UUID, account string) error {
	if err := pg.One(tx.Exec("DELETE FROM payer_accounts WHERE customer_id = ? AND account_number = ?", customerID, account)); err != nil {
		return err
	}
	return record(tx, "forgetPayerAccount", "customer", customerID, map[string]any{"account_number": account}, nil)
}
