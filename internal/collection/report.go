package collection

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// What the weekly report asks and says.
const (
	taskReport   = "collection.weekly_report"
	taskAbnormal = "collection.abnormal"
)

// Report is the weekly report of receivables (ARV-05): made each Monday, about the week before, with the figures of the moment in which it
// was made.
type Report struct {
	ID     uuid.UUID
	Number string
	Week   time.Time // the Monday
	MadeAt time.Time

	Lines []ReportLine `gorm:"-"`
}

// TableName implements gorm's Tabler.
func (Report) TableName() string { return "collection_reports" }

// Figures are what a report says of a rep, or of several.
type Figures struct {
	Open      decimal.Decimal
	Due       decimal.Decimal // falls due in the week that begins
	Overdue   decimal.Decimal
	Items     int // overdue
	Longest   int // days
	Disputed  decimal.Decimal
	Promised  decimal.Decimal // and not judged yet
	Collected decimal.Decimal // in the week before
	Broken    int             // promises, in the week before
	Abnormal  int             // payers
}

// ReportLine is a rep's part, with the team as it was.
type ReportLine struct {
	ReportID uuid.UUID
	OwnerID  uuid.UUID
	TeamID   *uuid.UUID
	Figures  `gorm:"embedded"`

	OwnerName string `gorm:"->"`
}

// ReportCase is a payer of whom something isn't as it should be.
type ReportCase struct {
	ReportID uuid.UUID
	PayerID  uuid.UUID
	Kind     string // days, amount, promise, bill
	OwnerID  uuid.UUID
	Amount   decimal.Decimal
	Days     int

	PayerName string `gorm:"->"`
}

// Total adds lines up.
func Total(lines []ReportLine) (Figures, error) {
	t := Figures{Open: zero, Due: zero, Overdue: zero, Disputed: zero, Promised: zero, Collected: zero}
	for _, l := range lines {
		for _, x := range []struct {
			sum *decimal.Decimal
			add decimal.Decimal
		}{
			{&t.Open, l.Open}, {&t.Due, l.Due}, {&t.Overdue, l.Overdue}, {&t.Disputed, l.Disputed}, {&t.Promised, l.Promised}, {&t.Collected, l.Collected},
		} {
			var err error
			if *x.sum, err = money.Sum(*x.sum, x.add); err != nil {
				return Figures{}, err
			}
		}
		t.Items, t.Broken, t.Abnormal, t.Longest = t.Items+l.Items, t.Broken+l.Broken, t.Abnormal+l.Abnormal, max(t.Longest, l.Longest)
	}
	return t, nil
}

// MakeReport makes the report of the week that begins on a Monday, once; a second call does nothing. Finance's head and the general
// manager get to know, and each rep is asked about each payer of whom something isn't as it should be: an item overdue by more days than
// the parameter says, more than so much overdue, a promise broken or a bill bounced in the week before.
func (s *Service) MakeReport(tx pg.Tx, week time.Time) error {
	days, err := s.rules.Int(tx, "collection.abnormal_days")
	if err != nil {
		return err
	}
	amount, err := s.rules.Decimal(tx, "collection.abnormal_amount")
	if err != nil {
		return err
	}
	r := Report{ID: uuid.Must(uuid.NewV7()), Week: week, MadeAt: tx.Now}
	made, err := insertReport(tx, &r, days, amount)
	if err != nil || !made {
		return err
	}
	if err := s.askAboutCases(tx, r); err != nil {
		return err
	}
	day := week.Format(time.DateOnly)
	var tasks []followup.Task
	for _, role := range []identity.Role{identity.FinanceManager, identity.GeneralManager} {
		tasks = append(tasks, followup.Task{
			Kind: taskReport, SubjectType: SubjectReport, SubjectID: r.ID, Number: r.Number, Role: role, Inform: true,
			TitleEN: "The weekly report of receivables of " + day + " is made", TitleZH: day + " 应收款周报已生成",
		})
	}
	if err := followup.Open(tx, tasks...); err != nil {
		return err
	}
	return record(tx, "makeCollectionReport", SubjectReport, r.ID, nil, map[string]any{"number": r.Number, "week": day})
}

// askAboutCases asks each rep about each of their payers. A payer about whom they are asked already isn't asked about twice.
func (s *Service) askAboutCases(tx pg.Tx, r Report) error {
	cases, err := reportCases(tx, r.ID)
	if err != nil {
		return err
	}
	var tasks []followup.Task
	for i, c := range cases {
		if i > 0 && cases[i-1].PayerID == c.PayerID {
			continue
		}
		tasks = append(tasks, followup.Task{
			Kind: taskAbnormal, SubjectType: "customer", SubjectID: c.PayerID, Number: r.Number, UserID: &cases[i].OwnerID,
			TitleEN: fmt.Sprintf("%s: %s. Find out why, and say what will be done", c.PayerName, c.wordsEN()),
			TitleZH: fmt.Sprintf("%s:%s。请了解原因并说明措施", c.PayerName, c.wordsZH()),
		})
	}
	return followup.Open(tx, tasks...)
}

func (c ReportCase) wordsEN() string {
	switch c.Kind {
	case "days":
		return fmt.Sprintf("overdue for %d days", c.Days)
	case "amount":
		return fmt.Sprintf("%s overdue", c.Amount)
	case "promise":
		return fmt.Sprintf("a promise to pay %s was not kept", c.Amount)
	}
	return fmt.Sprintf("a bill of %s bounced", c.Amount)
}

func (c ReportCase) wordsZH() string {
	switch c.Kind {
	case "days":
		return fmt.Sprintf("逾期 %d 天", c.Days)
	case "amount":
		return fmt.Sprintf("逾期金额 %s 元", c.Amount)
	case "promise":
		return fmt.Sprintf("未兑现付款承诺 %s 元", c.Amount)
	}
	return fmt.Sprintf("承兑汇票 %s 元被退票", c.Amount)
}

// ListReports returns the reports, the latest first, without their lines. One statement.
func (s *Service) ListReports(tx pg.Tx, page pg.Page) ([]Report, string, error) {
	return paged(tx.Table("collection_reports AS d"), page, func(r Report) any { return r.ID })
}

// GetReport returns a report with the lines of people whom the caller sees (ORG-06). Two statements.
func (s *Service) GetReport(tx pg.Tx, who identity.Principal, id uuid.UUID) (Report, error) {
	r, err := pg.Take[Report](tx, "id = ?", id)
	if err != nil {
		return Report{}, err
	}
	r.Lines, err = reportLines(tx, who, id)
	return r, err
}

// ListCases returns the cases of a report whose reps the caller sees, by payer. One statement.
func (s *Service) ListCases(tx pg.Tx, who identity.Principal, report uuid.UUID, page pg.Page) ([]ReportCase, string, error) {
	return listCases(tx, who, report, page)
}
