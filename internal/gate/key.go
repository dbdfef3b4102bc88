package gate

import (
	"time"

	"github.com/salesgate/salesgate/internal/pg"
)

// PublicKey is a key that passes are checked with.
type PublicKey struct {
	Kid       string
	PublicKey []byte
	NotBefore time.Time
	NotAfter  *time.Time // nil while it signs, or will
}

// ListGateKeys returns the keys that passes may be signed with, the newest first: the next one, too, and those whose last pass hasn't
// expired (SHP-09). None before the first pass, or the first round of RotateKeyWhenDue.
func (s *Service) ListGateKeys(tx pg.Tx) ([]PublicKey, error) {
	hours, err := s.rules.Int(tx, "shipping.gate_pass_hours")
	if err != nil {
		return nil, err
	}
	return readPublicKeys(tx, time.Duration(hours)*time.Hour)
}

// RotateKeyWhenDue makes the next key shipping.gate_key_ahead_days before the one that signs is shipping.gate_key_days old, and lets it take over when its
// time has come: a phone that was in a drawer for less than that knows it in time. Locks the keys.
func (s *Service) RotateKeyWhenDue(tx pg.Tx) error {
	days, err := s.rules.Int(tx, "shipping.gate_key_days")
	if err != nil {
		return err
	}
	ahead, err := s.rules.Int(tx, "shipping.gate_key_ahead_days")
	if err != nil {
		return err
	}
	keyAhead := time.Duration(ahead) * 24 * time.Hour
	if err := lockKeys(tx); err != nil {
		return err
	}
	if _, err := s.keys.active(tx); err != nil {
		return err
	}
	now, next, err := readRotation(tx)
	if err != nil {
		return err
	}
	due := now.StartsAt.AddDate(0, 0, days)
	switch {
	case next != nil && !tx.Now.Before(next.StartsAt):
		return switchKey(tx, now.Kid, next.Kid)
	case next == nil && !tx.Now.Before(due.Add(-keyAhead)):
		fresh, err := s.keys.fresh()
		if err != nil {
			return err
		}
		if due.Before(tx.Now.Add(keyAhead)) { // published for as long, also when nobody looked for long
			due = tx.Now.Add(keyAhead)
		}
		return insertNextKey(tx, fresh, due)
	}
	return nil
}
