package prospect

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// The follow-ups of planning. Their subjects have no row of their own: the id is made of the rep and the period.
const (
	taskPlanDue      = "prospect.development_plan_due"
	subjectPlanDue   = "development_plan_due"
	taskReviewDue    = "prospect.development_review_due"
	subjectReviewDue = "development_review_due"
)

// dueID is the same for the same rep and period.
func dueID(rep uuid.UUID, period string) uuid.UUID { return uuid.NewSHA1(rep, []byte(period)) }

// Orders is what this module asks of orders, which stand behind it in the import order.
type Orders interface {
	// ConfirmedAmounts returns what each of these customers ordered, by the day of confirmation.
	ConfirmedAmounts(tx pg.Tx, customerIDs []uuid.UUID, from, to time.Time) (map[uuid.UUID]decimal.Decimal, error)
}

// Progress is what a rep planned for a period and did (CUS-04).
type Progress struct {
	OwnerID   uuid.UUID
	OwnerName string
	Planned   Figures
	Done      Figures
	Rate      *decimal.Decimal // percent; nil when nothing was planned
	Reviews   []Review
}

// Review is what the sales manager said about a rep's quarter. It is never changed.
type Review struct {
	ID         uuid.UUID
	OwnerID    uuid.UUID
	Quarter    string
	Verdict    string // "met", "partly" or "missed"
	Comment    string
	Figures    ReviewFigures `gorm:"serializer:json"`
	ReviewedBy uuid.UUID
	ReviewedAt time.Time
}

// TableName is for GORM.
func (Review) TableName() string { return "development_reviews" }

// ReviewFigures are planned and done as they were at the review.
type ReviewFigures struct {
	Planned Figures          `json:"planned"`
	Done    Figures          `json:"done"`
	Rate    *decimal.Decimal `json:"rate"`
}

func (f Figures) plus(g Figures) Figures {
	amount, err := f.Amount.Add(g.Amount)
	if err != nil { // both are bounded by their columns; a sum past nineteen digits is no plan
		amount = f.Amount
	}
	return Figures{f.Registered + g.Registered, f.Contacted + g.Contacted, f.Converted + g.Converted, amount}
}

// rate is how much of a plan is done, in percent (CUS-04): the mean over what was planned, each counted up to its target. nil when
// nothing was planned.
func rate(planned, done Figures) *decimal.Decimal {
	sum, n := decimal.Zero, int64(0)
	for _, m := range []struct{ planned, done decimal.Decimal }{
		{whole(planned.Registered), whole(done.Registered)},
		{whole(planned.Contacted), whole(done.Contacted)},
		{whole(planned.Converted), whole(done.Converted)},
		{planned.Amount, done.Amount},
	} {
		if !m.planned.IsPos() {
			continue
		}
		n++
		share := decimal.Hundred
		if m.done.Cmp(m.planned) < 0 {
			part, err := m.done.Mul(decimal.Hundred)
			if err == nil {
				part, err = part.Quo(m.planned)
			}
			if err != nil {
				continue
			}
			share = part
		}
		if total, err := sum.Add(share); err == nil {
			sum = total
		}
	}
	if n == 0 {
		return nil
	}
	mean, err := sum.Quo(whole(int(n)))
	if err != nil {
		return nil
	}
	mean = money.Round(mean, 1)
	return &mean
}

func whole(n int) decimal.Decimal { return decimal.MustNew(int64(n), 0) }

// ListProgress returns what each rep whose documents the caller sees planned for a quarter, half-year or year and did, with the
// sales manager's reviews (CUS-04). Done is what the rep registered in the period, contacted in it, and owned when it was converted
// in it; the amount is what customers who were converted in the same year ordered in the period. A few statements,
// whatever the number of reps. Returns ErrSpan.
func (s *Service) ListProgress(tx pg.Tx, who identity.Principal, period string, owner *uuid.UUID, p pg.Page) ([]Progress, string, error) {
	sp, ok := parseSpan(period)
	if !ok {
		return nil, "", ErrSpan.At("query:period")
	}
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	rows, err := repsSeen(tx, who, owner, found, last, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	rows, next, err := pg.Cut(p, rows, func(r Progress) any { return r.OwnerID })
	if err != nil {
		return nil, "", err
	}
	return rows, next, s.fill(tx, rows, sp)
}

// fill counts for the reps of a page.
func (s *Service) fill(tx pg.Tx, rows []Progress, sp span) error {
	ids, at := make([]uuid.UUID, len(rows)), make(map[uuid.UUID]*Progress, len(rows))
	for i := range rows {
		ids[i], at[rows[i].OwnerID] = rows[i].OwnerID, &rows[i]
	}
	if len(ids) == 0 {
		return nil
	}
	targets, err := plannedBy(tx, ids, sp.quarters())
	if err != nil {
		return err
	}
	for _, t := range targets {
		at[t.OwnerID].Planned = at[t.OwnerID].Planned.plus(t.Figures)
	}
	done, err := doneBy(tx, ids, sp)
	if err != nil {
		return err
	}
	for _, d := range done {
		at[d.OwnerID].Done = d.Figures
	}
	if err := s.addAmounts(tx, at, ids, sp); err != nil {
		return err
	}
	reviews, err := reviewsOf(tx, ids, sp.quarters())
	for _, r := range reviews {
		at[r.OwnerID].Reviews = append(at[r.OwnerID].Reviews, r)
	}
	for i := range rows {
		rows[i].Rate = rate(rows[i].Planned, rows[i].Done)
	}
	return err
}

// addAmounts counts what the customers won in the year ordered in the period.
func (s *Service) addAmounts(tx pg.Tx, at map[uuid.UUID]*Progress, ids []uuid.UUID, sp span) error {
	year, _ := parseSpan(sp.name[:4])
	won, err := customersWon(tx, ids, year)
	if err != nil || len(won) == 0 {
		return err
	}
	customers := make([]uuid.UUID, 0, len(won))
	for id := range won {
		customers = append(customers, id)
	}
	from, to := sp.instants()
	amounts, err := s.Orders.ConfirmedAmounts(tx, customers, from, to)
	for id, amount := range amounts {
		p := at[won[id]]
		p.Done = p.Done.plus(Figures{Amount: amount})
	}
	return err
}

// ReviewQuarter records the sales manager's review of a rep's quarter, with the figures as they stand (CUS-04). Returns ErrSpan,
// ErrQuarterRuns before the quarter has ended, ErrReviewed when it was reviewed already, ErrOwnReview (ORG-03), and
// errs.ErrNotFound for a rep whose documents the caller may not see.
func (s *Service) ReviewQuarter(tx pg.Tx, who identity.Principal, owner uuid.UUID, quarter, verdict, comment string) (Review, error) {
	sp, ok := parseSpan(quarter)
	if !ok || len(sp.quarters()) != 1 {
		return Review{}, ErrSpan.At("/quarter")
	}
	if err := who.MustSee(owner); err != nil {
		return Review{}, err
	}
	if owner == who.ID {
		return Review{}, ErrOwnReview.With()
	}
	if _, to := sp.instants(); tx.Now.Before(to) {
		return Review{}, ErrQuarterRuns.At("/quarter")
	}
	rows := []Progress{{OwnerID: owner}}
	if err := s.fill(tx, rows, sp); err != nil {
		return Review{}, err
	}
	r := Review{
		ID: uuid.Must(uuid.NewV7()), OwnerID: owner, Quarter: quarter, Verdict: verdict, Comment: comment, ReviewedBy: who.ID, ReviewedAt: tx.Now,
		Figures: ReviewFigures{Planned: rows[0].Planned, Done: rows[0].Done, Rate: rows[0].Rate},
	}
	if err := pg.Insert(tx, &r); err != nil {
		return Review{}, err
	}
	if err := followup.Close(tx, taskReviewDue, subjectReviewDue, dueID(owner, quarter)); err != nil {
		return Review{}, err
	}
	return r, audit.Record(tx, audit.Entry{Action: "reviewDevelopment", SubjectType: "user", SubjectID: owner, After: r})
}

// AskForPlans asks every rep for the plan of the half-year that comes (CUS-01), within development.plan_months: until the end of June
// or December; overdue ones reach the sales manager. start is June 1 or December 1. Who has submitted already isn't asked. Repeating it asks nobody twice.
func (s *Service) AskForPlans(tx pg.Tx, start time.Time) error {
	due, err := s.planDue(tx, start)
	if err != nil {
		return err
	}
	return askForPlans(tx, halfToPlan(start), due, nil)
}

// planDue is until when who is asked on this date submits a plan.
func (s *Service) planDue(tx pg.Tx, start time.Time) (clock.Term, error) {
	months, err := s.rules.Int(tx, "development.plan_months")
	return clock.Term{From: instant(clock.AddMonths(start, months)), Days: -1}, err
}

// askAgain asks a rep whose plan didn't come into effect for another, unless one is in effect or the half-year is over (CUS-01). They
// have until the day that everybody has, but not less than development.rework_days.
func (s *Service) askAgain(tx pg.Tx, p Plan) error {
	half, ok := parseSpan(p.Half)
	if _, end := half.instants(); !ok || !tx.Now.Before(end) {
		return nil
	}
	due, err := s.planDue(tx, clock.AddMonths(half.from, -1)) // June 1 or December 1
	if err != nil {
		return err
	}
	days, err := s.rules.Int(tx, "development.rework_days")
	if err != nil {
		return err
	}
	if least := (clock.Term{From: tx.Now, Days: days}); tx.Calendar().Due(least).After(tx.Calendar().Due(due)) {
		due = least
	}
	return askForPlans(tx, p.Half, due, &p.OwnerID)
}

// askForPlans asks the reps, or the one of them, who have no plan.
func askForPlans(tx pg.Tx, half string, due clock.Term, only *uuid.UUID) error {
	reps, err := repsWithoutPlan(tx, half, only)
	if err != nil {
		return err
	}
	tasks := make([]followup.Task, len(reps))
	for i, r := range reps {
		tasks[i] = followup.Task{
			Kind: taskPlanDue, SubjectType: subjectPlanDue, SubjectID: dueID(r.OwnerID, half), Number: half, UserID: &reps[i].OwnerID,
			Within: &due, EscalateTo: identity.SalesManager,
			TitleEN: "Submit your prospects and development plan for " + half, TitleZH: "提交 " + half + " 潜在客户名单及开发计划",
		}
	}
	return followup.Open(tx, tasks...)
}

// AskForReviews asks the sales managers to review each rep's last quarter (CUS-04) within development.review_months; overdue ones reach the sales
// director. start is the first day of a quarter. Repeating it asks nobody twice.
func (s *Service) AskForReviews(tx pg.Tx, start time.Time) error {
	quarter := quarterOf(start.AddDate(0, 0, -1))
	reps, err := repsWithoutReview(tx, quarter)
	if err != nil {
		return err
	}
	months, err := s.rules.Int(tx, "development.review_months")
	if err != nil {
		return err
	}
	due := clock.Term{From: instant(clock.AddMonths(start, months)), Days: -1}
	tasks := make([]followup.Task, len(reps))
	for i, r := range reps {
		tasks[i] = followup.Task{
			Kind: taskReviewDue, SubjectType: subjectReviewDue, SubjectID: dueID(r.OwnerID, quarter), Number: quarter,
			Role: identity.SalesManager, DepartmentID: reps[i].DepartmentID, Within: &due, EscalateTo: identity.SalesDirector,
			TitleEN: "Review the development of " + r.OwnerName + " in " + quarter, TitleZH: "检查 " + r.OwnerName + " " + quarter + " 客户开发进度",
		}
	}
	return followup.Open(tx, tasks...)
}
