package identity

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// Authenticator turns a bearer token into a principal. It is safe for concurrent use.
type Authenticator struct {
	db     *pg.DB
	keys   *Keys
	issuer string
	cache  *cache
}

// Authenticate verifies the token and returns who is calling. The signature is verified at most once in keysFreshFor (proofs); the principal
// comes from the cache when it was loaded within CacheTTL, so a hot request runs no statement. Returns ErrNoToken for "",
// ErrToken, ErrTokenExpired, and ErrRevoked when the session, the epoch or the owner has ended.
func (a *Authenticator) Authenticate(ctx context.Context, bearer string) (Principal, error) {
	if bearer == "" {
		return Principal{}, ErrNoToken
	}
	s, err := a.keys.verify(ctx, a.issuer, bearer)
	if err != nil {
		return Principal{}, err
	}
	e, err := a.load(ctx, s)
	if err != nil {
		return Principal{}, err
	}
	if e.epoch != s.epoch {
		return Principal{}, ErrRevoked
	}
	return e.principal, nil
}

// load returns the subject's principal from the cache or the database.
func (a *Authenticator) load(ctx context.Context, s subject) (entry, error) {
	if e, ok := a.cache.get(s); ok {
		return e, nil
	}
	var e entry
	err := a.db.View(ctx, pg.System(""), func(tx pg.Tx) (err error) {
		if s.kind == KindMachine {
			e, err = loadMachine(tx, s)
		} else {
			e, err = loadSession(tx, s)
		}
		return err
	})
	if errors.Is(err, errs.ErrNotFound) {
		return e, ErrRevoked
	}
	if err == nil {
		a.cache.put(s, e)
	}
	return e, err
}

// loadSession reads the person of a session that hasn't ended.
func loadSession(tx pg.Tx, s subject) (entry, error) {
	u, err := pg.Take[User](tx, `id = ? AND active AND EXISTS (SELECT FROM sessions s
		WHERE s.id = ? AND s.user_id = users.id AND s.ended_at IS NULL AND s.expires_at > ?)`, s.id, s.session, tx.Now)
	if err != nil {
		return entry{}, err
	}
	p, err := principalOf(tx, u)
	p.SessionID = s.session
	return entry{principal: p, epoch: u.TokenEpoch}, err
}

// loadMachine reads the client; the token's scopes count as far as the client still has them.
func loadMachine(tx pg.Tx, s subject) (entry, error) {
	m, err := pg.Take[MachineClient](tx, "id = ? AND active", s.id)
	if err != nil {
		return entry{}, err
	}
	asked := strings.Fields(s.scope)
	scopes := slices.DeleteFunc(slices.Clone(m.Scopes), func(have string) bool { return !slices.Contains(asked, have) })
	return entry{principal: m.principal(scopes), epoch: m.TokenEpoch}, nil
}
