package violation

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func readPage(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Violation, error) {
	q := tx.Order("id DESC").Limit(p.Limit + 1)
	for column, v := range map[string]string{"rule": f.Rule, "kind": f.Kind, "subject_type": f.SubjectType} {
		if v != "" {
			q = q.Where(column+" = ?", v)
		}
	}
	if f.PersonID != nil {
		q = q.Where("person_id = ?", *f.PersonID)
	}
	if f.SubjectID != nil {
		q = q.Where("subject_id = ?", *f.SubjectID)
	}
	if f.From != nil {
		q = q.Where("at >= ?", *f.From)
	}
	if f.Before != nil {
		q = q.Where("at < ?", *f.Before)
	}
	if people, all := shownOf(who); !all {
		q = q.Where("person_id IN ?", people)
	}
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, err
	}
	if found {
		q = q.Where("id < ?", last)
	}
	var rows []Violation
	return rows, q.Find(&rows).Error
}
