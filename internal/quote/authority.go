package quote

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// WhoseAuthority says of a quotation that isn't decided yet whose authority covers its prices now, as its gate would, and who would be
// asked if the caller submitted it (PRC-10, QUO-04). It writes nothing and locks nothing: one statement for the price gate.
//
// Returns errs.ErrNotFound for one that the caller may not see (ORG-06), errs.ErrState for one that is decided, and what the price gate refuses.
func (s *Service) WhoseAuthority(tx pg.Tx, who identity.Principal, id uuid.UUID) (pricing.AuthorityAnswer, error) {
	q, err := s.Get(tx, who, id)
	if err != nil {
		return pricing.AuthorityAnswer{}, err
	}
	if q.State != StateDraft && q.State != StateSubmitted {
		return pricing.AuthorityAnswer{}, errs.ErrState.With("state", string(q.State))
	}
	p, err := s.of(tx, q.CustomerID, q.ProspectID)
	if err != nil {
		return pricing.AuthorityAnswer{}, err
	}
	v, err := s.judge(tx, who, &q, p)
	if err != nil {
		return pricing.AuthorityAnswer{}, err
	}
	if v.barred != nil {
		return pricing.AuthorityAnswer{}, v.barred
	}
	a := v.prices
	a.Checks = v.checks
	return s.prices.Asked(tx, who, a, Matter, v.facts)
}
