package gate

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// DeviceDecision is what a guard's phone decided by itself.
type DeviceDecision string

// The decisions of a phone.
const (
	LetOut     DeviceDecision = "let_out"
	TurnedBack DeviceDecision = "turned_back"
)

// OfflineCheck is one check that was made on a phone.
type OfflineCheck struct {
	Sequence int64 // the phone's running number
	SeenAt   time.Time
	Sighting
	Decision DeviceDecision
	Note     string
}

// Batch is what a phone hands in.
type Batch struct {
	DeviceID string
	SentAt   time.Time // by the phone's clock
	Checks   []OfflineCheck
}

// Synced is what the gate says of one check.
type Synced struct {
	Check     GateCheck
	Conflicts []Conflict
	Repeated  bool // it was handed in before
}

// hash tells whether a check is the one that was handed in before.
func (c OfflineCheck) hash() []byte {
	goods, err := json.Marshal(delivery.AddUp(c.Seen))
	if err != nil {
		goods = nil
	}
	return approval.ContentHash([]string{
		c.SeenAt.UTC().Format(time.RFC3339Nano), c.Token, c.PassNumber, c.Vehicle, string(goods), string(c.Decision), c.Note,
	})
}

// skewed says how far the phone's clock is behind ours, bounded by what a column holds.
func (b Batch) skewed(now time.Time) time.Duration {
	const most = 10 * 365 * 24 * time.Hour
	return max(-most, min(most, now.Sub(b.SentAt)))
}

// instant returns when a check was made by our clock, and whether the phone's was so wrong that it has to be shown: off by more than tolerance when it
// sent, or at a time that can't be. A pass isn't used before it was issued, nor anything seen after now.
func instant(seen, issued, now time.Time, skew, tolerance time.Duration) (at time.Time, wrong bool) {
	at = seen
	if skew.Abs() > tolerance {
		at, wrong = seen.Add(skew), true
	}
	switch {
	case at.After(now):
		return now, wrong || at.Sub(now) > tolerance
	case at.Before(issued):
		return issued, wrong || issued.Sub(at) > tolerance
	}
	return at.UTC().Truncate(time.Microsecond), wrong
}

// SynchroniseGateChecks takes in what a phone decided without the network (SHP-09) and says of each check, in the order of their numbers, what the gate
// says of it. See the package's documentation. It refuses nothing and drops nothing. The first result is by how much the phone's clock is behind.
// Locks the device, then delivery notes and passes in id order.
func (s *Service) SynchroniseGateChecks(tx pg.Tx, who identity.Principal, b Batch) (time.Duration, []Synced, error) {
	y, err := s.begin(tx, who, b)
	if err != nil {
		return 0, nil, err
	}
	if err := y.recall(); err != nil {
		return 0, nil, err
	}
	if err := y.find(); err != nil {
		return 0, nil, err
	}
	var fresh []Conflict
	answers := make([]Synced, len(y.checks))
	for i := range y.checks {
		if answers[i], err = y.take(i); err != nil {
			return 0, nil, err
		}
		if !answers[i].Repeated {
			fresh = append(fresh, answers[i].Conflicts...)
		}
	}
	if err := openConflicts(tx, fresh); err != nil {
		return 0, nil, err
	}
	return y.skew, answers, y.propose(answers)
}

// begin locks the phone.
func (s *Service) begin(tx pg.Tx, who identity.Principal, b Batch) (*synchronisation, error) {
	minutes, err := s.rules.Int(tx, "shipping.gate_skew_minutes")
	if err != nil {
		return nil, err
	}
	y := &synchronisation{
		s: s, tx: tx, who: who, device: b.DeviceID, checks: slices.Clone(b.Checks), skew: b.skewed(tx.Now),
		tolerance: time.Duration(minutes) * time.Minute, hashes: map[int64][][]byte{}, passes: map[uuid.UUID]*delivery.Note{},
		letOut: map[uuid.UUID]bool{},
	}
	slices.SortStableFunc(y.checks, func(a, b OfflineCheck) int { return int(max(-1, min(1, a.Sequence-b.Sequence))) })
	last := y.checks[len(y.checks)-1].Sequence
	return y, takeDevice(tx, b.DeviceID, who, last, int(y.skew/time.Second))
}

// words are what a conflict about the phone's clock or its numbers says.
func (y *synchronisation) clockWords(c OfflineCheck, at time.Time) (en, zh string) {
	seen, was := c.SeenAt.In(clock.Shanghai).Format(time.DateTime), at.In(clock.Shanghai).Format(time.DateTime)
	return fmt.Sprintf("The clock of phone %s is wrong: it says %s for what counts as %s; when it sent it was %d seconds behind.", y.device, seen, was, int(y.skew/time.Second)),
		fmt.Sprintf("手机 %s 时钟有误:记录时间 %s,按 %s 计;上传时慢 %d 秒。", y.device, seen, was, int(y.skew/time.Second))
}

func (y *synchronisation) reusedWords(c OfflineCheck) (en, zh string) {
	return fmt.Sprintf("Phone %s has used number %d for another check before; both are taken in.", y.device, c.Sequence),
		fmt.Sprintf("手机 %s 的序号 %d 此前已用于另一次检查,两次均已登记。", y.device, c.Sequence)
}

// tokenHash names a token in a list of what was tried, without telling it.
func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return fmt.Sprintf("%x", sum[:6])
}
