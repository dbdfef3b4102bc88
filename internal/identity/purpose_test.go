package identity

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
)

// A link is good for its purpose and its time, also after the key that signed it was retired, and never as an access token.
func TestLinksAreForTheirPurpose(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{})
	w.user("u1")
	ctx := context.Background()
	access := w.mustLogin("u1").Access
	p := Purpose{Audience: "survey", Type: "survey+jwt", Life: 14 * 24 * time.Hour}
	subject, id := uuid.New(), uuid.New()
	token, expires, err := w.s.SignLink(ctx, p, subject, id)
	if err != nil {
		t.Fatal(err)
	}
	verify := func(p Purpose, token string) error {
		c, err := w.s.VerifyLink(ctx, p, token)
		if err == nil && (c.Subject != subject || c.ID != id || !c.Expires.Equal(expires)) {
			t.Errorf("%+v", c)
		}
		return err
	}
	want(t, verify(p, token), nil)
	_, err = w.authenticate(token)
	want(t, err, ErrToken)
	want(t, verify(p, access), ErrToken)
	want(t, verify(Purpose{Audience: "other", Type: p.Type}, token), ErrToken)
	want(t, verify(Purpose{Audience: p.Audience, Type: "at+jwt"}, token), ErrToken)
	want(t, verify(p, token[:len(token)-6]+"AAAAAA"), ErrToken)
	w.must(w.s.Keys().Rotate)
	w.later(keyOutlives + time.Hour)
	w.must(w.s.Keys().Rotate)
	want(t, verify(p, token), nil)
	w.later(p.Life)
	want(t, verify(p, token), ErrTokenExpired)
	if _, _, err := w.s.SignLink(ctx, Purpose{Audience: "x", Life: keyKept + 1}, subject, id); err == nil {
		t.Error("a link that outlives its key was signed")
	}
}
