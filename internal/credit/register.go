package credit

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// RegisterRow is one customer in the credit register (客户信用额度总表). Name, owner and payer are those of now.
type RegisterRow struct {
	CustomerID uuid.UUID
	Code       string
	Name       string
	OwnerID    uuid.UUID
	OwnerName  string
	PayerID    uuid.UUID
	PayerCode  string
	Profile    Profile        // of the payer, as of the date
	FirstTrade *time.Time     // of the payer, as of the date
	Confirmed  *time.Time     // as Position.Confirmed, as of the date
	Group      *RegisterGroup // of the payer, as of the date
}

// RegisterGroup is a credit group as it was on the register's date.
type RegisterGroup struct {
	ID     uuid.UUID
	Number string
	Name   string
	Limit  decimal.Decimal
}

// NextReview is Position.NextReview of the row.
func (r RegisterRow) NextReview(firstReviewMonths int) *time.Time {
	return Position{Profile: r.Profile, Account: Account{FirstTrade: r.FirstTrade}, Confirmed: r.Confirmed}.NextReview(firstReviewMonths)
}

// RegisterFilter says which rows of the register are wanted; what is zero or nil lets all through. All of it looks at what
// stood on the date.
type RegisterFilter struct {
	AsOf         time.Time // the business date, which is always there
	Grade        *Grade    // NoGrade for those without one
	LimitKind    LimitKind
	OwnerID      uuid.UUID
	Text         string     // what the code or the name begins with
	EndingBefore *time.Time // the limit, or a temporary limit that hasn't ended, ends before this date
	ReviewBefore *time.Time // the next review is before this date
}

// ListCreditRegister returns a page of the register as it stood at the end of a business date (CRD-01): every visible
// customer by code, also one for which nothing was ever approved.
func (s *Service) ListCreditRegister(tx pg.Tx, who identity.Principal, f RegisterFilter, page pg.Page) ([]RegisterRow, string, error) {
	months := 0
	if f.ReviewBefore != nil {
		var err error
		if months, err = s.FirstReviewMonths(tx); err != nil {
			return nil, "", err
		}
	}
	return listRegister(tx, who, f, months, page)
}

// exportBatch is how many rows of the register one statement of an export reads: well within the time of a statement.
const exportBatch = 1000

// ExportCreditRegister calls each for every row that ListCreditRegister would list, in its order, and holds no more than a
// batch of them. The caller gives it one snapshot (pg.DB.Snapshot), so that all rows are as of one moment.
func (s *Service) ExportCreditRegister(tx pg.Tx, who identity.Principal, f RegisterFilter, each func(RegisterRow) error) error {
	page := pg.Page{Limit: exportBatch}
	for {
		rows, next, err := s.ListCreditRegister(tx, who, f, page)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := each(r); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		page.Cursor = next
	}
}

// endOf returns the first instant after a business date.
func endOf(date time.Time) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, clock.Shanghai).UTC()
}

// ListCreditProfiles returns all profiles that a visible customer ever had, newest first. Empty when nothing was ever
// approved.
func (s *Service) ListCreditProfiles(tx pg.Tx, who identity.Principal, customerID uuid.UUID) ([]Profile, error) {
	if _, err := visibleCustomer(tx, who, customerID); err != nil {
		return nil, err
	}
	return readHistory(tx, customerID)
}

// Profiles returns the profiles in force of these customers; those without one are left out.
func (s *Service) Profiles(tx pg.Tx, customerIDs []uuid.UUID) (map[uuid.UUID]Profile, error) {
	return readProfiles(tx, customerIDs)
}

// LedgerEntry is a movement as it stands in the ledger.
type LedgerEntry struct {
	Seq          int64 // within the payer's account
	At           time.Time
	Part         Part
	Amount       decimal.Decimal
	BalanceAfter decimal.Decimal // of the part
	DocumentType string
	DocumentID   uuid.UUID
	ItemID       uuid.UUID
	DueOn        *time.Time
	Reason       string
}

// ListCreditMovements returns a page of the movements of the account of a visible customer's payer, newest first (CRD-11).
// Where another customer pays, its sums are the customer's standing (GetCustomerCredit), but its lines name the documents of
// all customers that it pays for: returns errs.ErrNotFound unless the payer is visible too (ORG-06).
func (s *Service) ListCreditMovements(tx pg.Tx, who identity.Principal, customerID uuid.UUID, page pg.Page) ([]LedgerEntry, string, error) {
	c, err := visibleCustomer(tx, who, customerID)
	if err != nil {
		return nil, "", err
	}
	if c.PayerID != c.ID {
		if _, err := visibleCustomer(tx, who, c.PayerID); err != nil {
			return nil, "", err
		}
	}
	return listMovements(tx, c.PayerID, page)
}

// Opening is the profile that a customer brings along from before salesgate.
type Opening struct {
	CustomerID uuid.UUID
	Grade      Grade
	Limit      Limit
	Terms      Terms
	NextReview *time.Time // a date
}

// Check returns ErrLimitForm, ErrTermsForm or ErrGradeLimit for a profile that can't be (CRD-02 to CRD-06).
func (o Opening) Check() error {
	if err := check(o.Limit, o.Terms); err != nil {
		return err
	}
	return checkGrade(o.Grade, o.Limit, o.Terms)
}

// SetOpening writes the first profiles of customers that have none: the one way into the register besides an approved
// request (CRD-10), for loading the books of before. Only the system may (the import command, the demo company): returns
// errs.ErrForbidden to anyone else, ErrOnlyByRequest when a customer has a profile already, and what Check returns. Locks
// the accounts, which it makes.
func (s *Service) SetOpening(tx pg.Tx, openings ...Opening) error {
	if tx.By.ActorKind != "system" {
		return errs.ErrForbidden
	}
	profiles := make([]Profile, 0, len(openings))
	for _, o := range openings {
		if err := o.Check(); err != nil {
			return err
		}
		profiles = append(profiles, Profile{
			ID: uuid.Must(uuid.NewV7()), CustomerID: o.CustomerID, Grade: o.Grade, Limit: o.Limit, Terms: o.Terms,
			NextReview: o.NextReview, ValidFrom: tx.Now,
		})
	}
	slices.SortFunc(profiles, func(a, b Profile) int { return slices.Compare(a.CustomerID[:], b.CustomerID[:]) })
	ids := make([]uuid.UUID, len(profiles))
	for i, p := range profiles {
		ids[i] = p.CustomerID
	}
	if err := lockAccounts(tx, ids); err != nil {
		return err
	}
	if err := insertProfiles(tx, profiles...); err != nil {
		return err
	}
	entries := make([]audit.Entry, len(profiles))
	for i, p := range profiles {
		entries[i] = audit.Entry{Action: "setOpeningCredit", SubjectType: "customer", SubjectID: p.CustomerID, After: terse(p)}
	}
	return audit.RecordAll(tx, entries)
}
