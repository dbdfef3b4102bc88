package identity

import (
	"context"
	"testing"
)

// BenchmarkAuthenticate is what every request pays for knowing its caller: one signature check, no statement.
func BenchmarkAuthenticate(b *testing.B) {
	w := newWorld(b, Config{})
	w.user("u1")
	w.later(cacheQuiet)
	token := w.mustLogin("u1").Access
	for b.Loop() {
		if _, err := w.auth.Authenticate(context.Background(), token); err != nil {
			b.Fatal(err)
		}
	}
}
