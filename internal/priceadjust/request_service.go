package priceadjust

import (
	"bytes"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/pricing"
)

// CreatePriceRequest asks for other base prices (PRC-05): by sales, production or finance, with data. The sales manager gets it to
// do. Returns pricelist.ErrReason, pricelist.ErrLineTwice, pricelist.ErrFloorAboveBase, pricing.ErrUnknownProduct, ErrDirection, and what Bind returns.
func (s *Service) CreatePriceRequest(tx pg.Tx, who identity.Principal, in RequestInput) (PriceRequest, error) {
	if err := in.check(); err != nil {
		return PriceRequest{}, err
	}
	number, err := pg.NextNumber(tx, requestSeries, tx.Now.In(clock.Shanghai))
	if err != nil {
		return PriceRequest{}, err
	}
	r := PriceRequest{
		ID: uuid.Must(uuid.NewV7()), Number: number, State: RequestOpen, Side: sideOf(who), ReasonKind: in.ReasonKind, Reason: in.Reason,
		Figures: in.Figures, CreatedAt: tx.Now, CreatedBy: who.ID, Version: 1, Lines: slices.Clone(in.Lines),
	}
	ids := make([]uuid.UUID, len(r.Lines))
	for i, l := range r.Lines {
		ids[i] = l.ProductID
	}
	current, err := pricelist.BasePricesAt(tx, ids, tx.Now)
	if err != nil {
		return PriceRequest{}, err
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		l.RequestID, l.BasePrice = r.ID, nil
		if p, ok := current[l.ProductID]; ok {
			l.BasePrice = &p.Price
		}
		if !l.fits() {
			return PriceRequest{}, ErrDirection.At(pointer(i, "wanted_price"))
		}
	}
	if err := insertRequest(tx, r); err != nil {
		return PriceRequest{}, err
	}
	if err := s.files.Bind(tx, who, RequestSubject, r.ID, in.AttachmentIDs...); err != nil {
		return PriceRequest{}, err
	}
	err = followup.Open(tx, followup.Task{
		Kind: "pricing.request_open", SubjectType: RequestSubject, SubjectID: r.ID, Number: r.Number, Role: identity.SalesManager,
		TitleEN: "Price request " + r.Number + ": take it into a draft or decline it", TitleZH: "调价申请 " + r.Number + ":请纳入草案或答复",
	})
	if err != nil {
		return PriceRequest{}, err
	}
	if err := audit.Record(tx, audit.Entry{Action: "createPriceRequest", SubjectType: RequestSubject, SubjectID: r.ID, After: r}); err != nil {
		return PriceRequest{}, err
	}
	return withLines(tx, r)
}

// GetPriceRequest returns a request with its lines. People see their own; who sees everyone's documents sees all (ORG-06).
func (s *Service) GetPriceRequest(tx pg.Tx, who identity.Principal, id uuid.UUID) (PriceRequest, error) {
	r, err := pg.Take[PriceRequest](tx, "id = ?", id)
	if err != nil {
		return PriceRequest{}, err
	}
	if err := seeRequest(who, r); err != nil {
		return PriceRequest{}, err
	}
	if err := hideLists(tx, who, &r); err != nil {
		return PriceRequest{}, err
	}
	return withLines(tx, r)
}

// RequestSeen reports whether a request is visible, for its papers.
func (s *Service) RequestSeen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	r, err := pg.Take[PriceRequest](tx, "id = ?", id)
	if err != nil {
		return err
	}
	return seeRequest(who, r)
}

// seeRequest: who answers requests and who decides on lists sees them all; others see those of people whom they see. Who doesn't see
// prices sees what production has asked for: the others' requests argue with prices (ORD-03).
func seeRequest(who identity.Principal, r PriceRequest) error {
	if !identity.SeesPrices(who) && r.Side != ProductionSide {
		return errs.ErrNotFound
	}
	if seesRequests(who) {
		return nil
	}
	return who.MustSee(r.CreatedBy)
}

func seesRequests(who identity.Principal) bool {
	return who.Has(identity.SalesManager, identity.SalesDirector, identity.GeneralManager, identity.PriceCommittee, identity.FinanceManager)
}

// DeclinePriceRequest answers a request with no, and why; its author is told. version is optional. Locks the request. Returns
// ErrRequestState, pricelist.ErrReason.
func (s *Service) DeclinePriceRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, answer string) (PriceRequest, error) {
	return s.endRequest(tx, who, id, version, "declinePriceRequest", RequestDeclined, answer)
}

// WithdrawPriceRequest takes an open request back; its author only. version is optional. Locks the request. Returns ErrRequestState.
func (s *Service) WithdrawPriceRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (PriceRequest, error) {
	return s.endRequest(tx, who, id, version, "withdrawPriceRequest", RequestWithdrawn, "")
}

func (s *Service) endRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, action string, to RequestState, answer string) (PriceRequest, error) {
	r, err := pg.TakeForUpdate[PriceRequest](tx, "id = ?", id)
	if err != nil {
		return PriceRequest{}, err
	}
	if err := seeRequest(who, r); err != nil {
		return PriceRequest{}, err
	}
	switch {
	case to == RequestWithdrawn && r.CreatedBy != who.ID:
		return PriceRequest{}, ErrRequestAuthor
	case version != nil && r.Version != *version:
		return PriceRequest{}, errs.ErrStale
	case r.State != RequestOpen:
		return PriceRequest{}, ErrRequestState.With("state", r.State)
	}
	before := r
	r.State, r.Answer, r.AnsweredAt, r.AnsweredBy = to, answer, &tx.Now, tx.By.Actor()
	if err := storeRequest(tx, &r); err != nil {
		return PriceRequest{}, err
	}
	if to == RequestDeclined {
		if err := followup.Open(tx, told(r, "declined: "+answer, "未采纳:"+answer)); err != nil {
			return PriceRequest{}, err
		}
	}
	if err := followup.Close(tx, "pricing.request_open", RequestSubject, r.ID); err != nil {
		return PriceRequest{}, err
	}
	err = audit.Record(tx, audit.Entry{Action: action, SubjectType: RequestSubject, SubjectID: r.ID, Before: before, After: r})
	if err != nil {
		return PriceRequest{}, err
	}
	return withLines(tx, r)
}

// told informs the author of a request what became of it.
func told(r PriceRequest, en, zh string) followup.Task {
	return followup.Task{
		Kind: "pricing.request_answered", SubjectType: RequestSubject, SubjectID: r.ID, Number: r.Number, UserID: &r.CreatedBy, Inform: true,
		TitleEN: "Price request " + r.Number + ": " + en, TitleZH: "调价申请 " + r.Number + ":" + zh,
	}
}

// TakeRequests implements pricelist.Requests: open requests become the origin of a new list, with the lines that they want, of two for
// one product the one asked later. Locks the requests, in id order. Returns ErrUnknownRequest, ErrRequestState.
func (s *Service) TakeRequests(tx pg.Tx, l pricelist.BasePriceList, ids []uuid.UUID) ([]pricelist.PriceLine, error) {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	ids = slices.Compact(ids)
	requests, err := lockRequests(tx, ids)
	if err != nil {
		return nil, err
	}
	if len(requests) != len(ids) {
		return nil, ErrUnknownRequest.At("/request_ids")
	}
	var tasks []followup.Task
	for i := range requests {
		r := &requests[i]
		if r.State != RequestOpen {
			return nil, ErrRequestState.With("state", r.State)
		}
		r.State, r.ListID, r.AnsweredAt, r.AnsweredBy = RequestTaken, &l.ID, &tx.Now, tx.By.Actor()
		if err := storeRequest(tx, r); err != nil {
			return nil, err
		}
		tasks = append(tasks, told(*r, "taken into draft "+l.Number, "已纳入基价草案 "+l.Number))
	}
	if err := s.moveRequests(tx, "takePriceRequest", requests, tasks); err != nil {
		return nil, err
	}
	if err := followup.Close(tx, "pricing.request_open", RequestSubject, ids...); err != nil {
		return nil, err
	}
	return wantedLines(tx, ids)
}

// ListDecided implements pricelist.Requests: those whose requests became a list hear that it was approved, or that it came to nothing. Locks
// the requests, in id order.
func (s *Service) ListDecided(tx pg.Tx, l pricelist.BasePriceList) error {
	switch l.State {
	case pricing.Published:
		return s.grantRequests(tx, l)
	case pricing.Rejected, pricing.Cancelled, pricing.Recalled:
		return s.reopenRequests(tx, l)
	case pricing.Draft, pricing.Submitted, pricing.Approved: // it isn't decided, or not to the end
	}
	return nil
}

// grantRequests tells those whose requests became a list that it was approved.
func (s *Service) grantRequests(tx pg.Tx, l pricelist.BasePriceList) error {
	requests, err := lockRequestsOf(tx, l.ID)
	if err != nil || len(requests) == 0 {
		return err
	}
	var tasks []followup.Task
	for i := range requests {
		r := &requests[i]
		r.State, r.AnsweredAt = RequestGranted, &tx.Now
		if err := storeRequest(tx, r); err != nil {
			return err
		}
		tasks = append(tasks, told(*r, "list "+l.Number+" was approved", "基价表 "+l.Number+" 已批准"))
	}
	return s.moveRequests(tx, "grantPriceRequest", requests, tasks)
}

// reopenRequests gives back the requests of a list that came to nothing: they wait for another answer.
func (s *Service) reopenRequests(tx pg.Tx, l pricelist.BasePriceList) error {
	requests, err := lockRequestsOf(tx, l.ID)
	if err != nil || len(requests) == 0 {
		return err
	}
	var tasks []followup.Task
	for i := range requests {
		r := &requests[i]
		r.State, r.ListID, r.AnsweredAt, r.AnsweredBy = RequestOpen, nil, nil, nil
		if err := storeRequest(tx, r); err != nil {
			return err
		}
		tasks = append(tasks, told(*r, "list "+l.Number+" came to nothing ("+string(l.State)+"); it is open again", "基价表 "+l.Number+" 未实施,申请重新待答复"),
			followup.Task{
				Kind: "pricing.request_open", SubjectType: RequestSubject, SubjectID: r.ID, Number: r.Number, Role: identity.SalesManager,
				TitleEN: "Price request " + r.Number + " is open again: take it into a draft or decline it", TitleZH: "调价申请 " + r.Number + " 重新待答复",
			})
	}
	return s.moveRequests(tx, "reopenPriceRequest", requests, tasks)
}

func (s *Service) moveRequests(tx pg.Tx, action string, requests []PriceRequest, tasks []followup.Task) error {
	ids := make([]uuid.UUID, len(requests))
	entries := make([]audit.Entry, len(requests))
	for i, r := range requests {
		ids[i] = r.ID
		entries[i] = audit.Entry{Action: action, SubjectType: RequestSubject, SubjectID: r.ID, After: r}
	}
	if err := followup.Close(tx, "pricing.request_answered", RequestSubject, ids...); err != nil { // the last word counts
		return err
	}
	if err := followup.Open(tx, tasks...); err != nil {
		return err
	}
	return audit.RecordAll(tx, entries)
}
