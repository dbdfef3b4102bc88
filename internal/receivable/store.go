package receivable

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// IsOpen is the condition of an invoice v of which something is open, for other packages' lists; the partial indexes have it word for word.
const IsOpen = "v.state = 'posted' AND v.kind <> 'reversal' AND v.paid < v.total"

// pointer makes a JSON pointer into the allocations of the request.
func pointer(i int, field string) string {
	return "/allocations/" + strconv.Itoa(i) + "/" + field
}

func elem(list string, i int) string { return list + "/" + strconv.Itoa(i) }

func insertInvoice(tx pg.Tx, v *Invoice) error {
	if err := pg.Insert(tx, v); err != nil {
		return err
	}
	if len(v.Lines) == 0 {
		return nil
	}
	return pg.Insert(tx, &v.Lines)
}

// GetInvoice returns an invoice with its lines. Returns errs.ErrNotFound also for what the caller may not see.
func (s *Service) GetInvoice(tx pg.Tx, who identity.Principal, id uuid.UUID) (Invoice, error) {
	v, err := pg.Take[Invoice](tx, "id = ?", id)
	if err != nil {
		return Invoice{}, err
	}
	if err := v.name(tx, who); err != nil {
		return Invoice{}, err
	}
	if v.TaxInvoices, err = taxInvoicesOf(tx, id); err != nil {
		return Invoice{}, err
	}
	return v, tx.Where("invoice_id = ?", id).Order("line_no").Find(&v.Lines).Error
}

// name fills in who was delivered to and who owes. Returns errs.ErrNotFound for what the caller may not see.
func (v *Invoice) name(tx pg.Tx, who identity.Principal) error {
	c, err := mustSeeCustomer(tx, who, v.CustomerID)
	if err != nil {
		return err
	}
	v.CustomerName, v.PayerName = c.Name, c.Name
	if v.PayerID == c.ID {
		return nil
	}
	payer, err := customer.Brief(tx, v.PayerID)
	v.PayerName = payer.Name
	return err
}

// lockInvoices locks the payer's invoices that shares name, in id order. Returns ErrTwice for one named twice; unknown ones
// and other payers' are left out.
func lockInvoices(tx pg.Tx, payer uuid.UUID, shares []Share) (map[uuid.UUID]*Invoice, error) {
	ids := make([]uuid.UUID, len(shares))
	for i, s := range shares {
		if slices.Contains(ids[:i], s.InvoiceID) {
			return nil, ErrTwice.At(pointer(i, "invoice_id"))
		}
		ids[i] = s.InvoiceID
	}
	var rows []Invoice
	if err := tx.Raw("SELECT * FROM invoices WHERE id IN ? AND payer_id = ? ORDER BY id FOR UPDATE", ids, payer).Scan(&rows).Error; err != nil {
		return nil, err
	}
	byID := make(map[uuid.UUID]*Invoice, len(rows))
	for i := range rows {
		byID[rows[i].ID] = &rows[i]
	}
	return byID, nil
}

// oldestFirst spreads what is free of the receipt over the payer's open invoices. The caller holds the payer's account.
func oldestFirst(tx pg.Tx, r Receipt) ([]Share, error) {
	var open []Invoice
	err := tx.Where("payer_id = ? AND state = 'posted' AND kind <> 'reversal' AND paid < total", r.PayerID).
		Order("due_on, id").Limit(500).Find(&open).Error
	if err != nil {
		return nil, err
	}
	var shares []Share
	left := r.Free()
	for _, v := range open {
		amount := left.Min(v.Open())
		if !amount.IsPos() {
			break
		}
		shares = append(shares, Share{v.ID, amount})
		if left, err = left.Sub(amount); err != nil {
			return nil, err
		}
	}
	return shares, nil
}

// storeAllocations writes allocations and counts them on the invoices and on the receipt. The constraints refuse what the
// rules have let slip.
func storeAllocations(tx pg.Tx, r *Receipt, made []Allocation) error {
	if err := pg.Insert(tx, &made); err != nil {
		return err
	}
	ids, amounts := make(pg.TextArray, len(made)), make(pg.TextArray, len(made)) // an invoice is named once
	for i, a := range made {
		ids[i], amounts[i] = a.InvoiceID.String(), a.Amount.String()
	}
	res := tx.Exec(`UPDATE invoices v SET paid = v.paid + n.amount, version = v.version + 1
		FROM unnest(?::uuid[], ?::numeric[]) AS n (id, amount) WHERE v.id = n.id`, ids, amounts)
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected != int64(len(made)) {
		return errs.ErrStale
	}
	r.Allocations = append(r.Allocations, made...)
	return updateReceipt(tx, r, map[string]any{"allocated": r.Allocated})
}

// unpay takes an allocation off its invoice and its receipt.
func unpay(tx pg.Tx, v Invoice, a Allocation, r *Receipt) error {
	if err := pg.Update(tx, "allocations", a.ID, a.Version, map[string]any{"state": Reversed}); err != nil {
		return err
	}
	err := pg.One(tx.Exec("UPDATE invoices SET paid = paid - ?, version = version + 1 WHERE id = ?", a.Amount, v.ID))
	if err != nil {
		return err
	}
	return updateReceipt(tx, r, map[string]any{"allocated": r.Allocated})
}

func updateReceipt(tx pg.Tx, r *Receipt, values map[string]any) error {
	err := pg.Update(tx, "receipts", r.ID, r.Version, values)
	r.Version++
	return err
}

func allocationsOf(tx pg.Tx, receipts ...uuid.UUID) ([]Allocation, error) {
	var rows []Allocation
	return rows, tx.Where("receipt_id IN ?", receipts).Order("id").Find(&rows).Error
}

func coveredBy(tx pg.Tx, notice uuid.UUID) (shipping.Cover, error) {
	cover := shipping.Cover{Covered: decimal.Zero}
	var rows []struct {
		Receipt `gorm:"embedded"`
		Covers  decimal.Decimal
	}
	err := tx.Raw(`SELECT r.number, r.method, r.reference, sum(c.amount) AS covers FROM notice_covers c JOIN receipts r ON r.id = c.receipt_id
		WHERE c.notice_id = ? AND c.amount > 0 GROUP BY r.id ORDER BY r.received_on, r.id`, notice).Scan(&rows).Error
	if err != nil {
		return shipping.Cover{}, err
	}
	for _, row := range rows {
		name(&cover, &row.Receipt)
		if cover.Covered, err = money.Sum(cover.Covered, row.Covers); err != nil {
			return shipping.Cover{}, err
		}
	}
	return cover, nil
}

// mustBePosted returns shipping.ErrNoPayment unless all of these are posted receipts of the payer.
func mustBePosted(tx pg.Tx, payer uuid.UUID, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	var unknown []uuid.UUID
	err := tx.Raw(`SELECT i FROM unnest(CAST(? AS uuid[])) AS i WHERE NOT EXISTS (SELECT FROM receipts r WHERE r.id = i AND r.payer_id = ? AND r.state = 'posted')`,
		pg.IDs(ids), payer).Scan(&unknown).Error
	if err == nil && len(unknown) > 0 {
		err = shipping.ErrNoPayment.At("/receipt_ids")
	}
	return err
}

// lockCovers returns what covers a notice: first what came from its orders' deposits, then the oldest receipts.
func lockCovers(tx pg.Tx, notice uuid.UUID) ([]Cover, error) {
	var rows []Cover
	err := tx.Raw("SELECT * FROM notice_covers WHERE notice_id = ? AND amount > 0 ORDER BY order_id IS NULL, receipt_id, order_id FOR UPDATE", notice).Scan(&rows).Error
	return rows, err
}

// freeReceipts returns the payer's receipts that have money left, oldest first. The caller holds the payer's account, which holds
// them too.
func freeReceipts(tx pg.Tx, payer uuid.UUID) ([]Receipt, error) {
	var rows []Receipt
	err := tx.Raw(`SELECT * FROM receipts WHERE payer_id = ? AND state = 'posted' AND allocated + covering < amount
		ORDER BY received_on, id`, payer).Scan(&rows).Error
	return rows, err
}

// setAside moves an amount (negative: back) of a locked receipt to a notice; order is whose deposit it was, nil for nobody's.
func setAside(tx pg.Tx, r *Receipt, notice uuid.UUID, order *uuid.UUID, amount decimal.Decimal) error {
	r.Covering = money.Add(r.Covering, amount)
	if err := updateReceipt(tx, r, map[string]any{"covering": r.Covering}); err != nil {
		return err
	}
	if amount.IsNeg() {
		return pg.One(tx.Exec("UPDATE notice_covers SET amount = amount + ? WHERE notice_id = ? AND receipt_id = ? AND order_id IS NOT DISTINCT FROM ?",
			amount, notice, r.ID, order))
	}
	return tx.Exec(`INSERT INTO notice_covers (notice_id, receipt_id, order_id, amount) VALUES (?, ?, ?, ?)
		ON CONFLICT (notice_id, receipt_id, order_id) DO UPDATE SET amount = notice_covers.amount + excluded.amount`, notice, r.ID, order, amount).Error
}

// GetReceipt returns a receipt with its allocations. Returns errs.ErrNotFound also for what the caller may not see.
func (s *Service) GetReceipt(tx pg.Tx, who identity.Principal, id uuid.UUID) (Receipt, error) {
	r, err := pg.Take[Receipt](tx, "id = ?", id)
	if err != nil {
		return Receipt{}, err
	}
	payer, err := mustSeeCustomer(tx, who, r.PayerID)
	if err != nil {
		return Receipt{}, err
	}
	r.PayerName = payer.Name
	if r.Deposits, err = depositsOf(tx, id); err != nil {
		return Receipt{}, err
	}
	if r.Refunds, err = refundsOf(tx, id); err != nil {
		return Receipt{}, err
	}
	if r.Bill, err = billOf(tx, id); err != nil {
		return Receipt{}, err
	}
	r.Allocations, err = allocationsOf(tx, id)
	return r, err
}

func orToday(tx pg.Tx, day time.Time) time.Time {
	if day.IsZero() {
		return clock.Today(tx.Now)
	}
	return day
}
