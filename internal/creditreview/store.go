package creditreview

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"gorm.io/gorm"

	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// liveStates are those of credit_reviews_one_live.
const liveStates = `('open', 'overdue', 'requested')`

const reviewSelect = `r.*, c.code AS customer_code, c.name AS customer_name`

// summarySelect leaves out what a list doesn't show, which is most of a row.
const summarySelect = `r.id, r.batch_id, r.kind, r.customer_id, r.owner_id, r.state, r.as_of, r.due_on, r.grade, r.limit_kind, r.limit_amount,
	r.proposed_grade, r.proposed_limit_kind, r.proposed_limit_amount, r.change, r.needs_judgement, r.overdue_amount, r.overdue_days, r.risk,
	r.pending_request_id, r.request_id, r.answered_by, r.answered_at, r.reason, r.next_review, r.opened_at, r.version,
	c.code AS customer_code, c.name AS customer_name`

// listReviews walks an index in the order of risk. Both keys fall, so that a page is one range of it.
func listReviews(tx pg.Tx, who identity.Principal, f Filter, page pg.Page) ([]Review, string, error) {
	columns := reviewSelect
	if f.ID == uuid.Nil {
		columns = summarySelect
	}
	q := f.narrow(tx.Table("credit_reviews AS r").Select(columns).Joins("JOIN customers c ON c.id = r.customer_id"))
	if owners, all := who.Owners(); !all {
		q = q.Where("r.owner_id IN ?", owners)
	}
	var last riskKey
	found, err := page.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("(r.risk, r.id) < (?, ?)", last.Risk, last.ID)
	}
	var rows []Review
	if err := q.Order("r.risk DESC, r.id DESC").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(r Review) any { return riskKey{r.Risk, r.ID} })
}

// narrow adds the conditions of a filter.
func (f Filter) narrow(q *gorm.DB) *gorm.DB {
	for where, id := range map[string]uuid.UUID{
		"r.id = ?": f.ID, "r.batch_id = ?": f.BatchID, "r.customer_id = ?": f.CustomerID, "r.owner_id = ?": f.OwnerID,
		"r.owner_id IN (SELECT id FROM users WHERE team_id = ?)": f.TeamID,
	} {
		if id != uuid.Nil {
			q = q.Where(where, id)
		}
	}
	if f.State != "" {
		q = q.Where("r.state = ?", f.State)
	}
	if f.Waiting {
		q = q.Where("r.state IN " + liveStates)
	}
	if f.Change != "" {
		q = q.Where("r.change = ?", f.Change)
	}
	if f.Grade != nil {
		q = q.Where("r.grade IS NOT DISTINCT FROM ?", *f.Grade)
	}
	if f.Proposed != nil {
		q = q.Where("r.proposed_grade IS NOT DISTINCT FROM ?", *f.Proposed)
	}
	if f.Overdue != nil {
		q = q.Where("(r.overdue_days > 0) = ?", *f.Overdue)
	}
	if f.Query != "" {
		where, args := customer.Matching(f.Query)
		q = q.Where(where, args...)
	}
	return q
}

// riskKey is where a page of reviews ends.
type riskKey struct {
	Risk int       `json:"r"`
	ID   uuid.UUID `json:"i"`
}

// lockReview locks one review for its answer. Returns errs.ErrNotFound also for one that the caller doesn't see.
func lockReview(tx pg.Tx, who identity.Principal, id uuid.UUID) (Review, error) {
	found, err := lockReviews(tx, who, []Item{{ID: id}})
	if err != nil {
		return Review{}, err
	}
	r, ok := found[id]
	if !ok {
		return Review{}, errs.ErrNotFound
	}
	return r, nil
}

// lockReviews locks reviews in id order; those that the caller doesn't see are left out.
func lockReviews(tx pg.Tx, who identity.Principal, items []Item) (map[uuid.UUID]Review, error) {
	ids := make([]uuid.UUID, len(items))
	for i, item := range items {
		ids[i] = item.ID
	}
	var rows []Review
	err := tx.Raw(`SELECT `+reviewSelect+` FROM credit_reviews r JOIN customers c ON c.id = r.customer_id
		WHERE r.id IN ? ORDER BY r.id FOR UPDATE OF r`, ids).Scan(&rows).Error
	found := make(map[uuid.UUID]Review, len(rows))
	for _, r := range rows {
		if who.Sees(r.OwnerID) {
			found[r.ID] = r
		}
	}
	return found, err
}

// lockWaiting locks the review of a customer that waits for an answer, of which there is one at most.
func lockWaiting(tx pg.Tx, customerID uuid.UUID) (Review, bool, error) {
	r, err := pg.TakeForUpdate[Review](tx, "customer_id = ? AND state IN "+liveStates, customerID)
	if errors.Is(err, errs.ErrNotFound) {
		return Review{}, false, nil
	}
	return r, err == nil, err
}

// storeAnswer writes what may change of a locked review.
func storeAnswer(tx pg.Tx, r *Review) error {
	err := pg.Update(tx, r.TableName(), r.ID, r.Version, map[string]any{
		"state": r.State, "request_id": r.RequestID, "answered_by": r.AnsweredBy, "answered_at": r.AnsweredAt, "reason": r.Reason,
		"next_review": r.NextReview,
	})
	r.Version++
	return err
}

// payer is a customer to review: who pays for itself.
type payer struct {
	ID      uuid.UUID
	OwnerID uuid.UUID
	Code    string
	Pending *uuid.UUID // a credit limit request that is being decided
}

// reviewed is the condition on customers c for being reviewed: it pays itself, isn't closed, and has a profile or trade.
const reviewed = `c.bill_to_id IS NULL AND c.status <> 'closed' AND (
		EXISTS (SELECT FROM credit_profiles p WHERE p.customer_id = c.id AND p.valid_to IS NULL)
		OR EXISTS (SELECT FROM credit_accounts a WHERE a.payer_id = c.id AND a.first_trade IS NOT NULL))`

// customersBefore reports whether there was any customer before a date.
func customersBefore(tx pg.Tx, date time.Time) (bool, error) {
	var found bool
	err := pg.ScanRow(tx, []any{&found}, `SELECT EXISTS (SELECT FROM customers WHERE created_at < ?)`, date.Add(-8*time.Hour))
	return found, err
}

func countPayers(tx pg.Tx) (int64, error) {
	var n int64
	err := pg.ScanRow(tx, []any{&n}, `SELECT count(*) FROM customers c WHERE `+reviewed)
	return n, err
}

// nextPayers returns the payers after one, in id order: a range of the primary key.
func nextPayers(tx pg.Tx, after uuid.UUID, n int) ([]payer, error) {
	return scanPayers(tx, nextPayersSQL, after, n)
}

const nextPayersSQL = `SELECT c.id, c.owner_id, c.code, q.id FROM customers c
	LEFT JOIN credit_limit_requests q ON q.customer_id = c.id AND q.state = 'pending'
	WHERE c.id > ? AND ` + reviewed + ` ORDER BY c.id LIMIT ?`

func scanPayers(tx pg.Tx, query string, args ...any) ([]payer, error) {
	var rows []payer
	var p payer
	err := pg.ScanRows(tx, []any{&p.ID, &p.OwnerID, &p.Code, &p.Pending}, func() error {
		rows = append(rows, p)
		p.Pending = nil
		return nil
	}, query, args...)
	return rows, err
}

// endOlder ends the reviews of these customers that still wait and belong to no batch, or another, and returns them.
func endOlder(tx pg.Tx, batch *uuid.UUID, customers []uuid.UUID) ([]uuid.UUID, error) {
	b, err := json.Marshal(customers)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	var id uuid.UUID
	err = pg.ScanRows(tx, []any{&id}, func() error { ids = append(ids, id); return nil }, `UPDATE credit_reviews r SET state = 'superseded', version = r.version + 1 FROM (
			SELECT o.id FROM json_array_elements_text(?::json) AS c JOIN credit_reviews o ON o.customer_id = c::uuid AND o.state IN `+liveStates+`
			WHERE o.batch_id IS DISTINCT FROM ? ORDER BY o.id FOR UPDATE OF o
		) old WHERE r.id = old.id RETURNING r.id`, string(b), batch)
	return ids, err
}

// reviewRow is a review on its way into the table.
type reviewRow struct {
	ID                  uuid.UUID        `json:"id"`
	BatchID             *uuid.UUID       `json:"batch_id"`
	Kind                Kind             `json:"kind"`
	CustomerID          uuid.UUID        `json:"customer_id"`
	OwnerID             uuid.UUID        `json:"owner_id"`
	AsOf                time.Time        `json:"as_of"`
	DueOn               string           `json:"due_on"`
	Grade               *string          `json:"grade"`
	LimitKind           string           `json:"limit_kind"`
	LimitAmount         *decimal.Decimal `json:"limit_amount"`
	ProposedGrade       *string          `json:"proposed_grade"`
	ProposedLimitKind   string           `json:"proposed_limit_kind"`
	ProposedLimitAmount *decimal.Decimal `json:"proposed_limit_amount"`
	Change              Change           `json:"change"`
	NeedsJudgement      bool             `json:"needs_judgement"`
	OverdueAmount       decimal.Decimal  `json:"overdue_amount"`
	OverdueDays         int              `json:"overdue_days"`
	Risk                int              `json:"risk"`
	Figures             any              `json:"figures"`
	Checks              any              `json:"checks"`
	PendingRequestID    *uuid.UUID       `json:"pending_request_id"`
	OpenedAt            time.Time        `json:"opened_at"`
}

func (r Review) row() reviewRow {
	return reviewRow{
		ID: r.ID, BatchID: r.BatchID, Kind: r.Kind, CustomerID: r.CustomerID, OwnerID: r.OwnerID, AsOf: r.AsOf, DueOn: day(r.DueOn),
		Grade: filled(string(r.Grade)), LimitKind: string(r.LimitKind), LimitAmount: r.LimitAmount,
		ProposedGrade: filled(string(r.ProposedGrade)), ProposedLimitKind: string(r.ProposedLimitKind), ProposedLimitAmount: r.ProposedLimitAmount,
		Change: r.Change, NeedsJudgement: r.NeedsJudgement, OverdueAmount: r.OverdueAmount, OverdueDays: r.OverdueDays, Risk: r.Risk,
		Figures: r.Figures, Checks: r.Checks, PendingRequestID: r.PendingRequestID, OpenedAt: r.OpenedAt,
	}
}

func filled(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// insertReviews writes reviews in one statement and returns which of them are new: a customer that has its review in the batch, or one that
// waits, keeps it.
func insertReviews(tx pg.Tx, reviews []Review) (map[uuid.UUID]bool, error) {
	rows := make([]reviewRow, len(reviews))
	for i, r := range reviews {
		rows[i] = r.row()
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	made := make(map[uuid.UUID]bool, len(reviews))
	var id uuid.UUID
	err = pg.ScanRows(tx, []any{&id}, func() error { made[id] = true; return nil }, `INSERT INTO credit_reviews
			(id, batch_id, kind, customer_id, owner_id, state, as_of, due_on, grade, limit_kind, limit_amount, proposed_grade, proposed_limit_kind,
			proposed_limit_amount, change, needs_judgement, overdue_amount, overdue_days, risk, figures, checks, pending_request_id, reason, opened_at, version)
		SELECT id, batch_id, kind, customer_id, owner_id, 'open', as_of, due_on, grade, limit_kind, limit_amount, proposed_grade, proposed_limit_kind,
			proposed_limit_amount, change, needs_judgement, overdue_amount, overdue_days, risk, figures, checks, pending_request_id, '', opened_at, 1
		FROM json_to_recordset(?::json) AS r (id uuid, batch_id uuid, kind text, customer_id uuid, owner_id uuid, as_of timestamptz, due_on date,
			grade text, limit_kind text, limit_amount numeric(18, 2), proposed_grade text, proposed_limit_kind text,
			proposed_limit_amount numeric(18, 2), change text, needs_judgement boolean, overdue_amount numeric(18, 2), overdue_days int,
			risk int, figures jsonb, checks jsonb, pending_request_id uuid, opened_at timestamptz)
		ON CONFLICT DO NOTHING RETURNING id`, string(b))
	return made, err
}

// insertBatch leaves a batch of the period that is there as it is.
func insertBatch(tx pg.Tx, b Batch) (bool, error) {
	n, err := pg.Exec(tx, `INSERT INTO credit_review_batches (id, period, state, as_of, due_on, expected, opened, after_id, started_at, version)
		VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, 1) ON CONFLICT (period) DO NOTHING`,
		b.ID, b.Period, string(b.State), b.AsOf, b.DueOn, b.Expected, uuid.Nil, b.StartedAt)
	return n == 1, err
}

func listBatches(tx pg.Tx, page pg.Page) ([]Batch, string, error) {
	q := tx.DB
	var after time.Time
	found, err := page.After(&after)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("period < ?", after)
	}
	var rows []Batch
	if err := q.Order("period DESC").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	rows, next, err := pg.Cut(page, rows, func(b Batch) any { return b.Period })
	if err != nil {
		return nil, "", err
	}
	return rows, next, attachAnswers(tx, rows)
}

// attachAnswers counts the reviews of batches by state, in an index.
func attachAnswers(tx pg.Tx, batches []Batch) error {
	if len(batches) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(batches))
	for i := range batches {
		ids[i], batches[i].Answers = batches[i].ID, Answers{}
	}
	var counts []struct {
		BatchID uuid.UUID
		State   State
		N       int64
	}
	err := tx.Raw(`SELECT batch_id, state, count(*) AS n FROM credit_reviews WHERE batch_id IN ? GROUP BY batch_id, state`, ids).Scan(&counts).Error
	for _, c := range counts {
		i := slices.Index(ids, c.BatchID)
		batches[i].Answers[c.State] = c.N
	}
	return err
}

func pointer(i int) string { return "/items/" + strconv.Itoa(i) }

// locate says which item of the list is refused.
func locate(err error, i int) error {
	if e, ok := errs.As(err); ok {
		return e.At(pointer(i))
	}
	return err
}

// closeAnswered closes the open batches of which no review waits any more, and returns them.
func closeAnswered(tx pg.Tx) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	var id uuid.UUID
	err := pg.ScanRows(tx, []any{&id}, func() error { ids = append(ids, id); return nil }, `UPDATE credit_review_batches b
		SET state = 'closed', closed_at = ?, version = b.version + 1
		WHERE b.state = 'open' AND NOT EXISTS (SELECT FROM credit_reviews r WHERE r.batch_id = b.id AND r.state IN `+liveStates+`) RETURNING b.id`, tx.Now)
	return ids, err
}
