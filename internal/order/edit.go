package order

import (
	"bytes"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Update changes an order. change gets what the order says and alters it. Of an order that was submitted or confirmed
// only remarks, channel and the customer's order number change; for the rest it returns ErrProtected: revise first.
// Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState and what Create returns; in a revision also ErrLineMoved and
// ErrDiscountMoved. Locks the order.
func (s *Service) Update(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, change func(*Draft)) (Order, error) {
	o, err := s.locked(tx, who, id, &version, VerbUpdate)
	if err != nil {
		return Order{}, err
	}
	d := o.draft()
	change(&d)
	return o, s.edit(tx, who, &o, d, string(VerbUpdate))
}

// edit writes a draft over a locked order.
func (s *Service) edit(tx pg.Tx, who identity.Principal, o *Order, d Draft, action string) error {
	before, judged := o.snapshot(), o.contentHash()
	if d.CustomerID != o.CustomerID {
		p, err := s.position(tx, who, d.CustomerID)
		if err != nil {
			return err
		}
		o.OwnerID = p.OwnerID
	}
	if err := o.fill(d, tx.Now); err != nil {
		return err
	}
	if err := o.complete(tx, nil); err != nil {
		return err
	}
	if o.May(VerbEdit) != nil && !bytes.Equal(judged, o.contentHash()) { // ORD-02: what was judged is judged again
		return ErrProtected.With("state", string(o.State))
	}
	o.Originals += len(d.Attachments)
	if err := s.bind(tx, who, o, d.Attachments); err != nil {
		return err
	}
	if err := s.storeEdit(tx, o); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: o.ID, Before: before, After: o.snapshot()})
}

func (s *Service) storeEdit(tx pg.Tx, o *Order) error {
	if o.State == StateDraft {
		if err := replaceLines(tx, o); err != nil {
			return err
		}
	}
	return update(tx, o)
}

// Upsert creates the order that another system knows by this id, or replaces the draft that carries it, and submits it
// when asked to. Repeating it with the same content changes nothing and answers with the order as it is, in whatever
// state. Returns ErrProtected for other content of an order that is no draft any more, and what Create, Update and Submit
// return; version is optional. Locks the order.
func (s *Service) Upsert(tx pg.Tx, who identity.Principal, source, externalID string, version *int64, d Draft, submit bool) (Order, *decision.Decision, error) {
	id, err := pg.ExternalSubject(tx, Subject, source, externalID)
	if isNotFound(err) {
		return s.createExternal(tx, who, source, externalID, d, submit)
	}
	if err != nil {
		return Order{}, nil, err
	}
	c, err := contractOf(tx, d.ContractID) // before the order's own, by the lock order
	if err != nil {
		return Order{}, nil, err
	}
	o, _, err := s.lockedDeal(tx, who, id, version, VerbCopy) // any state
	if err != nil {
		return Order{}, nil, err
	}
	if !o.same(d) {
		if o.State != StateDraft {
			return Order{}, nil, ErrProtected.With("state", string(o.State))
		}
		if d.Terms == nil {
			terms := o.Terms()
			d.Terms = &terms
		}
		if err := s.edit(tx, who, &o, d.anew(), "upsertOrderByExternalId"); err != nil {
			return Order{}, nil, err
		}
	}
	if !submit || o.State != StateDraft {
		return o, nil, nil
	}
	dec, err := s.submit(tx, who, &o, c)
	return o, &dec, err
}

func (s *Service) createExternal(tx pg.Tx, who identity.Principal, source, externalID string, d Draft, submit bool) (Order, *decision.Decision, error) {
	c, err := contractOf(tx, d.ContractID)
	if err != nil {
		return Order{}, nil, err
	}
	o, err := s.Create(tx, who, d)
	if err != nil {
		return Order{}, nil, err
	}
	if err := pg.ClaimExternal(tx, Subject, source, externalID, o.ID); err != nil || !submit {
		return o, nil, err
	}
	dec, err := s.submit(tx, who, &o, c)
	return o, &dec, err
}

// Copy makes a new draft of what an order says, whatever its state. It is judged anew: prices, terms and authority of
// today count (ORD-02). Returns errs.ErrNotFound and what Create returns.
func (s *Service) Copy(tx pg.Tx, who identity.Principal, id uuid.UUID) (Order, error) {
	o, err := s.Get(tx, who, id)
	if err != nil {
		return Order{}, err
	}
	d := o.draft().anew()
	d.CustomerOrderNo = "" // the customer's order is another one
	for i := range d.Lines {
		d.Lines[i].PromisedOn = nil
	}
	return s.create(tx, who, d, &o.ID)
}

// Revise takes a submitted order back for change; a confirmed one is changed by request (ErrRequest, ORD-05): it becomes a draft of the next revision, its approval is void,
// and it counts again when it has passed the gate again. Returns errs.ErrNotFound, errs.ErrStale and errs.ErrState.
// Locks the approval, then the order.
func (s *Service) Revise(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Order, error) {
	return s.stop(tx, who, id, version, VerbRevise, reason, func(o *Order) error {
		if o.counts() { // ORD-05
			return ErrRequest.With("id", o.ID)
		}
		o.Revision++
		o.back(tx, reason)
		return nil
	})
}

// Cancel ends an order that doesn't count yet; a confirmed one is cancelled by request (ErrRequest, ORD-05). Returns ErrLiveNotices while goods are on notices and ErrPartShipped
// after some left; errs.ErrNotFound, errs.ErrStale, errs.ErrState. Locks the approval, then the order.
func (s *Service) Cancel(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Order, error) {
	return s.stop(tx, who, id, version, VerbCancel, reason, func(o *Order) error {
		if o.counts() { // ORD-05
			return ErrRequest.With("id", o.ID)
		}
		if err := o.cancellable(); err != nil {
			return err
		}
		o.end(tx, StateCancelled, reason)
		return nil
	})
}

// Close ends an order that is shipped, or whose rest won't be. Returns ErrLiveNotices while goods are on notices;
// errs.ErrNotFound, errs.ErrStale, errs.ErrState. Locks the order.
func (s *Service) Close(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Order, error) {
	return s.stop(tx, who, id, version, VerbClose, reason, func(o *Order) error {
		if o.noticed() {
			return ErrLiveNotices
		}
		o.end(tx, StateClosed, reason)
		return nil
	})
}

func (o *Order) end(tx pg.Tx, s State, reason string) {
	o.State, o.StateReason, o.EndedAt, o.UpdatedAt, o.UntoldSince = s, reason, &tx.Now, tx.Now, nil
}

// stop is the frame of the verbs that take an order out of its course: lock, change, end its approval, store, audit.
// Approvals of a closed order stand: they are what it was shipped by.
func (s *Service) stop(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, v Verb, reason string, change func(*Order) error) (Order, error) {
	if v != VerbClose {
		if err := s.approvals.Lock(tx, Subject, id); err != nil { // approvals come before orders in the lock order
			return Order{}, err
		}
	}
	o, c, err := s.lockedDeal(tx, who, id, version, v)
	if err != nil {
		return Order{}, err
	}
	before, counted, drafted := o.snapshot(), o.counts(), o.State == StateDraft
	if err := change(&o); err != nil {
		return Order{}, err
	}
	if drafted {
		if err := o.endReview(tx); err != nil {
			return Order{}, err
		}
	}
	if v != VerbClose {
		if err := s.approvals.Void(tx, Subject, id, reason); err != nil {
			return Order{}, err
		}
	}
	if err := update(tx, &o); err != nil {
		return Order{}, err
	}
	if !drafted { // a draft calls nothing off
		if err := o.callOff(tx, c); err != nil {
			return Order{}, err
		}
	}
	if err := audit.Record(tx, audit.Entry{Action: string(v), SubjectType: Subject, SubjectID: o.ID, Before: before, After: o.snapshot()}); err != nil || !counted {
		return o, err
	}
	return o, s.tellStopped(tx, &o)
}

var (
	_ approval.Subject      = (*Service)(nil)
	_ approval.VerbalDenier = (*Service)(nil)
)
