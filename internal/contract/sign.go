package contract

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/violation"
)

// The kinds of follow-ups of contracts.
const (
	FollowFile     = "contract.file"             // the signed original is to be filed (CON-07)
	FollowBeyond   = "contract.beyond_authority" // for the general manager to know (CON-08)
	FollowExpiring = "contract.expiring"
	FollowUsed     = "contract.nearly_used"
)

// Signing is what is recorded of both sides' signatures.
type Signing struct {
	SignedOn         time.Time // by us
	CustomerSignedOn time.Time
	SignedBy         uuid.UUID // who signed for us
	Note             string
	AttachmentIDs    []uuid.UUID // the signed file; at least one
}

// Sign records that both sides have signed a contract, with its file (CON-07). An approved one is in force from then on. One that isn't
// approved was signed outside the process: the violation of whoever signed for us is recorded by the system itself, the general manager
// is told when it was beyond their authority too, and nothing is in force until it is approved (CON-08). version is optional.
//
// Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState, ErrUnsigned, ErrSigned, ErrSignatory and attachment.ErrUnknown. Locks the contract.
func (s *Service) Sign(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, in Signing) (Contract, error) {
	c, err := s.locked(tx, who, id, version, VerbSign)
	if err != nil {
		return Contract{}, err
	}
	if c.SignedOn != nil {
		return Contract{}, ErrSigned
	}
	signer, err := in.check(tx)
	if err != nil {
		return Contract{}, err
	}
	before := c.snapshot()
	c.SignedOn, c.CustomerSignedOn, c.SignedBy, c.UpdatedAt = &in.SignedOn, &in.CustomerSignedOn, &in.SignedBy, tx.Now
	if err := s.files.Bind(tx, who, Subject, c.ID, in.AttachmentIDs...); err != nil {
		return Contract{}, err
	}
	if c.State == StateApproved {
		err = s.comeInForce(tx, &c, in.Note)
	} else {
		err = s.outside(tx, signer, &c)
	}
	if err != nil {
		return Contract{}, err
	}
	return c, s.store(tx, &c, string(VerbSign), before)
}

// check returns who signed for us. Returns ErrUnsigned and ErrSignatory.
func (in Signing) check(tx pg.Tx) (identity.Principal, error) {
	today := clock.Today(tx.Now)
	switch {
	case in.SignedOn.After(today):
		return identity.Principal{}, ErrUnsigned.At("/signed_on")
	case in.CustomerSignedOn.After(today):
		return identity.Principal{}, ErrUnsigned.At("/customer_signed_on")
	case len(in.AttachmentIDs) == 0:
		return identity.Principal{}, ErrUnsigned.At("/attachment_ids")
	}
	signer, err := identity.LoadUser(tx, in.SignedBy)
	if errors.Is(err, errs.ErrNotFound) {
		return signer, ErrSignatory.At("/signed_by")
	}
	return signer, err
}

// comeInForce puts an approved and signed contract in force, keeps its revision, and asks the rep to file the original (CON-07).
func (s *Service) comeInForce(tx pg.Tx, c *Contract, reason string) error {
	c.State, c.InForceAt, c.FiledAt = StateInForce, &tx.Now, nil
	if err := insertRevision(tx, c, reason); err != nil {
		return err
	}
	days, err := s.rules.Int(tx, "contract.file_days")
	if err != nil {
		return err
	}
	due := tx.Calendar().EndOfWorkingDay(tx.Now, days)
	return followup.Open(tx, followup.Task{
		Kind: FollowFile, SubjectType: Subject, SubjectID: c.ID, Number: c.Number,
		TitleEN: fmt.Sprintf("File the signed original of contract %s", c.Number), TitleZH: fmt.Sprintf("合同 %s 已签署,请归档原件", c.Number),
		UserID: &c.OwnerID, DueAt: &due, EscalateTo: identity.SalesManager,
	})
}

// outside records what signing without approval is (CON-08), and writes a decision that says so.
func (s *Service) outside(tx pg.Tx, signer identity.Principal, c *Contract) error {
	p, err := s.credits.Position(tx, c.CustomerID)
	if err != nil {
		return err
	}
	v, err := s.judge(tx, signer, c, p)
	if err != nil {
		return err
	}
	kinds := []string{violation.ContractOutside}
	beyond := !signer.Has(identity.SalesManager, identity.SalesDirector, identity.GeneralManager) ||
		v.beyond && !signer.Has(identity.GeneralManager)
	if beyond {
		kinds = append(kinds, violation.ContractBeyond)
	}
	detail := map[string]any{"total": c.Total, "gm_amount": v.bound, "state": c.State, "signed_on": date(c.SignedOn), "beyond_authority": beyond}
	for _, kind := range kinds {
		err := violation.Record(tx, violation.Violation{
			Rule: "CON-08", Kind: kind, PersonID: signer.ID, SubjectType: Subject, SubjectID: c.ID, Number: c.Number, SourceID: c.ID, Detail: detail,
		})
		if err != nil {
			return err
		}
	}
	d := decision.New("contract", Subject, c.ID)
	d.Outcome = decision.Refused
	d.Check("CON-08", false, map[string]string{"state": string(c.State), "beyond_authority": fmt.Sprint(beyond)},
		"Signed before it was approved: recorded as a violation; it isn't in force until it is approved.",
		"合同未经批准即签署:已记录为违规,批准前不生效。")
	if err := decision.Record(tx, &d); err != nil || !beyond {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: FollowBeyond, SubjectType: Subject, SubjectID: c.ID, Number: c.Number, Role: identity.GeneralManager, Inform: true,
		TitleEN: fmt.Sprintf("Contract %s was signed beyond authority by %s", c.Number, signer.Name),
		TitleZH: fmt.Sprintf("合同 %s 由 %s 越权签署", c.Number, signer.Name),
	})
}

// Close ends a contract that is carried out, or whose rest isn't wanted any more. Returns ErrAmending and ErrTerminating while either is
// on its way; errs.ErrNotFound, errs.ErrStale, errs.ErrState. Locks the contract.
func (s *Service) Close(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Contract, error) {
	c, err := s.locked(tx, who, id, version, VerbClose)
	if err != nil {
		return Contract{}, err
	}
	if err := s.quiet(tx, id); err != nil {
		return Contract{}, err
	}
	before := c.snapshot()
	c.end(tx, StateClosed, reason)
	if err := s.store(tx, &c, string(VerbClose), before); err != nil {
		return Contract{}, err
	}
	return c, closeWarnings(tx, id)
}

// quiet returns ErrAmending or ErrTerminating while an amendment or a termination is on its way.
func (s *Service) quiet(tx pg.Tx, id uuid.UUID) error {
	if _, err := openAmendment(tx, id); err == nil {
		return ErrAmending
	} else if !isNotFound(err) {
		return err
	}
	if _, err := openTermination(tx, id); err == nil {
		return ErrTerminating
	} else if !isNotFound(err) {
		return err
	}
	return nil
}

// closeWarnings closes what reminded of a contract's end.
func closeWarnings(tx pg.Tx, ids ...uuid.UUID) error {
	if err := followup.Close(tx, FollowExpiring, Subject, ids...); err != nil {
		return err
	}
	return followup.Close(tx, FollowUsed, Subject, ids...)
}

func trace(tx pg.Tx, action string, id uuid.UUID, after map[string]any) error {
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: id, After: after})
}
