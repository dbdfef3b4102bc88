package shipping

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func insertSpecial(tx pg.Tx, sp Special) error {
	tx.DB = tx.Omit("NoticeNumber", "OwnerID")
	return pg.Insert(tx, &sp)
}

// storeSpecial writes what may change, and its event.
func storeSpecial(tx pg.Tx, sp *Special, before map[string]any, action string) error {
	err := pg.Update(tx, "special_releases", sp.ID, sp.Version, map[string]any{
		"state": sp.State, "decided_at": sp.DecidedAt, "used_at": sp.UsedAt, "used_amount": sp.UsedAmount, "ended_reason": sp.EndedReason,
	})
	if err != nil {
		return err
	}
	sp.Version++
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: SubjectSpecial, SubjectID: sp.ID, Before: before, After: sp.trace()})
}

// openSpecial returns the id of the open special release of a notice; uuid.Nil when there is none.
func openSpecial(tx pg.Tx, noticeID uuid.UUID) (uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT id FROM special_releases WHERE notice_id = ? AND state IN ('pending', 'approved')`, noticeID).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return uuid.Nil, err
	}
	return ids[0], nil
}

// lockApprovedSpecial locks the special release that the notice can use; nil when there is none.
func lockApprovedSpecial(tx pg.Tx, noticeID uuid.UUID) (*Special, error) {
	sp, err := pg.TakeForUpdate[Special](tx, "notice_id = ? AND state = 'approved'", noticeID)
	if err != nil {
		return nil, notFound(err, nil)
	}
	return &sp, nil
}

func expiredSpecials(tx pg.Tx, today time.Time, limit int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT id FROM special_releases WHERE state IN ('pending', 'approved') AND expires_on < ? ORDER BY expires_on, id LIMIT ?`, today, limit).Scan(&ids).Error
	return ids, err
}

func listSpecials(tx pg.Tx, who identity.Principal, f SpecialFilter, page pg.Page) ([]Special, string, error) {
	q := tx.Table("special_releases AS s").Select("s.*, n.number AS notice_number, n.owner_id").Joins("JOIN shipping_notices n ON n.id = s.notice_id")
	if owners, all := who.Owners(); !all {
		q = q.Where("n.owner_id IN ?", owners)
	}
	if f.ID != uuid.Nil {
		q = q.Where("s.id = ?", f.ID)
	}
	if f.NoticeID != uuid.Nil {
		q = q.Where("s.notice_id = ?", f.NoticeID)
	}
	if f.State != "" {
		q = q.Where("s.state = ?", f.State)
	}
	var after uuid.UUID
	found, err := page.After(&after)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("s.id < ?", after)
	}
	var rows []Special
	if err := q.Order("s.id DESC").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(sp Special) any { return sp.ID })
}

// waitingPayers returns those of the payers that have notices waiting for credit, in id order: an index look-up.
func waitingPayers(tx pg.Tx, payers []uuid.UUID) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT DISTINCT payer_id FROM shipping_notices
		WHERE payer_id IN ? AND state IN ('checked', 'blocked') AND flow IN ('credit', 'new_customer') ORDER BY payer_id`, payers).Scan(&ids).Error
	return ids, err
}

// waitingNotices returns the notices of a payer that wait for credit, the oldest first.
func waitingNotices(tx pg.Tx, payer uuid.UUID) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT id FROM shipping_notices
		WHERE payer_id = ? AND state IN ('checked', 'blocked') AND flow IN ('credit', 'new_customer') ORDER BY id`, payer).Scan(&ids).Error
	return ids, err
}

// releasedByCredit is what Rejudge looks at: released for credit's own reasons, and nothing has left.
const releasedByCredit = `state = 'released' AND flow IN ('credit', 'new_customer') AND special_release_id IS NULL AND emergency_id IS NULL`

func releasedPayers(tx pg.Tx, payers []uuid.UUID) (ids []uuid.UUID, err error) {
	return ids, tx.Raw(`SELECT DISTINCT payer_id FROM shipping_notices WHERE payer_id IN ? AND `+releasedByCredit+` ORDER BY payer_id`, payers).Scan(&ids).Error
}

func releasedNotices(tx pg.Tx, payer uuid.UUID) (ids []uuid.UUID, err error) {
	return ids, tx.Raw(`SELECT id FROM shipping_notices WHERE payer_id = ? AND `+releasedByCredit+` ORDER BY id DESC`, payer).Scan(&ids).Error
}
