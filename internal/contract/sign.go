package contract

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/decision"
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

// Sign records that both sides have signed a contract, with its file (CON-07). An approved one is in force from then on, by who may sign it. One
// that isn't approved was signed outside the process: see outside (CON-08). Such a signature is of what the contract says now: a change takes
// it away. version is optional.
//
// Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState, ErrUnsigned, ErrSigned, ErrSignedEarly, ErrSignatory, ErrMayNotSign and
// attachment.ErrUnknown. Locks the contract.
func (s *Service) Sign(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, in Signing) (Contract, error) {
	c, err := s.locked(tx, who, id, version, VerbSign)
	if err != nil {
		return Contract{}, err
	}
	content := c.contentHash()
	if c.covers(content) {
		return Contract{}, ErrSigned
	}
	signer, err := in.check(tx, c.CreatedAt)
	if err != nil {
		return Contract{}, err
	}
	before := c.snapshot()
	c.Signature, c.UpdatedAt = in.of(content), tx.Now
	if err := s.files.Bind(tx, who, Subject, c.ID, in.AttachmentIDs...); err != nil {
		return Contract{}, err
	}
	if c.State == StateApproved {
		err = s.sealed(tx, &c, signer, in.Note)
	} else {
		err = s.outside(tx, who, signer, early{contract: &c, state: string(c.State), source: c.ID})
	}
	if err != nil {
		return Contract{}, err
	}
	return c, s.store(tx, &c, string(VerbSign), before)
}

// sealed puts an approved contract in force that was signed by who may. Returns ErrMayNotSign.
func (s *Service) sealed(tx pg.Tx, c *Contract, signer identity.Principal, note string) error {
	if err := mustSign(tx, signer, c.ApprovalID); err != nil {
		return err
	}
	return s.comeInForce(tx, c, note)
}

// comeInForce puts an approved and signed contract in force, keeps its revision, and asks the rep to file the original (CON-07).
func (s *Service) comeInForce(tx pg.Tx, c *Contract, reason string) error {
	c.State, c.InForceAt, c.FiledAt, c.PriceBaseGoneAt = StateInForce, &tx.Now, nil, nil
	if err := followup.Close(tx, FollowPriceBase, Subject, c.ID); err != nil {
		return err
	}
	if err := insertRevision(tx, c, reason); err != nil {
		return err
	}
	days, err := s.rules.Int(tx, "contract.file_days")
	if err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: FollowFile, SubjectType: Subject, SubjectID: c.ID, Number: c.Number,
		TitleEN: fmt.Sprintf("File the signed original of contract %s", c.Number), TitleZH: fmt.Sprintf("合同 %s 已签署,请归档原件", c.Number),
		UserID: &c.OwnerID, Within: &clock.Term{From: tx.Now, Days: days}, EscalateTo: identity.SalesManager,
	})
}

// early is what was signed before it was approved: a contract, or an amendment of one.
type early struct {
	contract *Contract
	was      *Contract // that it amends; nil for the contract itself
	state    string
	source   uuid.UUID
}

// outside records what signing without approval is (CON-08), writes a decision that says so, and tells the general manager when it was beyond
// the authority too. Who records it answers for it: the one who is named as signatory hasn't said a word, so that naming somebody accuses
// nobody and excuses nothing.
func (s *Service) outside(tx pg.Tx, who, named identity.Principal, signed early) error {
	c := signed.contract
	p, err := s.credits.Position(tx, c.CustomerID)
	if err != nil {
		return err
	}
	v, err := s.judge(tx, who, c, signed.was, p)
	if err != nil {
		return err
	}
	beyond := !maySign(who, v.beyond)
	kinds := []string{violation.ContractOutside}
	if beyond {
		kinds = append(kinds, violation.ContractBeyond)
	}
	for _, kind := range kinds {
		err := violation.Record(tx, violation.Violation{
			Rule: "CON-08", Kind: kind, PersonID: who.ID, SubjectType: Subject, SubjectID: c.ID, Number: c.Number, SourceID: signed.source,
			Detail: map[string]any{
				"total": c.Total, "gm_amount": v.bound, "state": signed.state, "revision": c.Revision, "signed_on": date(c.SignedOn),
				"signed_by": named.ID, "beyond_authority": beyond,
			},
		})
		if err != nil {
			return err
		}
	}
	d := decision.New("contract", Subject, c.ID)
	d.Outcome = decision.Refused
	d.Check("CON-08", false, map[string]string{"state": signed.state, "revision": fmt.Sprint(c.Revision), "beyond_authority": fmt.Sprint(beyond)},
		"Signed before it was approved: recorded as a violation; it isn't in force until it is approved.",
		"合同未经批准即签署:已记录为违规,批准前不生效。")
	if err := decision.Record(tx, &d); err != nil || !beyond {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: FollowBeyond, SubjectType: Subject, SubjectID: c.ID, Number: c.Number, Role: identity.GeneralManager, Inform: true,
		TitleEN: fmt.Sprintf("Contract %s was signed beyond authority: %s recorded it and names %s", c.Number, who.Name, named.Name),
		TitleZH: fmt.Sprintf("合同 %s 越权签署:由 %s 登记,注明签署人 %s", c.Number, who.Name, named.Name),
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
