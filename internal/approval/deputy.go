package approval

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Deputation is the time in which one person acts for another who is away (ORG-04). Whoever owns the reason (a leave)
// writes it with Depute and ends it with EndDeputation.
type Deputation struct {
	ID       uuid.UUID // that of what it comes from
	AbsentID uuid.UUID
	DeputyID uuid.UUID
	StartsAt time.Time
	EndsAt   time.Time // from then on the deputy acts no more
}

// TableName implements gorm's Tabler.
func (Deputation) TableName() string { return "approval_deputations" }

// Depute lets the deputy act for the absent person from its start to its end. Returns ErrAbsentTwice when somebody acts
// for them in part of that time already.
func Depute(tx pg.Tx, d Deputation) error { return pg.Insert(tx, &d) }

// EndDeputation ends what Depute began, now, or before it began. Decisions that were made stay. It does nothing when it
// is over, or never was. Locks the deputation: a decision that is being made under it comes first, later ones are refused.
func EndDeputation(tx pg.Tx, id uuid.UUID) error {
	_, err := pg.Exec(tx, `UPDATE approval_deputations SET ends_at = greatest(starts_at, ?) WHERE id = ? AND ends_at > ?`, tx.Now, id, tx.Now)
	return err
}

// AnnounceDeputations wakes the streams of at most limit deputies whose time has begun or ended since the last call, and
// returns how many. It is for a periodic job: time passes without a notification.
func AnnounceDeputations(tx pg.Tx, limit int) (int, error) {
	n, err := pg.Exec(tx, `UPDATE approval_deputations SET announced_at = ? WHERE id IN (
		SELECT id FROM approval_deputations
		WHERE (announced_at IS NULL OR announced_at < ends_at)
		  AND (starts_at <= ? AND coalesce(announced_at < starts_at, true) OR ends_at <= ?)
		ORDER BY starts_at LIMIT ? FOR UPDATE SKIP LOCKED)`, tx.Now, tx.Now, tx.Now, limit)
	return int(n), err
}

// seat is one way in which somebody may decide: as themselves, or in the place of somebody absent.
type seat struct {
	identity.Principal            // whose authority counts
	deputation         *uuid.UUID // nil: their own
}

// absent returns whom the seat is taken for, nil for one's own.
func (s seat) absent() *uuid.UUID {
	if s.deputation == nil {
		return nil
	}
	return &s.ID
}

// deputySeats returns the seats that the person takes now for people who are away: one hop, since a seat has the absent
// person's own roles and name and not those that they would act for. It locks the deputations against being ended
// (ORG-04). A person who has left the company is no absent one.
func deputySeats(tx pg.Tx, who identity.Principal, lock bool) ([]seat, error) {
	if who.Kind != identity.KindUser {
		return nil, nil
	}
	query := `SELECT g.id AS deputation_id, u.id, u.name, u.roles, u.department_id
		FROM approval_deputations g JOIN users u ON u.id = g.absent_id AND u.active
		WHERE g.deputy_id = ? AND g.starts_at <= ? AND g.ends_at > ? ORDER BY g.id`
	if lock {
		query += ` FOR SHARE OF g`
	}
	var rows []struct {
		DeputationID uuid.UUID
		ID           uuid.UUID
		Name         string
		Roles        identity.Roles
		DepartmentID *uuid.UUID
	}
	if err := tx.Raw(query, who.ID, tx.Now, tx.Now).Scan(&rows).Error; err != nil {
		return nil, err
	}
	seats := make([]seat, 0, len(rows))
	for _, r := range rows {
		seats = append(seats, seat{deputation: &r.DeputationID, Principal: identity.Principal{
			ID: r.ID, Kind: identity.KindUser, Name: r.Name, Roles: r.Roles, DepartmentID: r.DepartmentID,
		}})
	}
	return seats, nil
}

// bench returns the seats in which somebody may decide about the request, their own first. The submitter has none but
// their own, and nobody takes the submitter's: a deputy is no way around ORG-03.
func (r Request) bench(who identity.Principal, deputed []seat) []seat {
	seats := []seat{{Principal: who}}
	if who.ID == r.SubmittedBy {
		return seats
	}
	return append(seats, slices.DeleteFunc(slices.Clone(deputed), func(s seat) bool { return s.ID == r.SubmittedBy })...)
}

// AbsentTimes returns the deputations of which the person is the deputy or the absent one and that overlap the time.
func AbsentTimes(tx pg.Tx, person uuid.UUID, from, to time.Time) ([]Deputation, error) {
	var rows []Deputation
	return rows, tx.Where("(absent_id = ? OR deputy_id = ?) AND starts_at < ? AND ends_at > ?", person, person, to, from).
		Order("starts_at, id").Find(&rows).Error
}

// record leaves the trace of an escalation.
func (e Escalation) record(tx pg.Tx, r Request) error {
	return audit.Record(tx, audit.Entry{
		Action: "escalateApprovalRequest", SubjectType: RequestSubject, SubjectID: r.ID, After: map[string]any{
			"matter": r.Matter, "document": r.SubjectType, "document_id": r.SubjectID, "number": r.Number,
			"stage": r.Route[e.Step].Stage, "step": e.Step, "reason": e.Reason, "role": e.Role, "user": e.UserID,
		},
	})
}
