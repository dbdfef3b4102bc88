package violation_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/violation"
)

func TestCND02_OneViolationIsRecordedOnceAndStays(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	v := violation.Violation{
		Rule: "CRD-16", Kind: "terms_changed", PersonID: e.People["rep1"], SubjectType: "customer", SubjectID: uuid.Must(uuid.NewV7()),
		Number: "C-1", SourceID: uuid.Must(uuid.NewV7()), Detail: map[string]any{"attempted": "net 60"},
	}
	record := func(v violation.Violation) { e.Tx(func(tx pg.Tx) error { return violation.Record(tx, v) }) }
	record(v)
	record(v)
	v.PersonID = e.People["manager"]
	record(v)
	var rows, events int
	e.Tx(func(tx pg.Tx) error {
		if err := tx.Raw(`SELECT count(*) FROM violations WHERE detail->>'attempted' = 'net 60'`).Scan(&rows).Error; err != nil {
			return err
		}
		return tx.Raw(`SELECT count(*) FROM events WHERE action = 'recordViolation'`).Scan(&events).Error
	})
	if rows != 2 || events != 2 {
		t.Errorf("%d violations and %d events, want one for each person", rows, events)
	}
	refused := func(name, statement string) {
		err := e.App.DB.Tx(t.Context(), pg.Origin{}, func(tx pg.Tx) error { return tx.Exec(statement).Error })
		if err == nil {
			t.Errorf("the database lets a violation be %s", name)
		}
	}
	refused("changed", `UPDATE violations SET rule = 'X'`)
	refused("deleted", `DELETE FROM violations`)
	refused("of a kind that is no word", `INSERT INTO violations SELECT gen_random_uuid(), rule, 'No Kind', person_id, subject_type, subject_id, number,
		gen_random_uuid(), detail, at FROM violations LIMIT 1`)
}
