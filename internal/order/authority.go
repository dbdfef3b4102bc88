package order

import (
	"errors"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// WhoseAuthority says of an order that isn't decided yet whose authority covers its prices now, as its gate would, and who would be asked if
// the caller submitted it (PRC-10). Lines that stand by a quotation or a contract say so. It writes nothing and locks nothing: one statement
// for the price gate.
//
// Returns errs.ErrNotFound for one that the caller may not see (ORG-06), errs.ErrState for one that is decided, and what the agreement or the
// price gate refuses.
func (s *Service) WhoseAuthority(tx pg.Tx, who identity.Principal, id uuid.UUID) (pricing.AuthorityAnswer, error) {
	o, err := s.Get(tx, who, id)
	if err != nil {
		return pricing.AuthorityAnswer{}, err
	}
	if o.State != StateDraft && o.State != StateSubmitted {
		return pricing.AuthorityAnswer{}, errs.ErrState.With("state", string(o.State))
	}
	c, err := dealOf(tx, o.ContractID)
	if err != nil {
		return pricing.AuthorityAnswer{}, err
	}
	p, err := s.position(tx, who, o.CustomerID)
	if err != nil {
		return pricing.AuthorityAnswer{}, err
	}
	a, err := s.askPrices(tx, who, &o, c)
	if err != nil {
		return pricing.AuthorityAnswer{}, err
	}
	if !a.passed() {
		return pricing.AuthorityAnswer{}, a.refused
	}
	v, err := s.judge(tx, &o, p, a, c)
	if err != nil {
		return pricing.AuthorityAnswer{}, err
	}
	answer := a.Answer
	answer.Checks = v.checks
	return s.prices.Asked(tx, who, answer, Matter, v.facts)
}

// dealOf reads the contract that an order calls off as contractOf does, without locking it: for asking what would be.
func dealOf(tx pg.Tx, id *uuid.UUID) (*contract.Contract, error) {
	if id == nil {
		return nil, nil //nolint:nilnil // most orders have none
	}
	c, err := contract.WithLines(tx, *id)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, nil //nolint:nilnil // the gate refuses that
	}
	return &c, err
}
