package contract

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Names under which contracts appear in events, decisions, approvals, follow-ups and attachments.
const (
	Subject         = "contract"
	Matter          = "contract.sign"
	MatterTerminate = "contract.terminate"
)

// Service holds the use cases. Build one per process; it is safe for concurrent use.
type Service struct {
	rules     *rulebook.Service
	approvals *approval.Service
	files     *attachment.Service
	prices    *pricing.Service
	credits   *credit.Service

	Watcher Watcher // orders; app sets it, since they are built after contracts. Nil: nobody calls off
}

// Watcher is told when a contract that orders call off is taken out of force, because nobody approved it.
type Watcher interface {
	// LockCallOffs locks the approval requests of the orders that call the contract off, before the contract is locked.
	LockCallOffs(tx pg.Tx, contractID uuid.UUID) error
	// ContractUnapproved takes back what calls the contract off, which is locked and stored as a draft: nothing new can call it off.
	ContractUnapproved(tx pg.Tx, c Contract) error
}

// New returns the service, which app registers for Matter and MatterTerminate, and for the files of Subject.
func New(rules *rulebook.Service, approvals *approval.Service, files *attachment.Service, prices *pricing.Service, credits *credit.Service) *Service {
	return &Service{rules: rules, approvals: approvals, files: files, prices: prices, credits: credits}
}

// Get returns the contract with its lines. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Contract, error) {
	c, err := Brief(tx, id)
	if err != nil {
		return Contract{}, err
	}
	if err := who.MustSee(c.OwnerID); err != nil {
		return Contract{}, err
	}
	return c, attachLines(tx, &c)
}

// Seen is Get for who wants to know only whether the caller may see the contract: for its files.
func (s *Service) Seen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	c, err := Brief(tx, id)
	if err != nil {
		return err
	}
	return who.MustSee(c.OwnerID)
}

// Draft is what a caller says of a new contract.
type Draft struct {
	CustomerID    uuid.UUID
	AttachmentIDs []uuid.UUID
	Content
}

// Create writes a draft with the next number of the series SC. Nothing is judged yet. Terms that the draft leaves out are those of the
// customer's credit profile. Returns ErrNoCustomer for a customer that the caller may not see, and what fill and complete return.
func (s *Service) Create(tx pg.Tx, who identity.Principal, d Draft) (Contract, error) {
	return s.create(tx, who, d, nil)
}

func (s *Service) create(tx pg.Tx, who identity.Principal, d Draft, copiedFrom *uuid.UUID) (Contract, error) {
	p, err := s.position(tx, who, d.CustomerID)
	if err != nil {
		return Contract{}, err
	}
	nothing := decimal.Zero.Pad(2)
	c := Contract{
		ID: uuid.Must(uuid.NewV7()), CustomerID: d.CustomerID, OwnerID: p.OwnerID, State: StateDraft, Revision: 1, Currency: Currency,
		Content: []byte{}, DemandRound: 1, PriceRound: 1, PeriodRound: 1, ConditionRound: 1, CalledAmount: nothing,
		CopiedFromID: copiedFrom, CreatedBy: tx.By.Actor(), CreatedAt: tx.Now, Version: 1,
	}
	if d.Terms == nil {
		d.Terms = &p.Profile.Terms
	}
	if err := s.write(tx, &c, d.anew()); err != nil {
		return Contract{}, err
	}
	if err := insert(tx, &c); err != nil {
		return Contract{}, err
	}
	if err := s.files.Bind(tx, who, Subject, c.ID, d.AttachmentIDs...); err != nil {
		return Contract{}, err
	}
	return c, audit.Record(tx, audit.Entry{Action: "createContract", SubjectType: Subject, SubjectID: c.ID, After: c.snapshot()})
}

// write fills and completes a contract in memory.
func (s *Service) write(tx pg.Tx, c *Contract, d Content) error {
	if err := c.fill(d, tx.Now); err != nil {
		return err
	}
	months, err := s.rules.Int(tx, "contract.long_months")
	if err != nil {
		return err
	}
	return c.complete(tx, months)
}

// Update changes a draft. change gets what the contract says and alters it. What is submitted or approved is revised first, what is in
// force amended. Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState and what Create returns. Locks the contract.
func (s *Service) Update(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, files []uuid.UUID, change func(*Content)) (Contract, error) {
	c, err := s.locked(tx, who, id, &version, VerbUpdate)
	if err != nil {
		return Contract{}, err
	}
	before, d := c.snapshot(), c.says()
	change(&d)
	if err := s.write(tx, &c, d); err != nil {
		return Contract{}, err
	}
	c.unsign(c.contentHash())
	if err := replaceLines(tx, &c); err != nil {
		return Contract{}, err
	}
	if err := s.files.Bind(tx, who, Subject, c.ID, files...); err != nil {
		return Contract{}, err
	}
	return c, s.store(tx, &c, string(VerbUpdate), before)
}

// Copy makes a new draft of what a contract says, whatever its state. It is judged anew: an approval isn't copied, nor is a price base.
// Returns errs.ErrNotFound and what Create returns.
func (s *Service) Copy(tx pg.Tx, who identity.Principal, id uuid.UUID) (Contract, error) {
	c, err := s.Get(tx, who, id)
	if err != nil {
		return Contract{}, err
	}
	d := c.says().anew()
	d.QuotationID = nil
	for i := range d.Lines {
		d.Lines[i].QuotationLineID = nil
	}
	return s.create(tx, who, Draft{CustomerID: c.CustomerID, Content: d}, &c.ID)
}

// Revise opens a submitted or approved contract for change: it becomes a draft of the next revision, its approval is void, and it goes
// through the gate again. Locks the approval, then the contract.
func (s *Service) Revise(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Contract, error) {
	c, err := s.stop(tx, who, id, version, VerbRevise, reason, func(c *Contract) error {
		c.Revision++
		c.back(tx, reason)
		return nil
	})
	if err != nil {
		return Contract{}, err
	}
	return c, renumberLines(tx, &c)
}

// Cancel ends a contract that isn't in force yet. Locks the approval, then the contract.
func (s *Service) Cancel(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Contract, error) {
	return s.stop(tx, who, id, version, VerbCancel, reason, func(c *Contract) error {
		c.end(tx, StateCancelled, reason)
		return nil
	})
}

func (c *Contract) end(tx pg.Tx, state State, reason string) {
	c.State, c.StateReason, c.EndedAt, c.UpdatedAt = state, reason, &tx.Now, tx.Now
}

// back makes the contract a draft again.
func (c *Contract) back(tx pg.Tx, reason string) {
	c.State, c.StateReason, c.UpdatedAt, c.ApprovedAt = StateDraft, reason, tx.Now, nil
}

// stop is the frame of the verbs that take a contract out of its course: lock, change, end its approvals, store, audit.
func (s *Service) stop(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, v Verb, reason string, change func(*Contract) error) (Contract, error) {
	if err := s.approvals.Lock(tx, Subject, id); err != nil { // approvals come before contracts in the lock order
		return Contract{}, err
	}
	c, err := s.locked(tx, who, id, version, v)
	if err != nil {
		return Contract{}, err
	}
	before := c.snapshot()
	if err := change(&c); err != nil {
		return Contract{}, err
	}
	if err := s.approvals.Void(tx, Subject, id, reason); err != nil {
		return Contract{}, err
	}
	return c, s.store(tx, &c, string(v), before)
}

// store writes the contract and records that.
func (s *Service) store(tx pg.Tx, c *Contract, action string, before map[string]any) error {
	if err := update(tx, c); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: c.ID, Before: before, After: c.snapshot()})
}

// position reads how the customer stands. Returns ErrNoCustomer for one that the caller may not see (ORG-06).
func (s *Service) position(tx pg.Tx, who identity.Principal, customerID uuid.UUID) (credit.Position, error) {
	p, err := s.credits.Position(tx, customerID)
	if err == nil {
		err = who.MustSee(p.OwnerID)
	}
	if isNotFound(err) {
		return p, ErrNoCustomer.At("/customer_id")
	}
	return p, err
}

// locked locks a contract for a change. Returns errs.ErrNotFound, errs.ErrStale and errs.ErrState.
func (s *Service) locked(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, v Verb) (Contract, error) {
	c, err := lockPriced(tx, id)
	if err != nil {
		return Contract{}, err
	}
	if err := who.MustSee(c.OwnerID); err != nil {
		return Contract{}, err
	}
	if err := c.mustMatch(version); err != nil {
		return Contract{}, err
	}
	return c, c.May(v)
}
