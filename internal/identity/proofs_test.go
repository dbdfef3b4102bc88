package identity

import (
	"crypto/sha256"
	"testing"
	"time"
)

func TestProofsAreBelievedBriefly(t *testing.T) {
	t.Parallel()
	var p proofs
	now := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	long, short := sha256.Sum256([]byte("long")), sha256.Sum256([]byte("short"))
	p.put(long, subject{epoch: 1}, now, now.Add(AccessTTL))
	p.put(short, subject{epoch: 2}, now, now.Add(time.Second))
	for _, c := range []struct {
		hash  [sha256.Size]byte
		after time.Duration
		want  bool
	}{
		{long, 0, true},
		{long, keysFreshFor - time.Microsecond, true},
		{long, keysFreshFor, false}, // as long as a removed key may go unnoticed
		{short, time.Second - time.Microsecond, true},
		{short, time.Second, false}, // never beyond the token's own end
		{sha256.Sum256([]byte("other")), 0, false},
	} {
		if _, ok := p.get(c.hash, now.Add(c.after)); ok != c.want {
			t.Errorf("after %s: %t, want %t", c.after, ok, c.want)
		}
	}
	p.clear()
	if _, ok := p.get(long, now); ok {
		t.Error("cleared, and still there")
	}
}

func TestProofsAreBounded(t *testing.T) {
	t.Parallel()
	var p proofs
	now := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	for i := range maxProofs + 10 {
		p.put(sha256.Sum256([]byte{byte(i), byte(i >> 8)}), subject{}, now, now.Add(time.Hour))
	}
	if len(p.known) > maxProofs {
		t.Errorf("%d proofs are kept", len(p.known))
	}
}
