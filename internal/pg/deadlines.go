package pg

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
)

// Deadlines are those in working time that the open rows of a table have, each as it came of an instant that the row
// keeps. All its texts are the program's own.
type Deadlines struct {
	Table     string
	Open      string // the condition of the rows whose deadlines count
	From      string // the column of the instant that the time runs from
	Amount    string // the column of how many days or hours; "" for none
	Due       string // the column of the deadline; "" is due_at
	Versioned bool   // moving a deadline raises the row's version

	// Term makes of instant and amount what the calendar computes from.
	Term func(tx Tx, from time.Time, amount int) (clock.Term, error)
}

// Days is a Term of so many working days.
func Days(_ Tx, from time.Time, amount int) (clock.Term, error) {
	return clock.Term{From: from, Days: amount}, nil
}

type deadline struct {
	ID     uuid.UUID
	From   time.Time
	Amount int
	Due    time.Time
}

// Recompute gives the open rows, at most n of those with ids above after, the deadlines that the calendar now makes. It returns the last id that it
// looked at, uuid.Nil when none is left. Locks the rows, in id order. Two statements.
func (d Deadlines) Recompute(tx Tx, after uuid.UUID, n int) (uuid.UUID, error) {
	rows, err := d.open(tx, after, n)
	if err != nil || len(rows) == 0 {
		return uuid.Nil, err
	}
	moved := map[uuid.UUID]time.Time{}
	for _, r := range rows {
		term, err := d.Term(tx, r.From.UTC(), r.Amount)
		if err != nil {
			return uuid.Nil, err
		}
		if due := tx.Calendar().Due(term); !due.Equal(r.Due) {
			moved[r.ID] = due
		}
	}
	return rows[len(rows)-1].ID, d.move(tx, moved)
}

func (d Deadlines) open(tx Tx, after uuid.UUID, n int) (rows []deadline, err error) {
	err = tx.Raw(`SELECT id, `+d.From+` AS "from", `+d.amount()+` AS amount, `+d.due()+` AS due FROM `+d.Table+` WHERE `+d.Open+
		` AND id > ? ORDER BY id LIMIT ? FOR NO KEY UPDATE`, after, n).Scan(&rows).Error
	return rows, err
}

func (d Deadlines) move(tx Tx, moved map[uuid.UUID]time.Time) error {
	if len(moved) == 0 {
		return nil
	}
	set := d.due() + " = m.due_at"
	if d.Versioned {
		set += ", version = d.version + 1"
	}
	ids, at := Columns(moved)
	return tx.Exec(`UPDATE `+d.Table+` d SET `+set+` FROM unnest(?::uuid[], ?::timestamptz[]) AS m (id, due_at) WHERE d.id = m.id`, ids, at).Error
}

func (d Deadlines) due() string {
	if d.Due == "" {
		return "due_at"
	}
	return d.Due
}

func (d Deadlines) amount() string {
	if d.Amount == "" {
		return "0"
	}
	return d.Amount
}
