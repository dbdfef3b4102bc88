package identity

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// refreshToken is one link of a session's chain of refresh tokens; the token itself isn't kept.
type refreshToken struct {
	TokenHash []byte
	SessionID uuid.UUID
	IssuedAt  time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
	Siblings  int
}

// TableName implements gorm's Tabler.
func (refreshToken) TableName() string { return "refresh_tokens" }

// maxSiblings bounds what one used token yields within Grace: more tabs than that don't race.
const maxSiblings = 20

// RefreshToken exchanges a refresh token for new tokens of the same session. It opens its own transaction. A token that was
// used less than Grace ago yields a sibling, so that parallel tabs stay logged in; one used longer ago is a copy in
// somebody's hands: the whole session ends. Returns ErrRefresh, ErrRefreshReused.
func (s *Service) RefreshToken(ctx context.Context, token, requestID string) (Tokens, error) {
	var out Tokens
	err := s.db.Tx(ctx, pg.System(requestID), func(tx pg.Tx) (err error) {
		out, err = s.refresh(ctx, tx, hashSecret(token))
		if errors.Is(err, errs.ErrNotFound) {
			return ErrRefresh
		}
		return err
	})
	return out, err
}

func (s *Service) refresh(ctx context.Context, tx pg.Tx, hash []byte) (Tokens, error) {
	session, err := pg.TakeForUpdate[Session](tx, "id = (SELECT session_id FROM refresh_tokens WHERE token_hash = ?)", hash)
	if err != nil {
		return Tokens{}, err
	}
	u, err := pg.Take[User](tx, "id = ?", session.UserID)
	if err != nil {
		return Tokens{}, err
	}
	token, err := pg.Take[refreshToken](tx, "token_hash = ?", hash) // read again, now that the session is locked
	if err != nil {
		return Tokens{}, err
	}
	if session.EndedAt != nil || !tx.Now.Before(session.ExpiresAt) || !tx.Now.Before(token.ExpiresAt) || !u.Active {
		return Tokens{}, ErrRefresh
	}
	tx.By = pg.Origin{ActorID: u.ID, ActorKind: KindUser, RequestID: tx.By.RequestID}
	if token.UsedAt != nil && tx.Now.Sub(*token.UsedAt) > Grace {
		return Tokens{}, s.reused(tx, session)
	}
	if err := use(tx, token); err != nil {
		return Tokens{}, err
	}
	err = tx.Exec("UPDATE sessions SET last_used_at = ? WHERE id = ?", tx.Now, session.ID).Error
	if err != nil {
		return Tokens{}, err
	}
	return s.issue(ctx, tx, u, session)
}

// use marks the token as exchanged, or counts another sibling.
func use(tx pg.Tx, t refreshToken) error {
	if t.UsedAt == nil {
		return pg.One(tx.Exec("UPDATE refresh_tokens SET used_at = ? WHERE token_hash = ?", tx.Now, t.TokenHash))
	}
	if t.Siblings >= maxSiblings {
		return ErrRefresh
	}
	return pg.One(tx.Exec("UPDATE refresh_tokens SET siblings = siblings + 1 WHERE token_hash = ?", t.TokenHash))
}

// reused ends the session of a token that came back after its grace, and commits that with the refusal.
func (s *Service) reused(tx pg.Tx, session Session) error {
	if err := s.end(tx, endReuse, "id = ?", session.ID); err != nil {
		return err
	}
	s.cache.forget(session.UserID)
	err := audit.Record(tx, audit.Entry{
		Action: "refreshTokenReused", SubjectType: "user", SubjectID: session.UserID,
		After: map[string]any{"session_id": session.ID},
	})
	if err != nil {
		return err
	}
	return pg.Keep(ErrRefreshReused)
}

// end ends the living sessions of the condition. Their refresh tokens are worthless from then on.
func (s *Service) end(tx pg.Tx, why, where string, args ...any) error {
	return tx.Exec("UPDATE sessions SET ended_at = ?, ended_why = ? WHERE ended_at IS NULL AND "+where,
		append([]any{tx.Now, why}, args...)...).Error
}

// Logout ends the caller's session: its access and refresh tokens are worthless at once. Machines have no session;
// they get errs.ErrForbidden.
func (s *Service) Logout(tx pg.Tx, who Principal) error {
	if who.Kind != KindUser {
		return errForbidden
	}
	if err := s.end(tx, endLogout, "id = ?", who.SessionID); err != nil {
		return err
	}
	s.cache.forget(who.ID)
	return audit.Record(tx, audit.Entry{
		Action: "logout", SubjectType: "user", SubjectID: who.ID, After: map[string]any{"session_id": who.SessionID},
	})
}

// LogoutEverywhere ends all sessions of the caller and every token issued so far. Machines get errs.ErrForbidden.
func (s *Service) LogoutEverywhere(tx pg.Tx, who Principal) error {
	if who.Kind != KindUser {
		return errForbidden
	}
	if err := s.expel(tx, who.ID, endEverywhere); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "logoutEverywhere", SubjectType: "user", SubjectID: who.ID})
}

// expel raises the epoch of a person and ends their sessions. The user row is locked before the sessions.
func (s *Service) expel(tx pg.Tx, user uuid.UUID, why string) error {
	if err := pg.One(tx.Exec("UPDATE users SET token_epoch = token_epoch + 1 WHERE id = ?", user)); err != nil {
		return err
	}
	s.cache.forget(user)
	return s.end(tx, why, "user_id = ?", user)
}

// ListMySessions returns the caller's living sessions, the one used last first.
func (s *Service) ListMySessions(tx pg.Tx, who Principal) ([]Session, error) {
	var rows []Session
	return rows, tx.Where("user_id = ? AND ended_at IS NULL AND expires_at > ?", who.ID, tx.Now).
		Order("last_used_at DESC, id").Limit(100).Find(&rows).Error
}

// Prune deletes sessions that ended or expired a while ago, with their refresh tokens, and throttle rows that limit
// nothing any more. For a periodic job.
func (s *Service) Prune(tx pg.Tx) error {
	past := tx.Now.Add(-30 * 24 * time.Hour)
	return errors.Join(
		tx.Exec("DELETE FROM sessions WHERE expires_at < ? OR ended_at < ?", past, past).Error,
		tx.Exec("DELETE FROM refresh_tokens WHERE expires_at < ?", past).Error,
		tx.Exec("DELETE FROM login_throttles WHERE tat < ?", tx.Now).Error,
	)
}
