package pricelist

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// How a list comes into force. Up to atOnce lines are written by the transaction that publishes; more are rolled out: written in
// batches ahead of an instant at which the list's own row makes them count, all together. Measured: 2,000 lines take some 50 ms,
// 100,000 some seconds, in which nobody should hold a lock.
const (
	atOnce       = 2_000
	stageBatch   = 5_000
	settleBatch  = 2_000
	rollOutGuard = time.Second // before its instant a list must be whole, or it gets a later one
)

// rollOutLead is how long before its instant a roll-out begins at the latest: long enough for the lines, longer after each miss.
func rollOutLead(lines, before int) time.Duration {
	return (5*time.Second + time.Duration(lines)*125*time.Microsecond) * time.Duration(before+1)
}

// publishList puts an approved list into force from its effective time on (PRC-05): its lines become base prices, which
// nothing changes any more (PRC-07), and its new products become standard ones (PRC-02). A long list is only approved by this;
// RollOut does the rest. Returns ErrBaseMoved when prices have moved under it since its author looked: whoever approves has seen
// differences that don't hold any more.
func (s *Service) publishList(tx pg.Tx, l BasePriceList) (BasePriceList, error) {
	lines, err := countLines(tx, l.ID)
	if err != nil {
		return BasePriceList{}, err
	}
	if err := holdPublications(tx); err != nil {
		return BasePriceList{}, err
	}
	if err := checkBase(tx, l); err != nil {
		return BasePriceList{}, err
	}
	before := l
	if lines > atOnce {
		if err := l.schedule(tx, tx.Later().Add(rollOutLead(lines, 0))); err != nil {
			return BasePriceList{}, err
		}
		if l, err = s.keepList(tx, "approveBasePriceList", before, l); err != nil || s.EnqueueRollOut == nil {
			return l, err
		}
		return l, s.EnqueueRollOut(tx, l.ID)
	}
	if err := l.Publish(tx, listTable); err != nil {
		return BasePriceList{}, err
	}
	if l.ChangeNo, err = nextChange(tx); err != nil {
		return BasePriceList{}, err
	}
	if l, err = s.keepList(tx, "publishBasePriceList", before, l); err != nil {
		return BasePriceList{}, err
	}
	return s.putInForce(tx, l)
}

// schedule reserves an instant for a list that is rolled out: its own, or the earliest one possible when that is too near.
func (l *BasePriceList) schedule(tx pg.Tx, earliest time.Time) error {
	at := earliest
	if l.EffectiveAt != nil && l.EffectiveAt.After(at) {
		at = *l.EffectiveAt
	}
	at, err := pricing.FreeInstant(tx, listTable, l.ID, at)
	l.State, l.EffectiveAt, l.StagedAfter, l.Rollouts = pricing.Approved, &at, nil, l.Rollouts+1
	return err
}

// putInForce writes all lines of a list at once, and what follows from them where the list is in force now.
func (s *Service) putInForce(tx pg.Tx, l BasePriceList) (BasePriceList, error) {
	if _, _, err := stageLines(tx, l, uuid.Nil, atOnce+1); err != nil {
		return l, err
	}
	if err := s.granted(tx, l); err != nil {
		return l, err
	}
	if l.EffectiveAt.After(tx.Later()) {
		return l, nil
	}
	for {
		settled, err := s.settle(tx, &l)
		if err != nil || settled {
			return l, err
		}
	}
}

// RollOut does the next piece of work for a list that is approved and not yet published: a batch of its lines, or its publication
// when all are written. It tells whether there is more to do. Until the list is published none of its lines is a price, so a crash
// leaves nothing half in force, and this goes on where it stood. A list that isn't whole in time gets a later instant, and its
// lines are written anew. Locks the list; the last piece holds off other publications too.
func (s *Service) RollOut(tx pg.Tx, id uuid.UUID) (more bool, err error) {
	l, err := pg.TakeForUpdate[BasePriceList](tx, "id = ?", id)
	if err != nil || l.State != pricing.Approved {
		return false, err
	}
	if !tx.Later().Add(rollOutGuard).Before(*l.EffectiveAt) {
		return true, s.missed(tx, l)
	}
	after := uuid.Nil
	if l.StagedAfter != nil {
		after = *l.StagedAfter
	}
	last, n, err := stageLines(tx, l, after, stageBatch)
	if err != nil {
		return false, err
	}
	if n > 0 {
		l.StagedAfter = &last
	}
	if n == stageBatch {
		return true, l.Store(tx, listTable, map[string]any{"staged_after": l.StagedAfter})
	}
	return false, s.finishRollOut(tx, l)
}

func (s *Service) finishRollOut(tx pg.Tx, l BasePriceList) (err error) {
	if err := holdPublications(tx); err != nil {
		return err
	}
	before := l
	l.State, l.PublishedAt = pricing.Published, &tx.Now
	if l.ChangeNo, err = nextChange(tx); err != nil {
		return err
	}
	if l, err = s.keepList(tx, "publishBasePriceList", before, l); err != nil {
		return err
	}
	return s.granted(tx, l)
}

// missed takes back a batch of what was written for an instant that can't be met any more; when all is taken back the list gets
// another one.
func (s *Service) missed(tx pg.Tx, l BasePriceList) error {
	n, err := unstageLines(tx, l.ID, stageBatch)
	if err != nil || n == stageBatch {
		return err
	}
	if err := holdPublications(tx); err != nil {
		return err
	}
	lines, err := countLines(tx, l.ID)
	if err != nil {
		return err
	}
	before := l
	if err := l.schedule(tx, tx.Later().Add(rollOutLead(lines, l.Rollouts))); err != nil {
		return err
	}
	_, err = s.keepList(tx, "postponeBasePriceList", before, l)
	return err
}

// RollOutsDue returns the lists that wait for RollOut, for the sweep that goes on after a crash.
func (s *Service) RollOutsDue(tx pg.Tx) (ids []uuid.UUID, err error) {
	err = tx.Raw("SELECT id FROM base_price_lists WHERE state = 'approved' ORDER BY effective_at").Scan(&ids).Error
	return ids, err
}

// SettleLists does, for one list that has come into force, a part of what follows: its new products become standard ones (PRC-02),
// and open price reviews hear that prices changed (PRC-08). The gate doesn't wait for it. Returns limit while there is more.
func (s *Service) SettleLists(tx pg.Tx, limit int) (int, error) {
	l, found, err := lockUnsettled(tx)
	if err != nil || !found {
		return 0, err
	}
	_, err = s.settle(tx, &l)
	return limit, err
}

func (s *Service) settle(tx pg.Tx, l *BasePriceList) (done bool, err error) {
	n, err := catalog.Standardise(tx, l.ID, settleBatch)
	if err != nil || n == settleBatch {
		return false, err
	}
	if s.Reviews != nil {
		if err := s.Reviews.ListInForce(tx, l.ID); err != nil {
			return false, err
		}
	}
	l.SettledAt = &tx.Now
	return true, tx.Exec("UPDATE base_price_lists SET settled_at = ? WHERE id = ?", tx.Now, l.ID).Error
}

// holdPublications keeps other publications out until the transaction ends: they come one after the other.
func holdPublications(tx pg.Tx) error {
	return tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", listTable).Error
}

// granted tells whom a list that is approved concerns.
func (s *Service) granted(tx pg.Tx, l BasePriceList) error {
	for _, w := range s.Watchers {
		if err := w.BasePricesPublished(tx, l.ID); err != nil {
			return err
		}
	}
	return s.tellRequests(tx, l)
}

// tellRequests says what a list has come to.
func (s *Service) tellRequests(tx pg.Tx, l BasePriceList) error {
	if s.Requests == nil {
		return nil
	}
	return s.Requests.ListDecided(tx, l)
}
