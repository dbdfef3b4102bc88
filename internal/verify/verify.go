package verify

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Subject is what follow-ups call a run.
const Subject = "verification"

// SubjectCustomer is what a difference is about when it is a payer's; the check needn't know its code.
const SubjectCustomer = "customer"

// KindDiffer is the task that differences open.
const KindDiffer = "verification.differences"

// Kept is how many differences of a run are kept, and shown by the API; there are as many as Verification.Differences says.
const Kept = 10_000

// Difference is one thing that isn't as it should be.
type Difference struct {
	Check       string // the name of the check that found it
	SubjectType string // what it is about: "customer", "order", "statement" …
	SubjectID   *uuid.UUID
	Number      string // of the subject, for people; "" for none
	What        string // a sentence with the figures, in English: it is read by who mends the data
}

// String is the difference on one line.
func (d Difference) String() string {
	subject := d.SubjectType
	if d.Number != "" {
		subject += " " + d.Number
	} else if d.SubjectID != nil {
		subject += " " + d.SubjectID.String()
	}
	return fmt.Sprintf("%s: %s: %s", d.Check, subject, d.What)
}

// Check compares something. It only reads.
type Check struct {
	Name string
	Run  func(tx pg.Tx) ([]Difference, error)
}

// Verification is one run of all checks.
type Verification struct {
	ID          uuid.UUID
	BeganAt     time.Time
	EndedAt     time.Time
	Source      string // job or command
	Checks      int
	Differences int
}

// longest bounds one statement of a check: it may read a ledger of years.
const longest = 20 * time.Minute

// All runs the checks in one snapshot and returns what they find.
func All(ctx context.Context, db *pg.DB, by pg.Origin, checks []Check) (found []Difference, err error) {
	err = db.Snapshot(ctx, by, func(tx pg.Tx) error {
		if err := Patient(tx); err != nil {
			return err
		}
		found, err = Each(tx, checks)
		return err
	})
	return found, err
}

// Patient lets the statements of this transaction take as long as a check may.
func Patient(tx pg.Tx) error {
	return tx.Exec(fmt.Sprintf("SET LOCAL statement_timeout = %d", longest.Milliseconds())).Error
}

// Each runs the checks on a snapshot that is open already.
func Each(tx pg.Tx, checks []Check) ([]Difference, error) {
	var found []Difference
	for _, c := range checks {
		some, err := c.Run(tx)
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", c.Name, err)
		}
		for _, d := range some {
			d.Check = c.Name
			found = append(found, d)
		}
	}
	return found, nameCustomers(tx, found)
}

// Last returns the latest run; false when there never was one. One statement.
func Last(tx pg.Tx) (Verification, bool, error) {
	rows, _, err := List(tx, pg.Page{Limit: 1})
	if err != nil || len(rows) == 0 {
		return Verification{}, false, err
	}
	return rows[0], true, nil
}

// Keep stores what a run found. Differences are a task for finance and for the administrators until a run finds none: the general manager's when
// finance hasn't mended them within so many working days.
func Keep(tx pg.Tx, began time.Time, source string, checks int, found []Difference, days int) (Verification, error) {
	v := Verification{ID: uuid.Must(uuid.NewV7()), BeganAt: began, EndedAt: tx.Later(), Source: source, Checks: checks, Differences: len(found)}
	if err := pg.Insert(tx, &v); err != nil {
		return Verification{}, err
	}
	if err := insertDifferences(tx, v.ID, found[:min(len(found), Kept)]); err != nil {
		return Verification{}, err
	}
	if err := closeTasks(tx); err != nil || len(found) == 0 {
		return v, err
	}
	task := followup.Task{
		Kind: KindDiffer, SubjectType: Subject, SubjectID: v.ID, Number: clock.Today(began).Format(time.DateOnly),
		TitleEN: fmt.Sprintf("The books differ in %d places: see the verification", len(found)),
		TitleZH: fmt.Sprintf("账目核对发现 %d 处差异,请查看核对结果", len(found)),
	}
	finance, admin := task, task
	finance.Role, finance.EscalateTo = identity.FinanceManager, identity.GeneralManager
	finance.Within = &clock.Term{From: tx.Now, Days: days}
	admin.Role = identity.Admin
	return v, followup.Open(tx, finance, admin)
}

// List returns the runs, the newest first. One statement.
func List(tx pg.Tx, p pg.Page) ([]Verification, string, error) {
	q := tx.DB
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("id < ?", last)
	}
	var rows []Verification
	if err := q.Order("id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(v Verification) any { return v.ID })
}

// Get returns a run with a page of what it found. Returns errs.ErrNotFound.
func Get(tx pg.Tx, id uuid.UUID, p pg.Page) (Verification, []Difference, string, error) {
	v, err := pg.Take[Verification](tx, "id = ?", id)
	if err != nil {
		return Verification{}, nil, "", err
	}
	rows, next, err := differences(tx, id, p)
	return v, rows, next, err
}
