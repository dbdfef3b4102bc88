package terms

import (
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Names under which terms appear in events, approvals and follow-ups.
const (
	Subject        = "settlement_agreement"
	SubjectBridge  = "settlement_bridge"
	Matter         = "terms.bridge"
	followOriginal = "terms.original"
)

// Service owns agreements and bridges. Safe for concurrent use.
type Service struct {
	rules     *rulebook.Service
	approvals *approval.Service
	files     *attachment.Service
	credits   *credit.Service
}

// New returns the service, which app registers for Matter and for the files of Subject.
func New(rules *rulebook.Service, approvals *approval.Service, files *attachment.Service, credits *credit.Service) *Service {
	return &Service{rules: rules, approvals: approvals, files: files, credits: credits}
}

// Agreement is a signed and sealed agreement about monthly settlement.
type Agreement struct {
	ID                 uuid.UUID
	Number             string
	CustomerID         uuid.UUID
	Settlement         credit.Settlement
	TermsDays          int
	Conditions         string
	ValidFrom          time.Time
	ValidUntil         *time.Time // its last date
	SignedOn           time.Time
	Sealed             bool
	OriginalHolder     *uuid.UUID // of finance
	OriginalPlace      string
	OriginalReceivedAt *time.Time
	EndedAt            *time.Time
	EndedReason        string
	CreatedBy          uuid.UUID
	CreatedAt          time.Time
	Version            int64
}

// TableName implements gorm's Tabler.
func (Agreement) TableName() string { return "settlement_agreements" }

// InForce reports whether it counts on a date.
func (a Agreement) InForce(today time.Time) bool {
	return a.EndedAt == nil && !a.ValidFrom.After(today) && (a.ValidUntil == nil || !a.ValidUntil.Before(today))
}

func (a Agreement) trace() map[string]any {
	return map[string]any{
		"number": a.Number, "customer_id": a.CustomerID, "settlement": a.Settlement, "terms_days": a.TermsDays, "conditions": a.Conditions,
		"valid_from": a.ValidFrom, "valid_until": a.ValidUntil, "signed_on": a.SignedOn, "original_holder": a.OriginalHolder,
		"original_place": a.OriginalPlace, "ended_at": a.EndedAt, "ended_reason": a.EndedReason, "version": a.Version,
	}
}

// Create files a signed and sealed agreement (CRD-15). It closes the customer's bridge when it is in time. Returns ErrUnsigned,
// ErrDates, ErrOne, attachment.ErrUnknown, and errs.ErrReferenced for a customer that the caller doesn't see.
func (s *Service) Create(tx pg.Tx, who identity.Principal, a Agreement, files []uuid.UUID) (Agreement, error) {
	today := clock.Today(tx.Now)
	if err := seen(tx, who, a.CustomerID); err != nil {
		return Agreement{}, referenced(err)
	}
	switch {
	case len(files) == 0 || !a.Sealed || a.SignedOn.After(today):
		return Agreement{}, ErrUnsigned
	case a.ValidUntil != nil && (a.ValidUntil.Before(a.ValidFrom) || a.ValidUntil.Before(today)):
		return Agreement{}, ErrDates.At("/valid_until")
	}
	if err := endExpired(tx, a.CustomerID, today); err != nil {
		return Agreement{}, err
	}
	var err error
	if a.Number, err = pg.NextNumber(tx, "SA", tx.Now.In(clock.Shanghai)); err != nil {
		return Agreement{}, err
	}
	a.ID, a.CreatedBy, a.CreatedAt, a.Version = uuid.Must(uuid.NewV7()), who.ID, tx.Now, 1
	if err := pg.Insert(tx, &a); err != nil {
		return Agreement{}, err
	}
	if err := s.files.Bind(tx, who, Subject, a.ID, files...); err != nil {
		return Agreement{}, err
	}
	if err := s.awaitOriginal(tx, a); err != nil {
		return Agreement{}, err
	}
	if err := s.signed(tx, a, today); err != nil {
		return Agreement{}, err
	}
	return a, audit.Record(tx, audit.Entry{Action: "createSettlementAgreement", SubjectType: Subject, SubjectID: a.ID, After: a.trace()})
}

// awaitOriginal asks finance for the original.
func (s *Service) awaitOriginal(tx pg.Tx, a Agreement) error {
	days, err := s.rules.Int(tx, "terms.original_days")
	if err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: followOriginal, SubjectType: Subject, SubjectID: a.ID, Number: a.Number, Role: identity.FinanceClerk, Within: &clock.Term{From: tx.Now, Days: days},
		EscalateTo: identity.FinanceManager, TitleEN: "Take in the original of the settlement agreement " + a.Number, TitleZH: "收存月结协议 " + a.Number + " 原件",
	})
}

// ConfirmOriginal records that the caller, of finance, holds the original. Locks the agreement.
func (s *Service) ConfirmOriginal(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, place string) (Agreement, error) {
	return s.change(tx, who, id, version, "confirmAgreementOriginal", func(a *Agreement) error {
		if a.OriginalReceivedAt != nil {
			return ErrOriginal
		}
		a.OriginalHolder, a.OriginalPlace, a.OriginalReceivedAt = &who.ID, strings.TrimSpace(place), &tx.Now
		return nil
	})
}

// End ends an agreement: from now on monthly orders are refused. Locks the agreement.
func (s *Service) End(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Agreement, error) {
	return s.change(tx, who, id, version, "endSettlementAgreement", func(a *Agreement) error {
		if a.EndedAt != nil {
			return ErrEnded
		}
		a.EndedAt, a.EndedReason = &tx.Now, reason
		return nil
	})
}

func (s *Service) change(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, action string, fn func(*Agreement) error) (Agreement, error) {
	a, err := pg.TakeForUpdate[Agreement](tx, "id = ?", id)
	if err != nil {
		return Agreement{}, err
	}
	if err := seen(tx, who, a.CustomerID); err != nil {
		return Agreement{}, err
	}
	if version != nil && *version != a.Version {
		return Agreement{}, errs.ErrStale
	}
	before := a.trace()
	if err := fn(&a); err != nil {
		return Agreement{}, err
	}
	if err := storeAgreement(tx, &a); err != nil {
		return Agreement{}, err
	}
	if err := followup.Close(tx, followOriginal, Subject, a.ID); err != nil {
		return Agreement{}, err
	}
	return a, audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: a.ID, Before: before, After: a.trace()})
}

// Get returns an agreement. Returns errs.ErrNotFound also when its customer isn't visible.
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Agreement, error) {
	a, err := pg.Take[Agreement](tx, "id = ?", id)
	if err != nil {
		return Agreement{}, err
	}
	return a, seen(tx, who, a.CustomerID)
}

// Seen returns errs.ErrNotFound unless the caller may see the agreement: for its attachments.
func (s *Service) Seen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	_, err := s.Get(tx, who, id)
	return err
}

// Filter narrows List; zero fields don't.
type Filter struct {
	CustomerID       uuid.UUID
	AwaitingOriginal bool
}

// List returns a page of agreements with visible customers, newest first.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, page pg.Page) ([]Agreement, string, error) {
	return listAgreements(tx, who, f, page)
}

// seen returns errs.ErrNotFound for a customer that isn't there or isn't visible (ORG-06).
func seen(tx pg.Tx, who identity.Principal, customerID uuid.UUID) error {
	c, err := customer.Brief(tx, customerID)
	if err != nil {
		return err
	}
	return who.MustSee(c.OwnerID)
}

func referenced(err error) error {
	if errors.Is(err, errs.ErrNotFound) {
		return errs.ErrReferenced.At("/customer_id")
	}
	return err
}
