package newproduct

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// kinds are the follow-ups that a request's states ask for.
var kinds = []string{"cost", "feasibility", "draft", "returned"}

// task is a follow-up about a request; its titles name the product and nothing that PRC-13 hides.
func task(r Request, kind, en, zh string) followup.Task {
	return followup.Task{
		Kind: "new_product." + kind, SubjectType: Subject, SubjectID: r.ID, Number: r.Number,
		TitleEN: fmt.Sprintf(en, r.Product.Code), TitleZH: fmt.Sprintf(zh, r.Product.Code),
	}
}

// asked says which follow-ups a request's state needs.
func (r Request) asked(kind string) bool {
	switch kind {
	case "cost", "feasibility":
		last := r.latest(Kind(kind))
		return r.State == Stating && last != nil && last.GivenAt == nil
	case "draft":
		return r.State == Drafting
	case "returned":
		return r.State == Returned
	}
	return false
}

// tasks opens the follow-ups of the request's state; those that are open stay as they are.
func (s *Service) tasks(tx pg.Tx, r Request) error {
	var open []followup.Task
	for _, k := range []Kind{Cost, Feasibility} {
		if !r.asked(string(k)) {
			continue
		}
		within, err := s.within(tx, r.latest(k).AskedAt, "price.statement_hours")
		if err != nil {
			return err
		}
		t := task(r, string(k), "State the cost of the new product %s", "请提交新产品 %s 的成本意见")
		t.Role, t.EscalateTo = identity.FinanceClerk, identity.FinanceManager
		if k == Feasibility {
			t = task(r, string(k), "State whether the new product %s can be made", "请提交新产品 %s 的可行性意见")
			t.Role, t.EscalateTo = identity.ProductionManager, identity.GeneralManager
		}
		t.Within = &within
		open = append(open, t)
	}
	if r.asked("draft") {
		within, err := s.within(tx, tx.Now, "price.draft_hours")
		if err != nil {
			return err
		}
		t := task(r, "draft", "Draft the price of the new product %s", "请拟定新产品 %s 的价格草案")
		t.Role, t.EscalateTo, t.Within = identity.SalesManager, identity.SalesDirector, &within
		open = append(open, t)
	}
	if len(open) == 0 {
		return nil
	}
	return followup.Open(tx, open...)
}

// tellReturned asks the owner to complete a request.
func (s *Service) tellReturned(tx pg.Tx, r Request) error {
	within, err := s.within(tx, tx.Now, "price.statement_hours")
	if err != nil {
		return err
	}
	t := task(r, "returned", "Complete the pricing request of the new product %s", "请补充新产品 %s 的定价申请资料")
	t.UserID, t.EscalateTo, t.Within = &r.OwnerID, identity.SalesManager, &within
	return followup.Open(tx, t)
}

// closeTasks closes the follow-ups that the request's state doesn't ask for any more.
func (s *Service) closeTasks(tx pg.Tx, r Request) error {
	for _, k := range kinds {
		if r.asked(k) {
			continue
		}
		if err := followup.Close(tx, "new_product."+k, Subject, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// dueAfter is so many working hours after an instant, as a parameter says.
func (s *Service) dueAfter(tx pg.Tx, from time.Time, parameter string) (time.Time, error) {
	term, err := s.within(tx, from, parameter)
	return tx.Calendar().Due(term), err
}

func (s *Service) within(tx pg.Tx, from time.Time, parameter string) (clock.Term, error) {
	hours, err := s.rules.IntAt(tx, parameter, from)
	return clock.Term{From: from, Hours: hours}, err
}

// RecomputeDeadlines recomputes when open statements and adoptions are due: the calendar has changed. Follow-ups see to theirs.
func (s *Service) RecomputeDeadlines(tx pg.Tx) error {
	open, err := lockAsked(tx)
	if err != nil {
		return err
	}
	ids, due := make([]uuid.UUID, len(open)), make([]time.Time, len(open))
	for i, st := range open {
		ids[i] = st.ID
		if due[i], err = s.dueAfter(tx, st.AskedAt, "price.statement_hours"); err != nil {
			return err
		}
	}
	if err := storeDue(tx, ids, due); err != nil {
		return err
	}
	return s.recomputeAdoptions(tx)
}
