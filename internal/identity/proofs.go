package identity

import (
	"crypto/sha256"
	"sync"
	"time"
)

// proofs remembers which tokens have been verified, by their hash: verifying an Ed25519 signature costs more than all else
// that a small read does. A proof is believed until the token expires and at most keysFreshFor, so a key that is removed
// stops verifying as soon as it does without the proofs. Who the owner is, and whether the session still lives, is asked
// apart from it each time.
type proofs struct {
	mu    sync.RWMutex
	known map[[sha256.Size]byte]proof
}

type proof struct {
	subject subject
	until   time.Time
}

const maxProofs = 10_000

func (p *proofs) get(hash [sha256.Size]byte, now time.Time) (subject, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	found, ok := p.known[hash]
	return found.subject, ok && now.Before(found.until)
}

func (p *proofs) put(hash [sha256.Size]byte, s subject, now, expires time.Time) {
	until := now.Add(keysFreshFor)
	if expires.Before(until) {
		until = expires
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) >= maxProofs {
		p.known = make(map[[sha256.Size]byte]proof)
	}
	p.known[hash] = proof{s, until}
}

func (p *proofs) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.known)
}
