package campaign

import (
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Subject is what events, approvals and attachments call a campaign; Matter is what the authority matrix rules on.
const (
	Subject = "campaign"
	Matter  = "campaign.plan"
)

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct {
	approvals *approval.Service
	files     *attachment.Service
}

// New returns the service.
func New(approvals *approval.Service, files *attachment.Service) *Service {
	return &Service{approvals: approvals, files: files}
}

// Create drafts the plan of a campaign that the caller answers for. Returns ErrDates, ErrFigures, ErrPerson and attachment.ErrUnknown.
func (s *Service) Create(tx pg.Tx, who identity.Principal, p Profile, files ...uuid.UUID) (Campaign, error) {
	if who.Kind != identity.KindUser {
		return Campaign{}, ErrNotYours
	}
	c := Campaign{
		ID: uuid.Must(uuid.NewV7()), State: Draft, OwnerID: who.ID, Currency: "CNY", CreatedBy: tx.By.Actor(), CreatedAt: tx.Now, Version: 1,
	}
	if err := p.apply(&c, tx.Now); err != nil {
		return Campaign{}, err
	}
	var err error
	if c.Number, err = pg.NextNumber(tx, "MK", tx.Now); err != nil {
		return Campaign{}, err
	}
	if err := pg.Insert(tx, &c); err != nil {
		return Campaign{}, err
	}
	if err := replacePeople(tx, &c); err != nil {
		return Campaign{}, err
	}
	if err := s.bind(tx, who, &c, files); err != nil {
		return Campaign{}, err
	}
	return c, audit.Record(tx, audit.Entry{Action: "createCampaign", SubjectType: Subject, SubjectID: c.ID, After: c.trace()})
}

func (s *Service) bind(tx pg.Tx, who identity.Principal, c *Campaign, files []uuid.UUID) error {
	if err := s.files.Bind(tx, who, Subject, c.ID, files...); err != nil {
		return err
	}
	return s.attach(tx, c)
}

func (s *Service) attach(tx pg.Tx, c *Campaign) error {
	of, err := s.files.Of(tx, Subject, c.ID)
	c.Attachments = of[c.ID]
	return err
}

// Get returns a campaign. Returns errs.ErrNotFound for one that the caller may not see.
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Campaign, error) {
	c, err := pg.Take[Campaign](tx, "id = ?", id)
	if err != nil {
		return Campaign{}, err
	}
	if err := people(tx, &c); err != nil {
		return Campaign{}, err
	}
	if err := c.mustSee(who); err != nil {
		return Campaign{}, err
	}
	return c, s.attach(tx, &c)
}

// Visible is Get for attachments: who sees the campaign reads its files.
func (s *Service) Visible(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	_, err := s.Get(tx, who, id)
	return err
}

// mustSee lets those see a campaign who see its owner (ORG-06), and those who take part.
func (c Campaign) mustSee(who identity.Principal) error {
	for _, p := range c.People {
		if p == who.ID && who.Kind == identity.KindUser {
			return nil
		}
	}
	return who.MustSee(c.OwnerID)
}

// Update changes the plan of a draft. Returns what Create does, ErrState, ErrNotYours and errs.ErrStale. Locks the campaign.
func (s *Service) Update(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, change func(*Profile), files ...uuid.UUID) (Campaign, error) {
	return s.edit(tx, who, id, &version, Update, func(c *Campaign) error {
		p := c.profile()
		change(&p)
		if err := p.apply(c, tx.Now); err != nil {
			return err
		}
		if err := replacePeople(tx, c); err != nil {
			return err
		}
		return s.bind(tx, who, c, files)
	})
}

// Submit asks the sales manager to approve plan and budget (CUS-17). Returns ErrState and what approval.Submit does. Locks the
// campaign.
func (s *Service) Submit(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Campaign, error) {
	return s.edit(tx, who, id, version, Submit, func(c *Campaign) error {
		r, err := s.approvals.Submit(tx, who, c.submission())
		if err != nil {
			return err
		}
		c.State, c.ApprovalID, c.ReturnedReason = Submitted, &r.ID, ""
		if r.State == approval.Approved {
			c.State = Approved
		}
		return nil
	})
}

// ApprovalDecided implements approval.Subject: an approved plan may be carried out, any other is a draft again. Locks the campaign.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	c, err := pg.TakeForUpdate[Campaign](tx, "id = ?", r.SubjectID)
	if err != nil {
		return err
	}
	if err := people(tx, &c); err != nil {
		return err
	}
	if err := c.must(Decide, nil); err != nil {
		return err
	}
	before := c.trace()
	c.State = Draft
	if r.State == approval.Approved {
		c.State = Approved
	} else {
		c.ReturnedReason = r.CloseReason
	}
	return store(tx, &c, Decide, before)
}

// Start says that an approved campaign is being carried out. Locks the campaign.
func (s *Service) Start(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Campaign, error) {
	return s.edit(tx, who, id, version, Start, func(c *Campaign) error {
		c.State, c.StartedAt = Running, &tx.Now
		return nil
	})
}

// Close ends a campaign with what it cost and what came of it (CUS-17). Returns ErrResult and ErrFigures. Locks the campaign.
func (s *Service) Close(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, cost decimal.Decimal, result string, files ...uuid.UUID) (Campaign, error) {
	return s.edit(tx, who, id, version, Close, func(c *Campaign) error {
		if cost.IsNeg() {
			return ErrFigures.At("/cost")
		}
		if c.Result = strings.TrimSpace(result); c.Result == "" {
			return ErrResult.At("/result")
		}
		c.State, c.Cost, c.ClosedAt = Closed, &cost, &tx.Now
		return s.bind(tx, who, c, files)
	})
}

// Cancel gives a campaign up, with a reason. One that waits for approval is withdrawn there first. Locks the campaign.
func (s *Service) Cancel(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Campaign, error) {
	return s.edit(tx, who, id, version, Cancel, func(c *Campaign) error {
		if c.CancelReason = strings.TrimSpace(reason); c.CancelReason == "" {
			return ErrReason.At("/reason")
		}
		c.State = Cancelled
		return nil
	})
}

// edit is the frame of every change by a person: lock, see, compare versions and states, change, store, audit. Who takes part sees
// the campaign; who answers for it, or leads who does, changes it.
func (s *Service) edit(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, v Verb, change func(*Campaign) error) (Campaign, error) {
	c, err := lock(tx, who, id)
	if err != nil {
		return Campaign{}, err
	}
	if !who.Sees(c.OwnerID) {
		return Campaign{}, ErrNotYours
	}
	if err := c.must(v, version); err != nil {
		return Campaign{}, err
	}
	before := c.trace()
	if err := s.attach(tx, &c); err != nil {
		return Campaign{}, err
	}
	if err := change(&c); err != nil {
		return Campaign{}, err
	}
	return c, store(tx, &c, v, before)
}

func store(tx pg.Tx, c *Campaign, v Verb, before map[string]any) error {
	c.UpdatedAt = tx.Now
	if err := update(tx, c); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: string(v) + "Campaign", SubjectType: Subject, SubjectID: c.ID, Before: before, After: c.trace()})
}

func lock(tx pg.Tx, who identity.Principal, id uuid.UUID) (Campaign, error) {
	c, err := pg.TakeForUpdate[Campaign](tx, "id = ?", id)
	if err != nil {
		return Campaign{}, err
	}
	if err := people(tx, &c); err != nil {
		return Campaign{}, err
	}
	return c, c.mustSee(who)
}

var _ approval.Subject = (*Service)(nil)

// notFound turns what the caller may not see into a refusal of the field that names it.
func notFound(err error) bool { e, ok := errs.As(err); return ok && e.Kind == errs.NotFound }
