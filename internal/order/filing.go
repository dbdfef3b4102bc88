package order

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// File is the closed orders of one customer and month (ORD-09). The month is that of the business date on which they were closed, as
// its first day.
type File struct {
	Month        time.Time
	CustomerID   uuid.UUID
	CustomerCode string
	CustomerName string
	OwnerID      uuid.UUID
	OwnerName    string
	Orders       int
	Total        decimal.Decimal
}

// FileFilter narrows the files; zero fields don't.
type FileFilter struct {
	CustomerID *uuid.UUID
	OwnerID    *uuid.UUID
	TeamID     *uuid.UUID // of the owner
	From       *time.Time // month, as its first day
	To         *time.Time // month, included
}

// Filed is an order as its file lists it.
type Filed struct {
	Summary
	ConfirmedAt *time.Time
	ClosedAt    time.Time
	Reason      string // why it was closed
}

// fileKey is the place of a file in the list.
type fileKey struct {
	Month    string    `json:"m"`
	Customer uuid.UUID `json:"c"`
}

// filesFrom is after every file.
var filesFrom = fileKey{"9999-12-31", uuid.Max}

// ListFiles returns the files that the caller may see (ORG-06), the latest month first, and the cursor of the next page (ORD-09). One
// statement, which reads the orders of the page's files and no others.
func (s *Service) ListFiles(tx pg.Tx, who identity.Principal, f FileFilter, p pg.Page) ([]File, string, error) {
	last := filesFrom
	if _, err := p.After(&last); err != nil {
		return nil, "", err
	}
	if _, err := time.Parse(time.DateOnly, last.Month); err != nil {
		return nil, "", pg.ErrCursor.Wrap(err)
	}
	owners, all := who.Owners()
	if f.OwnerID != nil {
		if !who.Sees(*f.OwnerID) {
			return nil, "", nil
		}
		owners, all = []uuid.UUID{*f.OwnerID}, false
	}
	rows, err := files(tx, f, owners, all, last, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r File) any { return fileKey{r.Month.Format(time.DateOnly), r.CustomerID} })
}

// EachFile calls each for every file that ListFiles would list. The caller gives it one snapshot (pg.DB.Snapshot).
func (s *Service) EachFile(tx pg.Tx, who identity.Principal, f FileFilter, each func(File) error) error {
	return eachPage(func(p pg.Page) ([]File, string, error) { return s.ListFiles(tx, who, f, p) }, each)
}

// ListFiled returns the orders of one file, the last one first, and the cursor of the next page (ORD-09); none
// for a customer that the caller may not see (ORG-06).
func (s *Service) ListFiled(tx pg.Tx, who identity.Principal, customerID uuid.UUID, month time.Time, p pg.Page) ([]Filed, string, error) {
	last := uuid.Max
	if _, err := p.After(&last); err != nil {
		return nil, "", err
	}
	owner, err := ownerOf(tx, customerID)
	if isNotFound(err) || err == nil && !who.Sees(owner) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	rows, err := filed(tx, customerID, month, last, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Filed) any { return r.ID })
}

// EachFiled is EachFile of the orders of one file.
func (s *Service) EachFiled(tx pg.Tx, who identity.Principal, customerID uuid.UUID, month time.Time, each func(Filed) error) error {
	return eachPage(func(p pg.Page) ([]Filed, string, error) { return s.ListFiled(tx, who, customerID, month, p) }, each)
}

// exportBatch is how many rows of a download are in memory at once.
const exportBatch = 1000

func eachPage[T any](list func(pg.Page) ([]T, string, error), each func(T) error) error {
	page := pg.Page{Limit: exportBatch}
	for {
		rows, next, err := list(page)
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
