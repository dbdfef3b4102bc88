package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/salesgate/salesgate/internal/pg"
)

// FaultKind says in what way the log isn't what was sealed.
type FaultKind string

// The kinds of fault.
const (
	RowAltered    FaultKind = "row_altered"
	RowMissing    FaultKind = "row_missing"
	RowInserted   FaultKind = "row_inserted"
	BlockAltered  FaultKind = "block_altered" // the block itself doesn't fit its hash
	BlockMissing  FaultKind = "block_missing" // the numbers have a gap, or the chain ends before the anchor
	ChainBroken   FaultKind = "chain_broken"  // the block names another predecessor than there is
	AnchorDiffers FaultKind = "anchor_differs"
)

// Fault is the first thing that is wrong.
type Fault struct {
	Kind  FaultKind
	Block int64
	Seq   int64 // of the row, 0 when the fault is the block's
}

// String says it in one line.
func (f Fault) String() string {
	if f.Seq == 0 {
		return fmt.Sprintf("%s: block %d", f.Kind, f.Block)
	}
	return fmt.Sprintf("%s: event %d in block %d", f.Kind, f.Seq, f.Block)
}

// Anchor is the head of the chain as someone noted it in another place.
type Anchor struct {
	Block int64
	Hash  string // hex
}

// String is the form in which an anchor is printed and given: "12:9f86d0…".
func (a Anchor) String() string { return fmt.Sprintf("%d:%s", a.Block, a.Hash) }

// ParseAnchor reads what Anchor.String prints.
func ParseAnchor(s string) (Anchor, error) {
	var a Anchor
	if _, err := fmt.Sscanf(s, "%d:%64s", &a.Block, &a.Hash); err != nil || a.Block < 1 || len(a.Hash) != 64 {
		return Anchor{}, fmt.Errorf("anchor %q isn't <block>:<64 hex digits>", s)
	}
	return a, nil
}

// Report is the result of Verify. Fault is nil when all that was sealed is as it was.
type Report struct {
	Blocks, Rows int64
	Unsealed     int64 // events after the last block
	Head         Anchor
	Fault        *Fault
}

// Verify walks the whole chain and stops at the first fault. Run it in a Snapshot, so that sealing goes on beside it.
// With an anchor the chain must still contain that block with that hash.
func Verify(tx pg.Tx, anchor *Anchor) (Report, error) {
	var report Report
	last := block{Hash: make([]byte, sha256.Size)}
	anchored := anchor == nil
	for {
		b, found, err := blockAfter(tx, last.No)
		if err != nil {
			return report, err
		}
		if !found {
			break
		}
		report.Fault, err = check(tx, last, b)
		if err != nil || report.Fault != nil {
			return report, err
		}
		report.Blocks++
		report.Rows += int64(b.RowCount)
		last = b
		if anchor != nil && anchor.Block == b.No {
			if anchor.Hash != hex.EncodeToString(b.Hash) {
				report.Fault = &Fault{Kind: AnchorDiffers, Block: b.No}
				return report, nil
			}
			anchored = true
		}
	}
	if !anchored {
		report.Fault = &Fault{Kind: BlockMissing, Block: last.No + 1}
		return report, nil
	}
	report.Head = Anchor{last.No, hex.EncodeToString(last.Hash)}
	var err error
	report.Unsealed, err = countAfter(tx, last.end())
	return report, err
}

// check compares one block with its predecessor, with its own hash, and with the rows that it covers.
func check(tx pg.Tx, last, b block) (*Fault, error) {
	switch {
	case b.No != last.No+1:
		return &Fault{Kind: BlockMissing, Block: last.No + 1}, nil
	case !bytes.Equal(b.Previous, last.Hash):
		return &Fault{Kind: ChainBroken, Block: b.No}, nil
	case !bytes.Equal(b.Hash, b.digest()):
		return &Fault{Kind: BlockAltered, Block: b.No}, nil
	}
	rows, err := between(tx, last.end(), position{b.LastXID, b.LastSeq + 1}, 2*b.RowCount+1)
	if err != nil {
		return nil, err
	}
	if f := compare(b.Leaves, rows); f != nil {
		f.Block = b.No
		return f, nil
	}
	return nil, nil
}

// compare walks the sealed leaves and the rows side by side and names the first difference.
func compare(leaves []byte, rows []row) *Fault {
	there := make(map[int64]bool, len(rows))
	for _, r := range rows {
		there[r.Seq] = true
	}
	for i := 0; ; i++ {
		sealed, ok := leafAt(leaves, i)
		switch {
		case !ok && i >= len(rows):
			return nil
		case !ok:
			return &Fault{Kind: RowInserted, Seq: rows[i].Seq}
		case !there[seqOf(sealed)]:
			return &Fault{Kind: RowMissing, Seq: seqOf(sealed)}
		case rows[i].Seq != seqOf(sealed): // the sealed one comes later, so this one was slipped in before it
			return &Fault{Kind: RowInserted, Seq: rows[i].Seq}
		case !bytes.Equal(rows[i].leaf(), sealed):
			return &Fault{Kind: RowAltered, Seq: rows[i].Seq}
		}
	}
}

func leafAt(leaves []byte, i int) ([]byte, bool) {
	if (i+1)*leafSize > len(leaves) {
		return nil, false
	}
	return leaves[i*leafSize : (i+1)*leafSize], true
}

func seqOf(leaf []byte) int64 { return int64(binary.BigEndian.Uint64(leaf)) } // #nosec G115 -- written from an int64

func blockAfter(tx pg.Tx, no int64) (b block, found bool, err error) {
	res := tx.Raw(`SELECT `+blockColumns+` FROM event_blocks WHERE no > ? ORDER BY no LIMIT 1`, no).Scan(&b)
	return b, res.RowsAffected == 1, res.Error
}

func countAfter(tx pg.Tx, at position) (int64, error) {
	var n int64
	return n, tx.Raw(`SELECT count(*) FROM events WHERE (xid, seq) > (?::text::xid8, ?)`, fmt.Sprint(at.XID), at.Seq).Scan(&n).Error
}
