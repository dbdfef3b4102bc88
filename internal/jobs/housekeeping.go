package jobs

import (
	"context"
	"time"

	"github.com/salesgate/salesgate/internal/pg"
)

// keepKeys is how long the stored answer of an Idempotency-Key is kept, as the contract promises.
const keepKeys = 7 * 24 * time.Hour

// purgeBatch keeps each deletion short, so that no request waits for it.
const purgeBatch = 5000

// PurgeIdempotencyKeys removes the stored answers that are older than the contract promises to keep them.
func PurgeIdempotencyKeys(ctx context.Context, db *pg.DB) error {
	for {
		var gone int64
		err := db.Tx(ctx, pg.System("purge_idempotency_keys"), func(tx pg.Tx) error {
			res := tx.Exec(`DELETE FROM idempotency_keys WHERE (actor_id, key) IN
				(SELECT actor_id, key FROM idempotency_keys WHERE created_at < ? ORDER BY created_at LIMIT ?)`,
				tx.Now.Add(-keepKeys), purgeBatch)
			gone = res.RowsAffected
			return res.Error
		})
		if err != nil || gone < purgeBatch {
			return err
		}
	}
}
