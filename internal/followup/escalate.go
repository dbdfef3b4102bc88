package followup

import (
	"errors"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Escalate opens, for the role above, a copy of at most n follow-ups that are past due or whose person was deactivated, and
// returns how many it found. Each is escalated once and stays open for whom it asks. The copy goes to the role within the
// department, if somebody there holds it, else to all who hold it.
func Escalate(tx pg.Tx, n int) (int, error) {
	rows, err := late(tx, n)
	if err != nil || len(rows) == 0 {
		return len(rows), err
	}
	copies := make([]FollowUp, 0, len(rows))
	for _, f := range rows {
		c, err := f.copyAbove(tx)
		if err != nil {
			return 0, err
		}
		copies = append(copies, c)
	}
	if err := insert(tx, copies); err != nil {
		return 0, err
	}
	return len(rows), markEscalated(tx, rows)
}

// copyAbove is the follow-up as it asks the role above.
func (f FollowUp) copyAbove(tx pg.Tx) (FollowUp, error) {
	role, department, err := f.above(tx)
	if err != nil {
		return FollowUp{}, err
	}
	if department != nil {
		here, err := held(tx, role, *department)
		if err != nil {
			return FollowUp{}, err
		}
		if !here {
			department = nil
		}
	}
	from := f.ID
	f.ID, f.EscalatedFrom = uuid.Must(uuid.NewV7()), &from
	f.UserID, f.Role, f.DepartmentID, f.EscalateTo = nil, &role, department, nil
	f.OpenedAt, f.Version = tx.Now, 1
	return f, nil
}

// above is the role that a follow-up goes to, and the department of whom it asks now.
func (f FollowUp) above(tx pg.Tx) (identity.Role, *uuid.UUID, error) {
	department := f.DepartmentID
	role := identity.GeneralManager
	if f.UserID != nil {
		u, err := identity.Take(tx, *f.UserID)
		if err != nil && !errors.Is(err, errs.ErrNotFound) {
			return "", nil, err
		}
		department, role = u.DepartmentID, over(u.Roles)
	}
	if f.EscalateTo != nil {
		role = *f.EscalateTo
	}
	return role, department, nil
}

// over is the role above a person's, where a follow-up names none.
func over(roles []identity.Role) identity.Role {
	p := identity.Principal{Roles: roles}
	switch {
	case p.Has(identity.SalesManager, identity.SalesDirector, identity.FinanceManager):
		return identity.GeneralManager
	case identity.Sells(roles):
		return identity.SalesManager
	case p.Has(identity.FinanceClerk):
		return identity.FinanceManager
	}
	return identity.GeneralManager
}
