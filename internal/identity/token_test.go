package identity

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// forge builds a token with whatever header, claims and key.
func forge(t *testing.T, method jwt.SigningMethod, key any, kid, typ string, c claims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, c)
	token.Header["kid"], token.Header["typ"] = kid, typ
	signed, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestForgedTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	u := w.user("victim")
	good := w.mustLogin("victim").Access
	session := w.mustAuthenticate(good).SessionID
	kid, private, err := w.s.keys.signer(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	public := []byte(private.Public().(ed25519.PublicKey))
	_, foreign, _ := ed25519.GenerateKey(nil)
	now := w.db.Clock().Now()
	valid := func(change ...func(*claims)) claims {
		c := claims{Kind: KindUser, SessionID: session.String(), RegisteredClaims: jwt.RegisteredClaims{
			Subject: u.ID.String(), Issuer: "salesgate", Audience: jwt.ClaimStrings{audience},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(time.Minute)),
		}}
		for _, f := range change {
			f(&c)
		}
		return c
	}
	ed := jwt.SigningMethodEdDSA
	if _, err := w.authenticate(forge(t, ed, private, kid, tokenType, valid())); err != nil {
		t.Fatalf("the control token is refused: %v", err)
	}
	pem := "-----BEGIN PUBLIC KEY-----\n" + base64.StdEncoding.EncodeToString(public) + "\n-----END PUBLIC KEY-----\n"
	parts := strings.Split(good, ".")
	for name, token := range map[string]string{
		"alg none":              forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, kid, tokenType, valid()),
		"HS256 with public key": forge(t, jwt.SigningMethodHS256, public, kid, tokenType, valid()),
		"HS256 with public PEM": forge(t, jwt.SigningMethodHS256, []byte(pem), kid, tokenType, valid()),
		"somebody else's key":   forge(t, ed, foreign, kid, tokenType, valid()),
		"unknown kid":           forge(t, ed, foreign, "unknown", tokenType, valid()),
		"no kid":                forge(t, ed, private, "", tokenType, valid()),
		"not an access token":   forge(t, ed, private, kid, "JWT", valid()),
		"wrong audience":        forge(t, ed, private, kid, tokenType, valid(func(c *claims) { c.Audience = jwt.ClaimStrings{"other-api"} })),
		"no audience":           forge(t, ed, private, kid, tokenType, valid(func(c *claims) { c.Audience = nil })),
		"wrong issuer":          forge(t, ed, private, kid, tokenType, valid(func(c *claims) { c.Issuer = "elsewhere" })),
		"without expiry":        forge(t, ed, private, kid, tokenType, valid(func(c *claims) { c.ExpiresAt = nil })),
		"issued in the future":  forge(t, ed, private, kid, tokenType, valid(func(c *claims) { c.IssuedAt = jwt.NewNumericDate(now.Add(time.Hour)) })),
		"unknown kind":          forge(t, ed, private, kid, tokenType, valid(func(c *claims) { c.Kind = KindSystem })),
		"no session":            forge(t, ed, private, kid, tokenType, valid(func(c *claims) { c.SessionID = "" })),
		"no subject":            forge(t, ed, private, kid, tokenType, valid(func(c *claims) { c.Subject = "" })),
		"payload changed":       parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"x"}`)) + "." + parts[2],
		"signature cut":         parts[0] + "." + parts[1] + ".",
		"garbage":               "not.a.token",
		"enormous":              good + strings.Repeat("A", maxTokenSize),
		"the refresh token":     "sgr_abcdefghijklmnopqrstuvwxyz",
	} {
		if p, err := w.authenticate(token); err == nil {
			t.Errorf("%s: let in as %s", name, p.Name)
		} else {
			want(t, err, ErrToken)
		}
	}
	_, err = w.authenticate(forge(t, ed, private, kid, tokenType, valid(func(c *claims) { c.Epoch = 1 })))
	want(t, err, ErrRevoked)
	_, err = w.authenticate(forge(t, ed, private, kid, tokenType, valid(func(c *claims) { c.SessionID = uuid.NewString() })))
	want(t, err, ErrRevoked)
	_, err = w.authenticate("")
	want(t, err, ErrNoToken)
}

func TestAccessTokenExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("u1")
	token := w.mustLogin("u1").Access
	var c claims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &c); err != nil {
		t.Fatal(err)
	}
	if life := c.ExpiresAt.Sub(c.IssuedAt.Time) + leeway; life > 15*time.Minute {
		t.Fatalf("a token is good for %v", life)
	}
	w.later(AccessTTL - time.Second)
	w.mustAuthenticate(token)
	w.later(leeway + 2*time.Second)
	_, err := w.authenticate(token)
	want(t, err, ErrTokenExpired)
}

func TestHotRequestRunsNoStatement(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("u1")
	w.later(cacheQuiet) // since the user was created
	token := w.mustLogin("u1").Access
	w.mustAuthenticate(token)
	ctx, probe := pg.WithProbe(context.Background(), 0)
	for range 100 {
		if _, err := w.auth.Authenticate(ctx, token); err != nil {
			t.Fatal(err)
		}
	}
	if n := probe.Statements(); n != 0 {
		t.Fatalf("%d statements for 100 hot requests", n)
	}
	w.later(CacheTTL)
	if _, err := w.auth.Authenticate(ctx, token); err != nil || probe.Statements() == 0 {
		t.Fatalf("the cache never ends: %v", err)
	}
}

// Another process learns of a change when its cache entry ends, and not later.
func TestOtherProcessLearnsWithinTheCacheTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("u1")
	tokens := w.mustLogin("u1")
	elsewhere := New(w.db, Config{}).Authenticator()
	who, err := elsewhere.Authenticate(context.Background(), tokens.Access)
	if err != nil {
		t.Fatal(err)
	}
	w.must(func(tx pg.Tx) error { return w.s.Logout(tx, who) })
	_, err = w.authenticate(tokens.Access)
	want(t, err, ErrRevoked)
	w.later(CacheTTL)
	_, err = elsewhere.Authenticate(context.Background(), tokens.Access)
	want(t, err, ErrRevoked)
}

func TestLogout(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("u1")
	here, there := w.mustLogin("u1"), w.mustLogin("u1")
	who := w.mustAuthenticate(here.Access)
	w.must(func(tx pg.Tx) error { return w.s.Logout(tx, who) })
	_, err := w.authenticate(here.Access)
	want(t, err, ErrRevoked)
	_, err = w.refresh(here.Refresh)
	want(t, err, ErrRefresh)
	who = w.mustAuthenticate(there.Access)
	w.must(func(tx pg.Tx) error { return w.s.LogoutEverywhere(tx, who) })
	_, err = w.authenticate(there.Access)
	want(t, err, ErrRevoked)
	_, err = w.refresh(there.Refresh)
	want(t, err, ErrRefresh)
	want(t, w.tx(func(tx pg.Tx) error { return w.s.Logout(tx, Principal{Kind: KindMachine}) }), errForbidden)
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{MasterKey: "a master key"})
	w.user("u1")
	before := w.mustLogin("u1").Access
	kids := func() []string {
		set, err := w.s.Keys().JWKS(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		var kids []string
		for _, k := range set {
			kids = append(kids, k.Kid)
		}
		return kids
	}
	old := kids()
	w.later(2 * time.Minute)
	w.must(w.s.Keys().Rotate)
	if now := kids(); len(now) != 2 || now[1] != old[0] {
		t.Fatalf("keys after rotation: %v, before: %v", now, old)
	}
	w.mustAuthenticate(before) // signed with the old key
	after := w.mustLogin("u1").Access
	header, _ := base64.RawURLEncoding.DecodeString(strings.Split(after, ".")[0])
	if !strings.Contains(string(header), kids()[0]) {
		t.Fatalf("header %s isn't of the new key", header)
	}
	w.later(keyOutlives)
	if now := kids(); len(now) != 1 || now[0] == old[0] {
		t.Fatalf("the old key outlives its tokens: %v", now)
	}
	w.must(w.s.Keys().Rotate)
	if n := w.count("SELECT count(*) FROM signing_keys"); n != 3 { // links outlive access tokens
		t.Errorf("%d keys stored, want 3", n)
	}
	w.must(w.s.Keys().RotateWhenDue)
	if w.count("SELECT count(*) FROM signing_keys") != 3 {
		t.Error("a young key was rotated")
	}
	w.later(keyAge + time.Second)
	w.must(w.s.Keys().RotateWhenDue)
	if n := w.count("SELECT count(*) FROM events WHERE action = 'rotateSigningKey'"); n != 4 {
		t.Errorf("%d rotations recorded, want the first key and 3", n)
	}
}

func TestSigningKeysAreSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{MasterKey: "one"})
	w.user("u1")
	w.mustLogin("u1")
	if n := w.count("SELECT count(*) FROM signing_keys WHERE sealed AND length(private_key) > 32"); n != 1 {
		t.Fatal("the private key isn't sealed")
	}
	for name, master := range map[string]string{"none": "", "another": "two"} {
		if _, _, err := New(w.db, Config{MasterKey: master}).keys.signer(context.Background()); err == nil {
			t.Errorf("%s master key opens the signing key", name)
		}
	}
	if _, _, err := New(w.db, Config{MasterKey: "one"}).keys.signer(context.Background()); err != nil {
		t.Fatal(err)
	}
	if New(w.db, Config{}).Keys().Sealed() {
		t.Error("claims to seal without a key")
	}
}

// Processes that start at once agree on one first key, and concurrent rotations don't break each other.
func TestConcurrentKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, _, err := New(w.db, Config{}).keys.signer(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.count("SELECT count(*) FROM signing_keys"); n != 1 {
		t.Fatalf("%d first keys", n)
	}
	for range 4 {
		wg.Go(func() {
			if err := w.tx(w.s.Keys().Rotate); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.count("SELECT count(*) FROM signing_keys WHERE retired_at IS NULL"); n != 1 {
		t.Fatalf("%d active keys", n)
	}
}

// RFC 8037, appendix A.3 gives this thumbprint for this key.
func TestThumbprint(t *testing.T) {
	t.Parallel()
	public, _ := base64.RawURLEncoding.DecodeString("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
	if got := thumbprint(public); got != "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" {
		t.Fatal(got)
	}
	b, _ := json.Marshal(jwkOf("k", public))
	if string(b) != `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"k","use":"sig","alg":"EdDSA"}` {
		t.Fatal(string(b))
	}
}

// A request between a change and its commit still sees the old state, rightly. It must not leave it in the cache.
func TestOldStateIsNotCachedWhileAChangeCommits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("u1")
	w.later(cacheQuiet) // since the user was created
	token := w.mustLogin("u1").Access
	who := w.mustAuthenticate(token)
	w.must(func(tx pg.Tx) error {
		if err := w.s.Logout(tx, who); err != nil {
			return err
		}
		w.mustAuthenticate(token)
		return nil
	})
	_, err := w.authenticate(token)
	want(t, err, ErrRevoked)
}
