package contract

import (
	"time"

	"gorm.io/gorm/clause"

	"github.com/salesgate/salesgate/internal/pg"
)

// lockOver locks contracts whose last day is over, in id order, but for those that somebody holds and those on which something is on its way.
func lockOver(tx pg.Tx, today time.Time, limit int) ([]Contract, error) {
	var rows []Contract
	err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE", Options: "SKIP LOCKED"}).
		Where(`state = 'in_force' AND ends_on < ?
			AND NOT EXISTS (SELECT FROM contract_amendments a WHERE a.contract_id = contracts.id AND a.state IN ('draft', 'submitted', 'approved'))
			AND NOT EXISTS (SELECT FROM contract_terminations t WHERE t.contract_id = contracts.id AND t.state = 'submitted')`, today).
		Order("id").Limit(limit).Find(&rows).Error
	return rows, err
}

// lockEnding marks contracts as warned, and returns what about. One that is both is returned twice in two rounds.
func lockEnding(tx pg.Tx, today, until time.Time, percent, limit int) ([]warning, error) {
	var rows []warning
	var w warning
	err := pg.ScanRows(tx, []any{&w.ID, &w.Number, &w.OwnerID, &w.EndsOn, &w.Used}, func() error {
		rows = append(rows, w)
		return nil
	}, `WITH due AS (
			SELECT id, expiry_warned_at IS NOT NULL OR ends_on > ?::date AS used FROM contracts
			WHERE state = 'in_force' AND ends_on >= ?::date AND (expiry_warned_at IS NULL AND ends_on <= ?::date
				OR used_warned_at IS NULL AND total > 0 AND called_amount * 100 >= total * ?::int)
			ORDER BY id LIMIT ? FOR NO KEY UPDATE SKIP LOCKED
		)
		UPDATE contracts c SET expiry_warned_at = CASE WHEN due.used THEN c.expiry_warned_at ELSE ?::timestamptz END,
			used_warned_at = CASE WHEN due.used THEN ?::timestamptz ELSE c.used_warned_at END
		FROM due WHERE c.id = due.id RETURNING c.id, c.number, c.owner_id, c.ends_on, due.used`,
		until, today, until, percent, limit, tx.Now, tx.Now)
	return rows, err
}
