package sample

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

const selectSQL = `SELECT s.*, coalesce(c.name, p.name, '') AS company FROM samples s
	LEFT JOIN customers c ON c.id = s.customer_id LEFT JOIN prospects p ON p.id = s.prospect_id `

func store(tx pg.Tx, x *Sample) error {
	err := pg.Update(tx, "samples", x.ID, x.Version, map[string]any{
		"state": x.State, "purpose": x.Purpose, "needed_by": x.NeededBy, "deliver_to": x.DeliverTo, "follows_id": x.FollowsID,
		"approval_id": x.ApprovalID, "submitted_at": x.SubmittedAt, "approved_at": x.ApprovedAt, "make_by": x.MakeBy, "made_at": x.MadeAt,
		"made_by": x.MadeBy, "made_note": x.MadeNote, "signed_at": x.SignedAt, "signed_by": x.SignedBy, "sent_at": x.SentAt, "sent_by": x.SentBy,
		"sent_on": x.SentOn, "carrier": x.Carrier, "tracking_no": x.TrackingNo, "follow_from": x.FollowFrom, "follow_up_at": x.FollowUpAt,
		"result": x.Result, "result_at": x.ResultAt, "state_reason": x.StateReason, "updated_at": x.UpdatedAt,
	})
	x.Version++
	return err
}

func replaceLines(tx pg.Tx, x *Sample) error {
	if _, err := pg.Exec(tx, "DELETE FROM sample_lines WHERE sample_id = ?", x.ID); err != nil {
		return err
	}
	return pg.Insert(tx, &x.Lines)
}

// lock locks a sample and reads its lines and whom it is for.
func lock(tx pg.Tx, id uuid.UUID) (Sample, error) {
	if _, err := pg.TakeForUpdate[Sample](tx, "id = ?", id); err != nil {
		return Sample{}, err
	}
	return take(tx, id)
}

func take(tx pg.Tx, id uuid.UUID) (Sample, error) {
	var rows []Sample
	if err := tx.Raw(selectSQL+"WHERE s.id = ?", id).Scan(&rows).Error; err != nil {
		return Sample{}, err
	}
	if len(rows) == 0 {
		return pg.Take[Sample](tx, "id = ?", id)
	}
	return rows[0], tx.Where("sample_id = ?", id).Order("line_no").Find(&rows[0].Lines).Error
}

// complete reads what is shown beside a sample.
func (s *Service) complete(tx pg.Tx, x *Sample) error {
	if x.Company == "" {
		read, err := take(tx, x.ID)
		if err != nil {
			return err
		}
		x.Company, x.OwnerID = read.Company, read.OwnerID
	}
	if err := tx.Where("sample_id = ?", x.ID).Order("id").Limit(1000).Find(&x.Notes).Error; err != nil {
		return err
	}
	err := tx.Raw(`SELECT r.*, o.number AS order_number FROM sample_references r JOIN orders o ON o.id = r.order_id
		WHERE r.sample_id = ? ORDER BY r.linked_at LIMIT 1000`, x.ID).Scan(&x.References).Error
	if err != nil {
		return err
	}
	of, err := s.files.Of(tx, Subject, x.ID)
	x.Attachments = of[x.ID]
	return err
}

// Get returns a sample with its lines, notes, references and files. Returns errs.ErrNotFound for one that the principal may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Sample, error) {
	x, err := take(tx, id)
	if err != nil {
		return Sample{}, err
	}
	if err := who.MustSee(x.OwnerID); err != nil {
		return Sample{}, err
	}
	return x, s.complete(tx, &x)
}

// Visible is Get for attachments.
func (s *Service) Visible(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	x, err := pg.Take[Sample](tx, "id = ?", id)
	if err != nil {
		return err
	}
	return who.MustSee(x.OwnerID)
}

// Filter narrows a list; zero fields don't.
type Filter struct {
	State      State
	OwnerID    *uuid.UUID
	CustomerID *uuid.UUID
	ProspectID *uuid.UUID
	ProductID  *uuid.UUID
	Overdue    bool // the factory is late, or nobody has asked for the result
}

// List returns a page of the samples that the principal sees, the latest first, without lines and files. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, page pg.Page) ([]Sample, string, error) {
	where, args := "WHERE true", map[string]any{
		"state": f.State, "owner": f.OwnerID, "customer": f.CustomerID, "prospect": f.ProspectID, "product": f.ProductID, "now": tx.Now,
		"limit": page.Limit + 1,
	}
	narrow := func(yes bool, cond string) {
		if yes {
			where += " AND " + cond
		}
	}
	if owners, all := who.Owners(); !all {
		if len(owners) == 0 {
			return nil, "", nil
		}
		where += " AND s.owner_id IN @owners"
		args["owners"] = owners
	}
	narrow(f.State != "", "s.state = @state")
	narrow(f.OwnerID != nil, "s.owner_id = @owner")
	narrow(f.CustomerID != nil, "s.customer_id = @customer")
	narrow(f.ProspectID != nil, "s.prospect_id = @prospect")
	narrow(f.ProductID != nil, "EXISTS (SELECT FROM sample_lines l WHERE l.sample_id = s.id AND l.product_id = @product)")
	narrow(f.Overdue, "(s.state = 'approved' AND s.make_by < @now OR s.state = 'sent' AND s.follow_up_at < @now)")
	var last uuid.UUID
	found, err := page.After(&last)
	if err != nil {
		return nil, "", err
	}
	args["last"] = last
	narrow(found, "s.id < @last")
	var rows []Sample
	if err := tx.Raw(selectSQL+where+" ORDER BY s.id DESC LIMIT @limit", args).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(x Sample) any { return x.ID })
}

func insertReference(tx pg.Tx, r Reference) error {
	return tx.Exec(`INSERT INTO sample_references (sample_id, order_id, order_line_id, note, linked_at, linked_by) VALUES (?, ?, ?, ?, ?, ?)`,
		r.SampleID, r.OrderID, r.OrderLineID, r.Note, r.LinkedAt, r.LinkedBy).Error
}

func ofOrder(tx pg.Tx, orderID uuid.UUID) (rows []Sample, err error) {
	err = tx.Raw(selectSQL+"WHERE s.id IN (SELECT sample_id FROM sample_references WHERE order_id = ?) ORDER BY s.id LIMIT 200", orderID).Scan(&rows).Error
	return rows, err
}

// lockDue locks the samples whose due time was computed.
func lockDue(tx pg.Tx) (rows []Sample, err error) {
	err = tx.Raw("SELECT * FROM samples WHERE state = 'approved' OR state = 'sent' AND follow_from IS NOT NULL ORDER BY id FOR UPDATE").Scan(&rows).Error
	return rows, err
}

func storeDue(tx pg.Tx, ids []uuid.UUID, due []time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	words, at := make(pg.TextArray, len(ids)), make(pg.TextArray, len(ids))
	for i := range ids {
		words[i], at[i] = ids[i].String(), due[i].Format(time.RFC3339Nano)
	}
	return tx.Exec(`UPDATE samples s SET make_by = CASE s.state WHEN 'approved' THEN n.due ELSE s.make_by END,
			follow_up_at = CASE s.state WHEN 'sent' THEN n.due ELSE s.follow_up_at END, version = version + 1
		FROM unnest(?::uuid[], ?::timestamptz[]) AS n (id, due)
		WHERE s.id = n.id AND CASE s.state WHEN 'approved' THEN s.make_by ELSE s.follow_up_at END <> n.due`, words, at).Error
}
