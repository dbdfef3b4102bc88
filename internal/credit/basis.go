package credit

import (
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// BasisKind is one of the grounds on which monthly settlement may be asked for (CRD-14). The names are the API's.
type BasisKind string

// The grounds.
const (
	ByVolume  BasisKind = "volume"     // terms.monthly_min_tonnes a month, or more
	Renowned  BasisKind = "renowned"   // among the Fortune 500, or known nationwide
	SiteVisit BasisKind = "site_visit" // visited and found sound, with a sales manager or director there
)

// Basis is what an application for monthly settlement stands on (CRD-14), frozen in the request.
type Basis struct {
	Kind          BasisKind        `json:"kind"`
	MonthlyTonnes *decimal.Decimal `json:"monthly_tonnes,omitempty"` // of ByVolume
	VisitedOn     *time.Time       `json:"visited_on,omitempty"`     // of SiteVisit: a date
	AccompaniedBy *uuid.UUID       `json:"accompanied_by,omitempty"` // of SiteVisit
	Note          string           `json:"note,omitempty"`
}

// fits reports whether the basis says what its kind needs, and nothing that belongs to another kind.
func (b Basis) fits() bool {
	volume, visit := b.MonthlyTonnes != nil, b.VisitedOn != nil && b.AccompaniedBy != nil
	some := b.VisitedOn != nil || b.AccompaniedBy != nil
	switch b.Kind {
	case ByVolume:
		return volume && !some
	case SiteVisit:
		return visit && !volume
	case Renowned:
		return !volume && !some
	}
	return false
}

// checkBasis enforces CRD-14: who settles in cash, ahead or on delivery gets monthly settlement on stated grounds only. A customer
// who settles by the month already needs none again, whatever else is applied for.
func (s *Service) checkBasis(tx pg.Tx, asked, agreed Terms, b *Basis) error {
	if b == nil {
		if !asked.IsCash() && agreed.IsCash() {
			return ErrBasisMissing.With("agreed", agreed.String()).At("/monthly_basis")
		}
		return nil
	}
	if asked.IsCash() || !b.fits() {
		return ErrBasisForm.At("/monthly_basis")
	}
	switch b.Kind {
	case ByVolume:
		return s.checkVolume(tx, *b.MonthlyTonnes)
	case SiteVisit:
		return checkVisit(tx, *b)
	case Renowned:
	}
	return nil
}

func (s *Service) checkVolume(tx pg.Tx, tonnes decimal.Decimal) error {
	least, err := s.rules.Decimal(tx, "terms.monthly_min_tonnes")
	if err == nil && tonnes.Cmp(least) < 0 {
		err = ErrBasisVolume.With("least", least.String(), "tonnes", tonnes.String()).At("/monthly_basis/monthly_tonnes")
	}
	return err
}

// checkVisit takes a visit of today or before, and a companion who leads the sales department, still active or not.
func checkVisit(tx pg.Tx, b Basis) error {
	if b.VisitedOn.After(clock.Today(tx.Now)) {
		return ErrBasisVisit.At("/monthly_basis/visited_on")
	}
	u, err := identity.Take(tx, *b.AccompaniedBy)
	if errors.Is(err, errs.ErrNotFound) || err == nil && !u.Has(identity.SalesManager, identity.SalesDirector) {
		err = ErrBasisVisit.At("/monthly_basis/accompanied_by")
	}
	return err
}
