package quote

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Superseded is the state in which an earlier revision is shown: it is dead.
const Superseded = "superseded"

// Revision is what the quotation said before one of its revisions.
type Revision struct {
	QuotationID uuid.UUID
	Revision    int
	State       State           // in which it was superseded
	Content     json.RawMessage `gorm:"type:jsonb"`
	Reason      string
	EndedAt     time.Time
	EndedBy     *uuid.UUID
}

// TableName is for GORM.
func (Revision) TableName() string { return "quotation_revisions" }

// Difference is what changed from a revision to the one after it.
type Difference struct {
	From, To int
	Field    string // "discount_percent", or "lines/PRODUCT/LEAST QUANTITY/price"
	Was, Is  string // "" for what wasn't or isn't there
}

// Revise opens a quotation for change: it becomes a draft of the next revision. The former one is dead from now on, its links and its
// approval too; what didn't get worse than what was approved needs nobody again. Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState
// (also for an accepted one: copy it) and ErrReason. Locks the approval, then the quotation.
func (s *Service) Revise(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Quotation, error) {
	return s.stop(tx, who, id, version, VerbRevise, reason, func(q *Quotation) error { return s.supersede(tx, q, reason) })
}

// Cancel ends a quotation that isn't accepted. Returns errs.ErrNotFound, errs.ErrStale, errs.ErrState and ErrReason. Locks the approval,
// then the quotation.
func (s *Service) Cancel(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, reason string) (Quotation, error) {
	return s.stop(tx, who, id, version, VerbCancel, reason, func(q *Quotation) error {
		q.State, q.StateReason, q.EndedAt = StateCancelled, reason, &tx.Now
		return revokeLinks(tx, q.ID)
	})
}

// stop is the frame of the verbs that take a quotation out of its course: lock, change, end its approval, store.
func (s *Service) stop(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, v Verb, reason string, change func(*Quotation) error) (Quotation, error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return Quotation{}, ErrReason.At("/reason")
	}
	if err := s.approvals.Lock(tx, Subject, id); err != nil { // approvals come before quotations in the lock order
		return Quotation{}, err
	}
	q, err := s.locked(tx, who, id, version, v)
	if err != nil {
		return Quotation{}, err
	}
	before := q.snapshot()
	if err := change(&q); err != nil {
		return Quotation{}, err
	}
	if err := s.approvals.Void(tx, Subject, id, reason); err != nil {
		return Quotation{}, err
	}
	return q, s.stored(tx, &q, string(v), before)
}

// supersede keeps what a locked quotation says, and makes it a draft of the next revision.
func (s *Service) supersede(tx pg.Tx, q *Quotation, reason string) error {
	content, err := json.Marshal(q.snapshot())
	if err != nil {
		return err
	}
	r := Revision{QuotationID: q.ID, Revision: q.Revision, State: q.State, Content: content, Reason: reason, EndedAt: tx.Now, EndedBy: tx.By.Actor()}
	if err := insertRevision(tx, r); err != nil {
		return err
	}
	q.Revision++
	q.State, q.StateReason, q.ApprovedAt, q.SentAt, q.EndedAt = StateDraft, reason, nil, nil, nil
	return revokeLinks(tx, q.ID)
}

// Revisions returns the earlier revisions, the first one first, and what changed from each to the next. Returns errs.ErrNotFound.
func (s *Service) Revisions(tx pg.Tx, who identity.Principal, id uuid.UUID) (Quotation, []Revision, []Difference, error) {
	q, err := s.Get(tx, who, id)
	if err != nil {
		return Quotation{}, nil, nil, err
	}
	rows, err := revisions(tx, id)
	if err != nil {
		return q, nil, nil, err
	}
	present, err := json.Marshal(q.snapshot())
	if err != nil {
		return q, nil, nil, err
	}
	var all []Difference
	for i, r := range rows {
		next := json.RawMessage(present)
		if i+1 < len(rows) {
			next = rows[i+1].Content
		}
		found, err := differences(r.Revision, r.Content, next)
		if err != nil {
			return q, nil, nil, err
		}
		all = append(all, found...)
	}
	return q, rows, all, nil
}

// compared are the fields of a snapshot that a revision may change.
var compared = []string{"discount_percent", "total", "valid_from", "valid_until", "terms", "delivery", "packing", "freight", "remarks"}

// differences compares two snapshots; lines are recognised by product and least quantity.
func differences(revision int, was, is json.RawMessage) ([]Difference, error) {
	a, err := flat(was)
	if err != nil {
		return nil, err
	}
	b, err := flat(is)
	if err != nil {
		return nil, err
	}
	keys := make([]string, 0, len(a))
	for k := range a {
		keys = append(keys, k)
	}
	for k := range b {
		if _, both := a[k]; !both {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	var found []Difference
	for _, k := range keys {
		if a[k] != b[k] {
			found = append(found, Difference{From: revision, To: revision + 1, Field: k, Was: a[k], Is: b[k]})
		}
	}
	return found, nil
}

// flat makes one level of a snapshot.
func flat(content json.RawMessage) (map[string]string, error) {
	var c map[string]any
	if err := json.Unmarshal(content, &c); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, f := range compared {
		out[f] = word(c[f])
	}
	lines, _ := c["lines"].([]any)
	for _, one := range lines {
		l, _ := one.(map[string]any)
		key := fmt.Sprintf("lines/%s/%s/", word(l["product_id"]), word(l["min_quantity"]))
		for _, f := range []string{"max_quantity", "price", "net_price", "lead_days", "remarks"} {
			out[key+f] = word(l[f])
		}
	}
	return out, nil
}

func word(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// service is what a snapshot says of all that comes with the prices.
type service struct {
	Terms, Delivery, Packing, Freight string
	Lines                             []struct {
		ProductID uuid.UUID `json:"product_id"`
		LeadDays  *int      `json:"lead_days"`
	}
}

// sameService reports whether the quotation offers what it offered before: a product that was quoted comes as soon as it would have.
func (q *Quotation) sameService(was json.RawMessage) bool {
	var then service
	if json.Unmarshal(was, &then) != nil {
		return false
	}
	if then.Terms != q.Terms().String() || then.Delivery != q.Delivery || then.Packing != q.Packing || then.Freight != q.Freight {
		return false
	}
	lead := map[uuid.UUID][]string{}
	for _, l := range then.Lines {
		lead[l.ProductID] = append(lead[l.ProductID], leadText(l.LeadDays))
	}
	for _, l := range q.Lines {
		if known := lead[l.ProductID]; known != nil && !slices.Contains(known, leadText(l.LeadDays)) {
			return false
		}
	}
	return true
}

func leadText(days *int) string {
	if days == nil {
		return ""
	}
	return fmt.Sprint(*days)
}
