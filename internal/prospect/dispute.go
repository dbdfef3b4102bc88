package prospect

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// SubjectDispute is what events and follow-ups call a dispute.
const SubjectDispute = "ownership_dispute"

// The kinds of follow-up that a dispute opens.
const (
	taskRuling    = "prospect.dispute_ruling"
	taskStatement = "prospect.dispute_statement"
	taskRuled     = "prospect.dispute_ruled"
)

// The states of a dispute.
const (
	DisputeOpen      = "open"
	DisputeRuled     = "ruled"
	DisputeWithdrawn = "withdrawn"
)

// The rulings.
const (
	Stays = "stays" // with its owner
	Moves = "moves" // to the claimant
	Joint = "joint" // both work on a prospect, and the owner stays the first; of a customer it is only recorded
)

// Dispute is a rep's word that a company which somebody else has registered is theirs (CUS-08).
type Dispute struct {
	ID          uuid.UUID
	Number      string
	ClaimantID  uuid.UUID
	OwnerID     uuid.UUID // who had the company when the dispute was opened
	SubjectType string
	SubjectID   uuid.UUID
	Company     string // as the claimant typed it
	State       string
	Ruling      *string
	Reason      string
	RuledBy     *uuid.UUID
	OpenedAt    time.Time
	EndedAt     *time.Time
	Version     int64

	Statements []Statement `gorm:"-"`
}

// TableName is for GORM.
func (Dispute) TableName() string { return "ownership_disputes" }

// Statement is one side's case.
type Statement struct {
	ID        uuid.UUID
	DisputeID uuid.UUID
	Side      string // "claimant" or "owner"
	StatedBy  uuid.UUID
	StatedAt  time.Time
	Statement string
}

// TableName is for GORM.
func (Statement) TableName() string { return "ownership_dispute_statements" }

// Shows reports whether the principal may be told whose the company is: who may know anyway, and the claimant once it was ruled
// that it is theirs too.
func (d Dispute) Shows(who identity.Principal) bool {
	return customer.MayKnow(who, d.OwnerID) || who.ID == d.ClaimantID && d.Ruling != nil && *d.Ruling != Stays
}

// mustBeSeenBy returns errs.ErrNotFound unless it is the principal's, or that of somebody whose documents they see.
func (d Dispute) mustBeSeenBy(who identity.Principal) error {
	if who.Sees(d.ClaimantID) {
		return nil
	}
	return who.MustSee(d.OwnerID)
}

// masked hides the middle of phones: what a dispute is called is read by more people than its company's contacts.
func masked(phones []string) []string {
	all := make([]string, len(phones))
	for i, p := range phones {
		all[i] = customer.Mask(p)
	}
	return all
}

// OpenDispute opens a dispute about a taken company, named as the claimant typed it. It goes to the sales manager of the owner's
// department as a task, and asks the owner for their case. Returns ErrNothingTaken when nobody has the company, ErrOwnCompany,
// ErrDisputeOpen when the claimant disputes it already, and customer.ErrPooled.
func (s *Service) OpenDispute(tx pg.Tx, who identity.Principal, name, uscc string, phones []string, statement string) (Dispute, error) {
	claim, err := s.CheckCompany(tx, name, uscc, phones)
	if err != nil {
		return Dispute{}, err
	}
	switch {
	case claim == nil:
		return Dispute{}, ErrNothingTaken.With()
	case claim.Pooled:
		return Dispute{}, customer.ErrPooled.With()
	case claim.OwnerID == who.ID:
		return Dispute{}, ErrOwnCompany.With()
	}
	if err := mustSell(tx, who.ID); err != nil {
		return Dispute{}, err
	}
	d := Dispute{
		ID: uuid.Must(uuid.NewV7()), ClaimantID: who.ID, OwnerID: claim.OwnerID, SubjectType: claim.SubjectType, SubjectID: claim.SubjectID,
		Company: firstOf(append([]string{name, uscc}, masked(phones)...)), State: DisputeOpen, OpenedAt: tx.Now, Version: 1,
	}
	if err := insertDispute(tx, &d); err != nil {
		return Dispute{}, err
	}
	d.Statements = []Statement{d.statement(tx, who, "claimant", statement)}
	if err := pg.Insert(tx, &d.Statements); err != nil {
		return Dispute{}, err
	}
	if err := s.askForRuling(tx, d); err != nil {
		return Dispute{}, err
	}
	return d, d.record(tx, "openOwnershipDispute")
}

func firstOf(texts []string) string {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return "?"
}

func (d Dispute) statement(tx pg.Tx, who identity.Principal, side, text string) Statement {
	return Statement{ID: uuid.Must(uuid.NewV7()), DisputeID: d.ID, Side: side, StatedBy: who.ID, StatedAt: tx.Now, Statement: text}
}

// MustBeImpartial returns ErrNotImpartial to somebody who is a side of an open dispute about one of these companies: who moves it
// meanwhile would rule on their own (ORG-03, CUS-08). One statement.
func MustBeImpartial(tx pg.Tx, who identity.Principal, subjects ...uuid.UUID) error {
	party, err := disputes(tx, who.ID, subjects)
	if err == nil && party {
		err = ErrNotImpartial.With()
	}
	return err
}

// askForRuling opens the tasks of a new dispute.
func (s *Service) askForRuling(tx pg.Tx, d Dispute) error {
	days, err := s.rules.Int(tx, "customer.dispute_days")
	if err != nil {
		return err
	}
	owner, err := identity.Take(tx, d.OwnerID)
	if err != nil {
		return err
	}
	task := followup.Task{
		SubjectType: SubjectDispute, SubjectID: d.ID, Number: d.Number, Within: &clock.Term{From: tx.Now, Days: days},
		TitleEN: "Whose is it? " + d.Company, TitleZH: "客户归属争议:" + d.Company,
	}
	ruling, statement := task, task
	ruling.Kind, ruling.Role, ruling.DepartmentID, ruling.EscalateTo = taskRuling, identity.SalesManager, owner.DepartmentID, identity.SalesDirector
	statement.Kind, statement.UserID = taskStatement, &d.OwnerID
	return followup.Open(tx, ruling, statement)
}

func (d Dispute) record(tx pg.Tx, action string) error {
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: SubjectDispute, SubjectID: d.ID, After: map[string]any{
		"number": d.Number, "claimant_id": d.ClaimantID, "owner_id": d.OwnerID, "subject_type": d.SubjectType, "subject_id": d.SubjectID,
		"company": d.Company, "state": d.State, "ruling": d.Ruling, "reason": d.Reason, "version": d.Version,
	}})
}

// GetDispute returns a dispute with both cases. Returns errs.ErrNotFound.
func (s *Service) GetDispute(tx pg.Tx, who identity.Principal, id uuid.UUID) (Dispute, error) {
	d, err := pg.Take[Dispute](tx, "id = ?", id)
	if err != nil {
		return Dispute{}, err
	}
	if err := d.mustBeSeenBy(who); err != nil {
		return Dispute{}, err
	}
	return d, tx.Where("dispute_id = ?", id).Order("id").Find(&d.Statements).Error
}

// ListDisputes returns disputes that the caller is part of, or that people are whose documents they see; the latest first.
func (s *Service) ListDisputes(tx pg.Tx, who identity.Principal, state string, p pg.Page) ([]Dispute, string, error) {
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	rows, err := listDisputes(tx, who, state, found, last, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(d Dispute) any { return d.ID })
}

// editDispute is the frame of every change of an open dispute. Locks the dispute, before any company.
func (s *Service) editDispute(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, action string, change func(*Dispute) error) (Dispute, error) {
	d, err := pg.TakeForUpdate[Dispute](tx, "id = ?", id)
	if err != nil {
		return Dispute{}, err
	}
	if err := d.mustBeSeenBy(who); err != nil {
		return Dispute{}, err
	}
	if version != nil && *version != d.Version {
		return Dispute{}, errs.ErrStale
	}
	if d.State != DisputeOpen {
		return Dispute{}, errs.ErrState.With("state", d.State)
	}
	if err := change(&d); err != nil {
		return Dispute{}, err
	}
	if err := updateDispute(tx, &d); err != nil {
		return Dispute{}, err
	}
	if err := d.record(tx, action); err != nil {
		return Dispute{}, err
	}
	return d, tx.Where("dispute_id = ?", id).Order("id").Find(&d.Statements).Error
}

// StateCase adds the caller's words to their side of a dispute. Returns ErrNotParty for anybody else.
func (s *Service) StateCase(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, text string) (Dispute, error) {
	return s.editDispute(tx, who, id, version, "stateOwnershipCase", func(d *Dispute) error {
		side := "claimant"
		switch who.ID {
		case d.ClaimantID:
		case d.OwnerID:
			side = "owner"
			if err := followup.Close(tx, taskStatement, SubjectDispute, d.ID); err != nil {
				return err
			}
		default:
			return ErrNotParty.With()
		}
		statement := d.statement(tx, who, side, text)
		return pg.Insert(tx, &statement)
	})
}

// WithdrawDispute ends a dispute that its claimant gives up. Returns ErrNotParty for anybody else.
func (s *Service) WithdrawDispute(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Dispute, error) {
	return s.editDispute(tx, who, id, version, "withdrawOwnershipDispute", func(d *Dispute) error {
		if who.ID != d.ClaimantID {
			return ErrNotParty.With()
		}
		d.State, d.EndedAt = DisputeWithdrawn, &tx.Now
		return d.closeTasks(tx)
	})
}

func (d Dispute) closeTasks(tx pg.Tx) error {
	return errors.Join(followup.Close(tx, taskRuling, SubjectDispute, d.ID), followup.Close(tx, taskStatement, SubjectDispute, d.ID))
}

// RuleDispute ends a dispute: the company stays, moves to the claimant, or both have it (CUS-08). What it says happens in the same
// transaction, and both sides are told. Nobody rules on their own (ORG-03), be it theirs only since the dispute was opened:
// ErrNotImpartial. Returns ErrNotYourRuling to who doesn't lead the owner, ErrOwner for a claimant who doesn't sell any more, and
// errs.ErrState when the company has been given up meanwhile and can't move. Locks the dispute, then the prospect or the customer.
func (s *Service) RuleDispute(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, ruling, reason string) (Dispute, error) {
	return s.editDispute(tx, who, id, version, "ruleOwnershipDispute", func(d *Dispute) error {
		if err := d.mustBeRuledBy(tx, who); err != nil {
			return err
		}
		d.State, d.Ruling, d.Reason, d.RuledBy, d.EndedAt = DisputeRuled, &ruling, reason, &who.ID, &tx.Now
		if err := s.carryOut(tx, who, *d); err != nil {
			return err
		}
		if err := d.closeTasks(tx); err != nil {
			return err
		}
		told := followup.Task{
			Kind: taskRuled, SubjectType: SubjectDispute, SubjectID: d.ID, Number: d.Number, Inform: true,
			TitleEN: "The dispute is ruled on: " + d.Company, TitleZH: "归属争议已裁定:" + d.Company,
		}
		claimant, owner := told, told
		claimant.UserID, owner.UserID = &d.ClaimantID, &d.OwnerID
		return followup.Open(tx, claimant, owner)
	})
}

// mustBeRuledBy lets who leads the owner rule, and nobody whose company it was, is, or would be (ORG-03).
func (d Dispute) mustBeRuledBy(tx pg.Tx, who identity.Principal) error {
	owners, err := d.presentOwners(tx)
	if err != nil {
		return err
	}
	if slices.Contains(append(owners, d.ClaimantID, d.OwnerID), who.ID) {
		return ErrNotImpartial.With()
	}
	if !who.Sees(d.OwnerID) {
		return ErrNotYourRuling.With()
	}
	return nil
}

// presentOwners are those who have the company now. Locks the prospect.
func (d Dispute) presentOwners(tx pg.Tx) ([]uuid.UUID, error) {
	customerID := d.SubjectID
	if d.SubjectType == Subject {
		x, err := pg.TakeForUpdate[Prospect](tx, "id = ?", d.SubjectID)
		if err != nil {
			return nil, err
		}
		if x.CustomerID == nil {
			owners := []uuid.UUID{x.OwnerID}
			if x.JointOwnerID != nil {
				owners = append(owners, *x.JointOwnerID)
			}
			return owners, nil
		}
		customerID = *x.CustomerID
	}
	c, err := customer.Brief(tx, customerID)
	return []uuid.UUID{c.OwnerID}, err
}

// carryOut does what the ruling says. A prospect that has become a customer meanwhile is ruled on as that customer.
func (s *Service) carryOut(tx pg.Tx, who identity.Principal, d Dispute) error {
	if *d.Ruling == Stays {
		return nil
	}
	if err := mustSell(tx, d.ClaimantID); err != nil {
		return err
	}
	customerID := d.SubjectID
	if d.SubjectType == Subject {
		x, err := Brief(tx, d.SubjectID)
		if err != nil {
			return err
		}
		if x.CustomerID == nil {
			return s.ruleProspect(tx, who, d)
		}
		customerID = *x.CustomerID
	}
	if *d.Ruling == Joint { // a customer has one owner (see the package's doc): the ruling is what is kept
		return nil
	}
	_, err := s.customers.Assign(tx, who, customerID, nil, d.ClaimantID, d.Number+": "+d.Reason)
	return err
}

func (s *Service) ruleProspect(tx pg.Tx, who identity.Principal, d Dispute) error {
	_, err := s.edit(tx, who, d.SubjectID, nil, "ruleOwnershipDispute", func(x *Prospect) error {
		if err := x.mustBe(Active, Pooled, PendingPermission); err != nil {
			return err
		}
		x.assignReason = d.Number + ": " + d.Reason
		if *d.Ruling == Joint {
			x.JointOwnerID, x.UpdatedAt = &d.ClaimantID, tx.Now
			return nil
		}
		state := x.State
		x.give(tx, d.ClaimantID)
		if state == PendingPermission {
			x.State = state
		}
		return nil
	})
	return err
}
