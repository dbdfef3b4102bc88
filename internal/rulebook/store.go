package rulebook

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// SubjectType is what a parameter is called in the event log.
const SubjectType = "parameter"

var namespace = uuid.MustParse("6d1f4e0a-4a0e-5d0b-9d5e-0c6f2f0d7a11")

// SubjectID is the id of a parameter in the event log, whose subjects are ids: derived from its name.
func SubjectID(name string) uuid.UUID { return uuid.NewSHA1(namespace, []byte(name)) }

func parameters(tx pg.Tx) ([]Parameter, error) {
	var rows []Parameter
	return rows, tx.Order("name").Find(&rows).Error
}

// allVersions returns the versions of every parameter, each ordered by (effective_at, version).
func allVersions(tx pg.Tx) (map[string][]Value, error) {
	var rows []Value
	if err := tx.Order("name, effective_at, version").Find(&rows).Error; err != nil {
		return nil, err
	}
	by := map[string][]Value{}
	for _, v := range rows {
		by[v.Name] = append(by[v.Name], v)
	}
	return by, nil
}

func history(tx pg.Tx, name string, before int64, limit int) ([]Value, error) {
	var rows []Value
	return rows, tx.Where("name = ? AND version < ?", name, before).Order("version DESC").Limit(limit).Find(&rows).Error
}

// current fills in the value in force at tx.Now.
func current(tx pg.Tx, p *Parameter) error {
	var rows []Value
	if err := tx.Where("name = ?", p.Name).Order("effective_at, version").Find(&rows).Error; err != nil {
		return err
	}
	p.Current, _ = inForce(rows, tx.Now)
	return nil
}

func add(tx pg.Tx, p Parameter, v Value) error {
	if err := pg.Insert(tx, &v); err != nil {
		return err
	}
	return pg.One(tx.Table("parameters").Where("name = ? AND version = ?", p.Name, p.Version).Update("version", v.Version))
}

// trace is what the event log keeps of a version.
func trace(v Value) map[string]any {
	return map[string]any{
		"name": v.Name, "version": v.Version, "value": v.Value, "effective_at": v.EffectiveAt, "reason": v.Reason,
	}
}
