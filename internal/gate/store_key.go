package gate

import (
	"time"

	"github.com/salesgate/salesgate/internal/pg"
)

func readActiveKey(tx pg.Tx) (passKey, error) {
	var key passKey
	err := pg.ScanRow(tx, []any{&key.Kid, &key.PublicKey, &key.Salt}, `SELECT kid, public_key, salt FROM gate_pass_keys WHERE active`)
	return key, err
}

func readKey(tx pg.Tx, kid string) (passKey, error) {
	var key passKey
	err := pg.ScanRow(tx, []any{&key.Kid, &key.PublicKey, &key.Salt}, `SELECT kid, public_key, salt FROM gate_pass_keys WHERE kid = ?`, kid)
	return key, err
}

// insertActiveKey makes the key the active one, unless another process was quicker.
func insertActiveKey(tx pg.Tx, key passKey) error {
	if err := tx.Exec(`LOCK TABLE gate_pass_keys IN SHARE ROW EXCLUSIVE MODE`).Error; err != nil {
		return err
	}
	if err := tx.Exec(`UPDATE gate_pass_keys SET active = false, retired_at = ? WHERE active AND created_at < ?`, tx.Now, tx.Now).Error; err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO gate_pass_keys (kid, public_key, salt, created_at, starts_at, active) VALUES (?, ?, ?, ?, ?, true)
		ON CONFLICT DO NOTHING`, key.Kid, key.PublicKey, key.Salt, tx.Now, tx.Now).Error
}

// lockKeys keeps keys from being made or switched until the transaction ends.
func lockKeys(tx pg.Tx) error {
	return tx.Exec(`LOCK TABLE gate_pass_keys IN SHARE ROW EXCLUSIVE MODE`).Error
}

// dated is a key and when it begins to sign.
type dated struct {
	Kid      string
	StartsAt time.Time
	Active   bool
}

// readRotation returns the key that signs and the one that will, nil when it isn't made yet.
func readRotation(tx pg.Tx) (now dated, next *dated, err error) {
	var rows []dated
	err = tx.Raw(`SELECT kid, starts_at, active FROM gate_pass_keys WHERE retired_at IS NULL ORDER BY starts_at`).Scan(&rows).Error
	for i, r := range rows {
		if r.Active {
			now = r
		} else {
			next = &rows[i]
		}
	}
	return now, next, err
}

func insertNextKey(tx pg.Tx, key passKey, from time.Time) error {
	return tx.Exec(`INSERT INTO gate_pass_keys (kid, public_key, salt, created_at, starts_at, active) VALUES (?, ?, ?, ?, ?, false)`,
		key.Kid, key.PublicKey, key.Salt, tx.Now, from).Error
}

func switchKey(tx pg.Tx, from, to string) error {
	if err := pg.One(tx.Exec(`UPDATE gate_pass_keys SET active = false, retired_at = ? WHERE kid = ?`, tx.Now, from)); err != nil {
		return err
	}
	return pg.One(tx.Exec(`UPDATE gate_pass_keys SET active = true WHERE kid = ?`, to))
}

// readPublicKeys returns the keys that sign, will, or have signed a pass that may still be good.
func readPublicKeys(tx pg.Tx, good time.Duration) ([]PublicKey, error) {
	var rows []struct {
		Kid       string
		PublicKey []byte
		StartsAt  time.Time
		RetiredAt *time.Time
	}
	err := tx.Raw(`SELECT kid, public_key, starts_at, retired_at FROM gate_pass_keys
		WHERE retired_at IS NULL OR retired_at > ? ORDER BY starts_at DESC`, tx.Now.Add(-good)).Scan(&rows).Error
	keys := make([]PublicKey, len(rows))
	for i, r := range rows {
		keys[i] = PublicKey{Kid: r.Kid, PublicKey: r.PublicKey, NotBefore: r.StartsAt}
		if r.RetiredAt != nil {
			end := r.RetiredAt.Add(good)
			keys[i].NotAfter = &end
		}
	}
	return keys, err
}
