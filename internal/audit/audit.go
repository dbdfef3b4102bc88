package audit

import (
	"encoding/json"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// Entry is one change as a module reports it. Before and After are marshalled to JSON; nil means there was, or is,
// nothing. They hold no secrets: passwords, tokens and their hashes never get here.
type Entry struct {
	Action      string // the operationId of the change: "releaseShippingNotice"
	SubjectType string // "customer", "order" …
	SubjectID   uuid.UUID
	Before      any
	After       any
}

// Record appends the entry to the event log within the caller's transaction, so the change and its trace commit
// together or not at all. The actor, the request id and the time come from the transaction.
func Record(tx pg.Tx, e Entry) error { return RecordAll(tx, []Entry{e}) }

// RecordAll is Record for many entries, in one statement.
func RecordAll(tx pg.Tx, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	var actor any
	if tx.By.ActorID != uuid.Nil {
		actor = tx.By.ActorID
	}
	args := make([]any, 0, 9*len(entries))
	for _, e := range entries {
		before, err := encode(e.Before)
		if err != nil {
			return err
		}
		after, err := encode(e.After)
		if err != nil {
			return err
		}
		args = append(args, tx.Now, actor, tx.By.ActorKind, tx.By.RequestID, e.Action, e.SubjectType, e.SubjectID, before, after)
	}
	_, err := pg.Exec(tx, `INSERT INTO events (at, actor_id, actor_kind, request_id, action, subject_type, subject_id, before, after)
		VALUES `+strings.Repeat(", (?, ?, ?, ?, ?, ?, ?, ?, ?)", len(entries))[2:], args...)
	return err
}

func encode(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return string(b), nil
}
