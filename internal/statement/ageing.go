package statement

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// AgeFilter narrows the ageing.
type AgeFilter struct {
	AsOf       time.Time // a business date: as the books stood at its end
	CustomerID *uuid.UUID
	OwnerID    *uuid.UUID
	TeamID     *uuid.UUID
	Bucket     string // only with something in this bucket; "" for any
	Overdue    bool   // only with something that is late
}

// Age is what a payer owes by how late it is. The buckets add up to Receivable; what was received and isn't allocated stands apart.
type Age struct {
	CustomerID uuid.UUID
	Code       string
	Name       string
	OwnerID    uuid.UUID
	OwnerName  string
	Receivable decimal.Decimal
	Buckets
	Late      decimal.Decimal // of it, past due
	OldestDue *time.Time      // of what is past due
	Prepaid   decimal.Decimal
}

// Ageing is the ageing list with the bounds of its buckets (D1.12, ARV-05), by customer code: one statement, besides the
// parameters. A date that is to come shows what will be late then if nothing is paid. Customers that the caller sees (ORG-06).
func (s *Service) Ageing(tx pg.Tx, who identity.Principal, f AgeFilter, p pg.Page) ([]Age, Bounds, string, error) {
	b, err := BoundsAt(tx, s.rules, f.AsOf)
	if err != nil {
		return nil, Bounds{}, "", err
	}
	var after string
	if _, err := p.After(&after); err != nil {
		return nil, Bounds{}, "", err
	}
	rows, err := readAges(tx, who, f, b, after, p.Limit+1)
	if err != nil {
		return nil, Bounds{}, "", err
	}
	rows, next, err := pg.Cut(p, rows, func(a Age) any { return a.Code })
	return rows, b, next, err
}

// EachAge calls each for every row of the ageing, for a file.
func (s *Service) EachAge(tx pg.Tx, who identity.Principal, f AgeFilter, each func(Age) error) error {
	for p := (pg.Page{Limit: 1000}); ; {
		rows, _, next, err := s.Ageing(tx, who, f, p)
		if err != nil {
			return err
		}
		for _, a := range rows {
			if err := each(a); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		p.Cursor = next
	}
}

// AgeOf is the ageing of one payer as of the end of a business date, all zero when nothing is owed. Returns errs.ErrNotFound for a customer that the
// caller doesn't see.
func (s *Service) AgeOf(tx pg.Tx, who identity.Principal, payerID uuid.UUID, asOf time.Time) (Age, error) {
	if err := mustSee(tx, who, payerID); err != nil {
		return Age{}, err
	}
	rows, _, _, err := s.Ageing(tx, who, AgeFilter{AsOf: asOf, CustomerID: &payerID}, pg.Page{Limit: 1})
	if err != nil || len(rows) == 0 {
		return Age{CustomerID: payerID}, err
	}
	return rows[0], nil
}

// AgeTotal is the ageing of all customers of a person, or of the company.
type AgeTotal struct {
	OwnerID    *uuid.UUID // nil in the last row, which is all of it
	OwnerName  string
	Customers  int
	Receivable decimal.Decimal
	Buckets
	Late decimal.Decimal
}

// AgeingTotals adds up the ageing as of now by owner, and in all, over the customers that the caller sees. One statement, which
// reads every open item.
func (s *Service) AgeingTotals(tx pg.Tx, who identity.Principal) ([]AgeTotal, Bounds, error) {
	today := clock.Today(tx.Now)
	b, err := BoundsAt(tx, s.rules, today)
	if err != nil {
		return nil, Bounds{}, err
	}
	rows, err := readAgeTotals(tx, who, today, b)
	return rows, b, err
}

// AgeingDifference is a payer whose buckets don't add up to its account.
type AgeingDifference struct {
	PayerID uuid.UUID
	Account decimal.Decimal
	Buckets decimal.Decimal
}

// ReconcileAgeing returns where the ageing of today isn't what is receivable, for salesgate verify. None is the only right answer.
func (s *Service) ReconcileAgeing(tx pg.Tx) ([]AgeingDifference, error) {
	b, err := BoundsAt(tx, s.rules, clock.Today(tx.Now))
	if err != nil {
		return nil, err
	}
	return ageingDifferences(tx, b)
}

// bucketNames are the sums of the buckets, which are the API's names of them too.
var bucketNames = []string{"not_due", "late_first", "late_second", "late_third", "late_beyond"}

// knownBucket returns errs.ErrReferenced for a bucket that isn't one.
func knownBucket(name string) error {
	if slices.Contains(bucketNames, name) {
		return nil
	}
	return errs.ErrReferenced.At("/bucket")
}
