package customer

import (
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// keepVersions records the customers as they stand now, contacts and addresses included: one statement for however many. Call it
// after the last write of a change that raised their version.
func keepVersions(tx pg.Tx, action string, ids ...uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	n, err := pg.Exec(tx, `INSERT INTO customer_versions (customer_id, version, valid_from, action, actor_id, actor_kind, content)
		SELECT c.id, c.version, ?::timestamptz, ?, ?::uuid, ?, customer_content(c) FROM customers c WHERE c.id = ANY (?::uuid[])`,
		tx.Now, action, tx.By.Actor(), tx.By.ActorKind, texts(ids))
	if err == nil && int(n) != len(ids) {
		err = errs.ErrStale
	}
	return err
}

func texts(ids []uuid.UUID) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = id.String()
	}
	return all
}

// versionBefore is the last version that began before the instant.
func versionBefore(tx pg.Tx, id uuid.UUID, before time.Time) (Recorded, error) {
	r := Recorded{CustomerID: id}
	err := pg.ScanRow(tx, []any{&r.Version, &r.ValidFrom, &r.Action, &r.ActorID, &r.ActorKind, &r.Content}, `SELECT version, valid_from, action,
		actor_id, actor_kind, content FROM customer_versions WHERE customer_id = ? AND valid_from < ? ORDER BY version DESC LIMIT 1`, id, before)
	return r, err
}

func listVersions(tx pg.Tx, id uuid.UUID, p pg.Page) ([]Recorded, string, error) {
	last := int64(math.MaxInt64)
	if _, err := p.After(&last); err != nil {
		return nil, "", err
	}
	var rows []Recorded
	err := tx.Raw(`SELECT v.*, (SELECT n.valid_from FROM customer_versions n WHERE n.customer_id = v.customer_id AND n.version > v.version
			ORDER BY n.version LIMIT 1) AS valid_to
		FROM customer_versions v WHERE v.customer_id = ? AND v.version < ? ORDER BY v.version DESC LIMIT ?`, id, last, p.Limit+1).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Recorded) any { return r.Version })
}
