package sample

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct {
	rules     *rulebook.Service
	approvals *approval.Service
	files     *attachment.Service
}

// New returns the service.
func New(rules *rulebook.Service, approvals *approval.Service, files *attachment.Service) *Service {
	return &Service{rules: rules, approvals: approvals, files: files}
}

// Create drafts a sample request for a customer or a prospect, whose owner it belongs to (SMP-01). Returns ErrCompany, ErrNoLines, ErrItem,
// ErrQuantity, ErrUnit, ErrPast, catalog.ErrUnknownProduct and attachment.ErrUnknown.
func (s *Service) Create(tx pg.Tx, who identity.Principal, in Input, files ...uuid.UUID) (Sample, error) {
	x := Sample{ID: uuid.Must(uuid.NewV7()), State: Draft, CreatedBy: tx.By.Actor(), CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1}
	if who.Kind != identity.KindUser {
		return x, ErrNotYours
	}
	err := x.forCompany(tx, who, in)
	if err == nil {
		err = x.fill(tx, who, in)
	}
	if err != nil {
		return Sample{}, err
	}
	if x.Number, err = pg.NextNumber(tx, series, tx.Now.In(clock.Shanghai)); err != nil {
		return Sample{}, err
	}
	if err := pg.Insert(tx, &x); err != nil {
		return Sample{}, err
	}
	if err := replaceLines(tx, &x); err != nil {
		return Sample{}, err
	}
	if err := s.files.Bind(tx, who, Subject, x.ID, files...); err != nil {
		return Sample{}, err
	}
	if err := audit.Record(tx, audit.Entry{Action: "createSample", SubjectType: Subject, SubjectID: x.ID, After: x.trace()}); err != nil {
		return Sample{}, err
	}
	return x, s.complete(tx, &x)
}

// forCompany sets whom the sample is for and whose it is.
func (x *Sample) forCompany(tx pg.Tx, who identity.Principal, in Input) error {
	if (in.CustomerID == nil) == (in.ProspectID == nil) {
		return ErrCompany
	}
	if in.CustomerID != nil {
		c, err := customer.Brief(tx, *in.CustomerID)
		if err == nil {
			err = who.MustSee(c.OwnerID)
		}
		x.CustomerID, x.OwnerID = in.CustomerID, c.OwnerID
		return unknown(err, "/customer_id")
	}
	p, err := prospect.Mine(tx, who, *in.ProspectID)
	x.ProspectID, x.OwnerID = in.ProspectID, p.OwnerID
	return unknown(err, "/prospect_id")
}

// unknown turns what the caller may not see into a refusal of the field that names it.
func unknown(err error, field string) error {
	if e, ours := errs.As(err); ours && e.Kind == errs.NotFound {
		return ErrCompany.At(field)
	}
	return err
}

// fill writes what sales states on the sample; a product's unit is its own.
func (x *Sample) fill(tx pg.Tx, who identity.Principal, in Input) error {
	if err := in.check(clock.Today(tx.Now)); err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, l := range in.Lines {
		if l.ProductID != nil {
			ids = append(ids, *l.ProductID)
		}
	}
	products, err := catalog.Briefs(tx, ids)
	if err != nil {
		return err
	}
	x.Lines = make([]Line, len(in.Lines))
	for i, l := range in.Lines {
		l.ID, l.SampleID, l.LineNo, l.Description = uuid.Must(uuid.NewV7()), x.ID, i+1, strings.TrimSpace(l.Description)
		if l.ProductID != nil {
			p, ok := products[*l.ProductID]
			if !ok {
				return catalog.ErrUnknownProduct.At(fmt.Sprintf("/lines/%d/product_id", i))
			}
			l.Unit = p.Unit
		}
		x.Lines[i] = l
	}
	if in.FollowsID != nil {
		before, err := pg.Take[Sample](tx, "id = ?", *in.FollowsID)
		if err == nil {
			err = who.MustSee(before.OwnerID)
		}
		if err != nil {
			return unknown(err, "/follows_id")
		}
	}
	x.Purpose, x.NeededBy, x.DeliverTo, x.FollowsID = strings.TrimSpace(in.Purpose), in.NeededBy, strings.TrimSpace(in.DeliverTo), in.FollowsID
	return nil
}

// Update replaces what sales states of a draft; whom it is for stays. Returns what Create does, ErrState and errs.ErrStale. Locks the sample.
func (s *Service) Update(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, change func(*Input), files ...uuid.UUID) (Sample, error) {
	return s.sell(tx, who, id, &version, Update, "updateSample", func(x *Sample) error {
		in := Input{Purpose: x.Purpose, NeededBy: x.NeededBy, DeliverTo: x.DeliverTo, FollowsID: x.FollowsID, Lines: x.Lines}
		change(&in)
		if err := x.fill(tx, who, in); err != nil {
			return err
		}
		if err := replaceLines(tx, x); err != nil {
			return err
		}
		return s.files.Bind(tx, who, Subject, x.ID, files...)
	})
}

// SubmitRequest asks for the approval (matter sample.request): the follow-up supervisor takes note, the sales manager decides (SMP-01,
// SMP-02). Returns ErrState and what approval.Submit does. Locks the approval request and the sample.
func (s *Service) SubmitRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Sample, error) {
	return s.sell(tx, who, id, version, Submit, "submitSample", func(x *Sample) error {
		sub, err := x.submission(tx)
		if err != nil {
			return err
		}
		r, err := s.approvals.Submit(tx, who, sub)
		if err != nil {
			return err
		}
		x.State, x.SubmittedAt, x.ApprovalID, x.StateReason = Submitted, &tx.Now, &r.ID, ""
		d := decision.New("sample", Subject, x.ID)
		d.Outcome, d.Matter, d.MatrixVersion, d.ApprovalID = decision.ApprovalRequired, Matter, &r.MatrixVersion, &r.ID
		if r.State == approval.Approved {
			d.Outcome = decision.Passed
		}
		d.Info("SMP-02", map[string]string{"sample": x.Number}, "The follow-up supervisor takes note and the sales manager decides before it is made.",
			"制样前须由跟单主管知悉、销售部经理审批。")
		if err := decision.Record(tx, &d); err != nil || r.State != approval.Approved {
			return err
		}
		return s.approve(tx, x)
	})
}

func (x Sample) submission(tx pg.Tx) (approval.Submission, error) {
	fresh, tonnes := 0, decimal.Zero
	var ids []uuid.UUID
	for _, l := range x.Lines {
		if l.ProductID != nil {
			ids = append(ids, *l.ProductID)
		}
	}
	products, err := catalog.Briefs(tx, ids)
	if err != nil {
		return approval.Submission{}, err
	}
	for _, l := range x.Lines {
		if l.ProductID == nil {
			fresh++
			continue
		}
		if t := products[*l.ProductID].Tonnes(l.Quantity); t != nil {
			if tonnes, err = tonnes.Add(*t); err != nil {
				return approval.Submission{}, err
			}
		}
	}
	return approval.Submission{
		Matter: Matter, SubjectType: Subject, SubjectID: x.ID, Number: x.Number, OwnerID: &x.OwnerID,
		TitleEN: fmt.Sprintf("Sample %s for %s", x.Number, x.Company), TitleZH: fmt.Sprintf("样品申请 %s:%s", x.Number, x.Company),
		Facts: map[string]any{
			"customer": x.Company, "prospect": x.CustomerID == nil, "lines": len(x.Lines), "new_items": fresh, "tonnes": tonnes, "purpose": x.Purpose,
		},
		Content: x.content(),
	}, nil
}

// content is what an approval is bound to.
func (x Sample) content() []byte {
	type line struct{ Product, Description, Quantity, Unit string }
	c := struct {
		Customer, Prospect, Purpose, NeededBy, DeliverTo string
		Lines                                            []line
	}{Purpose: x.Purpose, NeededBy: x.NeededBy.Format(time.DateOnly), DeliverTo: x.DeliverTo}
	if x.ProspectID != nil {
		c.Prospect = x.ProspectID.String() // it stays when the prospect becomes a customer
	} else if x.CustomerID != nil {
		c.Customer = x.CustomerID.String()
	}
	for _, l := range x.Lines {
		of := line{Description: l.Description, Quantity: l.Quantity.Trim(0).String(), Unit: l.Unit}
		if l.ProductID != nil {
			of.Product = l.ProductID.String()
		}
		c.Lines = append(c.Lines, of)
	}
	return approval.ContentHash(c)
}

// ApprovalDecided implements approval.Subject: an approved sample is made; a returned or withdrawn one is a draft again. Locks the sample.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	x, err := lock(tx, r.SubjectID)
	if err != nil {
		return err
	}
	if err := x.must(Decide, nil); err != nil {
		return err
	}
	before := x.trace()
	switch r.State {
	case approval.Approved:
		if !r.Covers(x.content()) {
			return ErrContent
		}
		err = s.approve(tx, &x)
	case approval.Rejected:
		x.State, x.StateReason = Rejected, r.CloseReason
	case approval.Returned, approval.Withdrawn, approval.Void, approval.Pending:
		x.State, x.StateReason = Draft, r.CloseReason
	}
	if err != nil {
		return err
	}
	return s.keep(tx, &x, "decideSample", before)
}

func (s *Service) approve(tx pg.Tx, x *Sample) error {
	hours, err := s.rules.Int(tx, "sample.make_hours")
	due := tx.Calendar().Due(clock.Term{From: tx.Now, Hours: hours})
	x.State, x.ApprovedAt, x.MakeBy = Approved, &tx.Now, &due
	return err
}

// CancelSample gives a sample up before it is sent, with a reason; an approval under way ends. Returns ErrState, ErrReason. Locks the approval
// request and the sample.
func (s *Service) CancelSample(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Sample, error) {
	return s.sell(tx, who, id, version, Cancel, "cancelSample", func(x *Sample) error {
		if x.StateReason = strings.TrimSpace(reason); x.StateReason == "" {
			return ErrReason.At("/reason")
		}
		x.State = Cancelled
		return s.approvals.Void(tx, Subject, x.ID, "cancelled by its owner")
	})
}

var _ approval.Subject = (*Service)(nil)
