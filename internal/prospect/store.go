package prospect

import (
	"errors"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// insert numbers the prospect and writes it.
func insert(tx pg.Tx, x *Prospect) (err error) {
	if x.Number, err = pg.NextNumber(tx, "PR", tx.Now); err != nil {
		return err
	}
	if err := pg.Insert(tx, x); err != nil {
		return err
	}
	return pg.Insert(tx, &x.Contacts)
}

// update writes what may change and raises the version.
func update(tx pg.Tx, x *Prospect) error {
	err := pg.Update(tx, "prospects", x.ID, x.Version, map[string]any{
		"name": x.Name, "name_key": x.NameKey, "name_grams": x.NameGrams, "uscc": x.USCC, "address": x.Address, "industry": x.Industry,
		"region": x.Region, "need": x.Need, "size": x.Size, "source": x.Source, "remarks": x.Remarks, "state": x.State,
		"owner_id": x.OwnerID, "owned_at": x.OwnedAt, "joint_owner_id": x.JointOwnerID, "last_touched_at": x.LastTouchedAt,
		"customer_id": x.CustomerID, "closed_at": x.ClosedAt, "closed_reason": x.ClosedReason, "updated_at": x.UpdatedAt,
	})
	x.Version++
	return err
}

func replaceContacts(tx pg.Tx, x Prospect, had bool) error {
	if had {
		if err := tx.Where("prospect_id = ?", x.ID).Delete(&Contact{}).Error; err != nil {
			return err
		}
	}
	return pg.Insert(tx, &x.Contacts)
}

func attachParts(tx pg.Tx, x *Prospect) error {
	if err := tx.Where("prospect_id = ?", x.ID).Order("position_no").Find(&x.Contacts).Error; err != nil {
		return err
	}
	w, err := takeWindow(tx, Subject, x.ID)
	x.Window = w
	return err
}

// takeWindow returns the window of a subject; one of version 0 says that nobody has stated any.
func takeWindow(tx pg.Tx, subjectType string, id uuid.UUID) (Window, error) {
	var rows []Window
	err := tx.Where("subject_type = ? AND subject_id = ?", subjectType, id).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return Window{SubjectType: subjectType, SubjectID: id, Grade: GradeD}, err
	}
	return rows[0], nil
}

// lockWindow is takeWindow for a change: the job that regrades waits, or is waited for.
func lockWindow(tx pg.Tx, subjectType string, id uuid.UUID) (Window, error) {
	w, err := pg.TakeForUpdate[Window](tx, "subject_type = ? AND subject_id = ?", subjectType, id)
	if errors.Is(err, errs.ErrNotFound) {
		return Window{SubjectType: subjectType, SubjectID: id, Grade: GradeD}, nil
	}
	return w, err
}

// storeWindow writes a window over the one of the version before. Returns errs.ErrStale when somebody was faster.
func storeWindow(tx pg.Tx, w Window) error {
	n, err := pg.Exec(tx, `INSERT INTO purchase_windows (subject_type, subject_id, expected_from, expected_to, grade, graded_on, version)
		VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (subject_type, subject_id) DO UPDATE SET expected_from = excluded.expected_from, expected_to = excluded.expected_to,
			grade = excluded.grade, graded_on = excluded.graded_on, version = excluded.version
		WHERE purchase_windows.version = excluded.version - 1`,
		w.SubjectType, w.SubjectID, w.From, w.To, string(w.Grade), w.GradedOn, w.Version)
	if err == nil && n != 1 {
		return errs.ErrStale
	}
	return err
}

func insertChange(tx pg.Tx, w Window, previous *Grade, cause Cause) error {
	return pg.Insert(tx, &GradeChange{
		ID: uuid.Must(uuid.NewV7()), SubjectType: w.SubjectType, SubjectID: w.SubjectID, At: tx.Now, ChangedOn: clock.Today(tx.Now),
		Previous: previous, Grade: w.Grade, From: w.From, To: w.To, Cause: cause, ChangedBy: tx.By.Actor(),
	})
}

// Filter narrows a list.
type Filter struct {
	Query    string // substring of the name, or the number, code or a phone
	OwnerID  *uuid.UUID
	State    State
	Grade    Grade
	Industry string
	Region   string
	Pool     bool // what lies in the shared pool, whoever had it
}

// Summary is a prospect as a list shows it.
type Summary struct {
	Prospect
	Grade        Grade
	ContactName  string
	ContactPhone string
}

// List returns prospects that the caller may see (ORG-06), newest first, and the cursor of the next page. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Summary, string, error) {
	q := tx.Table("prospects p").Select("p.*, coalesce(w.grade, 'D') AS grade, k.name AS contact_name, k.phone AS contact_phone").
		Joins("LEFT JOIN purchase_windows w ON w.subject_type = 'prospect' AND w.subject_id = p.id").
		Joins("CROSS JOIN LATERAL (SELECT name, phone FROM prospect_contacts WHERE prospect_id = p.id ORDER BY position_no LIMIT 1) k")
	owners, all := who.Owners()
	switch {
	case f.Pool:
		q = q.Where("p.state = 'pooled'")
	case !all:
		q = q.Where("p.owner_id IN ? OR p.joint_owner_id IN ?", owners, owners)
	}
	if f.OwnerID != nil {
		q = q.Where("p.owner_id = ?", *f.OwnerID)
	}
	for column, v := range map[string]string{"p.state": string(f.State), "p.industry": f.Industry, "p.region": f.Region} {
		if v != "" {
			q = q.Where(column+" = ?", v)
		}
	}
	if f.Grade != "" {
		q = q.Where("coalesce(w.grade, 'D') = ?", f.Grade)
	}
	if f.Query != "" {
		where, args := search(f.Query)
		q = q.Where(where, args...)
	}
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("p.id < ?", last)
	}
	var rows []Summary
	if err := q.Order("p.id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Summary) any { return r.ID })
}

// search makes the condition for a text that a person typed.
func search(text string) (string, []any) {
	where, args := "p.number = ? OR p.uscc = ?", []any{text, text}
	if key := customer.NameKey(text); key != "" {
		where += " OR (p.name_grams @> ? AND position(? IN p.name_key) > 0)"
		args = append(args, pg.TextArray(customer.Grams(key)), key)
	}
	if phone := customer.PhoneKey(text); phone != "" {
		where += " OR p.id = ANY (ARRAY(SELECT prospect_id FROM prospect_contacts WHERE phone_key = ?))"
		args = append(args, phone)
	}
	return where, args
}

// lockHeld locks the live prospects that a person owns or owns jointly, in id order, as they are.
func lockHeld(tx pg.Tx, owner uuid.UUID) ([]Prospect, error) {
	var rows []Prospect
	err := tx.Raw(`SELECT * FROM prospects WHERE (owner_id = ? OR joint_owner_id = ?) AND state IN ('active', 'pending_permission')
		ORDER BY id FOR NO KEY UPDATE`, owner, owner).Scan(&rows).Error
	return rows, err
}

// handOver puts one person in the place of another in prospects that are locked. Who receives one has as long as any new owner
// before it falls into the pool. Nobody is owner and joint owner of the same.
func handOver(tx pg.Tx, from, to uuid.UUID, ids []uuid.UUID) error {
	return tx.Exec(`UPDATE prospects SET updated_at = @now, last_touched_at = @now, version = version + 1,
			owner_id = CASE WHEN owner_id = @from THEN @to ELSE owner_id END,
			owned_at = CASE WHEN owner_id = @from THEN @now ELSE owned_at END,
			joint_owner_id = CASE WHEN @to IN (owner_id, joint_owner_id) THEN NULL
				WHEN joint_owner_id = @from THEN @to ELSE joint_owner_id END
		WHERE id IN @ids`, map[string]any{"now": tx.Now, "from": from, "to": to, "ids": ids}).Error
}
