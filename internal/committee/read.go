package committee

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// GetPriceMeeting returns a meeting with agenda, roster, votes, resolutions and files. Returns errs.ErrNotFound also for who has no business
// with the committee.
func (s *Service) GetPriceMeeting(tx pg.Tx, who identity.Principal, id uuid.UUID) (Meeting, error) {
	if err := s.mustBelong(tx, who); err != nil {
		return Meeting{}, err
	}
	m, err := readMeeting(tx, id)
	if err != nil {
		return Meeting{}, err
	}
	return m, s.attach(tx, &m)
}

// Seen is GetPriceMeeting for attachments: who reads the meeting reads its files.
func (s *Service) Seen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	if err := s.mustBelong(tx, who); err != nil {
		return err
	}
	_, err := pg.Take[Meeting](tx, "id = ?", id)
	return err
}

// Filter narrows the calendar of meetings.
type Filter struct {
	State   State
	Kind    MeetingKind
	Overdue bool // only those whose time has passed without their having been closed
	From    *time.Time
	Before  *time.Time
}

// ListPriceMeetings is the calendar of meetings, the latest first, without agenda and roster. One statement for onlookers, two for members. It is
// empty for who has no business with the committee.
func (s *Service) ListPriceMeetings(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Meeting, string, error) {
	if err := s.mustBelong(tx, who); err != nil {
		return nil, "", err
	}
	q := tx.Order("scheduled_at DESC, id DESC").Limit(p.Limit + 1)
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	if f.Overdue {
		q = q.Where("state IN ('planned', 'open') AND scheduled_at < ?", tx.Now)
	}
	if f.From != nil {
		q = q.Where("scheduled_at >= ?", *f.From)
	}
	if f.Before != nil {
		q = q.Where("scheduled_at < ?", *f.Before)
	}
	var last mark
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("(scheduled_at, id) < (?, ?)", last.At, last.ID)
	}
	var rows []Meeting
	if err := q.Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(m Meeting) any { return mark{m.ScheduledAt, m.ID} })
}

// mark is a place in the calendar.
type mark struct {
	At time.Time `json:"at"`
	ID uuid.UUID `json:"id"`
}

// AdoptedResolution returns a resolution that the committee has adopted. Returns errs.ErrNotFound for any other.
func AdoptedResolution(tx pg.Tx, id uuid.UUID) (Resolution, error) {
	return pg.Take[Resolution](tx, "id = ? AND outcome = 'adopted'", id)
}

// ListPriceResolutions returns resolutions, the last first; of one subject when it is named. Returns errs.ErrNotFound for who has no business with
// the committee.
func (s *Service) ListPriceResolutions(tx pg.Tx, who identity.Principal, of *Ref, p pg.Page) ([]Resolution, string, error) {
	if err := s.mustBelong(tx, who); err != nil {
		return nil, "", err
	}
	q := tx.Order("id DESC").Limit(p.Limit + 1)
	if of != nil && of.Type != "" {
		q = q.Where("subject_type = ?", of.Type)
	}
	if of != nil && of.ID != uuid.Nil {
		q = q.Where("subject_id = ?", of.ID)
	}
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("id < ?", last)
	}
	var rows []Resolution
	if err := q.Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Resolution) any { return r.ID })
}
