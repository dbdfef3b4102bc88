package identity

import (
	"context"
	"crypto/ed25519"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// keyKept is how long a retired key stays in the database: for links, which live longer than access tokens. It bounds Purpose.Life.
const keyKept = 92 * 24 * time.Hour

// Purpose is something else than calling the API that tokens are signed for: a link that a customer follows. Its audience and type
// keep its tokens from being taken for access tokens, and the other way round.
type Purpose struct {
	Audience string
	Type     string        // of the header, like "survey+jwt"
	Life     time.Duration // from issue to expiry; at most keyKept
}

// LinkClaims are what a token for a purpose says: what it is about, its own id, and until when.
type LinkClaims struct {
	Subject uuid.UUID
	ID      uuid.UUID
	Expires time.Time
}

// SignLink issues a token about a subject, from now on.
func (s *Service) SignLink(ctx context.Context, p Purpose, subject, id uuid.UUID) (string, time.Time, error) {
	if p.Life > keyKept {
		return "", time.Time{}, errors.New("identity: a link that outlives its key: " + p.Audience)
	}
	kid, private, err := s.keys.signer(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	now := s.db.Clock().Now().Truncate(time.Second)
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.RegisteredClaims{
		Issuer: s.issuer, Audience: jwt.ClaimStrings{p.Audience}, Subject: subject.String(), ID: id.String(),
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(p.Life)),
	})
	t.Header["kid"], t.Header["typ"] = kid, p.Type
	signed, err := t.SignedString(private)
	return signed, now.Add(p.Life), err
}

// VerifyLink returns what a token for the purpose says. Returns ErrToken for one that isn't ours or is for something else, and
// ErrTokenExpired.
func (s *Service) VerifyLink(ctx context.Context, p Purpose, token string) (LinkClaims, error) {
	if len(token) > maxTokenSize {
		return LinkClaims{}, ErrToken
	}
	var c jwt.RegisteredClaims
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}), jwt.WithIssuer(s.issuer), jwt.WithAudience(p.Audience),
		jwt.WithStrictDecoding(), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(leeway), jwt.WithTimeFunc(s.db.Clock().Now),
	)
	var unavailable error
	_, err := parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		public, err := s.keys.linkKey(ctx, t, p.Type)
		unavailable = err
		return public, err
	})
	switch {
	case unavailable != nil && !errors.Is(unavailable, ErrToken):
		return LinkClaims{}, unavailable // the database, not the token, is at fault
	case errors.Is(err, jwt.ErrTokenExpired):
		return LinkClaims{}, ErrTokenExpired
	case err != nil:
		return LinkClaims{}, ErrToken.Wrap(err)
	}
	subject, err := uuid.Parse(c.Subject)
	id, idErr := uuid.Parse(c.ID)
	if err := errors.Join(err, idErr); err != nil {
		return LinkClaims{}, ErrToken.Wrap(err)
	}
	return LinkClaims{Subject: subject, ID: id, Expires: c.ExpiresAt.Time}, nil
}

// linkKey finds the key of a link's token, also one that signs no more.
func (k *Keys) linkKey(ctx context.Context, t *jwt.Token, typ string) (ed25519.PublicKey, error) {
	kid, _ := t.Header["kid"].(string)
	given, _ := t.Header["typ"].(string)
	if kid == "" || !strings.EqualFold(given, typ) {
		return nil, ErrToken
	}
	if _, err := k.verifier(ctx, kid); err != nil { // which reads the keys when it has to
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	row, ok := k.known[kid]
	if !ok || row.RetiredAt != nil && k.db.Clock().Now().After(row.RetiredAt.Add(keyKept)) {
		return nil, ErrToken
	}
	return row.PublicKey, nil
}

// perStranger is what one address may do on operations that need no login.
var perStranger = rate{burst: 30, interval: 4 * time.Second}

// AdmitStranger counts a call of an operation that needs no login for the address. Returns ErrThrottled with retry_after in seconds,
// to be kept (pg.Keep).
func AdmitStranger(tx pg.Tx, operation, address string) error {
	wait, err := perStranger.take(tx, operation+":"+addressKey(address))
	if err != nil || wait == 0 {
		return err
	}
	return pg.Keep(ErrThrottled.With("retry_after", int(wait/time.Second)+1))
}
