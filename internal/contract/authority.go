package contract

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// WhoseAuthority says of a contract that isn't decided yet whose authority covers its prices now, as its gate would, and who would be asked
// if the caller submitted it (PRC-10, CON-02, CON-03). Lines at or above what an accepted quotation has agreed to aren't judged again: the
// checks name them. It writes nothing and locks nothing: one statement for the price gate.
//
// Returns errs.ErrNotFound for one that the caller may not see (ORG-06), errs.ErrState for one that is decided, and what the quotation or the
// price gate refuses.
func (s *Service) WhoseAuthority(tx pg.Tx, who identity.Principal, id uuid.UUID) (pricing.AuthorityAnswer, error) {
	c, err := s.Get(tx, who, id)
	if err != nil {
		return pricing.AuthorityAnswer{}, err
	}
	if c.State != StateDraft && c.State != StateSubmitted {
		return pricing.AuthorityAnswer{}, errs.ErrState.With("state", string(c.State))
	}
	p, err := s.position(tx, who, c.CustomerID)
	if err != nil {
		return pricing.AuthorityAnswer{}, err
	}
	v, err := s.judge(tx, who, &c, nil, p)
	if err != nil {
		return pricing.AuthorityAnswer{}, err
	}
	if v.prices.refused != nil {
		return pricing.AuthorityAnswer{}, v.prices.refused
	}
	a := v.prices.Answer
	a.Checks = v.checks
	return s.prices.Asked(tx, who, a, Matter, v.facts)
}
