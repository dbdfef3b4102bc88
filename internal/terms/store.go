package terms

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func storeAgreement(tx pg.Tx, a *Agreement) error {
	err := pg.Update(tx, a.TableName(), a.ID, a.Version, map[string]any{
		"original_holder": a.OriginalHolder, "original_place": a.OriginalPlace, "original_received_at": a.OriginalReceivedAt,
		"ended_at": a.EndedAt, "ended_reason": a.EndedReason,
	})
	a.Version++
	return err
}

// endExpired ends the agreement whose last day is over, so that a new one can follow.
func endExpired(tx pg.Tx, customerID uuid.UUID, today time.Time) error {
	return tx.Exec(`UPDATE settlement_agreements SET ended_at = ?, ended_reason = 'expired', version = version + 1
		WHERE customer_id = ? AND ended_at IS NULL AND valid_until < ?`, tx.Now, customerID, today).Error
}

func storeBridge(tx pg.Tx, b *Bridge, before map[string]any, action string) error {
	err := pg.Update(tx, b.TableName(), b.ID, b.Version, map[string]any{"state": b.State, "jointly_liable_since": b.JointlyLiableSince})
	if err != nil {
		return err
	}
	b.Version++
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: SubjectBridge, SubjectID: b.ID, Before: before, After: b.trace()})
}

func lockBridges(tx pg.Tx, where string, args ...any) ([]Bridge, error) {
	var rows []Bridge
	err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where(where, args...).Order("id").Find(&rows).Error
	return rows, err
}

func overdueBridges(tx pg.Tx, today time.Time, limit int) ([]Bridge, error) {
	var rows []Bridge
	err := tx.Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"}).Where("state = 'used' AND deadline < ?", today).
		Order("deadline, id").Limit(limit).Find(&rows).Error
	return rows, err
}

func readStanding(tx pg.Tx, payerID, orderID uuid.UUID, today time.Time) (Standing, error) {
	var s Standing
	var bridge uuid.NullUUID
	err := pg.ScanRow(tx, []any{&s.Agreement, &s.Opening, &bridge, &s.Number, &s.Taken}, `SELECT
		coalesce((SELECT number FROM settlement_agreements WHERE customer_id = c.id AND ended_at IS NULL AND valid_from <= ?::date
			AND (valid_until IS NULL OR valid_until >= ?::date)), ''),
		EXISTS (SELECT FROM credit_profiles o WHERE o.customer_id = c.id AND o.request_id IS NULL AND o.settlement IN ('net_days', 'month_end_days')
			AND NOT EXISTS (SELECT FROM credit_profiles n WHERE n.customer_id = c.id AND n.valid_from > o.valid_from
				AND n.settlement NOT IN ('net_days', 'month_end_days'))),
		b.id, coalesce(b.number, ''), coalesce(b.order_id = ?, false)
		FROM (SELECT ?::uuid AS id) c
		LEFT JOIN settlement_bridges b ON b.customer_id = c.id AND b.state <> 'rejected' AND (b.state = 'approved' OR b.order_id = ?)`,
		today, today, orderID, payerID, orderID)
	s.Bridge = bridge.UUID
	return s, err
}

func useBridge(tx pg.Tx, id, orderID, repID uuid.UUID, deadline time.Time) error {
	n, err := pg.Exec(tx, `UPDATE settlement_bridges SET state = 'used', order_id = ?, rep_id = ?, used_at = ?, deadline = ?, version = version + 1
		WHERE id = ? AND state = 'approved'`, orderID, repID, tx.Now, deadline, id)
	if err == nil && n != 1 {
		err = ErrMissing
	}
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{
		Action: "useSettlementBridge", SubjectType: SubjectBridge, SubjectID: id,
		After: map[string]any{"state": Used, "order_id": orderID, "rep_id": repID, "deadline": deadline},
	})
}

func listAgreements(tx pg.Tx, who identity.Principal, f Filter, page pg.Page) ([]Agreement, string, error) {
	q := visible(tx, who, "settlement_agreements", f.CustomerID)
	if f.AwaitingOriginal {
		q = q.Where("a.original_received_at IS NULL AND a.ended_at IS NULL")
	}
	return paged(q, page, func(a Agreement) any { return a.ID })
}

func listBridges(tx pg.Tx, who identity.Principal, customerID uuid.UUID, state BridgeState, page pg.Page) ([]Bridge, string, error) {
	q := visible(tx, who, "settlement_bridges", customerID)
	if state != "" {
		q = q.Where("a.state = ?", state)
	}
	return paged(q, page, func(b Bridge) any { return b.ID })
}

func visible(tx pg.Tx, who identity.Principal, table string, customerID uuid.UUID) *gorm.DB {
	q := tx.Table(table + " AS a").Select("a.*").Joins("JOIN customers c ON c.id = a.customer_id")
	if owners, all := who.Owners(); !all {
		q = q.Where("c.owner_id IN ?", owners)
	}
	if customerID != uuid.Nil {
		q = q.Where("a.customer_id = ?", customerID)
	}
	return q
}

func paged[T any](q *gorm.DB, page pg.Page, key func(T) any) ([]T, string, error) {
	var after uuid.UUID
	found, err := page.After(&after)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("a.id < ?", after)
	}
	var rows []T
	if err := q.Order("a.id DESC").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, key)
}
