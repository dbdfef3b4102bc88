package newproduct

import (
	"strings"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// StateCost is finance's statement: what a unit costs, excluding tax (PRC-03). It becomes the product's cost from today on (PRC-13).
// Stated again, it corrects what was said; while an approval stands on it, it has to be sent back first. Returns ErrState,
// catalog.ErrCostHidden. Locks the request.
func (s *Service) StateCost(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, cost decimal.Decimal, note string, files ...uuid.UUID) (Request, error) {
	if !who.Has(identity.FinanceClerk, identity.FinanceManager) { // PRC-13: costs come from finance
		return Request{}, catalog.ErrCostHidden
	}
	return s.work(tx, who, id, version, Give, "stateNewProductCost", func(r *Request) error {
		_, err := s.products.RecordProductCost(tx, who, r.ProductID, clock.Today(tx.Now), cost, r.Number)
		if err != nil {
			return err
		}
		return s.give(tx, who, r, Cost, SubjectCost, files, func(st *Statement) { st.Cost, st.Note = &cost, strings.TrimSpace(note) })
	})
}

// StateFeasibility is production's statement: whether it can be made, how much a month and how soon (PRC-03). Stated again, it corrects what was said. Returns
// ErrState, ErrNotYours. Locks the request.
func (s *Service) StateFeasibility(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, f Feasible, files ...uuid.UUID) (Request, error) {
	if !who.Has(identity.ProductionManager) {
		return Request{}, ErrNotYours
	}
	return s.work(tx, who, id, version, Give, "stateNewProductFeasibility", func(r *Request) error {
		return s.give(tx, who, r, Feasibility, SubjectFeasibility, files, func(st *Statement) {
			st.Feasible, st.MonthlyCapacity, st.LeadDays, st.Note = &f.Feasible, f.MonthlyCapacity, f.LeadDays, strings.TrimSpace(f.Note)
		})
	})
}

// give writes a statement into its open round, or into a new one that corrects the last.
func (s *Service) give(tx pg.Tx, who identity.Principal, r *Request, k Kind, subject string, files []uuid.UUID, say func(*Statement)) error {
	if r.stated(k) != nil {
		if err := s.ask(tx, r, k, "corrected by its department · 部门自行更正"); err != nil {
			return err
		}
	}
	st := r.latest(k)
	if st == nil {
		return ErrNotStated
	}
	before := st.trace()
	say(st)
	st.GivenAt, st.GivenBy = &tx.Now, &who.ID
	if err := storeStatement(tx, *st); err != nil {
		return err
	}
	if err := s.files.Bind(tx, who, subject, st.ID, files...); err != nil {
		return err
	}
	err := audit.Record(tx, audit.Entry{Action: "stateNewProduct", SubjectType: Subject, SubjectID: r.ID, Before: before, After: st.trace()})
	if err != nil {
		return err
	}
	r.settle()
	return s.tasks(tx, *r)
}

// SendBack asks a department again, with a reason; an approval that stood on its statement ends. Returns ErrState, ErrNotStated,
// ErrReason. Locks the approval request and the request.
func (s *Service) SendBack(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, k Kind, reason string) (Request, error) {
	return s.work(tx, who, id, version, SendBack, "sendBackNewProductStatement", func(r *Request) error {
		if reason = strings.TrimSpace(reason); reason == "" {
			return ErrReason.At("/reason")
		}
		if r.stated(k) == nil {
			return ErrNotStated.At("/statement")
		}
		if r.State == Submitted {
			if err := s.approvals.Void(tx, Subject, r.ID, "a statement was sent back"); err != nil {
				return err
			}
		}
		if err := s.ask(tx, r, k, reason); err != nil {
			return err
		}
		r.settle()
		return s.tasks(tx, *r)
	})
}

// ask opens the next round of a statement.
func (s *Service) ask(tx pg.Tx, r *Request, k Kind, reason string) error {
	due, err := s.dueAfter(tx, tx.Now, "price.statement_hours")
	if err != nil {
		return err
	}
	round := 1
	if last := r.latest(k); last != nil {
		round = last.Round + 1
	}
	st := Statement{
		ID: uuid.Must(uuid.NewV7()), RequestID: r.ID, Kind: k, Round: round, AskedAt: tx.Now, DueAt: due, AskReason: reason,
	}
	if err := pg.Insert(tx, &st); err != nil {
		return err
	}
	r.Statements = append(r.Statements, st)
	if r.State == Returned {
		return nil // its owner has it
	}
	return s.tasks(tx, *r)
}

// product reads what a request is about.
func product(tx pg.Tx, id uuid.UUID) (catalog.Product, error) {
	found, err := catalog.Briefs(tx, []uuid.UUID{id})
	if err != nil {
		return catalog.Product{}, err
	}
	p, ok := found[id]
	if !ok {
		return catalog.Product{}, catalog.ErrUnknownProduct.At("/product_id")
	}
	return p, nil
}
