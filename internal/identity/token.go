package identity

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// How long proofs last. AccessTTL stays below the 15 minutes that api.md allows, leeway included.
const (
	AccessTTL  = 10 * time.Minute
	RefreshTTL = 14 * 24 * time.Hour // of one refresh token that nobody uses
	SessionTTL = 60 * 24 * time.Hour // of a login, however often it is refreshed
	Grace      = 30 * time.Second    // in which a used refresh token still yields a sibling, for parallel tabs
	leeway     = 5 * time.Second     // between the clocks of two servers

	audience     = "salesgate-api"
	tokenType    = "at+jwt" // RFC 9068: an access token and nothing else
	maxTokenSize = 4096
)

// claims are what an access token says.
type claims struct {
	jwt.RegisteredClaims
	Kind      string `json:"kind"`            // KindUser or KindMachine
	SessionID string `json:"sid,omitempty"`   // of a person's token
	Epoch     int64  `json:"epoch"`           // of the owner, when it was issued
	Scope     string `json:"scope,omitempty"` // of a machine's token: what it asked for, separated by spaces
}

// subject is a verified token in our own terms.
type subject struct {
	id      uuid.UUID
	kind    string
	session uuid.UUID
	epoch   int64
	scope   string
}

// sign issues an access token for c, from now on.
func (k *Keys) sign(ctx context.Context, issuer string, c claims) (string, error) {
	kid, private, err := k.signer(ctx)
	if err != nil {
		return "", err
	}
	now := k.db.Clock().Now()
	c.Issuer, c.Audience = issuer, jwt.ClaimStrings{audience}
	c.IssuedAt, c.ExpiresAt = jwt.NewNumericDate(now), jwt.NewNumericDate(now.Add(AccessTTL))
	c.ID = uuid.NewString()
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, c)
	t.Header["kid"], t.Header["typ"] = kid, tokenType
	return t.SignedString(private)
}

// verify checks signature, algorithm, type, issuer, audience and times. The algorithm is pinned: a token that names
// another one ("none", or HS256 with our public key as the secret) is refused before its signature is looked at. A token
// that was verified within keysFreshFor isn't verified again.
func (k *Keys) verify(ctx context.Context, issuer, token string) (subject, error) {
	if len(token) > maxTokenSize {
		return subject{}, ErrToken
	}
	hash, now := sha256.Sum256([]byte(issuer+"\n"+token)), k.db.Clock().Now()
	if s, ok := k.proofs.get(hash, now); ok {
		return s, nil
	}
	var c claims
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithStrictDecoding(), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(k.db.Clock().Now),
	)
	var unavailable error
	_, err := parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		public, err := k.keyOf(ctx, t)
		unavailable = err
		return public, err
	})
	switch {
	case err == nil:
		s, err := c.subject()
		if err == nil {
			k.proofs.put(hash, s, now, c.ExpiresAt.Time)
		}
		return s, err
	case unavailable != nil && !errors.Is(unavailable, ErrToken):
		return subject{}, unavailable // the database, not the token, is at fault
	case errors.Is(err, jwt.ErrTokenExpired):
		return subject{}, ErrTokenExpired
	}
	return subject{}, ErrToken.Wrap(err)
}

func (k *Keys) keyOf(ctx context.Context, t *jwt.Token) (ed25519.PublicKey, error) {
	kid, _ := t.Header["kid"].(string)
	typ, _ := t.Header["typ"].(string)
	if kid == "" || !strings.EqualFold(typ, tokenType) {
		return nil, ErrToken
	}
	public, err := k.verifier(ctx, kid)
	if err == nil && public == nil {
		err = ErrToken
	}
	return public, err
}

func (c claims) subject() (subject, error) {
	s := subject{kind: c.Kind, epoch: c.Epoch, scope: c.Scope}
	var err error
	if s.id, err = uuid.Parse(c.Subject); err != nil {
		return s, ErrToken
	}
	switch c.Kind {
	case KindUser:
		if s.session, err = uuid.Parse(c.SessionID); err != nil {
			return s, ErrToken
		}
	case KindMachine:
	default:
		return s, ErrToken
	}
	return s, nil
}
