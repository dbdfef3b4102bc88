package creditreview

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/pg"
)

// BatchSubject is what events call a batch.
const BatchSubject = "credit_review_batch"

// Chunk is how many reviews one transaction of a batch opens.
const Chunk = 1000

// retriesOfBatch is how often a chunk tries to store reviews that others being opened at once kept out.
const retriesOfBatch = 3

// BatchState is where a batch stands.
type BatchState string

// The states: its reviews are being made; they wait for answers; all are answered.
const (
	BatchOpening BatchState = "opening"
	BatchOpen    BatchState = "open"
	BatchClosed  BatchState = "closed"
)

// Batch is the reviews of one half year.
type Batch struct {
	ID        uuid.UUID
	Period    time.Time // its first day: 1 June or 1 December
	State     BatchState
	AsOf      time.Time // the instant of all its figures
	DueOn     time.Time
	Expected  int64 // payers to review, counted when it began
	Opened    int64 // reviews made
	AfterID   uuid.UUID
	StartedAt time.Time
	OpenedAt  *time.Time
	ClosedAt  *time.Time
	Version   int64

	Answers Answers `gorm:"-"` // read with it
}

// TableName implements gorm's Tabler.
func (Batch) TableName() string { return "credit_review_batches" }

// Answers is how far the work on a batch is: reviews by state.
type Answers map[State]int64

// StartBatch makes the batch of a period unless it is there already, and returns it (CRD-09). Its reviews are made by
// OpenChunk, again and again until it is done. A server that was down in June makes the batch when it is back; but a
// company that came to salesgate after June isn't reviewed for it: started is false.
func (s *Service) StartBatch(tx pg.Tx, period time.Time) (b Batch, started bool, err error) {
	if missed := clock.AddMonths(period, 1); !clock.Today(tx.Now).Before(missed) {
		before, err := customersBefore(tx, missed)
		if err != nil || !before {
			return Batch{}, false, err
		}
	}
	b, err = s.start(tx, period)
	return b, err == nil, err
}

func (s *Service) start(tx pg.Tx, period time.Time) (Batch, error) {
	rules, err := s.parameters(tx)
	if err != nil {
		return Batch{}, err
	}
	expected, err := countPayers(tx)
	if err != nil {
		return Batch{}, err
	}
	b := Batch{
		ID: uuid.Must(uuid.NewV7()), Period: period, State: BatchOpening, AsOf: tx.Now, Expected: expected,
		DueOn: clock.Today(tx.Now).AddDate(0, 0, rules.ReviewDays), StartedAt: tx.Now, Version: 1,
	}
	made, err := insertBatch(tx, b)
	if err != nil {
		return Batch{}, err
	}
	if !made {
		return pg.Take[Batch](tx, "period = ?", period)
	}
	return b, audit.Record(tx, audit.Entry{Action: "startCreditReviewBatch", SubjectType: BatchSubject, SubjectID: b.ID, After: map[string]any{
		"period": day(period), "as_of": b.AsOf, "due_on": day(b.DueOn), "expected": expected,
	}})
}

// OpenChunk makes the next reviews of a batch, at most n, and reports whether that was all. Run it until done, each time in
// a transaction of its own: the batch's mark moves with the reviews, so nothing is doubled or left out wherever it is cut off.
// Locks the batch.
func (s *Service) OpenChunk(tx pg.Tx, batchID uuid.UUID, n int) (done bool, err error) {
	b, err := pg.TakeForUpdate[Batch](tx, "id = ?", batchID)
	if err != nil || b.State != BatchOpening {
		return true, err
	}
	payers, err := nextPayers(tx, b.AfterID, n)
	if err != nil {
		return false, err
	}
	if len(payers) == 0 {
		return true, s.opened(tx, b)
	}
	reviews, err := s.review(tx, b.AsOf, b.DueOn, HalfYear, &b.ID, payers)
	if err != nil {
		return false, err
	}
	made, err := s.insert(tx, reviews)
	if err != nil {
		return false, err
	}
	return false, pg.Update(tx, b.TableName(), b.ID, b.Version, map[string]any{
		"after_id": payers[len(payers)-1].ID, "opened": b.Opened + int64(len(made)),
	})
}

// opened ends the making of a batch; one without reviews is closed at once.
func (s *Service) opened(tx pg.Tx, b Batch) error {
	set := map[string]any{"state": BatchOpen, "opened_at": tx.Now}
	if b.Opened == 0 {
		set["state"], set["closed_at"] = BatchClosed, tx.Now
	} else if err := followup.Open(tx, b.tasks()...); err != nil {
		return err
	}
	if err := pg.Update(tx, b.TableName(), b.ID, b.Version, set); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{
		Action: "openCreditReviewBatch", SubjectType: BatchSubject, SubjectID: b.ID,
		Before: map[string]any{"state": b.State}, After: map[string]any{"state": set["state"], "opened": b.Opened},
	})
}

// review judges payers as of an instant, under the parameters in force at that instant: however late a chunk is made, it is
// judged as the first one was.
func (s *Service) review(tx pg.Tx, asOf, due time.Time, kind Kind, batch *uuid.UUID, payers []payer) ([]Review, error) {
	then := tx
	then.Now = asOf
	rules, err := s.parameters(then)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(payers))
	for i, p := range payers {
		ids[i] = p.ID
	}
	figures, err := s.credits.Figures(tx, asOf, ids...)
	if err != nil {
		return nil, err
	}
	reviews := make([]Review, len(payers))
	for i, p := range payers {
		reviews[i] = newReview(p, kind, batch, figures[p.ID], rules, tx.Now, due)
	}
	return reviews, nil
}

// insert stores reviews, of which those of a batch take the place of older ones that still wait, and records the events. It
// returns which of them are new.
func (s *Service) insert(tx pg.Tx, reviews []Review) (map[uuid.UUID]bool, error) {
	if err := s.supersede(tx, reviews); err != nil {
		return nil, err
	}
	made, err := insertReviews(tx, reviews)
	if err != nil {
		return nil, err
	}
	// An individual review that was being opened when the older ones ended is committed now: the insert waited for it (CRD-09).
	for range retriesOfBatch {
		if err = s.insertMissing(tx, reviews, made); err != nil {
			return nil, err
		}
	}
	entries := make([]audit.Entry, 0, len(reviews))
	for _, r := range reviews {
		if made[r.ID] {
			entries = append(entries, audit.Entry{Action: "openCreditReview", SubjectType: Subject, SubjectID: r.ID, After: r.trace()})
		}
	}
	return made, audit.RecordAll(tx, entries)
}

// insertMissing tries again to store those reviews of a batch that something in between kept out.
func (s *Service) insertMissing(tx pg.Tx, reviews []Review, made map[uuid.UUID]bool) error {
	missing := slices.DeleteFunc(slices.Clone(reviews), func(r Review) bool { return r.BatchID == nil || made[r.ID] })
	if len(missing) == 0 {
		return nil
	}
	if err := s.supersede(tx, missing); err != nil {
		return err
	}
	more, err := insertReviews(tx, missing)
	maps.Copy(made, more)
	return err
}

// ListCreditReviewBatches returns a page of batches, newest first, with their progress.
func (s *Service) ListCreditReviewBatches(tx pg.Tx, page pg.Page) ([]Batch, string, error) {
	return listBatches(tx, page)
}

// GetCreditReviewBatch returns a batch with its progress. Returns errs.ErrNotFound.
func (s *Service) GetCreditReviewBatch(tx pg.Tx, id uuid.UUID) (Batch, error) {
	b, err := pg.Take[Batch](tx, "id = ?", id)
	if err != nil {
		return Batch{}, err
	}
	all := []Batch{b}
	err = attachAnswers(tx, all)
	return all[0], err
}

// parameters reads the figures of the rules in force at tx.Now.
func (s *Service) parameters(tx pg.Tx) (p Parameters, err error) {
	for name, to := range map[string]*int{
		"credit.first_review_months": &p.FirstReviewMonths, "credit.grade_a_months": &p.GradeAMonths,
		"credit.grade_c_idle_months": &p.GradeCIdleMonths, "credit.grade_d_idle_months": &p.GradeDIdleMonths,
		"credit.grade_d_overdue_days": &p.GradeDOverdueDays, "credit.limit_volume_months": &p.LimitVolumeMonths,
		"credit.review_days": &p.ReviewDays,
	} {
		if *to, err = s.rules.Int(tx, name); err != nil {
			return p, err
		}
	}
	if p.LimitRounding, err = s.rules.Decimal(tx, "credit.limit_rounding"); err != nil {
		return p, err
	}
	p.LimitChangePercent, err = s.rules.Decimal(tx, "credit.limit_change_percent")
	return p, err
}
