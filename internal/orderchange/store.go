package orderchange

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func insert(tx pg.Tx, r *Request) error {
	if err := pg.Insert(tx, r); err != nil {
		return err
	}
	if len(r.Consequences) == 0 {
		return nil
	}
	return pg.Insert(tx, &r.Consequences)
}

// take locks a request and reads its consequences. What is about the order has locked the order before, or locks it after and then
// nothing of another request: one is open for an order.
func take(tx pg.Tx, id uuid.UUID) (Request, error) {
	r, err := pg.TakeForUpdate[Request](tx, "id = ?", id)
	if err != nil {
		return r, err
	}
	return r, attach(tx, &r)
}

func read(tx pg.Tx, id uuid.UUID) (Request, error) {
	r, err := pg.Take[Request](tx, "id = ?", id)
	if err != nil {
		return r, err
	}
	return r, attach(tx, &r)
}

func attach(tx pg.Tx, r *Request) error {
	return tx.Where("change_id = ?", r.ID).Order("role").Find(&r.Consequences).Error
}

// pendingOf returns the id of the open request about an order; false for none. Locks nothing.
func pendingOf(tx pg.Tx, orderID uuid.UUID) (uuid.UUID, bool, error) {
	var ids []uuid.UUID
	err := tx.Raw("SELECT id FROM order_changes WHERE order_id = ? AND state = ?", orderID, Pending).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return uuid.Nil, false, err
	}
	return ids[0], true, nil
}

func storeEnd(tx pg.Tx, r *Request) error {
	err := pg.Update(tx, "order_changes", r.ID, r.Version, map[string]any{"state": r.State, "ended_at": r.EndedAt, "end_reason": r.EndReason})
	r.Version++
	return err
}

func storeStatement(tx pg.Tx, c Consequence) error {
	return pg.One(tx.Model(&Consequence{}).Where("id = ? AND stated_at IS NULL", c.ID).Select("Text", "Cost", "Leftovers", "StatedBy", "StatedAt").Updates(&c))
}

// closeTask ends the task of one department, and the copy that went above it.
func closeTask(tx pg.Tx, id uuid.UUID, role identity.Role) error {
	return tx.Exec(`UPDATE follow_ups f SET state = ?, closed_at = ?, closed_by = ?, version = version + 1
		WHERE kind = ? AND subject_type = ? AND subject_id = ? AND state = ?
			AND (role = ? OR escalated_from IN (SELECT id FROM follow_ups WHERE kind = ? AND subject_type = ? AND subject_id = ? AND role = ?))`,
		followup.Closed, tx.Now, tx.By.Actor(), taskState, Subject, id, followup.Opened, role, taskState, Subject, id, role).Error
}

// list is a range of an index: of one order, of one state, of the owners that the caller sees.
func list(tx pg.Tx, f Filter, owners []uuid.UUID, all bool, last *uuid.UUID, limit int) ([]Request, error) {
	q := tx.Order("id DESC").Limit(limit)
	if f.OrderID != nil {
		q = q.Where("order_id = ?", *f.OrderID)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if !all {
		q = q.Where("owner_id IN ?", append([]uuid.UUID{uuid.Nil}, owners...))
	}
	if last != nil {
		q = q.Where("id < ?", *last)
	}
	var rows []Request
	return rows, q.Find(&rows).Error
}
