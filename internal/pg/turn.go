package pg

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/salesgate/salesgate/internal/errs"
)

// Turn is for a row that many may want to lock at once, asked for before it is locked: some transactions of this process may wait for the row in PostgreSQL,
// each with a connection in its hands; who comes after them rolls back, waits in line without a connection, and runs again from the beginning when it is
// at the head. So a customer whom everybody works on uses up no pool, and is served in the order of asking. Return the error at once.
//
// A transaction waits in line once at most: somebody in line never holds what another in line waits for.
func (tx Tx) Turn(row any) error {
	if tx.turn == nil || slices.Contains(tx.turn.rows, row) {
		return nil
	}
	if !tx.db.lines.enter(row, tx.turn.waited) {
		return &turnError{row}
	}
	tx.turn.rows = append(tx.turn.rows, row)
	return nil
}

// turn is what a transaction has of lines.
type turn struct {
	rows   []any // whose seats it has
	waited bool
}

// turnError makes DB.Tx wait in the row's line.
type turnError struct{ row any }

func (*turnError) Error() string { return "pg: to be run again when it is its turn" }

// OutOfTurn reports whether an error is Turn's: the transaction runs again without having been a deadlock's victim.
func OutOfTurn(err error) bool {
	_, ok := errors.AsType[*turnError](err)
	return ok
}

// lines are the transactions of this process that want the same rows.
type lines struct {
	seats int // for each row: so many may wait for it with a connection
	mu    sync.Mutex
	of    map[any]*line
}

type line struct {
	seated  int
	waiting []chan struct{} // the first one's turn is next; closed when it has a seat
}

// enter takes a seat. Without one that is free, and nobody before us, only who insists gets one.
func (l *lines) enter(row any, insist bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	of := l.of[row]
	if of == nil {
		of = &line{}
		l.of[row] = of
	}
	if !insist && (of.seated >= l.seats || len(of.waiting) > 0) {
		return false
	}
	of.seated++
	return true
}

// wait stands in line until there is a seat. Returns errs.ErrBusy when there is none in time.
func (l *lines) wait(ctx context.Context, row any, patience time.Duration) error {
	l.mu.Lock()
	of := l.of[row]
	if of == nil || of.seated < l.seats && len(of.waiting) == 0 { // they left meanwhile
		l.mu.Unlock()
		l.enter(row, true)
		return nil
	}
	mine := make(chan struct{})
	of.waiting = append(of.waiting, mine)
	l.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	case <-timer.C:
	}
	l.mu.Lock()
	at := slices.Index(of.waiting, mine)
	if at >= 0 {
		of.waiting = slices.Delete(of.waiting, at, at+1)
	}
	l.mu.Unlock()
	switch {
	case at < 0: // the seat came at the last moment
		return nil
	case ctx.Err() != nil:
		return translate(ctx.Err())
	}
	return errs.ErrBusy
}

// leave gives seats to those who wait.
func (l *lines) leave(rows ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, row := range rows {
		of := l.of[row]
		of.seated--
		for of.seated < l.seats && len(of.waiting) > 0 {
			of.seated++
			close(of.waiting[0])
			of.waiting = of.waiting[1:]
		}
		if of.seated == 0 && len(of.waiting) == 0 {
			delete(l.of, row)
		}
	}
}
