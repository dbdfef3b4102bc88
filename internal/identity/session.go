package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// Tokens is what a login, a refresh or a machine's token request yields. They are shown once and kept nowhere.
type Tokens struct {
	Access    string
	ExpiresIn time.Duration
	Refresh   string // "" for machines
	Scope     string // of a machine, separated by spaces
	User      User   // zero for machines
}

// Login is one attempt to log in.
type Login struct {
	Username, Password string
	Address, UserAgent string // of the client
	RequestID          string
}

// Session is one login of a person.
type Session struct {
	ID         uuid.UUID
	UserID     uuid.UUID
	Address    string
	UserAgent  string
	CreatedAt  time.Time
	LastUsedAt time.Time
	ExpiresAt  time.Time
	EndedAt    *time.Time
	EndedWhy   *string
}

// TableName implements gorm's Tabler.
func (Session) TableName() string { return "sessions" }

// Why a session ended, as stored.
const (
	endLogout      = "logout"
	endEverywhere  = "logout_everywhere"
	endPassword    = "password"
	endDeactivated = "deactivated"
	endReuse       = "reuse"
)

// Login verifies the password and opens a session. It opens its own transactions, so that none is held while the hash
// is computed. Returns ErrThrottled with retry_after when account or address made too many attempts, ErrCredentials for
// a wrong password, an unknown user and a deactivated one alike (the work done is the same), errs.ErrBusy when too many
// others are logging in.
func (s *Service) Login(ctx context.Context, in Login) (Tokens, error) {
	in.Username = canonicalUsername(in.Username)
	by := pg.System(in.RequestID)
	if err := s.db.Tx(ctx, by, func(tx pg.Tx) error { return admit(tx, in.Username, in.Address) }); err != nil {
		return Tokens{}, err
	}
	u, err := s.prove(ctx, by, in.Username, in.Password)
	if err != nil {
		return Tokens{}, err
	}
	by = pg.Origin{ActorID: u.ID, ActorKind: KindUser, RequestID: in.RequestID}
	var out Tokens
	err = s.db.Tx(ctx, by, func(tx pg.Tx) (err error) {
		out, err = s.enter(ctx, tx, u, in)
		return err
	})
	return out, err
}

// prove returns the active user with this password, or ErrCredentials, which is recorded when the user exists.
func (s *Service) prove(ctx context.Context, by pg.Origin, username, password string) (User, error) {
	var u User
	err := s.db.View(ctx, by, func(tx pg.Tx) (err error) {
		u, err = pg.Take[User](tx, "username = ?", username)
		return err
	})
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return u, err
	}
	ok, outdated, err := s.passwords.Verify(ctx, u.PasswordHash, password)
	if err != nil {
		return u, err
	}
	if ok && u.Active {
		if outdated {
			err = s.rehash(ctx, by, u, password)
		}
		return u, err
	}
	if u.ID == uuid.Nil {
		return u, ErrCredentials
	}
	err = s.db.Tx(ctx, by, func(tx pg.Tx) error {
		return audit.Record(tx, audit.Entry{Action: "loginFailed", SubjectType: "user", SubjectID: u.ID})
	})
	if err != nil {
		return u, err
	}
	return u, ErrCredentials
}

// rehash stores the password at today's cost; nothing else about the user changes.
func (s *Service) rehash(ctx context.Context, by pg.Origin, u User, password string) error {
	hash, err := s.passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, by, func(tx pg.Tx) error {
		return tx.Exec("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?", hash, u.ID, u.PasswordHash).Error
	})
}

// enter opens the session of a user who proved themselves, unless something changed since.
func (s *Service) enter(ctx context.Context, tx pg.Tx, proved User, in Login) (Tokens, error) {
	u, err := pg.TakeForUpdate[User](tx, "id = ?", proved.ID)
	if err != nil {
		return Tokens{}, err
	}
	if !u.Active || u.TokenEpoch != proved.TokenEpoch {
		return Tokens{}, ErrCredentials
	}
	if err := forgive(tx, in.Username, in.Address); err != nil {
		return Tokens{}, err
	}
	out, err := s.open(ctx, tx, u, in.Address, in.UserAgent)
	if err != nil {
		return Tokens{}, err
	}
	return out, audit.Record(tx, audit.Entry{
		Action: "login", SubjectType: "user", SubjectID: u.ID, After: map[string]any{"address": in.Address},
	})
}

// open starts a session with its first refresh token.
func (s *Service) open(ctx context.Context, tx pg.Tx, u User, address, agent string) (Tokens, error) {
	if r := []rune(agent); len(r) > 300 {
		agent = string(r[:300])
	}
	session := Session{
		ID: uuid.Must(uuid.NewV7()), UserID: u.ID, Address: address, UserAgent: agent,
		CreatedAt: tx.Now, LastUsedAt: tx.Now, ExpiresAt: tx.Now.Add(SessionTTL),
	}
	if err := pg.Insert(tx, &session); err != nil {
		return Tokens{}, err
	}
	return s.issue(ctx, tx, u, session)
}

// issue makes an access token and a fresh refresh token for the session.
func (s *Service) issue(ctx context.Context, tx pg.Tx, u User, session Session) (Tokens, error) {
	refresh := "sgr_" + base64.RawURLEncoding.EncodeToString(randomBytes(32))
	expires := tx.Now.Add(RefreshTTL)
	if session.ExpiresAt.Before(expires) {
		expires = session.ExpiresAt
	}
	err := pg.Insert(tx, &refreshToken{
		TokenHash: hashSecret(refresh), SessionID: session.ID, IssuedAt: tx.Now, ExpiresAt: expires,
	})
	if err != nil {
		return Tokens{}, err
	}
	access, err := s.keys.sign(ctx, s.issuer, claims{
		RegisteredClaims: jwt.RegisteredClaims{Subject: u.ID.String()},
		Kind:             KindUser, SessionID: session.ID.String(), Epoch: u.TokenEpoch,
	})
	return Tokens{Access: access, ExpiresIn: AccessTTL, Refresh: refresh, User: u}, err
}

// hashSecret is enough for 256 random bits: there is nothing to guess.
func hashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
