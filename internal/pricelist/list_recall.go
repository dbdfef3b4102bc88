package pricelist

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// RecallBasePriceList calls a list back that was approved and isn't in force yet: the prices that hold go on holding. It takes the
// one who approved it, the general manager, and a reason; nobody else is asked. Not later than price.recall_minutes before its
// time, so that nobody reads a price that then never was. version is optional. Locks as UpdateBasePriceList. Returns ErrRecall,
// ErrRecallLate, ErrReason.
func (s *Service) RecallBasePriceList(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (BasePriceList, error) {
	l, err := s.lockList(tx, id, version)
	if err != nil {
		return BasePriceList{}, err
	}
	minutes, err := s.rules.Int(tx, "price.recall_minutes")
	if err != nil {
		return BasePriceList{}, err
	}
	switch {
	case !who.Has(identity.GeneralManager): // PRC-05: who decided it
		return BasePriceList{}, ErrRecallWho
	case strings.TrimSpace(reason) == "":
		return BasePriceList{}, ErrReason
	case l.State != pricing.Approved && l.State != pricing.Published:
		return BasePriceList{}, ErrRecall.With("state", l.State)
	case l.EffectiveAt.Before(tx.Now.Add(time.Duration(minutes) * time.Minute)): // PRC-07: what held once has held
		return BasePriceList{}, ErrRecallLate.With("minutes", minutes)
	}
	if err := holdPublications(tx); err != nil {
		return BasePriceList{}, err
	}
	before := l
	l.State, l.RecalledAt, l.RecalledBy, l.RecallReason = pricing.Recalled, &tx.Now, tx.By.Actor(), reason
	l.PublishedAt = before.PublishedAt
	if l.ChangeNo, err = nextChange(tx); err != nil {
		return BasePriceList{}, err
	}
	if l, err = s.keepList(tx, "recallBasePriceList", before, l); err != nil {
		return BasePriceList{}, err
	}
	if err := s.tellRequests(tx, l); err != nil {
		return BasePriceList{}, err
	}
	return l, followup.Open(tx, recalled(l, identity.SalesManager), recalled(l, identity.PriceCommittee))
}

func recalled(l BasePriceList, role identity.Role) followup.Task {
	return followup.Task{
		Kind: "pricing.list_recalled", SubjectType: listType, SubjectID: l.ID, Number: l.Number, Role: role, Inform: true,
		TitleEN: "Base price list " + l.Number + " was called back: " + l.RecallReason,
		TitleZH: "基价表 " + l.Number + " 已撤回:" + l.RecallReason,
	}
}

// Moved is a publication or a recall of another list since the author of a draft last looked at what it changes.
type Moved struct {
	ListID      uuid.UUID
	Number      string
	State       pricing.State
	EffectiveAt time.Time
	Lines       int // products that both name
}

// RefreshBasePriceList takes note that the author has looked at the differences anew, after prices had moved under a list. A submitted
// one becomes a draft again: what was being approved is no longer what it does. Locks as UpdateBasePriceList, and returns what it returns.
func (s *Service) RefreshBasePriceList(tx pg.Tx, _ identity.Principal, id uuid.UUID, version *int64) (BasePriceList, error) {
	l, err := s.openList(tx, id, version)
	if err != nil {
		return BasePriceList{}, err
	}
	before := l
	if l.SeenNo, err = lastChange(tx); err != nil {
		return BasePriceList{}, err
	}
	return s.keepList(tx, "refreshBasePriceList", before, l)
}

// checkBase refuses a draft whose products got other prices, or are to get them, since its author looked.
func checkBase(tx pg.Tx, l BasePriceList) error {
	moved, err := movedSince(tx, l)
	if err != nil || len(moved) == 0 {
		return err
	}
	numbers := make([]string, len(moved))
	for i, m := range moved {
		numbers[i] = m.Number
	}
	return ErrBaseMoved.With("lists", strings.Join(numbers, ", "))
}
