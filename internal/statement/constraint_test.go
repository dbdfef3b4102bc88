package statement_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/statement"
)

// The states of statements, their disputes and reps' figures say what they must, whatever the code does.
func TestConstraintsOfStatesAndFigures(t *testing.T) {
	t.Parallel()
	b, v, token, owed := sent(t)
	b.guest(token).Post("/v1/public/statement/dispute", object{"name": "陈示例", "lines": []object{{"document_id": owed.ID, "reason": "price"}}}).Want(200)
	figure := func(change string) string {
		return "INSERT INTO rep_figures SELECT (jsonb_populate_record(CAST(NULL AS rep_figures), to_jsonb(f) || '" + change + "')).* FROM (SELECT * FROM rep_figures LIMIT 1) f"
	}
	given := `"state": "given", "given_at": "2026-11-02T01:00:00Z", "due_at": "2026-11-02T09:00:00Z"`
	for _, c := range []struct {
		sql  string
		want error
	}{
		{copyOf("starts_on", "starts_on + 1"), errs.ErrConstraint}, // statements_month
		{copyOf("ends_on", "ends_on - 1"), errs.ErrConstraint},
		{copyOf("state", "'settled'"), errs.ErrConstraint},
		{copyOf("state", "'superseded'"), errs.ErrConstraint},
		{copyOf("state", "'confirmed'"), errs.ErrConstraint},
		{"UPDATE statements SET settled_at = now()", errs.ErrConstraint},
		{"UPDATE statements SET replaced_by = id", errs.ErrConstraint},
		{"UPDATE statement_disputes SET resolved_at = now()", errs.ErrConstraint},
		{"UPDATE statement_disputes SET effect = 1", statement.ErrNotAdjusting},
		{"INSERT INTO statement_disputes SELECT gen_random_uuid(), statement_id, customer_id, document_type, document_id, number, amount, reason, note, state, raised_at, raised_by, raised_via, raised_name, resolution, adjusting_id, effect, resolved_at, resolved_by FROM statement_disputes", statement.ErrDisputed},
		{"INSERT INTO statement_runs SELECT gen_random_uuid(), month, state, after, 0, 0, 0, 0, 0, 0, 0, 0, started_at, finished_at FROM statement_runs", errs.ErrDuplicate},
		{"UPDATE statement_runs SET state = 'running'", errs.ErrConstraint},
		{figure(`{"given_at": "2026-11-02T01:00:00Z"}`), errs.ErrConstraint},
		{figure(`{` + given + `, "due_at": null}`), errs.ErrConstraint},
		{figure(`{` + given + `, "objection": "x"}`), errs.ErrConstraint},
		{figure(`{` + given + `, "objection": "x", "objected_at": "2026-11-02T09:00:01Z"}`), statement.ErrTooLate},
		{figure(`{` + given + `, "decision": "stands", "decided_at": "2026-11-03T01:00:00Z", "decision_reason": " "}`), errs.ErrConstraint},
		{figure(`{` + given + `, "decision": "stands", "decided_at": "2026-11-03T01:00:00Z", "decision_reason": "x", "decided_by": "` + b.People["rep1"].String() + `"}`), statement.ErrOwnFigures},
		{figure(`{"id": "` + uuid.NewString() + `"}`), errs.ErrDuplicate},                // rep_figures_once
		{figure(`{"id": "` + uuid.NewString() + `", "revision": 9}`), errs.ErrDuplicate}, // rep_figures_live
	} {
		err := b.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return pg.One(tx.Exec(c.sql)) })
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.sql, err, c.want)
		}
	}
	if v.State != statement.Draft {
		t.Errorf("%+v", v)
	}
	b.clean()
}
