package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/salesgate/salesgate/internal/errs"
)

// cost is what one argon2id hash takes: 19 MiB and two passes, OWASP's first choice for servers.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

var (
	presentCost  = cost{memory: 19 * 1024, passes: 2, threads: 1}
	passwordWait = 5 * time.Second
)

// Passwords hashes and verifies passwords, a bounded number at a time, so that many logins at once take neither all
// memory nor all processors. It is safe for concurrent use.
type Passwords struct {
	slots chan struct{}
	cost  cost
	decoy string // verified for unknown users, so that they take as long as known ones

	running, peak atomic.Int64
}

// NewPasswords allows atOnce computations at the same time.
func NewPasswords(atOnce int) *Passwords {
	p := &Passwords{slots: make(chan struct{}, max(1, atOnce)), cost: presentCost}
	p.decoy = encodeHash(p.cost, randomBytes(16), randomBytes(32))
	return p
}

// Hash returns the password's hash in PHC format. Returns errs.ErrBusy when no computation slot got free in time.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	salt := randomBytes(16)
	sum, err := p.derive(ctx, p.cost, salt, password, 32)
	if err != nil {
		return "", err
	}
	return encodeHash(p.cost, salt, sum), nil
}

// Verify reports whether the password has this hash; outdated, that it was made at another cost than is used now. An
// empty hash stands for an unknown user: the work is done all the same, and the answer is no.
func (p *Passwords) Verify(ctx context.Context, hash, password string) (ok, outdated bool, err error) {
	known := hash != ""
	if !known {
		hash = p.decoy
	}
	c, salt, want, err := decodeHash(hash)
	if err != nil {
		return false, false, err
	}
	got, err := p.derive(ctx, c, salt, password, uint32(len(want)))
	if err != nil {
		return false, false, err
	}
	return known && subtle.ConstantTimeCompare(got, want) == 1, c != p.cost, nil
}

func (p *Passwords) derive(ctx context.Context, c cost, salt []byte, password string, size uint32) ([]byte, error) {
	timer := time.NewTimer(passwordWait)
	defer timer.Stop()
	select {
	case p.slots <- struct{}{}:
	case <-timer.C:
		return nil, errs.ErrBusy
	case <-ctx.Done():
		return nil, errs.ErrBusy.Wrap(ctx.Err())
	}
	defer func() { <-p.slots }()
	n := p.running.Add(1)
	defer p.running.Add(-1)
	for old := p.peak.Load(); n > old && !p.peak.CompareAndSwap(old, n); old = p.peak.Load() {
	}
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, size), nil
}

func encodeHash(c cost, salt, sum []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.threads, b64(salt), b64(sum))
}

func decodeHash(hash string) (c cost, salt, sum []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, fmt.Errorf("identity: stored password hash has an unknown format")
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil {
		return c, nil, nil, fmt.Errorf("identity: stored password hash: %w", err)
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return c, nil, nil, fmt.Errorf("identity: stored password salt: %w", err)
	}
	sum, err = base64.RawStdEncoding.DecodeString(parts[5])
	return c, salt, sum, err
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}

var commonPasswords = []string{
	"1234567890", "12345678910", "0123456789", "0987654321", "9876543210", "1111111111", "0000000000", "8888888888",
	"1q2w3e4r5t", "qwertyuiop", "qwerty12345", "asdfghjkl;", "zxcvbnm123", "password12", "password123", "password1234",
	"passw0rd123", "p@ssw0rd123", "administrator", "admin12345", "admin123456", "letmein1234", "iloveyou123", "welcome1234",
	"changeme123", "abcdefghij", "abcd123456", "abc1234567", "a123456789", "woaini1314", "woaini520520", "5201314520",
	"qq123456789", "147258369a", "1qaz2wsx3edc", "salesgate1", "salesgate123",
}

// checkPassword returns ErrWeakPassword for what shouldn't be a password of this user, pointing at the field.
func checkPassword(username, password, pointer string) error {
	n := utf8.RuneCountInString(password)
	low := strings.ToLower(password)
	weak := n < 10 || n > 128 || strings.Contains(low, username) || strings.Trim(low, low[:min(1, len(low))]) == ""
	for _, common := range commonPasswords {
		weak = weak || low == common
	}
	if weak {
		return ErrWeakPassword.At(pointer)
	}
	return nil
}
