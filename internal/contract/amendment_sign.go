package contract

import (
	"bytes"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// SignAmendment records that both sides have signed an amendment, with its file: one that is approved is the contract at that instant (CON-07).
// Orders may have called off more since it was drafted: ErrBelowCalled and ErrTotalBelowCalled are refused here, whatever was approved, and the
// contract stays as it is. One that isn't approved was signed outside the process, as a contract is (CON-08): the contract stays as it is.
//
// Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState, ErrUnsigned, ErrSigned, ErrSignedEarly, ErrSignatory, ErrMayNotSign, ErrFrozen,
// what stillQuoted refuses, and attachment.ErrUnknown. Locks the contract.
func (s *Service) SignAmendment(tx pg.Tx, who identity.Principal, id, amendmentID uuid.UUID, version *int64, in Signing) (Contract, Amendment, error) {
	c, a, err := s.lockedAmendment(tx, who, id, amendmentID, version, AmendmentDraft, AmendmentSubmitted, AmendmentApproved)
	if err != nil {
		return Contract{}, Amendment{}, err
	}
	signer, err := in.check(tx, a.CreatedAt)
	if err != nil {
		return Contract{}, Amendment{}, err
	}
	next, err := s.revised(tx, &c, &a)
	if err != nil {
		return Contract{}, Amendment{}, err
	}
	content := next.contentHash()
	if a.covers(content) {
		return Contract{}, Amendment{}, ErrSigned
	}
	if err := s.files.Bind(tx, who, Subject, id, in.AttachmentIDs...); err != nil {
		return Contract{}, Amendment{}, err
	}
	next.Signature, a.Signature = in.of(content), in.of(content)
	if a.State != AmendmentApproved {
		if err := s.outside(tx, who, signer, early{contract: &next, was: &c, state: string(a.State), source: a.ID}); err != nil {
			return Contract{}, Amendment{}, err
		}
		return c, a, a.store(tx, "signContractAmendment")
	}
	switch {
	case !bytes.Equal(content, a.Content): // a tax rate that changed meanwhile is judged again
		err = ErrFrozen
	default:
		err = mustSign(tx, signer, a.ApprovalID)
	}
	if err == nil {
		err = next.keeps(&c)
	}
	if err == nil {
		err = stillStands(tx, &next, &c, *a.SubmittedAt)
	}
	if err != nil {
		return Contract{}, Amendment{}, err
	}
	return next, a, s.amended(tx, &c, &next, &a)
}

// stillStands returns what stillQuoted refuses: of what an amendment names anew, the approval counts only while the quotation stands (QUO-06).
func stillStands(tx pg.Tx, next, was *Contract, submitted time.Time) error {
	var v verdict
	if err := v.stillQuoted(tx, next, was, submitted); err != nil || v.refusal == nil {
		return err
	}
	return v.refusal
}

// ifSigned puts an amendment in force that was approved now and of which both sides have signed just this before (CON-08). What it was signed
// as doesn't count when it was changed since, or orders have called off more: then it is signed anew.
func (s *Service) ifSigned(tx pg.Tx, c, next *Contract, a *Amendment) error {
	signed := a.SignedOn != nil
	a.unsign(next.contentHash())
	if next.keeps(c) != nil {
		a.Signature = Signature{}
	}
	if a.SignedOn != nil {
		next.Signature = a.Signature
		return s.amended(tx, c, next, a)
	}
	if signed {
		return a.store(tx, "signContractAmendment")
	}
	return nil
}

// amended makes an amendment that is approved and signed the contract.
func (s *Service) amended(tx pg.Tx, c, next *Contract, a *Amendment) error {
	before := c.snapshot()
	next.Content, next.ApprovalID, next.ApprovedAt, next.ExpiryWarnedAt, next.UsedWarnedAt = a.Content, a.ApprovalID, a.ApprovedAt, nil, nil
	if err := s.comeInForce(tx, next, a.Reason); err != nil {
		return err
	}
	if err := s.store(tx, next, "signContractAmendment", before); err != nil {
		return err
	}
	if err := replaceLines(tx, next); err != nil { // after the contract, whose revision opens them
		return err
	}
	if err := closeWarnings(tx, c.ID); err != nil {
		return err
	}
	a.State, a.EndedAt = AmendmentInForce, &tx.Now
	return a.store(tx, "signContractAmendment")
}
