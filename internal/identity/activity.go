package identity

import (
	"context"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// lockUser locks the person and compares the version; nil matches every version.
func (s *Service) lockUser(tx pg.Tx, id uuid.UUID, version *int64) (User, error) {
	u, err := pg.TakeForUpdate[User](tx, "id = ?", id)
	if err == nil && !matches(version, u.Version) {
		err = errs.ErrStale
	}
	return u, err
}

func matches(wanted *int64, version int64) bool { return wanted == nil || *wanted == version }

// DeactivateUser ends a person's access at once: sessions, tokens, future logins. Their documents stay theirs. Returns
// ErrInactive when it is done already, ErrLeads, ErrLastAdmin, errs.ErrStale.
func (s *Service) DeactivateUser(tx pg.Tx, _ Principal, id uuid.UUID, version *int64) (User, error) {
	u, err := s.lockUser(tx, id, version)
	if err != nil {
		return User{}, err
	}
	if !u.Active {
		return User{}, ErrInactive
	}
	if err := leadsNothing(tx, id); err != nil {
		return User{}, err
	}
	if u.Has(Admin) {
		if err := anotherAdmin(tx, id); err != nil {
			return User{}, err
		}
	}
	if err := pg.Update(tx, "users", id, u.Version, map[string]any{"active": false}); err != nil {
		return User{}, err
	}
	if err := s.expel(tx, id, endDeactivated); err != nil {
		return User{}, err
	}
	return s.activity(tx, u, "deactivateUser", false)
}

// ActivateUser lets a deactivated person in again, with the password they had. Returns errs.ErrState when active.
func (s *Service) ActivateUser(tx pg.Tx, _ Principal, id uuid.UUID, version *int64) (User, error) {
	u, err := s.lockUser(tx, id, version)
	if err != nil {
		return User{}, err
	}
	if u.Active {
		return User{}, errs.ErrState.With("state", "active")
	}
	if err := pg.Update(tx, "users", id, u.Version, map[string]any{"active": true}); err != nil {
		return User{}, err
	}
	return s.activity(tx, u, "activateUser", true)
}

func (s *Service) activity(tx pg.Tx, old User, action string, active bool) (User, error) {
	u := old
	u.Active = active
	u.Version++
	s.cache.forgetAll()
	return u, audit.Record(tx, audit.Entry{Action: action, SubjectType: "user", SubjectID: u.ID, Before: old, After: u})
}

// leadsNothing returns ErrLeads for one who heads an active department or leads an active team. The caller holds
// the person's lock, which naming a head takes too.
func leadsNothing(tx pg.Tx, id uuid.UUID) error {
	var leads bool
	err := tx.Raw(`SELECT EXISTS (SELECT FROM departments WHERE head_id = @id AND active)
		OR EXISTS (SELECT FROM teams WHERE leader_id = @id AND active)`, map[string]any{"id": id}).Scan(&leads).Error
	if err == nil && leads {
		err = ErrLeads
	}
	return err
}

// anotherAdmin returns ErrLastAdmin unless an active administrator remains without this one. It locks them all, so two
// who remove each other at once meet here.
func anotherAdmin(tx pg.Tx, without uuid.UUID) error {
	var ids []uuid.UUID
	err := tx.Raw("SELECT id FROM users WHERE active AND roles @> ? ORDER BY id FOR UPDATE", Roles{Admin}).Scan(&ids).Error
	if err != nil {
		return err
	}
	for _, id := range ids {
		if id != without {
			return nil
		}
	}
	return ErrLastAdmin
}

// ResetPassword sets a person's password on an administrator's word and makes them change it at the next login. All
// their sessions end. Returns ErrWeakPassword, errs.ErrStale.
func (s *Service) ResetPassword(tx pg.Tx, _ Principal, id uuid.UUID, version *int64, password string) (User, error) {
	u, err := s.lockUser(tx, id, version)
	if err != nil {
		return User{}, err
	}
	if err := checkPassword(u.Username, password, "/password"); err != nil {
		return User{}, err
	}
	hash, err := s.passwords.Hash(tx.Statement.Context, password)
	if err != nil {
		return User{}, err
	}
	u.PasswordHash, u.MustChangePassword = hash, true
	if err := s.storePassword(tx, u); err != nil {
		return User{}, err
	}
	u.Version++
	return u, audit.Record(tx, audit.Entry{Action: "resetPassword", SubjectType: "user", SubjectID: id})
}

// storePassword stores hash and flag, and ends every session and token of the person.
func (s *Service) storePassword(tx pg.Tx, u User) error {
	err := pg.Update(tx, "users", u.ID, u.Version, map[string]any{
		"password_hash": u.PasswordHash, "must_change_password": u.MustChangePassword,
	})
	if err != nil {
		return err
	}
	return s.expel(tx, u.ID, endPassword)
}

// PasswordChange is a person changing their own password.
type PasswordChange struct {
	Old, New           string
	Address, UserAgent string
	RequestID          string
}

// ChangePassword replaces the caller's password, ends all their sessions and returns the tokens of a new one. It opens its
// own transactions, like Login. Wrong guesses count as login attempts. Returns ErrWrongPassword, ErrSamePassword,
// ErrWeakPassword, ErrThrottled, errs.ErrForbidden for a machine.
func (s *Service) ChangePassword(ctx context.Context, who Principal, in PasswordChange) (Tokens, error) {
	if who.Kind != KindUser {
		return Tokens{}, errForbidden
	}
	by := who.Origin(in.RequestID)
	u, err := s.admitChange(ctx, by, who.ID, in.Address)
	if err != nil {
		return Tokens{}, err
	}
	ok, _, err := s.passwords.Verify(ctx, u.PasswordHash, in.Old)
	switch {
	case err != nil:
		return Tokens{}, err
	case !ok:
		return Tokens{}, ErrWrongPassword.At("/old_password")
	case in.Old == in.New:
		return Tokens{}, ErrSamePassword.At("/new_password")
	}
	if err := checkPassword(u.Username, in.New, "/new_password"); err != nil {
		return Tokens{}, err
	}
	proved := u.TokenEpoch
	if u.PasswordHash, err = s.passwords.Hash(ctx, in.New); err != nil {
		return Tokens{}, err
	}
	var out Tokens
	err = s.db.Tx(ctx, by, func(tx pg.Tx) (err error) {
		out, err = s.replacePassword(ctx, tx, u, proved, in)
		return err
	})
	return out, err
}

// admitChange counts the attempt and reads the person.
func (s *Service) admitChange(ctx context.Context, by pg.Origin, id uuid.UUID, address string) (User, error) {
	var u User
	err := s.db.Tx(ctx, by, func(tx pg.Tx) (err error) {
		if u, err = Take(tx, id); err != nil {
			return err
		}
		return admit(tx, u.Username, address)
	})
	return u, err
}

func (s *Service) replacePassword(ctx context.Context, tx pg.Tx, changed User, proved int64, in PasswordChange) (Tokens, error) {
	u, err := pg.TakeForUpdate[User](tx, "id = ?", changed.ID)
	if err != nil {
		return Tokens{}, err
	}
	if !u.Active || u.TokenEpoch != proved { // logged out everywhere, or changed, while we were hashing
		return Tokens{}, ErrRevoked
	}
	u.PasswordHash, u.MustChangePassword = changed.PasswordHash, false
	if err := s.storePassword(tx, u); err != nil {
		return Tokens{}, err
	}
	u.Version++
	u.TokenEpoch++
	if err := forgive(tx, u.Username, in.Address); err != nil {
		return Tokens{}, err
	}
	err = audit.Record(tx, audit.Entry{Action: "changePassword", SubjectType: "user", SubjectID: u.ID})
	if err != nil {
		return Tokens{}, err
	}
	return s.open(ctx, tx, u, in.Address, in.UserAgent)
}
