package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"

	"github.com/salesgate/salesgate/internal/pg"
)

// leafSize is a row's seq and its SHA-256.
const leafSize = 8 + sha256.Size

// sealLock keeps two sealers apart (pg_try_advisory_xact_lock).
const sealLock = 7366

// block is one link of the chain.
type block struct {
	No       int64
	RowCount int
	FirstSeq int64
	LastXID  int64 `gorm:"column:last_xid"`
	LastSeq  int64
	Leaves   []byte
	Previous []byte
	Hash     []byte
	SealedAt time.Time
}

// end is the position after which the next block begins.
func (b block) end() position { return position{b.LastXID, b.LastSeq} }

// digest is what hash must be: SHA-256 over number, figures, previous hash and leaves.
func (b block) digest() []byte {
	h := sha256.New()
	for _, n := range []int64{b.No, int64(b.RowCount), b.FirstSeq, b.LastXID, b.LastSeq} {
		_ = binary.Write(h, binary.BigEndian, n)
	}
	h.Write(b.Previous)
	h.Write(b.Leaves)
	return h.Sum(nil)
}

// row is an event in its canonical form: every column as the text that PostgreSQL gives for it, times in microseconds.
type row struct {
	Seq                                           int64
	XID                                           int64 `gorm:"column:xid"`
	AtMicros                                      int64
	ActorID                                       *string
	ActorKind, RequestID, Action, Type, SubjectID string
	Before, After                                 *string
}

const canonicalColumns = `seq, xid::text::bigint AS xid, (extract(epoch FROM at) * 1000000)::bigint AS at_micros,
	actor_id::text AS actor_id, actor_kind, request_id, action, subject_type AS type, subject_id::text AS subject_id,
	before::text AS before, after::text AS after`

// leaf is the row's seq and the SHA-256 of all its columns, each with its length, so that no two rows read alike.
func (r row) leaf() []byte {
	h := sha256.New()
	write := func(s *string) {
		if s == nil {
			_ = binary.Write(h, binary.BigEndian, int64(-1))
			return
		}
		_ = binary.Write(h, binary.BigEndian, int64(len(*s)))
		h.Write([]byte(*s))
	}
	for _, n := range []int64{r.Seq, r.XID, r.AtMicros} {
		_ = binary.Write(h, binary.BigEndian, n)
	}
	for _, s := range []*string{r.ActorID, &r.ActorKind, &r.RequestID, &r.Action, &r.Type, &r.SubjectID, r.Before, r.After} {
		write(s)
	}
	return h.Sum(binary.BigEndian.AppendUint64(make([]byte, 0, leafSize), uint64(r.Seq))) // #nosec G115 -- seq is positive
}

// Seal chains the next block of at most limit rows and returns how many it took; 0 means that there is nothing final to
// seal now, or that someone else is at it. Call it until it returns less than limit, each time in a transaction of its own.
func Seal(tx pg.Tx, limit int) (int, error) {
	var mine bool
	if err := tx.Raw(`SELECT pg_try_advisory_xact_lock(?)`, sealLock).Scan(&mine).Error; err != nil || !mine {
		return 0, err
	}
	last, err := lastBlock(tx)
	if err != nil {
		return 0, err
	}
	end, err := horizon(tx)
	if err != nil {
		return 0, err
	}
	rows, err := between(tx, last.end(), position{end, 0}, limit)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return len(rows), insertBlock(tx, link(last, rows, tx.Now))
}

// sealBatch is the size of a block when there is enough to fill it.
const sealBatch = 1000

// SealAll seals all that is final now. The sweep seal_events calls it.
func SealAll(ctx context.Context, db *pg.DB) error {
	for took := sealBatch; took == sealBatch; {
		err := db.Tx(ctx, pg.System("seal_events"), func(tx pg.Tx) (err error) {
			took, err = Seal(tx, sealBatch)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// link makes the block of these rows that follows last.
func link(last block, rows []row, now time.Time) block {
	b := block{No: last.No + 1, RowCount: len(rows), FirstSeq: rows[0].Seq, Previous: last.Hash, SealedAt: now}
	for _, r := range rows {
		b.Leaves = append(b.Leaves, r.leaf()...)
	}
	b.LastXID, b.LastSeq = rows[len(rows)-1].XID, rows[len(rows)-1].Seq
	b.Hash = b.digest()
	return b
}

const blockColumns = `no, row_count, first_seq, last_xid::text::bigint AS last_xid, last_seq, leaves, previous, hash, sealed_at`

// lastBlock returns the head of the chain; before the first block that is block 0 with a hash of zeros.
func lastBlock(tx pg.Tx) (block, error) {
	b := block{Hash: make([]byte, sha256.Size)}
	return b, tx.Raw(`SELECT ` + blockColumns + ` FROM event_blocks ORDER BY no DESC LIMIT 1`).Scan(&b).Error
}

// between reads rows in feed order after one position and before another, which is exclusive.
func between(tx pg.Tx, after, before position, limit int) ([]row, error) {
	var rows []row
	err := tx.Raw(`SELECT `+canonicalColumns+` FROM events
		WHERE (xid, seq) > (?::text::xid8, ?) AND (xid, seq) < (?::text::xid8, ?) ORDER BY xid, seq LIMIT ?`,
		strconv.FormatInt(after.XID, 10), after.Seq, strconv.FormatInt(before.XID, 10), before.Seq, limit).Scan(&rows).Error
	return rows, err
}

func insertBlock(tx pg.Tx, b block) error {
	return tx.Exec(`INSERT INTO event_blocks (no, row_count, first_seq, last_xid, last_seq, leaves, previous, hash, sealed_at)
		VALUES (?, ?, ?, ?::text::xid8, ?, ?, ?, ?, ?)`,
		b.No, b.RowCount, b.FirstSeq, strconv.FormatInt(b.LastXID, 10), b.LastSeq, b.Leaves, b.Previous, b.Hash, b.SealedAt).Error
}
