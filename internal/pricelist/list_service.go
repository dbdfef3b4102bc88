package pricelist

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// CreateBasePriceList drafts a new base price list (PRC-05), with the prices that the requests want which it answers, if any.
// Locks these requests. Returns ErrReason when the reason is none of PRC-06, pricing.ErrEffectivePast, ErrSourceTaken, what
// TakeRequests returns, and ErrNoResolution when the price committee hasn't asked for new prices by the resolution that is named.
func (s *Service) CreateBasePriceList(tx pg.Tx, _ identity.Principal, in ListInput) (BasePriceList, error) {
	if err := checkReason(in.ReasonKind, in.Reason); err != nil {
		return BasePriceList{}, err
	}
	if in.Resolution != nil {
		switch err := s.Resolved(tx, *in.Resolution); {
		case errors.Is(err, errs.ErrNotFound):
			return BasePriceList{}, ErrNoResolution.At("/resolution_id")
		case err != nil:
			return BasePriceList{}, err
		}
	}
	r, err := pricing.Begin(tx, listSeries, in.Reason, in.EffectiveAt)
	if err != nil {
		return BasePriceList{}, err
	}
	l := BasePriceList{Revision: r, ReasonKind: in.ReasonKind, ResolutionID: in.Resolution, GeneralAuthority: in.GeneralAuthority, SourceSHA256: in.source}
	if l.SeenNo, err = lastChange(tx); err != nil {
		return BasePriceList{}, err
	}
	if err := pg.Insert(tx, &l); err != nil {
		return BasePriceList{}, err
	}
	err = audit.Record(tx, audit.Entry{Action: "createBasePriceList", SubjectType: listType, SubjectID: l.ID, After: l})
	if err != nil || len(in.RequestIDs) == 0 {
		return l, err
	}
	return l, s.fromRequests(tx, l, in.RequestIDs)
}

// fromRequests puts the prices that requests want on a new list.
func (s *Service) fromRequests(tx pg.Tx, l BasePriceList, ids []uuid.UUID) error {
	lines, err := s.Requests.TakeRequests(tx, l, ids)
	if err != nil || len(lines) == 0 {
		return err
	}
	if err := upsertLines(tx, l.ID, lines); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "setBasePriceLines", SubjectType: listType, SubjectID: l.ID, After: lines})
}

// checkReason enforces PRC-06: a reason is mandatory, and one of the allowed kinds.
func checkReason(kind ReasonKind, reason string) error {
	switch kind {
	case LeftMarket, BlocksPlan, TrueCost, FirstPrice:
		if reason != "" {
			return nil
		}
	case Opening:
	}
	return ErrReason
}

// UpdateBasePriceList changes the head of a list, if its version is still the one given. A submitted list becomes a draft
// again and its approval request is void. Locks the list's approval requests and the list. Returns errs.ErrNotFound,
// errs.ErrStale, pricing.ErrNotEditable, ErrReason or pricing.ErrEffectivePast.
func (s *Service) UpdateBasePriceList(tx pg.Tx, _ identity.Principal, id uuid.UUID, version int64, patch ListPatch) (BasePriceList, error) {
	l, err := s.openList(tx, id, &version)
	if err != nil {
		return BasePriceList{}, err
	}
	before := l
	if patch.EffectiveAt != nil {
		if err := pricing.CheckEffective(*patch.EffectiveAt, tx.Now); err != nil {
			return BasePriceList{}, err
		}
		l.EffectiveAt = utc(*patch.EffectiveAt)
	}
	if patch.ReasonKind != nil {
		l.ReasonKind = *patch.ReasonKind
	}
	if patch.Reason != nil {
		l.Reason = *patch.Reason
	}
	if patch.GeneralAuthority != nil {
		l.GeneralAuthority = *patch.GeneralAuthority
	}
	if err := checkReason(l.ReasonKind, l.Reason); err != nil { // PRC-06
		return BasePriceList{}, err
	}
	return s.keepList(tx, "updateBasePriceList", before, l)
}

// SetBasePriceLines puts lines on a list; a product that is on it already gets the new line. A submitted list becomes a
// draft again. Locks as UpdateBasePriceList. Returns what that does, and ErrFloorAboveBase, pricing.ErrUnknownProduct, ErrLineTwice.
func (s *Service) SetBasePriceLines(tx pg.Tx, _ identity.Principal, id uuid.UUID, version int64, lines []PriceLine) (BasePriceList, error) {
	if err := checkLines(lines); err != nil {
		return BasePriceList{}, err
	}
	l, err := s.openList(tx, id, &version)
	if err != nil {
		return BasePriceList{}, err
	}
	before, err := linesOf(tx, id, lines)
	if err != nil {
		return BasePriceList{}, err
	}
	if err := upsertLines(tx, id, lines); err != nil {
		return BasePriceList{}, err
	}
	if err := l.Store(tx, listTable, nil); err != nil {
		return BasePriceList{}, err
	}
	return l, audit.Record(tx, audit.Entry{
		Action: "setBasePriceLines", SubjectType: listType, SubjectID: id, Before: before, After: lines,
	})
}

// RemoveBasePriceLine takes a product off a list: its price stays as it was. Locks as UpdateBasePriceList. Returns
// errs.ErrNotFound when it isn't on the list.
func (s *Service) RemoveBasePriceLine(tx pg.Tx, _ identity.Principal, id uuid.UUID, version int64, productID uuid.UUID) (BasePriceList, error) {
	l, err := s.openList(tx, id, &version)
	if err != nil {
		return BasePriceList{}, err
	}
	before, err := pg.Take[PriceLine](tx, "list_id = ? AND product_id = ?", id, productID)
	if err != nil {
		return BasePriceList{}, err
	}
	if err := pg.One(tx.Exec("DELETE FROM base_price_lines WHERE list_id = ? AND product_id = ?", id, productID)); err != nil {
		return BasePriceList{}, err
	}
	if err := l.Store(tx, listTable, nil); err != nil {
		return BasePriceList{}, err
	}
	return l, audit.Record(tx, audit.Entry{Action: "removeBasePriceLine", SubjectType: listType, SubjectID: id, Before: before})
}

// CancelBasePriceList gives a list up before it is decided; its approval request is void. version is optional. Locks as
// UpdateBasePriceList.
func (s *Service) CancelBasePriceList(tx pg.Tx, _ identity.Principal, id uuid.UUID, version *int64) (BasePriceList, error) {
	l, err := s.openList(tx, id, version)
	if err != nil {
		return BasePriceList{}, err
	}
	before := l
	l.State = pricing.Cancelled
	if l, err = s.keepList(tx, "cancelBasePriceList", before, l); err != nil {
		return BasePriceList{}, err
	}
	return l, s.tellRequests(tx, l)
}

// openList locks a list for a change of its content.
func (s *Service) openList(tx pg.Tx, id uuid.UUID, version *int64) (BasePriceList, error) {
	l, err := s.lockList(tx, id, version)
	if err != nil {
		return BasePriceList{}, err
	}
	return l, l.Reopen(tx, s.approvals, listType)
}

// lockList locks the approval requests about a list, which come first in the lock order, then the list. version is optional. Returns
// errs.ErrStale when it isn't the version given.
func (s *Service) lockList(tx pg.Tx, id uuid.UUID, version *int64) (BasePriceList, error) {
	if err := s.approvals.Lock(tx, listType, id); err != nil {
		return BasePriceList{}, err
	}
	l, err := pg.TakeForUpdate[BasePriceList](tx, "id = ?", id)
	if err == nil && version != nil && l.Version != *version {
		err = errs.ErrStale
	}
	return l, err
}

func (s *Service) keepList(tx pg.Tx, action string, before, l BasePriceList) (BasePriceList, error) {
	err := l.Store(tx, listTable, map[string]any{
		"reason_kind": l.ReasonKind, "change_no": l.ChangeNo, "seen_no": l.SeenNo, "staged_after": l.StagedAfter, "rollouts": l.Rollouts,
		"recalled_at": l.RecalledAt, "recalled_by": l.RecalledBy, "recall_reason": l.RecallReason,
		"general_authority": l.GeneralAuthority,
	})
	if err != nil {
		return BasePriceList{}, err
	}
	return l, audit.Record(tx, audit.Entry{Action: action, SubjectType: listType, SubjectID: l.ID, Before: before, After: l})
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC().Truncate(time.Microsecond)
	return &u
}

func pointer(i int, field string) string { return fmt.Sprintf("/lines/%d/%s", i, field) }
