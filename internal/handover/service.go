package handover

import (
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
)

// shownItems is how many items the answer of a handover has; the rest is listed page by page.
const shownItems = 200

// Prospects is what this module asks of the prospects.
type Prospects interface {
	// HandOver gives the live prospects of a person to another, and returns how many.
	HandOver(tx pg.Tx, from, to uuid.UUID, reason string) (int, error)
}

// Service holds the use cases.
type Service struct {
	customers *customer.Service
	prospects Prospects
}

// New returns the service. app makes it the customers' Handovers.
func New(customers *customer.Service, prospects Prospects) *Service {
	return &Service{customers: customers, prospects: prospects}
}

// Create hands over customers, and all prospects of a person who leaves (to To). It lists what is open, and asks both people to
// acknowledge. Returns ErrForm, ErrNothing, ErrNoTarget, ErrSame, customer.ErrBadOwner for somebody who isn't an active person in sales,
// prospect.ErrNotImpartial to a side of an open dispute about one of the customers, and errs.ErrReferenced for a customer that the caller may not see.
func (s *Service) Create(tx pg.Tx, who identity.Principal, d Draft) (Handover, error) {
	if (d.Leaving == nil) == (len(d.Customers) == 0) {
		return Handover{}, ErrForm.With()
	}
	customers, prospects := d.Customers, 0
	if d.Leaving != nil {
		if err := who.MustSee(*d.Leaving); err != nil {
			return Handover{}, errs.ErrReferenced.At("/leaving_id")
		}
		var err error
		if customers, prospects, err = s.leave(tx, d); err != nil {
			return Handover{}, err
		}
	}
	moves := make([]customer.Move, 0, len(customers))
	for _, id := range customers {
		to, err := d.target(id)
		if err != nil {
			return Handover{}, err
		}
		moves = append(moves, customer.Move{CustomerID: id, To: to})
	}
	return s.handOver(tx, who, d, moves, prospects)
}

// leave moves the prospects of who leaves, and returns their customers and how many prospects there were. The person is locked
// first but for the requests for approval, so that nobody registers a customer for them meanwhile; then the prospects, of which one that is becoming a customer is
// waited for; the customers are read after both.
func (s *Service) leave(tx pg.Tx, d Draft) (customers []uuid.UUID, prospects int, err error) {
	if err := holdRequests(tx, *d.Leaving); err != nil {
		return nil, 0, err
	}
	if err := customer.HoldLeaving(tx, *d.Leaving); err != nil {
		return nil, 0, err
	}
	if prospects, err = s.moveProspects(tx, d); err != nil {
		return nil, 0, err
	}
	customers, err = customer.OwnedBy(tx, *d.Leaving)
	return customers, prospects, err
}

// HandOver implements customer.Handovers: assignCustomer is a handover of one.
func (s *Service) HandOver(tx pg.Tx, who identity.Principal, m customer.Move, reason string) error {
	_, err := s.handOver(tx, who, Draft{Reason: reason}, []customer.Move{m}, 0)
	return err
}

func (s *Service) handOver(tx pg.Tx, who identity.Principal, d Draft, moves []customer.Move, prospects int) (Handover, error) {
	h := Handover{
		ID: uuid.Must(uuid.NewV7()), LeavingID: d.Leaving, Reason: d.Reason, HandedOverBy: tx.By.Actor(), HandedOverAt: tx.Now,
		Prospects: prospects,
	}
	if prospects > 0 {
		h.ToID = d.To
	}
	moved, err := s.customers.Move(tx, who, moves, d.Reason)
	if err != nil {
		return Handover{}, err
	}
	for _, m := range moved {
		if m.From == m.To {
			return Handover{}, ErrSame.With("customer_id", m.CustomerID)
		}
	}
	if len(moved) == 0 && h.Prospects == 0 {
		return Handover{}, ErrNothing.With()
	}
	if err := undisputed(tx, who, moved); err != nil {
		return Handover{}, err
	}
	if err := lockAccounts(tx, moved); err != nil {
		return Handover{}, err
	}
	if err := readdress(tx, moved); err != nil {
		return Handover{}, err
	}
	if h.Number, err = pg.NextNumber(tx, "HO", tx.Now); err != nil {
		return Handover{}, err
	}
	if err := insert(tx, h, moved); err != nil {
		return Handover{}, err
	}
	if err := attach(tx, &h); err != nil {
		return Handover{}, err
	}
	if err := askBoth(tx, h); err != nil {
		return Handover{}, err
	}
	return h, audit.Record(tx, audit.Entry{Action: "createHandover", SubjectType: Subject, SubjectID: h.ID, After: h.trace()})
}

// undisputed refuses who is a side of an open dispute about a customer that moves (ORG-03).
func undisputed(tx pg.Tx, who identity.Principal, moved []customer.Moved) error {
	ids := make([]uuid.UUID, len(moved))
	for i, m := range moved {
		ids[i] = m.CustomerID
	}
	if len(ids) == 0 {
		return nil
	}
	return prospect.MustBeImpartial(tx, who, ids...)
}

func (s *Service) moveProspects(tx pg.Tx, d Draft) (int, error) {
	if d.To == nil {
		stays, err := anyProspect(tx, *d.Leaving)
		if err == nil && stays {
			err = ErrNoTarget.At("/to_id")
		}
		return 0, err
	}
	if *d.To == *d.Leaving {
		return 0, ErrSame.At("/to_id")
	}
	if err := customer.HoldSeller(tx, *d.To); err != nil {
		return 0, err
	}
	return s.prospects.HandOver(tx, *d.Leaving, *d.To, d.Reason)
}

// people are those who hand over or take over.
func (h Handover) people() []uuid.UUID {
	all := map[uuid.UUID]bool{}
	if h.ToID != nil && h.LeavingID != nil { // prospects have no part
		all[*h.LeavingID], all[*h.ToID] = true, true
	}
	for _, p := range h.Parts {
		all[p.FromID], all[p.ToID] = true, true
	}
	return slices.SortedFunc(maps.Keys(all), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
}

// askBoth asks everyone concerned who still works here to acknowledge.
func askBoth(tx pg.Tx, h Handover) error {
	var tasks []followup.Task
	for _, id := range h.people() {
		u, err := identity.Take(tx, id)
		if err != nil {
			return err
		}
		if u.Active {
			tasks = append(tasks, followup.Task{
				Kind: taskKind, SubjectType: Subject, SubjectID: h.ID, Number: h.Number, UserID: &id,
				TitleEN: "Acknowledge the customer handover " + h.Number, TitleZH: "确认客户移交 " + h.Number,
			})
		}
	}
	return followup.Open(tx, tasks...)
}

func (h Handover) trace() map[string]any {
	return map[string]any{
		"number": h.Number, "reason": h.Reason, "leaving_id": h.LeavingID, "customers": h.Sum.Customers, "prospects": h.Prospects,
		"orders": h.Sum.Orders, "notices": h.Sum.Notices, "receivables": h.Sum.Receivables, "amount": h.Sum.Amount, "parts": len(h.Parts), "to_id": h.ToID,
	}
}

// Get returns a handover with its first items. Returns errs.ErrNotFound unless the caller sees one of the people concerned.
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Handover, error) {
	h, err := pg.Take[Handover](tx, "id = ?", id)
	if err != nil {
		return Handover{}, err
	}
	if err := attach(tx, &h); err != nil {
		return Handover{}, err
	}
	if !h.concerns(who) {
		return Handover{}, errs.ErrNotFound
	}
	return h, nil
}

func (h Handover) concerns(who identity.Principal) bool {
	return slices.ContainsFunc(h.people(), who.Sees) || h.LeavingID != nil && who.Sees(*h.LeavingID)
}

// List returns a page of handovers that concern people whom the caller sees, newest first, without items.
func (s *Service) List(tx pg.Tx, who identity.Principal, p pg.Page) ([]Handover, string, error) {
	return list(tx, who, p)
}

// Items returns a page of what was open, in a fixed order; customer and kind narrow it. Returns errs.ErrNotFound.
func (s *Service) Items(tx pg.Tx, who identity.Principal, id uuid.UUID, kind Kind, p pg.Page) ([]Item, string, error) {
	if _, err := s.Get(tx, who, id); err != nil {
		return nil, "", err
	}
	return listItems(tx, id, kind, p)
}

// Acknowledge records the caller's word that they know what they take over, or still answer for. Repeating it changes nothing.
// Returns errs.ErrNotFound and ErrNotConcerned.
func (s *Service) Acknowledge(tx pg.Tx, who identity.Principal, id uuid.UUID, comment string) (Handover, error) {
	h, err := s.Get(tx, who, id)
	if err != nil {
		return Handover{}, err
	}
	if !slices.Contains(h.people(), who.ID) {
		return Handover{}, ErrNotConcerned.With()
	}
	done, err := acknowledge(tx, Acknowledgement{HandoverID: id, UserID: who.ID, At: tx.Now, Comment: comment})
	if err != nil || !done {
		return h, err
	}
	if err := closeTask(tx, id, who.ID); err != nil {
		return Handover{}, err
	}
	if err := attach(tx, &h); err != nil {
		return Handover{}, err
	}
	return h, audit.Record(tx, audit.Entry{
		Action: "acknowledgeHandover", SubjectType: Subject, SubjectID: id, After: map[string]any{"user_id": who.ID, "comment": comment},
	})
}

// Joint returns a page of the receivables that people whom the caller sees answer for together, still open; of one person when given.
// It is read from the invoices as they are now (CUS-13).
func (s *Service) Joint(tx pg.Tx, who identity.Principal, person *uuid.UUID, p pg.Page) ([]Joint, string, error) {
	return listJoint(tx, who, person, p)
}
