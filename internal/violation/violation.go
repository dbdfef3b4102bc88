package violation

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Subject is the subject type of the audit events of violations.
const Subject = "violation"

// Violation is a breach of a rule by a person (CND-02), as a module finds it. Kinds are the module's: a word in lower case
// like "verbal_late".
type Violation struct {
	ID          uuid.UUID
	Rule        string
	Kind        string
	PersonID    uuid.UUID
	SubjectType string // the document that it is about
	SubjectID   uuid.UUID
	Number      string
	SourceID    uuid.UUID      // what brought it to light: a verbal approval, a request; with Kind and PersonID it is unique
	Detail      map[string]any `gorm:"serializer:json"` // what the kind needs to be understood: amounts, dates
	At          time.Time
}

// TableName implements gorm's Tabler.
func (Violation) TableName() string { return "violations" }

// The kinds of the sales department (QUO-07, CON-08), by which package conduct says what they cost.
const (
	QuoteBeyond     = "quote.beyond_authority"
	ContractOutside = "contract.outside_process"
	ContractBeyond  = "contract.beyond_authority" // reported to the company at once
)

// ToDecide is the kind of the follow-up that asks for a decision about a violation.
const ToDecide = "violation.decide"

// Record records a violation and its event. The same kind about the same person from the same source is recorded once:
// the second time it does nothing. ID and At are its own to fill in. Locks nothing.
func Record(tx pg.Tx, v Violation) error {
	v.ID, v.At = uuid.Must(uuid.NewV7()), tx.Now
	detail, err := v.detail()
	if err != nil {
		return err
	}
	n, err := pg.Exec(tx, `INSERT INTO violations (id, rule, kind, person_id, subject_type, subject_id, number, source_id, detail, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT ON CONSTRAINT violations_once DO NOTHING`,
		v.ID, v.Rule, v.Kind, v.PersonID, v.SubjectType, v.SubjectID, v.Number, v.SourceID, detail, v.At)
	if err != nil || n == 0 {
		return err
	}
	if err := v.ask(tx); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{
		Action: "recordViolation", SubjectType: Subject, SubjectID: v.ID, After: map[string]any{
			"rule": v.Rule, "kind": v.Kind, "person": v.PersonID, "document": v.SubjectType, "document_id": v.SubjectID,
			"number": v.Number, "source": v.SourceID, "detail": json.RawMessage(detail),
		},
	})
}

// ask has the head of sales decide about a breach of QUO-07 or CON-08, or the general manager where it is reported to the company, and lets the person
// know, who may answer. The other kinds are only listed.
func (v Violation) ask(tx pg.Tx) error {
	if v.Rule != "QUO-07" && v.Rule != "CON-08" {
		return nil
	}
	role := identity.SalesManager
	if v.Kind == ContractBeyond {
		role = identity.GeneralManager
	}
	task := followup.Task{
		Kind: ToDecide, SubjectType: Subject, SubjectID: v.ID, Number: v.Number, Role: role,
		TitleEN: "Decide about a violation of " + v.Rule + ": " + v.Number, TitleZH: "处理违规(" + v.Rule + "):" + v.Number,
	}
	told := task
	told.Kind, told.Role, told.UserID, told.Inform = "violation.recorded", "", &v.PersonID, true
	told.TitleEN, told.TitleZH = "A violation of "+v.Rule+" is recorded; you may answer it: "+v.Number, "已登记违规("+v.Rule+"),可提出申辩:"+v.Number
	return followup.Open(tx, task, told)
}

// ShownTo reports whether somebody sees a violation: their own, those of the people whose documents they see by their place in sales (ORG-06), and all for
// HR, the general manager, the auditor and the administrator.
func (v Violation) ShownTo(who identity.Principal) bool {
	people, all := shownOf(who)
	return all || slices.Contains(people, v.PersonID)
}

// shownOf returns whose violations somebody sees. Who sees all documents for their work in the factory or in finance has no part in
// other people's violations.
func shownOf(who identity.Principal) (people []uuid.UUID, all bool) {
	if who.Has(accusers...) || who.Kind == identity.KindSystem {
		return nil, true
	}
	people = []uuid.UUID{who.ID}
	if owners, everybody := who.Owners(); !everybody {
		people = append(people, owners...)
	}
	return people, false
}

// Get returns one violation. Returns errs.ErrNotFound also for one that isn't shown to the caller.
func Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Violation, error) {
	v, err := pg.Take[Violation](tx, "id = ?", id)
	if err == nil && !v.ShownTo(who) {
		err = errs.ErrNotFound
	}
	return v, err
}

func (v Violation) detail() (string, error) {
	if len(v.Detail) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(v.Detail)
	return string(b), err
}

// Filter narrows the list of violations; zero values don't.
type Filter struct {
	PersonID    *uuid.UUID
	Rule        string
	Kind        string
	SubjectType string
	SubjectID   *uuid.UUID
	From        *time.Time // since
	Before      *time.Time
}

// accusers see everybody's violations.
var accusers = []identity.Role{identity.HR, identity.GeneralManager, identity.Auditor, identity.Admin}

// List returns the violations that the principal may see, the last one first: their own, those of the people
// whose documents they see by their place in sales (ORG-06), and all of them for HR, the general manager, the auditor and
// the administrator. One statement.
func List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Violation, string, error) {
	rows, err := readPage(tx, who, f, p)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(v Violation) any { return v.ID })
}
