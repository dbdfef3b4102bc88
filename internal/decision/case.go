package decision

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// Case is one decision of a gate as it can be judged again.
type Case struct {
	ID        uuid.UUID
	SubjectID uuid.UUID
	Outcome   Outcome
	Inputs    json.RawMessage // nil for a decision from before inputs were stored
	At        time.Time
}

// Span is what Cases reads: the decisions of a gate from From until before To. Decisions without inputs are the gate's own
// when a check of theirs is of the rule Rule, which each judgement of that gate has; the others are the approvers'.
type Span struct {
	Gate     string
	Rule     string
	From, To time.Time
}

const ofSpan = `gate = @gate AND at >= @from AND at < @to
	AND (inputs IS NOT NULL OR checks @> jsonb_build_array(jsonb_build_object('rule', CAST(@rule AS text))))`

func (s Span) args() map[string]any {
	return map[string]any{"gate": s.Gate, "rule": s.Rule, "from": s.From, "to": s.To}
}

// Mark is a place in a span: after the decision of this time and id.
type Mark struct {
	At time.Time `json:"at"`
	ID uuid.UUID `json:"id"`
}

// Cases returns at most limit cases of the span, in the order of time, after the mark; from the beginning for the zero
// mark. It is an index range.
func Cases(tx pg.Tx, s Span, after Mark, limit int) ([]Case, error) {
	args := s.args()
	args["limit"], args["id"] = limit, after.ID
	if !after.At.IsZero() {
		args["from"] = after.At
	}
	var rows []Case
	err := tx.Raw(`SELECT id, subject_id, outcome, inputs, at FROM decisions
		WHERE `+ofSpan+` AND (at, id) > (@from, @id) ORDER BY at, id LIMIT @limit`, args).Scan(&rows).Error
	return rows, err
}

// CountCases counts the cases of the span.
func CountCases(tx pg.Tx, s Span) (int, error) {
	var n int
	return n, tx.Raw(`SELECT count(*) FROM decisions WHERE `+ofSpan, s.args()).Scan(&n).Error
}
