package quote

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"

	"github.com/salesgate/salesgate/internal/pg"
)

func take(tx pg.Tx, id uuid.UUID) (Quotation, error) {
	q, err := pg.Take[Quotation](tx, "id = ?", id)
	if err != nil {
		return Quotation{}, err
	}
	return q, attachLines(tx, &q)
}

// lock reads a quotation with its lines and holds it until the transaction ends.
func lock(tx pg.Tx, id uuid.UUID) (Quotation, error) {
	q, err := pg.TakeForUpdate[Quotation](tx, "id = ?", id)
	if err != nil {
		return Quotation{}, err
	}
	return q, attachLines(tx, &q)
}

func attachLines(tx pg.Tx, q *Quotation) error {
	return tx.Where("quotation_id = ?", q.ID).Order("line_no").Find(&q.Lines).Error
}

// insert reads back whose it is: of a customer or prospect that moved meanwhile, the new owner's (ORG-06, trigger).
func insert(tx pg.Tx, q *Quotation) error {
	whose := clause.Returning{Columns: []clause.Column{{Name: "owner_id"}, {Name: "customer_id"}}}
	if err := tx.Clauses(whose).Create(q).Error; err != nil {
		return err
	}
	return pg.Insert(tx, &q.Lines)
}

// update writes what may change on the quotation itself, and raises the version.
func update(tx pg.Tx, q *Quotation) error {
	err := pg.Update(tx, "quotations", q.ID, q.Version, map[string]any{
		"state": q.State, "revision": q.Revision, "discount_percent": q.DiscountPercent, "total": q.Total, "valid_from": q.ValidFrom,
		"valid_until": q.ValidUntil, "settlement": q.Settlement, "terms_days": q.TermsDays, "delivery": q.Delivery, "packing": q.Packing,
		"freight": q.Freight, "remarks": q.Remarks, "state_reason": q.StateReason, "content": q.Content, "approval_id": q.ApprovalID,
		"unapproved": q.Unapproved, "submitted_by": q.SubmittedBy, "submitted_at": q.SubmittedAt, "approved_at": q.ApprovedAt,
		"sent_at": q.SentAt, "accepted_at": q.AcceptedAt, "accepted_by": q.AcceptedBy, "accepted_through": q.AcceptedThrough,
		"ended_at": q.EndedAt, "updated_at": q.UpdatedAt,
	})
	q.Version++
	return err
}

func replaceLines(tx pg.Tx, q *Quotation) error {
	if err := tx.Where("quotation_id = ?", q.ID).Delete(&Line{}).Error; err != nil {
		return err
	}
	return pg.Insert(tx, &q.Lines)
}

func insertRevision(tx pg.Tx, r Revision) error {
	return tx.Exec(`INSERT INTO quotation_revisions (quotation_id, revision, state, content, reason, ended_at, ended_by)
		VALUES (?, ?, ?, ?::jsonb, ?, ?, ?)`, r.QuotationID, r.Revision, r.State, string(r.Content), r.Reason, r.EndedAt, r.EndedBy).Error
}

func revisions(tx pg.Tx, id uuid.UUID) ([]Revision, error) {
	var rows []Revision
	return rows, tx.Where("quotation_id = ?", id).Order("revision").Find(&rows).Error
}

// lastRevision is what the quotation said in its last superseded revision; nil in the first.
func lastRevision(tx pg.Tx, id uuid.UUID) (json.RawMessage, error) {
	var rows []string
	err := tx.Raw("SELECT content::text FROM quotation_revisions WHERE quotation_id = ? ORDER BY revision DESC LIMIT 1", id).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return json.RawMessage(rows[0]), nil
}

func sendings(tx pg.Tx, id uuid.UUID) ([]Sending, error) {
	var rows []Sending
	return rows, tx.Where("quotation_id = ?", id).Order("id").Find(&rows).Error
}

func revokeLinks(tx pg.Tx, id uuid.UUID) error {
	return tx.Exec("UPDATE quotation_links SET revoked_at = ? WHERE quotation_id = ? AND used_at IS NULL AND revoked_at IS NULL", tx.Now, id).Error
}

// useLink marks the link that brought an answer; answering has revoked the others with it.
func useLink(tx pg.Tx, l Link) error {
	return pg.One(tx.Exec("UPDATE quotation_links SET used_at = ?, revoked_at = NULL WHERE id = ? AND used_at IS NULL", tx.Now, l.ID))
}

// lockOver locks quotations that wait for an answer and whose last day is over.
func lockOver(tx pg.Tx, today time.Time, limit int) ([]Quotation, error) {
	var rows []Quotation
	err := tx.Raw(`SELECT * FROM quotations WHERE state IN ('approved', 'sent') AND valid_until < ? ORDER BY valid_until, id LIMIT ?
		FOR UPDATE SKIP LOCKED`, today, limit).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids, byID := make([]uuid.UUID, len(rows)), make(map[uuid.UUID]*Quotation, len(rows))
	for i := range rows {
		ids[i], byID[rows[i].ID] = rows[i].ID, &rows[i]
	}
	var lines []Line
	if err := tx.Where("quotation_id IN ?", ids).Order("quotation_id, line_no").Find(&lines).Error; err != nil {
		return nil, err
	}
	for _, l := range lines {
		q := byID[l.QuotationID]
		q.Lines = append(q.Lines, l)
	}
	return rows, nil
}

// lastInputs is what the last submission that wasn't refused was judged by.
func lastInputs(tx pg.Tx, id uuid.UUID) (json.RawMessage, error) {
	var rows []string
	err := tx.Raw(`SELECT inputs::text FROM decisions WHERE subject_type = 'quotation' AND subject_id = ? AND gate = 'quote'
		AND inputs IS NOT NULL AND outcome <> 'refused' ORDER BY id DESC LIMIT 1`, id).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return json.RawMessage(rows[0]), nil
}
