package attachment

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/blob"

	"github.com/salesgate/salesgate/internal/pg"
)

const (
	sweepBatch = 200
	// grace is how old content without a row must be, by the storage's own time, to be an orphan: an upload's row commits long
	// before that.
	grace = 6 * time.Hour
)

// Sweep deletes the uploads that nobody has bound for attachment.orphan_hours, in batches of one transaction each.
func (s *Service) Sweep(ctx context.Context) error {
	for {
		var gone []uuid.UUID
		err := s.db.Tx(ctx, pg.System("attachment_orphans"), func(tx pg.Tx) error {
			hours, err := s.rules.Int(tx, "attachment.orphan_hours")
			if err != nil {
				return err
			}
			gone, err = deleteOrphans(tx, tx.Now.Add(-time.Duration(hours)*time.Hour), sweepBatch)
			return err
		})
		if err != nil {
			return err
		}
		for _, id := range gone {
			if err := s.storage.remove(ctx, key(id)); err != nil {
				return err
			}
		}
		if len(gone) < sweepBatch {
			return nil
		}
	}
}

// SweepStorage removes content that has no row: of uploads that broke off between content and row, and of rows that were
// deleted by a server that died before it came to the content.
func (s *Service) SweepStorage(ctx context.Context) error {
	clock := s.db.Clock()
	before := clock.Now().Add(-clock.Offset() - grace) // a storage's times know nothing of a sandbox clock
	for shard := range shards {
		if err := s.sweepShard(ctx, prefix(byte(shard)), before); err != nil {
			return err
		}
	}
	return nil
}

// sweepShard goes through one folder of the storage, sweepBatch blobs at a time.
func (s *Service) sweepShard(ctx context.Context, folder string, before time.Time) error {
	all := s.storage.bucket.List(&blob.ListOptions{Prefix: folder})
	batch := map[string]uuid.UUID{}
	for {
		object, err := all.Next(ctx)
		if errors.Is(err, io.EOF) {
			return s.removeOrphans(ctx, batch)
		}
		if err != nil {
			return err
		}
		if m := keyPattern.FindStringSubmatch(object.Key); m != nil && object.ModTime.Before(before) {
			id, err := uuid.Parse(m[1])
			if err != nil {
				continue
			}
			if m[2] != "" { // a temporary file is nobody's content
				id = uuid.Nil
			}
			batch[object.Key] = id
		}
		if len(batch) == sweepBatch {
			if err := s.removeOrphans(ctx, batch); err != nil {
				return err
			}
			clear(batch)
		}
	}
}

func (s *Service) removeOrphans(ctx context.Context, batch map[string]uuid.UUID) error {
	if len(batch) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, 0, len(batch))
	for _, id := range batch {
		ids = append(ids, id)
	}
	var has map[uuid.UUID]bool
	err := s.db.View(ctx, pg.System("attachment_orphans"), func(tx pg.Tx) (err error) {
		has, err = present(tx, ids)
		return err
	})
	if err != nil {
		return err
	}
	for name, id := range batch {
		if !has[id] {
			if err := s.storage.remove(ctx, name); err != nil {
				return err
			}
		}
	}
	return nil
}
