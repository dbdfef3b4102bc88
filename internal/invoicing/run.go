package invoicing

import (
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// The states of a run and of its customers.
const (
	RunRunning = "running"
	RunDone    = "done"

	ItemPending  = "pending"
	ItemInvoiced = "invoiced"
	ItemNothing  = "nothing" // invoiced by hand meanwhile
	ItemRefused  = "refused"
)

// notesPerInvoice is how many delivery notes one invoice of a run takes, as the contract allows.
const notesPerInvoice = 100

// Run invoices all that is due: customer by customer, each in a transaction of its own (see doc.go).
type Run struct {
	ID          uuid.UUID
	Number      string
	State       string
	Through     time.Time // deliveries that left until then
	CashThrough time.Time // of them, those that are due at once
	Daily       bool      // begun by the job: only what the gate has let out
	InvoicedOn  time.Time
	StartedBy   *uuid.UUID
	StartedAt   time.Time
	FinishedAt  *time.Time
	Version     int64

	Count map[string]int  `gorm:"-"` // of its customers, by state
	Total decimal.Decimal `gorm:"-"`
}

// TableName is for GORM.
func (Run) TableName() string { return "invoice_runs" }

// RunItem is what a run did for one customer.
type RunItem struct {
	RunID        uuid.UUID
	CustomerID   uuid.UUID
	PayerID      uuid.UUID
	State        string
	Invoices     int
	Amount       decimal.Decimal
	Code         string // why it was refused
	DoneAt       *time.Time
	CustomerCode string `gorm:"->"`
	CustomerName string `gorm:"->"`
}

// TableName is for GORM.
func (RunItem) TableName() string { return "invoice_run_items" }

// StartRun lists the customers with something due until a date, and lets the job invoice them. Returns ErrRunOpen while another run goes
// on, and ErrNothingDue.
func (s *Service) StartRun(tx pg.Tx, through time.Time) (Run, error) {
	through = orToday(tx, through)
	if through.After(clock.Today(tx.Now)) {
		return Run{}, receivable.ErrFuture.At("/through")
	}
	r, err := s.start(tx, Run{Through: through, CashThrough: through})
	if err != nil || s.Enqueue == nil {
		return r, err
	}
	return r, s.Enqueue(tx, r.ID)
}

// StartDaily starts the run of a day: it invoices what left some days ago (invoicing.at_once_days) and nobody has invoiced, and what is paid on
// delivery or ahead by days of its own (invoicing.cash_days): cash that wasn't brought back is a receivable due at once (SHP-11). Whoever calls it
// carries it out. Returns what StartRun returns.
func (s *Service) StartDaily(tx pg.Tx, day time.Time) (Run, error) {
	days, err := s.rules.Int(tx, "invoicing.at_once_days")
	if err != nil {
		return Run{}, err
	}
	cash, err := s.rules.Int(tx, "invoicing.cash_days")
	if err != nil {
		return Run{}, err
	}
	return s.start(tx, Run{Through: day.AddDate(0, 0, -days), CashThrough: day.AddDate(0, 0, -cash), Daily: true})
}

// start writes a run with the customers that are due.
func (s *Service) start(tx pg.Tx, r Run) (Run, error) {
	r.ID, r.State, r.InvoicedOn, r.StartedBy, r.StartedAt, r.Version = uuid.Must(uuid.NewV7()), RunRunning, clock.Today(tx.Now), tx.By.Actor(), tx.Now, 1
	var err error
	if r.Number, err = pg.NextNumber(tx, "IR", tx.Now); err != nil {
		return Run{}, err
	}
	if err := pg.Insert(tx, &r); err != nil {
		return Run{}, err
	}
	res := tx.Exec(`INSERT INTO invoice_run_items (run_id, customer_id, payer_id, state, invoices, amount, code)
		SELECT ?, d.customer_id, d.payer_id, 'pending', 0, 0, '' FROM (`+openSQL+byNote+`) d GROUP BY d.customer_id, d.payer_id
		HAVING bool_or(d.due)`, r.ID, r.CashThrough, r.Through, r.Daily)
	if res.Error != nil {
		return Run{}, res.Error
	}
	if res.RowsAffected == 0 {
		return Run{}, ErrNothingDue
	}
	r.Count, r.Total = map[string]int{ItemPending: int(res.RowsAffected)}, decimal.Zero.Pad(money.AmountScale)
	return r, record(tx, "startInvoiceRun", subjectRun, r.ID, nil, r)
}

// RunsOpen returns the runs that go on, for the sweep that restarts them.
func (s *Service) RunsOpen(tx pg.Tx) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	return ids, tx.Raw("SELECT id FROM invoice_runs WHERE state = 'running'").Scan(&ids).Error
}

// ContinueRun invoices the next customer of a run in this transaction, and reports whether more are left. A customer that is refused, say
// because its amounts have too many digits, is written down with RefuseItem, and hinders nobody: it is returned for that. Locks what
// PostInvoice does.
func (s *Service) ContinueRun(tx pg.Tx, id uuid.UUID) (tried RunItem, more bool, err error) {
	r, err := pg.Take[Run](tx, "id = ?", id)
	if err != nil || r.State == RunDone {
		return RunItem{}, false, err
	}
	item, found, err := nextItem(tx, id)
	if err != nil {
		return RunItem{}, false, err
	}
	if !found {
		return RunItem{}, false, s.finish(tx, r)
	}
	if _, err := s.credit.Lock(tx, item.PayerID); err != nil { // two servers: the second finds it done
		return RunItem{}, false, err
	}
	if item, err = pg.Take[RunItem](tx, "run_id = ? AND customer_id = ? AND payer_id = ?", id, item.CustomerID, item.PayerID); err != nil {
		return RunItem{}, false, err
	}
	if item.State != ItemPending {
		return RunItem{}, true, nil
	}
	return item, true, s.invoiceItem(tx, r, item)
}

// invoiceItem invoices what is due of one customer: a hundred delivery notes on an invoice, cash and credit apart (SHP-11).
func (s *Service) invoiceItem(tx pg.Tx, r Run, item RunItem) error {
	groups, err := dueNotes(tx, r, item)
	if err != nil {
		return err
	}
	item.State, item.Amount = ItemNothing, decimal.Zero.Pad(money.AmountScale)
	for _, notes := range groups {
		v, err := s.receivables.PostInvoice(tx, identity.System(), receivable.NewInvoice{DeliveryNoteIDs: notes, InvoicedOn: r.InvoicedOn})
		if err != nil {
			return err
		}
		item.State, item.Invoices = ItemInvoiced, item.Invoices+1
		if item.Amount, err = money.Sum(item.Amount, v.Total); err != nil {
			return err
		}
	}
	return writeItem(tx, item)
}

// RefuseItem writes down why a customer of a run can't be invoiced, after the transaction that tried it was undone. Nothing happens when
// another server has dealt with it meanwhile.
func (s *Service) RefuseItem(tx pg.Tx, item RunItem, code string) error {
	item.State, item.Code = ItemRefused, code
	if err := writeItem(tx, item); !errors.Is(err, errs.ErrStale) {
		return err
	}
	return nil
}

// nextItem returns the first customer of a run that is still to be invoiced.
func nextItem(tx pg.Tx, run uuid.UUID) (RunItem, bool, error) {
	var rows []RunItem
	err := tx.Where("run_id = ? AND state = ?", run, ItemPending).Order("customer_id, payer_id").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return RunItem{}, false, err
	}
	return rows[0], true, nil
}

func writeItem(tx pg.Tx, i RunItem) error {
	return pg.One(tx.Exec(`UPDATE invoice_run_items SET state = ?, invoices = ?, amount = ?, code = ?, done_at = ?
		WHERE run_id = ? AND customer_id = ? AND payer_id = ? AND state = 'pending'`, i.State, i.Invoices, i.Amount, i.Code, tx.Now, i.RunID, i.CustomerID, i.PayerID))
}

func (s *Service) finish(tx pg.Tx, r Run) error {
	return pg.Update(tx, "invoice_runs", r.ID, r.Version, map[string]any{"state": RunDone, "finished_at": tx.Now})
}

// dueNotes returns the delivery notes of a customer that are due, in groups of one invoice each.
func dueNotes(tx pg.Tx, r Run, item RunItem) ([][]uuid.UUID, error) {
	var groups [][]uuid.UUID
	var id uuid.UUID
	var cash, was bool
	err := pg.ScanRows(tx, []any{&id, &cash}, func() error {
		if n := len(groups); n == 0 || cash != was || len(groups[n-1]) == notesPerInvoice {
			groups = append(groups, nil)
		}
		was = cash
		groups[len(groups)-1] = append(groups[len(groups)-1], id)
		return nil
	}, `SELECT n.id, `+isCash+` AS cash FROM delivery_notes n LEFT JOIN invoicing_terms i ON i.customer_id = n.payer_id AND i.valid_to IS NULL
		WHERE n.customer_id = ? AND n.payer_id = ? AND `+inReach+` AND `+mayNow+`
			AND EXISTS (SELECT FROM delivery_note_lines l WHERE l.delivery_note_id = n.id AND `+isOpen+`)
		ORDER BY cash, n.shipped_on, n.id`, item.CustomerID, item.PayerID, r.CashThrough, r.Through, r.Daily)
	return groups, err
}

// GetRun returns a run with what became of its customers.
func (s *Service) GetRun(tx pg.Tx, id uuid.UUID) (Run, error) {
	r, err := pg.Take[Run](tx, "id = ?", id)
	if err != nil {
		return Run{}, err
	}
	runs := []Run{r}
	err = countRuns(tx, runs)
	return runs[0], err
}

// ListRuns returns runs with what became of their customers, newest first. Two statements.
func (s *Service) ListRuns(tx pg.Tx, p pg.Page) ([]Run, string, error) {
	var rows []Run
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	q := tx.DB
	if found {
		q = q.Where("id < ?", last)
	}
	if err := q.Order("id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	rows, next, err := pg.Cut(p, rows, func(r Run) any { return r.ID })
	if err != nil || len(rows) == 0 {
		return rows, next, err
	}
	return rows, next, countRuns(tx, rows)
}

// countRuns reads what became of the customers of runs.
func countRuns(tx pg.Tx, runs []Run) error {
	at, ids := make(map[uuid.UUID]*Run, len(runs)), make([]uuid.UUID, len(runs))
	for i := range runs {
		r := &runs[i]
		at[r.ID], ids[i] = r, r.ID
		r.Count, r.Total = map[string]int{}, decimal.Zero.Pad(money.AmountScale)
	}
	var id uuid.UUID
	var state string
	var n int
	var amount decimal.Decimal
	return pg.ScanRows(tx, []any{&id, &state, &n, &amount}, func() (err error) {
		r := at[id]
		r.Count[state] = n
		r.Total, err = money.Sum(r.Total, amount)
		return err
	}, `SELECT run_id, state, count(*), sum(amount) FROM invoice_run_items WHERE run_id::text = ANY(?) GROUP BY run_id, state`, pg.IDs(ids))
}

// ListRunItems returns a page of what a run did, by customer; only those in a state if that is given. One statement.
func (s *Service) ListRunItems(tx pg.Tx, id uuid.UUID, state string, p pg.Page) ([]RunItem, string, error) {
	q := tx.Table("invoice_run_items i").Select("i.*, c.code AS customer_code, c.name AS customer_name").Joins("JOIN customers c ON c.id = i.customer_id").
		Where("i.run_id = ?", id)
	if state != "" {
		q = q.Where("i.state = ?", state)
	}
	var last [2]uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("(i.customer_id, i.payer_id) > (?, ?)", last[0], last[1])
	}
	var rows []RunItem
	if err := q.Order("i.customer_id, i.payer_id").Limit(p.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(i RunItem) any { return [2]uuid.UUID{i.CustomerID, i.PayerID} })
}
