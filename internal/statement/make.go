package statement

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Chunk is how many customers' statements one transaction makes.
const Chunk = 2000

// SubjectRun is what events and follow-ups call the making of a month's statements.
const SubjectRun = "statement_run"

// The kinds of follow-ups.
const (
	KindOverview = "statement.overview" // ARV-03: to know
	KindSend     = "statement.send"     // the month's statements are there to be sent
	KindSkipped  = "statement.skipped"  // customers whose ledger contradicts itself
	KindDispute  = "statement.dispute"
	KindFigures  = "rep_figure.given"
	KindGive     = "rep_figure.give"
	KindObject   = "rep_figure.objection"
)

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct {
	rules  *rulebook.Service
	people *identity.Service // whose keys sign links
	credit *credit.Service
	files  *attachment.Service

	Invoicing Invoicing // who invoices what a customer has confirmed
}

// Invoicing is told of confirmed statements: what stands on them may be invoiced for customers whose terms say so (package invoicing).
type Invoicing interface {
	StatementConfirmed(tx pg.Tx, customerID uuid.UUID, from, through time.Time, source uuid.UUID) error
}

// New returns the service.
func New(rules *rulebook.Service, people *identity.Service, c *credit.Service, files *attachment.Service) *Service {
	return &Service{rules: rules, people: people, credit: c, files: files}
}

// Run is one making of the statements of a month, with what they add up to (ARV-03).
type Run struct {
	ID         uuid.UUID
	Month      time.Time
	State      string // running or done
	After      uuid.UUID
	Statements int
	Skipped    int
	Opening    decimal.Decimal
	Delivered  decimal.Decimal
	Invoiced   decimal.Decimal
	Received   decimal.Decimal
	Closing    decimal.Decimal
	Receivable decimal.Decimal
	StartedAt  time.Time
	FinishedAt *time.Time
}

// TableName implements gorm's Tabler.
func (Run) TableName() string { return "statement_runs" }

// Done reports whether all statements of the month are made.
func (r Run) Done() bool { return r.State == "done" }

// StartRun begins the statements of a month (its first date), or returns the run that is there (ARV-02). The month is over by then: a job
// calls it when the next one begins. Two at once make one.
func (s *Service) StartRun(tx pg.Tx, month time.Time) (Run, error) {
	if err := insertRun(tx, month); err != nil {
		return Run{}, err
	}
	return pg.Take[Run](tx, "month = ?", month)
}

// MakeChunk makes the statements of the next n customers of a run, and reports whether it is done. Locks the run, so that of two jobs
// the second waits, and goes on where the first stopped. A few statements of SQL, however many customers.
func (s *Service) MakeChunk(tx pg.Tx, runID uuid.UUID, n int) (bool, error) {
	r, err := pg.TakeForUpdate[Run](tx, "id = ?", runID)
	if err != nil || r.Done() {
		return true, err
	}
	payers, err := accountsAfter(tx, r.After, n)
	if err != nil {
		return false, err
	}
	if len(payers) == 0 {
		return true, s.finishRun(tx, r)
	}
	made, err := s.make(tx, order{kind: Monthly, starts: r.Month, ends: clock.AddMonths(r.Month, 1).AddDate(0, 0, -1), payers: payers})
	if err != nil {
		return false, err
	}
	return false, addToRun(tx, r.ID, payers[len(payers)-1], made)
}

// finishRun closes a run: the sales manager gets the overview (ARV-03), finance the statements to send and the reps' figures to give (ARV-08),
// and those who can mend it hear of ledgers that contradict themselves.
func (s *Service) finishRun(tx pg.Tx, r Run) error {
	if err := closeRun(tx, r.ID); err != nil {
		return err
	}
	if err := s.draftFigures(tx, r.Month); err != nil {
		return err
	}
	month := r.Month.Format("2006-01")
	task := func(kind, en, zh string, role identity.Role, inform bool) followup.Task {
		return followup.Task{
			Kind: kind, SubjectType: SubjectRun, SubjectID: r.ID, Number: month, TitleEN: en + " " + month, TitleZH: month + " " + zh, Role: role, Inform: inform,
		}
	}
	tasks := []followup.Task{
		task(KindOverview, "Open amounts of all customers,", "全部客户应收清单", identity.SalesManager, true),
		task(KindSend, "Send the statements of", "对账单已生成,请发送客户确认", identity.FinanceClerk, false),
		task(KindGive, "Give the reps their figures of", "请下发业务员月度业绩数据", identity.FinanceManager, false),
	}
	if r.Skipped > 0 {
		tasks = append(tasks,
			task(KindSkipped, "Ledgers that contradict themselves have no statement of", "部分客户账目不一致,未生成对账单", identity.FinanceManager, false),
			task(KindSkipped, "Ledgers that contradict themselves have no statement of", "部分客户账目不一致,未生成对账单", identity.Admin, false))
	}
	if err := followup.Open(tx, tasks...); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "makeStatements", SubjectType: SubjectRun, SubjectID: r.ID, After: r})
}

// Make makes a statement of any dates for one customer by hand (ARV-02): it isn't part of the monthly chain, and doesn't replace the monthly
// ones. Who had neither balance nor movement gets one that says so, for who wants that confirmed. Returns ErrRange unless it ends before today,
// ErrPaysNot for a customer that another one pays for, ErrContradicts.
func (s *Service) Make(tx pg.Tx, who identity.Principal, customerID uuid.UUID, from, to time.Time) (Statement, error) {
	c, err := customer.Brief(tx, customerID)
	if err != nil {
		return Statement{}, err
	}
	if err := who.MustSee(c.OwnerID); err != nil {
		return Statement{}, err
	}
	switch {
	case c.PayerID() != c.ID:
		return Statement{}, ErrPaysNot.At("/customer_id")
	case from.After(to) || !to.Before(clock.Today(tx.Now)):
		return Statement{}, ErrRange.At("/to")
	}
	made, err := s.make(tx, order{kind: Manual, starts: from, ends: to, payers: []uuid.UUID{customerID}})
	switch {
	case err != nil:
		return Statement{}, err
	case made.Skipped > 0:
		return Statement{}, ErrContradicts
	}
	v, err := newestOf(tx, customerID)
	if err != nil {
		return Statement{}, err
	}
	return v, record(tx, "makeStatement", v.ID, nil, v.trace())
}

// order is what statements are asked for.
type order struct {
	kind         string
	starts, ends time.Time
	payers       []uuid.UUID
}

// make makes statements by one statement of SQL, and numbers them without gaps.
func (s *Service) make(tx pg.Tx, o order) (made, error) {
	bounds, err := BoundsAt(tx, s.rules, o.ends)
	if err != nil {
		return made{}, err
	}
	base, err := lockNumbers(tx, o.ends)
	if err != nil {
		return made{}, err
	}
	m, err := insertStatements(tx, o, bounds, base)
	if err != nil || m.Statements == 0 {
		return m, err
	}
	return m, takeNumbers(tx, o.ends, m.Statements)
}

// BoundsAt returns the ageing's bounds as they were at the end of a date (D1.12).
func BoundsAt(tx pg.Tx, rules *rulebook.Service, day time.Time) (Bounds, error) {
	at := endOf(day)
	if at.After(tx.Now) {
		at = tx.Now
	}
	var b Bounds
	for name, to := range map[string]*int{
		"statement.ageing_first": &b.BoundFirst, "statement.ageing_second": &b.BoundSecond, "statement.ageing_third": &b.BoundThird,
	} {
		n, err := rules.IntAt(tx, name, at)
		if err != nil {
			return Bounds{}, err
		}
		*to = n
	}
	return b, nil
}

// startOf returns the first instant of a business date, endOf the first of the next.
func startOf(day time.Time) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Shanghai).UTC()
}

func endOf(day time.Time) time.Time { return startOf(day.AddDate(0, 0, 1)) }

func record(tx pg.Tx, action string, id uuid.UUID, before, after any) error {
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: id, Before: before, After: after})
}
