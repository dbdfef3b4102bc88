package audit

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// Event is one row of the log.
type Event struct {
	Seq         int64
	XID         int64 `gorm:"column:xid"` // the transaction that wrote it
	At          time.Time
	ActorID     *uuid.UUID // nil: the system
	ActorKind   string
	RequestID   string
	Action      string
	SubjectType string
	SubjectID   uuid.UUID
	Before      json.RawMessage // nil: there was nothing
	After       json.RawMessage // nil: there is nothing left
}

// Changed returns the names of the top-level fields that differ between before and after, sorted.
func (e Event) Changed() []string {
	before, after := fields(e.Before), fields(e.After)
	var names []string
	for name, v := range after {
		if old, had := before[name]; !had || string(old) != string(v) {
			names = append(names, name)
		}
	}
	for name := range before {
		if _, has := after[name]; !has {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// others are the members by which an event of one document names the number of another that it is about.
var others = []string{
	"production_request", "trouble", "shortage_allotment", "request", "shipping_notice", "delivery_note", "customer_notice", "sample",
}

// Document is the number of the other document that the event is about; "" when it is about its subject alone.
func (e Event) Document() string {
	after := fields(e.After)
	for _, name := range others {
		var number string
		if raw, has := after[name]; has && json.Unmarshal(raw, &number) == nil {
			return number
		}
	}
	return ""
}

// fields splits a JSON object; anything else has no fields.
func fields(raw json.RawMessage) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil
	}
	return m
}

// position is a place in the feed: after the row with this key.
type position struct {
	XID int64 `json:"x"`
	Seq int64 `json:"s"`
}

// Filter asks for the part of the feed after a cursor. Empty fields don't narrow it.
type Filter struct {
	pg.Page
	SubjectType string
	SubjectID   *uuid.UUID
	Action      string
	ActorID     *uuid.UUID
}

const columns = `seq, xid::text::bigint AS xid, at, actor_id, actor_kind, request_id, action, subject_type, subject_id,
	convert_to(before::text, 'UTF8') AS before, convert_to(after::text, 'UTF8') AS after`

// ListEvents returns the oldest events after the cursor, in commit order, and the cursor to go on from, which is never empty:
// a poller that asks again with it gets every later event exactly once. more says that it needn't wait before it does.
func ListEvents(tx pg.Tx, f Filter) (events []Event, next string, more bool, err error) {
	var at position
	if _, err := f.After(&at); err != nil {
		return nil, "", false, err
	}
	end, err := horizon(tx)
	if err != nil {
		return nil, "", false, err
	}
	events, err = below(tx, f, at, end)
	if err != nil {
		return nil, "", false, err
	}
	switch {
	case len(events) > f.Limit:
		events, more = events[:f.Limit], true
		last := events[f.Limit-1]
		at = position{last.XID, last.Seq}
	case end > at.XID: // all below the horizon has been looked at, matching or not
		at = position{end - 1, math.MaxInt64}
	}
	next, err = pg.Cursor(at)
	return events, next, more, err
}

// horizon returns the id of the oldest transaction still running: below it the log is final. The reading statement
// comes after it and so sees all of that.
func horizon(tx pg.Tx) (int64, error) {
	var xid int64
	return xid, tx.Raw(`SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint`).Scan(&xid).Error
}

// below reads one row more than the limit, so that the caller sees whether there is more.
func below(tx pg.Tx, f Filter, at position, end int64) ([]Event, error) {
	q := tx.Table("events").Select(columns).
		Where("(xid, seq) > (?::text::xid8, ?) AND xid < ?::text::xid8", strconv.FormatInt(at.XID, 10), at.Seq, strconv.FormatInt(end, 10))
	if f.SubjectType != "" {
		q = q.Where("subject_type = ?", f.SubjectType)
	}
	if f.SubjectID != nil {
		q = q.Where("subject_id = ?", *f.SubjectID)
	}
	if f.Action != "" {
		q = q.Where("action = ?", f.Action)
	}
	if f.ActorID != nil {
		q = q.Where("actor_id = ?", *f.ActorID)
	}
	var rows []Event
	return rows, q.Order("xid, seq").Limit(f.Limit + 1).Scan(&rows).Error
}

// Timeline returns what happened to one subject, the oldest first, and the cursor of the next page, "" at the end.
// A document's events are written under that document's lock, so their order is that of seq.
func Timeline(tx pg.Tx, subjectType string, subjectID uuid.UUID, page pg.Page) ([]Event, string, error) {
	var after int64
	if _, err := page.After(&after); err != nil {
		return nil, "", err
	}
	var rows []Event
	err := tx.Table("events").Select(columns).
		Where("subject_type = ? AND subject_id = ? AND seq > ?", subjectType, subjectID, after).
		Order("seq").Limit(page.Limit + 1).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(e Event) any { return e.Seq })
}
