package visit

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Revision is a section as it was sent at some time.
type Revision struct {
	ID         uuid.UUID
	VisitID    uuid.UUID
	Section    string
	WrittenAt  time.Time
	Hash       []byte
	Content    json.RawMessage `gorm:"type:jsonb"`
	Taken      bool
	ReceivedAt time.Time
	ReceivedBy uuid.UUID

	outcome Outcome
}

// TableName implements gorm's Tabler.
func (Revision) TableName() string { return "visit_revisions" }

func revision(section string, content any, at time.Time) (Revision, error) {
	hash, err := digest(content)
	if err != nil {
		return Revision{}, err
	}
	b, err := json.Marshal(content)
	return Revision{ID: uuid.Must(uuid.NewV7()), Section: section, WrittenAt: at, Hash: hash, Content: b}, err
}

// keep writes what changed something or came too late; what was kept before isn't kept again.
func keep(tx pg.Tx, who identity.Principal, visit uuid.UUID, all []Revision) error {
	for _, r := range all {
		if r.outcome == Unchanged {
			continue
		}
		_, err := pg.Exec(tx, `INSERT INTO visit_revisions (id, visit_id, section, written_at, hash, content, taken, received_at, received_by)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			r.ID, visit, r.Section, r.WrittenAt, r.Hash, string(r.Content), r.outcome == Applied, tx.Now, who.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// store writes the visit if anything of it changed. Two phones that make the same visit at once meet at its id: the second runs
// again and finds it.
func store(tx pg.Tx, before Visit, v *Visit, fresh bool, outcome Outcome) error {
	if fresh {
		v.UpdatedAt, v.Version = tx.Now, 1
		return insert(tx, *v)
	}
	if outcome != Applied { // at most a time moves, which no reader sees
		if equal(before.PlanWrittenAt, v.PlanWrittenAt) && equal(before.ReportWrittenAt, v.ReportWrittenAt) {
			return nil
		}
		return pg.One(tx.Table("visits").Where("id = ?", v.ID).
			Updates(map[string]any{"plan_written_at": v.PlanWrittenAt, "report_written_at": v.ReportWrittenAt}))
	}
	plan, report, err := v.sections()
	if err != nil {
		return err
	}
	err = pg.Update(tx, "visits", v.ID, v.Version, map[string]any{
		"state": v.State, "planned_on": v.PlannedOn, "plan": plan, "plan_hash": v.PlanHash, "plan_written_at": v.PlanWrittenAt,
		"visited_on": v.VisitedOn, "visited_at": v.VisitedAt, "report": report, "report_hash": v.ReportHash,
		"report_written_at": v.ReportWrittenAt, "reported_at": v.ReportedAt, "late": v.Late, "form_version": v.FormVersion,
		"updated_at": tx.Now,
	})
	v.UpdatedAt, v.Version = tx.Now, v.Version+1
	return err
}

func equal(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }

// sections are plan and report as columns, nil for none.
func (v Visit) sections() (plan, report any, err error) {
	if v.Plan != nil {
		if plan, err = text(v.Plan); err != nil {
			return nil, nil, err
		}
	}
	if v.Report != nil {
		report, err = text(v.Report)
	}
	return plan, report, err
}

func text(content any) (string, error) {
	b, err := json.Marshal(content)
	return string(b), err
}

func insert(tx pg.Tx, v Visit) error {
	plan, report, err := v.sections()
	if err != nil {
		return err
	}
	n, err := pg.Exec(tx, `INSERT INTO visits (id, rep_id, customer_id, prospect_id, state, planned_on, plan, plan_hash, plan_written_at,
			visited_on, visited_at, report, report_hash, report_written_at, reported_at, late, form_version, created_at, updated_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		v.ID, v.RepID, v.CustomerID, v.ProspectID, v.State, v.PlannedOn, plan, v.PlanHash, v.PlanWrittenAt,
		v.VisitedOn, v.VisitedAt, report, v.ReportHash, v.ReportWrittenAt, v.ReportedAt, v.Late, v.FormVersion, v.CreatedAt, v.UpdatedAt, v.Version)
	if err == nil && n == 0 {
		return pg.ErrAgain
	}
	return err
}

func revisions(tx pg.Tx, visit uuid.UUID, p pg.Page) ([]Revision, string, error) {
	q := tx.Where("visit_id = ?", visit)
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("id < ?", last)
	}
	var rows []Revision
	if err := q.Order("id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Revision) any { return r.ID })
}

// Filter narrows a list.
type Filter struct {
	RepID      *uuid.UUID
	CustomerID *uuid.UUID
	ProspectID *uuid.UUID
	State      State      // "" for any
	From, To   *time.Time // of the day visited, or planned while there is no report
}

// List returns visits of people whom the caller sees (ORG-06), the newest ids first; of a customer that the caller sees, all
// visits, also those of its former reps. Two statements at most.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Visit, string, error) {
	q := tx.Table("visits v").Select("v.*")
	owners, all := who.Owners()
	if f.CustomerID != nil {
		c, err := customer.Brief(tx, *f.CustomerID)
		if err != nil && !errors.Is(err, errs.ErrNotFound) {
			return nil, "", err
		}
		all = all || err == nil && who.Sees(c.OwnerID)
		q = q.Where("v.customer_id = ?", *f.CustomerID)
	}
	if !all {
		q = q.Where("v.rep_id IN ?", owners)
	}
	if f.RepID != nil {
		q = q.Where("v.rep_id = ?", *f.RepID)
	}
	if f.ProspectID != nil {
		q = q.Where("v.prospect_id = ?", *f.ProspectID)
	}
	if f.State != "" {
		q = q.Where("v.state = ?", f.State)
	}
	if f.From != nil {
		q = q.Where("COALESCE(v.visited_on, v.planned_on) >= ?", *f.From)
	}
	if f.To != nil {
		q = q.Where("COALESCE(v.visited_on, v.planned_on) <= ?", *f.To)
	}
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("v.id < ?", last)
	}
	var rows []Visit
	if err := q.Order("v.id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(v Visit) any { return v.ID })
}
