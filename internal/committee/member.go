package committee

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Capacity is as what somebody belongs to the committee (PRC-11).
type Capacity string

// The capacities.
const (
	AsGeneralManager Capacity = "general_manager"
	AsSalesManager   Capacity = "sales_manager"
	AsSalesStaff     Capacity = "sales_staff"
	AsFinanceManager Capacity = "finance_manager"
	AsAuditor        Capacity = "auditor"
	AsOther          Capacity = "other"
)

// positions are the roles whose holders belong to a committee that nobody has named, the first that fits.
var positions = []struct {
	role     identity.Role
	capacity Capacity
}{
	{identity.GeneralManager, AsGeneralManager},
	{identity.SalesManager, AsSalesManager},
	{identity.FinanceManager, AsFinanceManager},
	{identity.Auditor, AsAuditor},
	{identity.PriceCommittee, AsSalesStaff},
}

// Member is a membership: from its first day until before the day on which it ends.
type Member struct {
	ID        uuid.UUID
	UserID    uuid.UUID
	Capacity  Capacity
	FromDate  time.Time
	ToDate    *time.Time // nil: no end is known
	CreatedAt time.Time
	CreatedBy *uuid.UUID
	Version   int64
}

// TableName implements gorm's Tabler.
func (Member) TableName() string { return "price_committee_members" }

// AddPriceCommitteeMember names somebody a member from a day on. Returns ErrPerson, ErrMemberDates for a day that is past and ErrMemberTwice.
func (s *Service) AddPriceCommitteeMember(tx pg.Tx, _ identity.Principal, m Member) (Member, error) {
	u, err := pg.Take[identity.User](tx, "id = ?", m.UserID)
	if err == errs.ErrNotFound || err == nil && !u.Active { //nolint:errorlint // Take returns it as it is
		return Member{}, ErrPerson.At("/user_id")
	}
	if err != nil {
		return Member{}, err
	}
	if today := clock.Today(tx.Now); m.FromDate.Before(today) || m.ToDate != nil && m.ToDate.Before(m.FromDate) {
		return Member{}, ErrMemberDates.At("/from")
	}
	m.ID, m.CreatedAt, m.CreatedBy, m.Version = uuid.Must(uuid.NewV7()), tx.Now, tx.By.Actor(), 1
	if err := pg.Insert(tx, &m); err != nil {
		return Member{}, err
	}
	return m, audit.Record(tx, audit.Entry{Action: "addPriceCommitteeMember", SubjectType: MemberSubject, SubjectID: m.ID, After: m})
}

// EndPriceCommitteeMember ends a membership: to is the first day on which they no longer belong to the committee, not before today. A meeting that
// is open keeps the roster that it was opened with. Locks the membership. Returns errs.ErrNotFound, errs.ErrStale and ErrMemberDates.
func (s *Service) EndPriceCommitteeMember(tx pg.Tx, _ identity.Principal, id uuid.UUID, version *int64, to time.Time) (Member, error) {
	m, err := pg.TakeForUpdate[Member](tx, "id = ?", id)
	if err != nil {
		return Member{}, err
	}
	today := clock.Today(tx.Now)
	switch {
	case version != nil && *version != m.Version:
		return Member{}, errs.ErrStale
	case to.Before(today) || to.Before(m.FromDate) || m.ToDate != nil && m.ToDate.Before(today):
		return Member{}, ErrMemberDates.At("/to")
	}
	before := m
	m.ToDate = &to
	if err := pg.Update(tx, "price_committee_members", id, m.Version, map[string]any{"to_date": to}); err != nil {
		return Member{}, err
	}
	m.Version++
	return m, audit.Record(tx, audit.Entry{Action: "endPriceCommitteeMember", SubjectType: MemberSubject, SubjectID: id, Before: before, After: m})
}

// ListPriceCommitteeMembers returns who belongs to the committee on a day, or all memberships there ever were, in the order in which they began.
func (s *Service) ListPriceCommitteeMembers(tx pg.Tx, _ identity.Principal, on *time.Time, p pg.Page) ([]Member, string, error) {
	return memberPage(tx, on, p)
}

// roster returns the members on a day. A company that has never named anybody gets those who hold the positions of PRC-11 named.
func (s *Service) roster(tx pg.Tx, day time.Time) ([]Member, error) {
	var rows []Member
	if err := tx.Where("from_date <= ? AND (to_date IS NULL OR to_date > ?)", day, day).Order("from_date, id").Find(&rows).Error; err != nil || len(rows) > 0 {
		return rows, err
	}
	named, err := anybodyNamed(tx)
	if err != nil || named {
		return nil, err
	}
	people, err := holders(tx)
	if err != nil {
		return nil, err
	}
	for _, u := range people {
		m, err := s.AddPriceCommitteeMember(tx, identity.System(), Member{UserID: u.ID, Capacity: capacityOf(u.Roles), FromDate: clock.Today(tx.Now)})
		if err != nil {
			return nil, err
		}
		rows = append(rows, m)
	}
	return rows, nil
}

func capacityOf(roles identity.Roles) Capacity {
	for _, p := range positions {
		if slices.Contains(roles, p.role) {
			return p.capacity
		}
	}
	return AsOther
}
