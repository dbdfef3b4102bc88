package receivable

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// seen narrows a list to documents of customers that the caller may see (ORG-06), and of these to one person's; column is the document's customer.
func seen(n *pg.Narrowing, who identity.Principal, column string, owner *uuid.UUID) {
	n.Seen(who, column+" IN (SELECT id FROM customers WHERE owner_id IN @owners)")
	n.By(owner != nil, column+" IN (SELECT id FROM customers WHERE owner_id = @owner)", "owner", owner)
}

// Filter narrows a list of invoices; zero fields don't.
type Filter struct {
	CustomerID *uuid.UUID
	PayerID    *uuid.UUID
	OwnerID    *uuid.UUID // whose customer's
	OrderID    *uuid.UUID // with goods of this order
	State      State
	Open       bool // only what isn't fully paid
	Overdue    bool // only what is open past its due date
	Kind       Kind
	CorrectsID *uuid.UUID
	Number     string // its own, or the tax system's
	NoteID     *uuid.UUID
	From       time.Time // the day of the invoice, or later
	Until      time.Time
	Taxed      *bool // whether a number of the tax system is recorded for it
	Total      *decimal.Decimal
}

const selectInvoice = `SELECT v.*, c.name AS customer_name, y.name AS payer_name
	FROM invoices v JOIN customers c ON c.id = v.customer_id JOIN customers y ON y.id = v.payer_id `

// ListInvoices returns invoices that the caller may see, newest first, without their lines. One statement.
func (s *Service) ListInvoices(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Invoice, string, error) {
	n := pg.Narrow()
	seen(&n, who, "v.customer_id", f.OwnerID)
	n.By(f.CustomerID != nil, "v.customer_id = @customer", "customer", f.CustomerID)
	n.By(f.PayerID != nil, "v.payer_id = @payer", "payer", f.PayerID)
	n.By(f.State != "", "v.state = @state", "state", f.State)
	n.Only(f.Open || f.Overdue, IsOpen)
	n.By(f.Overdue, "v.due_on < @today", "today", clock.Today(tx.Now))
	n.By(f.Kind != "", "v.kind = @kind", "kind", f.Kind)
	n.By(f.CorrectsID != nil, "v.corrects_id = @corrects", "corrects", f.CorrectsID)
	n.By(f.Number != "", `v.id IN (SELECT id FROM invoices WHERE number = @number
		UNION ALL SELECT invoice_id FROM tax_invoices WHERE number = @number AND state = 'recorded')`, "number", f.Number)
	n.By(f.NoteID != nil, "v.id IN (SELECT invoice_id FROM invoice_lines WHERE delivery_note_id = @note)", "note", f.NoteID)
	n.By(f.OrderID != nil, `v.id IN (SELECT l.invoice_id FROM delivery_note_lines d JOIN invoice_lines l ON l.delivery_line_id = d.id
		WHERE d.order_id = @order)`, "order", f.OrderID)
	n.By(!f.From.IsZero(), "v.invoiced_on >= @from", "from", f.From)
	n.By(!f.Until.IsZero(), "v.invoiced_on <= @until", "until", f.Until)
	const taxed = "(SELECT FROM tax_invoices t WHERE t.invoice_id = v.id AND t.state = 'recorded')"
	n.Only(f.Taxed != nil && *f.Taxed, "EXISTS "+taxed)
	n.Only(f.Taxed != nil && !*f.Taxed, "NOT EXISTS "+taxed)
	n.By(f.Total != nil, "v.total = @total", "total", f.Total)
	return pg.Newest(tx, p, n, selectInvoice, "v.id", func(v Invoice) uuid.UUID { return v.ID })
}

// ReceiptFilter narrows a list of receipts; zero fields don't.
type ReceiptFilter struct {
	PayerID *uuid.UUID
	OwnerID *uuid.UUID // whose customer's
	State   State
	Method  Method
	Free    bool      // only with something that isn't used
	Number  string    // its own, or the bank's reference
	From    time.Time // the day on which it came, or later
	Until   time.Time
	Amount  *decimal.Decimal
}

const selectReceipt = `SELECT r.*, y.name AS payer_name FROM receipts r JOIN customers y ON y.id = r.payer_id `

// ListReceipts returns receipts that the caller may see, newest first. Two statements.
func (s *Service) ListReceipts(tx pg.Tx, who identity.Principal, f ReceiptFilter, p pg.Page) ([]Receipt, string, error) {
	n := pg.Narrow()
	seen(&n, who, "r.payer_id", f.OwnerID)
	n.By(f.PayerID != nil, "r.payer_id = @payer", "payer", f.PayerID)
	n.By(f.State != "", "r.state = @state", "state", f.State)
	n.By(f.Method != "", "r.method = @method", "method", f.Method)
	n.Only(f.Free, "r.state = 'posted' AND r.allocated + r.covering < r.amount")
	n.By(f.Number != "", `r.id IN (SELECT id FROM receipts WHERE number = @number
		UNION ALL SELECT id FROM receipts WHERE reference = @number AND reference <> '')`, "number", f.Number)
	n.By(!f.From.IsZero(), "r.received_on >= @from", "from", f.From)
	n.By(!f.Until.IsZero(), "r.received_on <= @until", "until", f.Until)
	n.By(f.Amount != nil, "r.amount = @amount", "amount", f.Amount)
	rows, next, err := pg.Newest(tx, p, n, selectReceipt, "r.id", func(r Receipt) uuid.UUID { return r.ID })
	if err != nil || len(rows) == 0 {
		return rows, next, err
	}
	return rows, next, attachAllocations(tx, rows)
}

// attachAllocations gives receipts what they paid.
func attachAllocations(tx pg.Tx, rows []Receipt) error {
	at := make(map[uuid.UUID]int, len(rows))
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		at[r.ID], ids[i] = i, r.ID
	}
	all, err := allocationsOf(tx, ids...)
	for _, a := range all {
		i := at[a.ReceiptID]
		rows[i].Allocations = append(rows[i].Allocations, a)
	}
	return err
}

// BillFilter narrows a list of bills; zero fields don't.
type BillFilter struct {
	PayerID  *uuid.UUID
	State    BillState
	Number   string
	Maturing time.Time // only bills that are still to be paid and mature until then
}

const selectBill = `SELECT b.*, y.name AS payer_name FROM acceptance_bills b JOIN customers y ON y.id = b.payer_id `

// ListBills returns bills of payers that the caller may see, newest first, without their steps. One statement.
func (s *Service) ListBills(tx pg.Tx, who identity.Principal, f BillFilter, p pg.Page) ([]Bill, string, error) {
	n := pg.Narrow()
	seen(&n, who, "b.payer_id", nil)
	n.By(f.PayerID != nil, "b.payer_id = @payer", "payer", f.PayerID)
	n.By(f.State != "", "b.state = @state", "state", f.State)
	n.By(f.Number != "", "b.number = @number", "number", f.Number)
	n.By(!f.Maturing.IsZero(), "b.state IN ('held', 'endorsed', 'discounted') AND b.matures_on <= @maturing", "maturing", f.Maturing)
	return pg.Newest(tx, p, n, selectBill, "b.id", func(b Bill) uuid.UUID { return b.ID })
}

// ListReturns returns what came back from customers that the caller sees, newest first, without lines. One statement.
func (s *Service) ListReturns(tx pg.Tx, who identity.Principal, customerID, noteID *uuid.UUID, p pg.Page) ([]GoodsReturn, string, error) {
	n := pg.Narrow()
	seen(&n, who, "g.customer_id", nil)
	n.By(customerID != nil, "g.customer_id = @customer", "customer", customerID)
	n.By(noteID != nil, "g.delivery_note_id = @note", "note", noteID)
	return pg.Newest(tx, p, n, "SELECT g.* FROM goods_returns g ", "g.id", func(g GoodsReturn) uuid.UUID { return g.ID })
}

// ListWriteOffs returns write-offs that the caller may see, newest first, of one payer if that is given. One statement.
func (s *Service) ListWriteOffs(tx pg.Tx, who identity.Principal, payer *uuid.UUID, p pg.Page) ([]WriteOff, string, error) {
	n := pg.Narrow()
	seen(&n, who, "w.customer_id", nil)
	n.By(payer != nil, "w.payer_id = @payer", "payer", payer)
	return pg.Newest(tx, p, n, "SELECT w.* FROM write_offs w ", "w.id", func(w WriteOff) uuid.UUID { return w.ID })
}
