package gate

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// Ending is a pass that is no longer good.
type Ending struct {
	Xid        int64
	Seq        int64
	GatePassID uuid.UUID
	Number     string
	State      string
	UsedAt     *time.Time
	ExpiresAt  time.Time
}

// endingMark is where a phone has read to.
type endingMark struct {
	Xid int64 `json:"x"`
	Seq int64 `json:"s"`
}

// forgotten is how long after its expiry a pass is still listed: a phone's clock may be wrong by that much.
const forgotten = 24 * time.Hour

// ListEndings returns the passes that ended after a cursor, in the order of commits, the cursor to ask with the next time, and whether there
// are more now. Nothing that commits later is ever missed: what is still being written is not answered yet (audit's feed does the same).
func (s *Service) ListEndings(tx pg.Tx, p pg.Page) ([]Ending, string, bool, error) {
	var mark endingMark
	if _, err := p.After(&mark); err != nil {
		return nil, "", false, err
	}
	rows, err := readEndings(tx, mark, tx.Now.Add(-forgotten), p.Limit+1)
	if err != nil {
		return nil, "", false, err
	}
	more := len(rows) > p.Limit
	if more {
		rows = rows[:p.Limit]
	}
	if n := len(rows); n > 0 {
		mark = endingMark{rows[n-1].Xid, rows[n-1].Seq}
	}
	next, err := pg.Cursor(mark)
	return rows, next, more, err
}
