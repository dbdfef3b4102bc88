package credit

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"gorm.io/gorm"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// customerRow is what credit needs to know of a customer.
type customerRow struct {
	ID, OwnerID, PayerID uuid.UUID
	Code, Name           string
}

func visibleCustomer(tx pg.Tx, who identity.Principal, id uuid.UUID) (customerRow, error) {
	c := customerRow{ID: id}
	err := pg.ScanRow(tx, []any{&c.OwnerID, &c.PayerID, &c.Code, &c.Name},
		`SELECT owner_id, coalesce(bill_to_id, id), code, name FROM customers WHERE id = ?`, id)
	if err != nil {
		return c, err
	}
	return c, who.MustSee(c.OwnerID)
}

// holdOwner keeps the customer with its owner until the transaction ends: a handover waits, or is waited for.
func holdOwner(tx pg.Tx, customerID uuid.UUID) error {
	_, err := pg.Exec(tx, "SELECT FROM customers WHERE id = ? FOR KEY SHARE", customerID)
	return err
}

// profileJSON is a profile on its way into the table.
type profileJSON struct {
	ID          uuid.UUID        `json:"id"`
	CustomerID  uuid.UUID        `json:"customer_id"`
	Grade       *string          `json:"grade"`
	LimitKind   LimitKind        `json:"limit_kind"`
	LimitAmount *decimal.Decimal `json:"limit_amount"`
	Settlement  Settlement       `json:"settlement"`
	TermsDays   int              `json:"terms_days"`
	NextReview  *string          `json:"next_review"`
	ValidFrom   time.Time        `json:"valid_from"`
	RequestID   *uuid.UUID       `json:"request_id"`

	ValidUntil      *string          `json:"valid_until"`
	TemporaryAmount *decimal.Decimal `json:"temporary_amount"`
	TemporaryFrom   *string          `json:"temporary_from"`
	TemporaryUntil  *string          `json:"temporary_until"`
	ToleranceAmount *decimal.Decimal `json:"tolerance_amount"`
	ToleranceDays   *int             `json:"tolerance_days"`
}

// insertProfiles writes any number of profiles in one statement.
func insertProfiles(tx pg.Tx, profiles ...Profile) error {
	rows := make([]profileJSON, 0, len(profiles))
	for _, p := range profiles {
		row := profileJSON{
			ID: p.ID, CustomerID: p.CustomerID, LimitKind: kind(p.Limit), LimitAmount: p.Limit.Shown(), Settlement: p.Terms.Settlement,
			TermsDays: p.Terms.Days, ValidFrom: p.ValidFrom, RequestID: p.RequestID,
		}
		if p.Grade != NoGrade {
			g := string(p.Grade)
			row.Grade = &g
		}
		e := p.Extras.row()
		row.NextReview, row.ValidUntil = dayText(p.NextReview), dayText(e.ValidUntil)
		row.TemporaryAmount, row.TemporaryFrom, row.TemporaryUntil = e.TemporaryAmount, dayText(e.TemporaryFrom), dayText(e.TemporaryUntil)
		row.ToleranceAmount, row.ToleranceDays = e.ToleranceAmount, e.ToleranceDays
		rows = append(rows, row)
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO credit_profiles
			(id, customer_id, grade, limit_kind, limit_amount, settlement, terms_days, next_review, valid_from, request_id,
			valid_until, temporary_amount, temporary_from, temporary_until, tolerance_amount, tolerance_days)
		SELECT id, customer_id, grade, limit_kind, limit_amount, settlement, terms_days, next_review, valid_from, request_id,
			valid_until, temporary_amount, temporary_from, temporary_until, tolerance_amount, tolerance_days
		FROM json_to_recordset(?::json) AS p (id uuid, customer_id uuid, grade text, limit_kind text, limit_amount numeric(18, 2),
			settlement text, terms_days int, next_review date, valid_from timestamptz, request_id uuid, valid_until date,
			temporary_amount numeric(18, 2), temporary_from date, temporary_until date, tolerance_amount numeric(18, 2), tolerance_days int)`, string(b)).Error
}

func dayText(d *time.Time) *string {
	if d == nil {
		return nil
	}
	text := d.Format(time.DateOnly)
	return &text
}

// replaceProfile ends the profile in force and puts the next one in its place. Should the clock of another transaction
// have been ahead, the next one begins where that one's profile began.
func replaceProfile(tx pg.Tx, next *Profile) error {
	err := pg.ScanRow(tx, []any{&next.ValidFrom}, `UPDATE credit_profiles SET valid_to = greatest(valid_from, ?)
		WHERE customer_id = ? AND valid_to IS NULL RETURNING valid_to`, next.ValidFrom, next.CustomerID)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return err
	}
	return insertProfiles(tx, *next)
}

// lockAccounts makes and locks the accounts of these customers, which are in id order.
func lockAccounts(tx pg.Tx, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	b, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO credit_accounts (payer_id, receivable, shipped, released, prepaid, last_seq)
		SELECT id::uuid, 0, 0, 0, 0, 0 FROM json_array_elements_text(?::json) AS id ORDER BY 1
		ON CONFLICT (payer_id) DO NOTHING`, string(b)).Error
	if err != nil {
		return err
	}
	return tx.Exec(`SELECT FROM credit_accounts WHERE payer_id IN (SELECT id::uuid FROM json_array_elements_text(?::json) AS id)
		ORDER BY payer_id FOR UPDATE`, string(b)).Error
}

func readHistory(tx pg.Tx, customerID uuid.UUID) ([]Profile, error) {
	return scanProfiles(tx.Raw(`SELECT `+profileColumns+` FROM credit_profiles p WHERE p.customer_id = ? ORDER BY p.valid_from DESC, p.id DESC`, customerID))
}

func readProfiles(tx pg.Tx, customerIDs []uuid.UUID) (map[uuid.UUID]Profile, error) {
	rows, err := scanProfiles(tx.Raw(`SELECT `+profileColumns+` FROM credit_profiles p WHERE p.customer_id IN ? AND p.valid_to IS NULL`, customerIDs))
	found := make(map[uuid.UUID]Profile, len(rows))
	for _, p := range rows {
		found[p.CustomerID] = p
	}
	return found, err
}

func scanProfiles(query *gorm.DB) ([]Profile, error) {
	rows, err := query.Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []Profile
	for rows.Next() {
		var row profileRow
		if err := rows.Scan(row.fields()...); err != nil {
			return nil, err
		}
		found = append(found, row.of(row.customerID.UUID))
	}
	return found, rows.Err()
}

func listMovements(tx pg.Tx, payerID uuid.UUID, page pg.Page) ([]LedgerEntry, string, error) {
	after := int64(1<<63 - 1)
	if _, err := page.After(&after); err != nil {
		return nil, "", err
	}
	var rows []LedgerEntry
	err := tx.Raw(`SELECT seq, at, part, amount, balance_after, document_type, document_id, item_id, due_on, reason
		FROM credit_movements WHERE payer_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?`, payerID, after, page.Limit+1).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(e LedgerEntry) any { return e.Seq })
}

func hasPending(tx pg.Tx, customerID uuid.UUID) (bool, error) {
	var pending bool
	err := pg.ScanRow(tx, []any{&pending},
		`SELECT EXISTS (SELECT FROM credit_limit_requests WHERE customer_id = ? AND state = 'pending')`, customerID)
	return pending, err
}

func insertRequest(tx pg.Tx, r LimitRequest) error {
	tx.DB = tx.Omit("CustomerCode", "CustomerName")
	return pg.Insert(tx, &r)
}

func listRequests(tx pg.Tx, who identity.Principal, f RequestFilter, page pg.Page) ([]LimitRequest, string, error) {
	q := tx.Table("credit_limit_requests AS r").Select("r.*, c.code AS customer_code, c.name AS customer_name").
		Joins("JOIN customers c ON c.id = r.customer_id")
	if owners, all := who.Owners(); !all {
		q = q.Where("c.owner_id IN ?", owners)
	}
	if f.ID != uuid.Nil {
		q = q.Where("r.id = ?", f.ID)
	}
	if f.CustomerID != uuid.Nil {
		q = q.Where("r.customer_id = ?", f.CustomerID)
	}
	if f.State != "" {
		q = q.Where("r.state = ?", f.State)
	}
	var after uuid.UUID
	found, err := page.After(&after)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("r.id < ?", after)
	}
	var rows []LimitRequest
	if err := q.Order("r.id DESC").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(r LimitRequest) any { return r.ID })
}
