package visit

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func forms(tx pg.Tx) ([]Form, error) {
	var rows []Form
	return rows, tx.Order("version DESC").Find(&rows).Error
}

// form reads a version, the latest for 0.
func form(tx pg.Tx, version int) (Form, error) {
	return pg.Take[Form](tx, "version = CASE WHEN ? = 0 THEN (SELECT max(version) FROM visit_forms) ELSE ? END", version, version)
}

// lockForms keeps two who publish at once from making the same version.
func lockForms(tx pg.Tx) error {
	_, err := pg.Exec(tx, `LOCK TABLE visit_forms IN SHARE ROW EXCLUSIVE MODE`)
	return err
}

// ofCustomer is a customer's visits, with those to the prospect that it was. Takes the customer twice.
const ofCustomer = `(v.customer_id = ? OR v.prospect_id IN (SELECT p.id FROM prospects p WHERE p.customer_id = ?))`

// latestAnswers reads the answers of a customer's visits: a few hundred at most.
func latestAnswers(tx pg.Tx, customer uuid.UUID) ([]Known, error) {
	return known(tx, `SELECT DISTINCT ON (a.key) a.key, a.value::text, v.id, v.visited_on, v.rep_id, v.form_version
		FROM visits v CROSS JOIN LATERAL jsonb_each(v.report -> 'answers') a
		WHERE `+ofCustomer+` AND v.state = 'done' AND v.form_version IS NOT NULL
		ORDER BY a.key, v.visited_at DESC, v.id DESC`, customer, customer)
}

func answersTo(tx pg.Tx, customer uuid.UUID, key string) ([]Known, error) {
	return known(tx, `SELECT ?::text, (v.report -> 'answers' -> ?::text)::text, v.id, v.visited_on, v.rep_id, v.form_version
		FROM visits v
		WHERE `+ofCustomer+` AND v.state = 'done' AND v.form_version IS NOT NULL AND v.report -> 'answers' -> ?::text IS NOT NULL
		ORDER BY v.visited_at DESC, v.id DESC LIMIT 500`, key, key, customer, customer, key)
}

func known(tx pg.Tx, query string, args ...any) ([]Known, error) {
	var rows []Known
	var k Known
	var answer string
	return rows, pg.ScanRows(tx, []any{&k.Key, &answer, &k.VisitID, &k.VisitedOn, &k.RepID, &k.FormVersion}, func() error {
		k.Answer = json.RawMessage(answer)
		rows = append(rows, k)
		return nil
	}, query, args...)
}

func endKey(tx pg.Tx, k KeyCustomer) error {
	return pg.One(tx.Table("visit_key_customers").Where("id = ? AND valid_to IS NULL", k.ID).
		Updates(map[string]any{"valid_to": k.ValidTo, "reason": k.Reason, "set_by": k.SetBy}))
}

// ListKeyCustomers returns the key customers of now that the caller may see (ORG-06). One statement.
func (s *Service) ListKeyCustomers(tx pg.Tx, who identity.Principal, rep *uuid.UUID, p pg.Page) ([]KeyCustomer, string, error) {
	q := tx.Table("visit_key_customers k").Select("k.*, c.name AS customer_name, c.owner_id").
		Joins("JOIN customers c ON c.id = k.customer_id").Where("k.valid_to IS NULL")
	if owners, all := who.Owners(); !all {
		q = q.Where("c.owner_id IN ?", owners)
	}
	if rep != nil {
		q = q.Where("c.owner_id = ?", *rep)
	}
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("k.id < ?", last)
	}
	var rows []KeyCustomer
	if err := q.Order("k.id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(k KeyCustomer) any { return k.ID })
}
