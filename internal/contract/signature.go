package contract

import (
	"bytes"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Signature is that both sides have signed, and what: it is of that content only.
type Signature struct {
	SignedOn         *time.Time // a date: by us
	CustomerSignedOn *time.Time // a date
	SignedBy         *uuid.UUID // our signatory
	SignedContent    []byte     // hash of what was signed
}

// Signing is what is recorded of both sides' signatures.
type Signing struct {
	SignedOn         time.Time // by us
	CustomerSignedOn time.Time
	SignedBy         uuid.UUID // who signed for us
	Note             string
	AttachmentIDs    []uuid.UUID // the signed file; at least one
}

func (in Signing) of(content []byte) Signature {
	return Signature{SignedOn: &in.SignedOn, CustomerSignedOn: &in.CustomerSignedOn, SignedBy: &in.SignedBy, SignedContent: content}
}

// covers reports whether just this content was signed.
func (s Signature) covers(content []byte) bool {
	return s.SignedOn != nil && bytes.Equal(s.SignedContent, content)
}

// unsign takes a signature away that is of something else than the content, as it is after a change (CON-08).
func (s *Signature) unsign(content []byte) {
	if !s.covers(content) {
		*s = Signature{}
	}
}

// check returns who signed for us. drafted is when there was something to sign first. Returns ErrUnsigned, ErrSignedEarly and ErrSignatory.
func (in Signing) check(tx pg.Tx, drafted time.Time) (identity.Principal, error) {
	today := clock.Today(tx.Now)
	switch {
	case in.SignedOn.After(today):
		return identity.Principal{}, ErrUnsigned.At("/signed_on")
	case in.CustomerSignedOn.After(today):
		return identity.Principal{}, ErrUnsigned.At("/customer_signed_on")
	case in.SignedOn.Before(clock.Today(drafted)):
		return identity.Principal{}, ErrSignedEarly.With("drafted_on", clock.Today(drafted).Format(time.DateOnly)).At("/signed_on")
	case len(in.AttachmentIDs) == 0:
		return identity.Principal{}, ErrUnsigned.At("/attachment_ids")
	}
	signer, err := identity.LoadUser(tx, in.SignedBy)
	if isNotFound(err) {
		return signer, ErrSignatory.At("/signed_by")
	}
	return signer, err
}

// signatories are who signs contracts for us. Above the amount or beyond the department's authority it is the general manager (CON-02, CON-03).
var signatories = []identity.Role{identity.SalesManager, identity.SalesDirector, identity.GeneralManager}

// maySign reports whether somebody may sign for us; beyond is of what only the general manager signs.
func maySign(signer identity.Principal, beyond bool) bool {
	return signer.Has(identity.GeneralManager) || !beyond && signer.Has(signatories...)
}

// mustSign returns ErrMayNotSign unless the signatory may sign what was approved by this request: by their role, or because they have
// decided it.
func mustSign(tx pg.Tx, signer identity.Principal, request *uuid.UUID) error {
	if request == nil {
		return errs.ErrNotFound
	}
	r, err := pg.Take[approval.Request](tx, "id = ?", *request)
	if err != nil {
		return err
	}
	beyond, err := beyondDepartment(r)
	if err != nil || maySign(signer, beyond) {
		return err
	}
	if r.FinalDecisionID != nil {
		d, err := pg.Take[approval.Decision](tx, "id = ?", *r.FinalDecisionID)
		if err != nil || d.Outcome == approval.Approve && d.DecidedBy == signer.ID {
			return err
		}
	}
	return ErrMayNotSign.With("name", signer.Name).At("/signed_by")
}

// beyondDepartment reports whether what was approved was the general manager's to sign, by what the approvers were shown.
func beyondDepartment(r approval.Request) (bool, error) {
	if r.Facts["department_authority"] != true {
		return true, nil
	}
	total, err := decimal.Parse(fmt.Sprint(r.Facts["total"]))
	if err != nil {
		return false, err
	}
	bound, err := decimal.Parse(fmt.Sprint(r.Facts["gm_amount"]))
	return total.Cmp(bound) > 0, err
}
