package collection

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Pause is a rest from dunning that finance gives a payer, up to and including a day.
type Pause struct {
	ID        uuid.UUID
	PayerID   uuid.UUID
	Reason    string
	Until     time.Time
	CreatedBy uuid.UUID
	CreatedAt time.Time
	EndedAt   *time.Time
	EndedBy   *uuid.UUID
	Version   int64
}

// TableName implements gorm's Tabler.
func (Pause) TableName() string { return "dunning_pauses" }

// Active reports whether the payer rests on a day.
func (p Pause) Active(today time.Time) bool { return p.EndedAt == nil && !p.Until.Before(today) }

func (p Pause) trace() map[string]any {
	return map[string]any{"payer_id": p.PayerID, "reason": p.Reason, "until": p.Until.Format(time.DateOnly), "ended_at": p.EndedAt, "version": p.Version}
}

// PauseDunning gives the payer of a customer a rest; a proposal that waits is called off. Returns ErrPauseEnd, ErrPauseLong and ErrPaused.
func (s *Service) PauseDunning(tx pg.Tx, who identity.Principal, customerID uuid.UUID, until time.Time, reason string) (Pause, error) {
	c, err := Payer(tx, who, customerID)
	if err != nil {
		return Pause{}, err
	}
	today := clock.Today(tx.Now)
	if until.Before(today) {
		return Pause{}, ErrPauseEnd.At("/until")
	}
	most, err := s.rules.Int(tx, "collection.pause_most_days")
	if err != nil {
		return Pause{}, err
	}
	if until.After(today.AddDate(0, 0, most)) {
		return Pause{}, ErrPauseLong.With("days", most).At("/until")
	}
	if err := endOver(tx, c.ID, today); err != nil {
		return Pause{}, err
	}
	p := Pause{
		ID: uuid.Must(uuid.NewV7()), PayerID: c.ID, Reason: reason, Until: until, CreatedBy: who.ID, CreatedAt: tx.Now, Version: 1,
	}
	if err := pg.Insert(tx, &p); err != nil {
		return Pause{}, err
	}
	if _, err := s.propose(tx, []uuid.UUID{c.ID}); err != nil {
		return Pause{}, err
	}
	return p, record(tx, "pauseDunning", SubjectPause, p.ID, nil, p.trace())
}

// EndPause ends a rest before its day; the next run proposes again. Returns ErrPauseEnded. Locks the pause.
func (s *Service) EndPause(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Pause, error) {
	p, err := pg.TakeForUpdate[Pause](tx, "id = ?", id)
	if err != nil {
		return Pause{}, err
	}
	if _, err := seen(tx, who, p.PayerID); err != nil {
		return Pause{}, err
	}
	if err := stale(version, p.Version); err != nil {
		return Pause{}, err
	}
	if !p.Active(clock.Today(tx.Now)) {
		return Pause{}, ErrPauseEnded
	}
	before := p.trace()
	p.EndedAt, p.EndedBy = &tx.Now, &who.ID
	if err := pg.Update(tx, p.TableName(), p.ID, p.Version, map[string]any{"ended_at": p.EndedAt, "ended_by": p.EndedBy}); err != nil {
		return Pause{}, err
	}
	p.Version++
	return p, record(tx, "endDunningPause", SubjectPause, p.ID, before, p.trace())
}

// ListPauses returns pauses of visible payers, newest first; only those that count today when active is true.
func (s *Service) ListPauses(tx pg.Tx, who identity.Principal, payerID uuid.UUID, active bool, page pg.Page) ([]Pause, string, error) {
	q := visible(tx, who, "dunning_pauses", "payer_id")
	if payerID != uuid.Nil {
		q = q.Where("d.payer_id = ?", payerID)
	}
	if active {
		q = q.Where("d.ended_at IS NULL AND d.until >= ?", clock.Today(tx.Now))
	}
	return paged(q, page, func(p Pause) any { return p.ID })
}
