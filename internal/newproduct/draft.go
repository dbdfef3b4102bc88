package newproduct

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// DraftPrice is the sales manager's draft of price and floor price, tax included, after both statements (PRC-03, PRC-12). A draft that
// waits for approval is taken back by drafting it anew. Returns ErrState, ErrInfeasible, pricing.ErrNotPositive,
// pricing.ErrInitialFloor. Locks the approval request and the request.
func (s *Service) DraftPrice(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, price decimal.Decimal, floor *decimal.Decimal, note string) (Request, error) {
	return s.work(tx, who, id, version, Draft, "draftNewProductPrice", func(r *Request) error {
		if err := pricing.CheckPrice(price, floor); err != nil {
			return err
		}
		if !r.feasible() {
			return ErrInfeasible
		}
		if r.State == Submitted {
			if err := s.approvals.Void(tx, Subject, r.ID, "drafted anew"); err != nil {
				return err
			}
			r.State = Drafting
		}
		r.Price, r.FloorPrice, r.DraftNote = &price, floor, strings.TrimSpace(note)
		r.DraftedBy, r.DraftedAt = &who.ID, &tx.Now
		return s.tasks(tx, *r)
	})
}

func (r Request) feasible() bool {
	st := r.stated(Feasibility)
	return st != nil && *st.Feasible
}

// SubmitDraft asks for the decision (matter price.new_product): the general manager's. Returns ErrState, ErrNotDrafted, ErrInfeasible,
// ErrStandard, ErrInactive and what approval.Submit does. Locks the approval request and the request, and the product when nobody needs
// to be asked.
func (s *Service) SubmitDraft(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Request, error) {
	return s.work(tx, who, id, version, Submit, "submitNewProductPrice", func(r *Request) error {
		switch {
		case r.Price == nil:
			return ErrNotDrafted
		case !r.feasible():
			return ErrInfeasible
		}
		if err := checkProduct(r.Product); err != nil {
			return err
		}
		author := submitter(tx, who, *r)
		q, err := s.approvals.Submit(tx, author, r.submission())
		if err != nil {
			return err
		}
		r.State, r.SubmittedAt, r.ApprovalID, r.StateReason = Submitted, &tx.Now, &q.ID, ""
		if err := r.decide(tx, q); err != nil || q.State != approval.Approved {
			return err
		}
		return s.approve(tx, r)
	})
}

// submitter is whose submission it is: who drafted it; but where the general manager opened the request, it is theirs, and finance
// reviews it before they decide (ORG-03).
func submitter(tx pg.Tx, who identity.Principal, r Request) identity.Principal {
	if r.CreatedBy == nil || *r.CreatedBy == who.ID {
		return who
	}
	opener, err := identity.LoadUser(tx, *r.CreatedBy)
	if err != nil || !opener.Has(identity.GeneralManager) { // who has left can't decide anything
		return who
	}
	return opener
}

// content is what an approval is bound to. It names the statements, not their figures: a hash of a cost can be guessed (PRC-13).
type content struct {
	Product, Volume, Price, Floor, Note string
	Cost, Feasibility                   uuid.UUID
}

func (r Request) content() []byte {
	c := content{Product: r.ProductID.String(), Volume: text(&r.MonthlyQuantity), Price: text(r.Price), Floor: text(r.FloorPrice), Note: r.DraftNote}
	if st := r.stated(Cost); st != nil {
		c.Cost = st.ID
	}
	if st := r.stated(Feasibility); st != nil {
		c.Feasibility = st.ID
	}
	return approval.ContentHash(c)
}

func text(d *decimal.Decimal) string {
	if d == nil {
		return ""
	}
	return d.Trim(0).String()
}

func (r Request) submission() approval.Submission {
	return approval.Submission{
		Matter: Matter, SubjectType: Subject, SubjectID: r.ID, Number: r.Number, OwnerID: &r.OwnerID,
		TitleEN: fmt.Sprintf("Price of the new product %s %s", r.Product.Code, r.Product.Name),
		TitleZH: fmt.Sprintf("新产品定价:%s %s", r.Product.Code, r.Product.Name),
		Facts: map[string]any{
			"product": r.Product.Code, "lifecycle": string(r.Product.Lifecycle), "price": *r.Price, "floor_price": r.FloorPrice,
			"monthly_quantity": r.MonthlyQuantity, "monthly_tonnes": r.Product.Tonnes(r.MonthlyQuantity), "reason": r.DraftNote,
		},
		Content: r.content(),
	}
}

// decide writes the gate's decision about a submitted draft: why it may be decided, in words. Neither price nor cost is in it, since
// production reads it.
func (r Request) decide(tx pg.Tx, q approval.Request) error {
	d := decision.New("price", Subject, r.ID)
	d.Outcome, d.Matter, d.MatrixVersion, d.ApprovalID = decision.ApprovalRequired, Matter, &q.MatrixVersion, &q.ID
	if q.State == approval.Approved {
		d.Outcome = decision.Passed
	}
	words := map[catalog.Lifecycle][2]string{
		catalog.LifecycleNew: {"is a new product", "为新产品"}, catalog.LifecycleDormant: {"was out of production and is priced as a new one", "为停产复产产品,按新产品定价"},
	}[r.Product.Lifecycle]
	d.Check("PRC-02", true, map[string]string{"product": r.Product.Code, "lifecycle": string(r.Product.Lifecycle)},
		fmt.Sprintf("%s %s.", r.Product.Code, words[0]), fmt.Sprintf("%s %s。", r.Product.Code, words[1]))
	cost, can := r.stated(Cost), r.stated(Feasibility)
	d.Check("PRC-03", true, map[string]string{"round": fmt.Sprint(cost.Round), "stated_at": cost.GivenAt.Format(time.RFC3339)},
		fmt.Sprintf("Finance has stated the cost (round %d).", cost.Round), fmt.Sprintf("财务部已提交成本意见(第 %d 轮)。", cost.Round))
	d.Check("PRC-03", true, map[string]string{"round": fmt.Sprint(can.Round), "stated_at": can.GivenAt.Format(time.RFC3339)},
		fmt.Sprintf("Production states that it can be made (round %d).", can.Round), fmt.Sprintf("生产部确认可行(第 %d 轮)。", can.Round))
	return decision.Record(tx, &d)
}

// ApprovalDecided implements approval.Subject: an approved draft is the product's initial price from now on (PRC-03). Locks the request
// and, approved, the product.
func (s *Service) ApprovalDecided(tx pg.Tx, q approval.Request) error {
	r, err := pg.TakeForUpdate[Request](tx, "id = ?", q.SubjectID)
	if err != nil {
		return err
	}
	if r.Product, err = product(tx, r.ProductID); err != nil {
		return err
	}
	if r.Statements, err = statements(tx, r.ID); err != nil {
		return err
	}
	if err := r.must(Decide, nil); err != nil {
		return err
	}
	if r.ApprovalID == nil || *r.ApprovalID != q.ID {
		return ErrContent
	}
	before := r.trace()
	switch q.State {
	case approval.Approved:
		if !q.Covers(r.content()) {
			return ErrContent
		}
		err = s.approve(tx, &r)
	case approval.Rejected:
		r.State, r.DecidedAt, r.StateReason = Rejected, &tx.Now, q.CloseReason
		err = s.tellDecided(tx, r)
	case approval.Returned, approval.Withdrawn, approval.Void, approval.Pending:
		r.settle()
		r.StateReason = q.CloseReason
		err = s.tasks(tx, r)
	}
	if err != nil {
		return err
	}
	return s.keep(tx, &r, "decideNewProductPrice", before)
}

// approve puts the drafted price into force; a dormant product is new again (PRC-02, PRC-03).
func (s *Service) approve(tx pg.Tx, r *Request) error {
	was := r.Product.Lifecycle
	p, err := catalog.Return(tx, r.ProductID)
	if err != nil {
		return err
	}
	if err := checkProduct(p); err != nil { // it became standard meanwhile
		return err
	}
	reason := r.DraftNote
	if reason == "" {
		reason = r.Number
	}
	err = pricing.SetInitialPrice(tx, pricing.InitialPrice{
		ProductID: p.ID, Price: *r.Price, FloorPrice: r.FloorPrice, RequestID: r.ID, Number: r.Number, Reason: clip(reason), ApprovalID: r.ApprovalID,
	})
	if err != nil {
		return err
	}
	r.State, r.DecidedAt, r.Product = Approved, &tx.Now, p
	d := decision.New("price", Subject, r.ID)
	d.Matter, d.ApprovalID = Matter, r.ApprovalID
	if was == catalog.LifecycleDormant {
		d.Info("PRC-02", map[string]string{"product": p.Code}, p.Code+" is back as a new product.", p.Code+" 恢复为新产品。")
	}
	d.Check("PRC-03", true, map[string]string{"product": p.Code, "effective_at": tx.Now.Format(time.RFC3339)},
		p.Code+" has its initial price: it may be quoted and sold from now on.", p.Code+" 的初始价格即日生效,可以报价和销售。")
	if err := decision.Record(tx, &d); err != nil {
		return err
	}
	return s.tellDecided(tx, *r)
}

// clip bounds a reason to what an initial price keeps of it.
func clip(s string) string {
	if r := []rune(s); len(r) > 1000 {
		return string(r[:1000])
	}
	return s
}

// tellDecided lets the owner know.
func (s *Service) tellDecided(tx pg.Tx, r Request) error {
	t := task(r, "decided", "The price of the new product %s is decided", "新产品 %s 定价已有结果")
	t.UserID, t.Inform = &r.OwnerID, true
	return followup.Open(tx, t)
}

var _ approval.Subject = (*Service)(nil)
