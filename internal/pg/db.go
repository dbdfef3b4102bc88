package pg

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
)

const (
	commitTimeout = 5 * time.Second
	maxAttempts   = 5
)

// Options are the limits of a pool. What is zero is as Default says.
type Options struct {
	MaxConnections int32
	AcquireWait    time.Duration // for a free connection; errs.ErrBusy after it
	LockWait       time.Duration // for a row that somebody else has locked; errs.ErrBusy after it
	StatementTime  time.Duration // of one statement, its waiting included; errs.ErrTimeout after it
}

// Default is what a server has whose clients come back when it is busy. Tests, whose machine may have much else to do, wait longer.
var Default = Options{MaxConnections: 24, AcquireWait: time.Second, LockWait: 3 * time.Second, StatementTime: 10 * time.Second}

// seats is how many connections may wait for one row: a third, so that there are always some for who wants another one.
func (o Options) seats() int { return max(2, int(o.MaxConnections)/3) }

func (o Options) orDefault() Options {
	return Options{
		MaxConnections: cmp.Or(o.MaxConnections, Default.MaxConnections), AcquireWait: cmp.Or(o.AcquireWait, Default.AcquireWait),
		LockWait: cmp.Or(o.LockWait, Default.LockWait), StatementTime: cmp.Or(o.StatementTime, Default.StatementTime),
	}
}

// DB is the database as the edge of the program sees it: it begins transactions and does nothing else.
type DB struct {
	pool   *pgxpool.Pool
	sql    *sql.DB
	gorm   *gorm.DB
	clock  *clock.Clock
	limits Options
	lines  lines

	calendar atomic.Pointer[yearCalendar]
}

// Origin says on whose behalf a transaction runs; audit writes it on every event.
type Origin struct {
	ActorID   uuid.UUID // uuid.Nil for the system itself
	ActorKind string    // "user", "machine" or "system"
	RequestID string
}

// Actor returns the id of the actor for a nullable column: nil for the system itself.
func (o Origin) Actor() *uuid.UUID {
	if o.ActorID == uuid.Nil {
		return nil
	}
	return &o.ActorID
}

// System is the origin of work that nobody asked for: jobs, migrations, seeding.
func System(requestID string) Origin { return Origin{ActorKind: "system", RequestID: requestID} }

// Open connects a pool. GORM, the job queue and LISTEN share it.
func Open(ctx context.Context, url string, o Options, c *clock.Clock) (*DB, error) {
	o = o.orDefault()
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	cfg.MaxConns = o.MaxConnections
	rp := cfg.ConnConfig.RuntimeParams
	rp["application_name"] = "salesgate"
	rp["timezone"] = "UTC"
	rp["statement_timeout"] = fmt.Sprint(o.StatementTime.Milliseconds())
	rp["lock_timeout"] = fmt.Sprint(o.LockWait.Milliseconds())
	// A plan of many branches, none of which finds much, looks dear to the planner: PostgreSQL would compile it for seconds, and run it for
	// milliseconds. Nothing here reads so much at once that compiling pays.
	rp["jit"] = "off"
	rp["idle_in_transaction_session_timeout"] = "30000"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open pool: %w", err)
	}
	sqlDB := stdlib.OpenDBFromPool(pool)
	sqlDB.SetMaxOpenConns(int(o.MaxConnections))
	g, err := gorm.Open(postgres.New(postgres.Config{Conn: sqlDB}), &gorm.Config{
		SkipDefaultTransaction:   true,
		DisableNestedTransaction: true,
		Logger:                   logger.Discard,
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open gorm: %w", err)
	}
	if err := installProbe(g); err != nil {
		pool.Close()
		return nil, err
	}
	return &DB{pool: pool, sql: sqlDB, gorm: g, clock: c, limits: o, lines: lines{seats: o.seats(), of: map[any]*line{}}}, nil
}

// Close waits for connections in use and closes the pool.
func (db *DB) Close() {
	_ = db.sql.Close()
	db.pool.Close()
}

// Pool is for the job queue and LISTEN, which need pgx itself. Business code has no use for it.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// SQL is for the migration tool. Business code has no use for it.
func (db *DB) SQL() *sql.DB { return db.sql }

// Clock is the clock that tx.Now is read from.
func (db *DB) Clock() *clock.Clock { return db.clock }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.pool.Ping(ctx) }

// View runs fn with a handle for reading, without BEGIN and COMMIT: each statement sees its own snapshot. A reader
// that needs several statements to agree uses Snapshot.
func (db *DB) View(ctx context.Context, by Origin, fn func(Tx) error) error {
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx := db.handle(ctx, conn, conn, by)
	if err := fn(tx); err != nil {
		return translate(err)
	}
	return translate(tx.asked.err)
}

// Snapshot runs fn in a read-only transaction in which all statements see the same state.
func (db *DB) Snapshot(ctx context.Context, by Origin, fn func(Tx) error) error {
	return db.once(ctx, by, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, nil, fn)
}

// Tx runs fn in a READ COMMITTED transaction and commits when it returns nil or Keep(err). Deadlocks and
// serialization failures run fn again, at most maxAttempts times, after a short random wait. Returns
// errs.ErrOutcomeUnknown when the connection broke during COMMIT, and errs.ErrBusy when no connection was free in time.
func (db *DB) Tx(ctx context.Context, by Origin, fn func(Tx) error) error {
	var t turn
	for attempt := 1; ; attempt++ {
		err := db.once(ctx, by, nil, &t, fn)
		db.lines.leave(t.rows...)
		t.rows = nil
		if first, ok := errors.AsType[*turnError](err); ok {
			if err := db.lines.wait(ctx, first.row, db.limits.LockWait); err != nil {
				return err
			}
			t = turn{rows: []any{first.row}, waited: true}
			continue
		}
		if attempt == maxAttempts || !retryable(err) {
			return err
		}
		wait := rand.N(time.Duration(attempt) * 10 * time.Millisecond)
		select {
		case <-ctx.Done():
			return translate(ctx.Err())
		case <-time.After(wait):
		}
	}
}

func (db *DB) once(ctx context.Context, by Origin, opts *sql.TxOptions, t *turn, fn func(Tx) error) (err error) {
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	// database/sql rolls back when the context of BeginTx ends. A client that hangs up must not turn a commit into
	// a rollback halfway, so the transaction's own context outlives the request; statements use the request's.
	txCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	sqlTx, err := conn.BeginTx(txCtx, opts)
	if err != nil {
		return translate(err)
	}
	done := false
	defer func() {
		if !done {
			_ = sqlTx.Rollback()
		}
	}()
	var after []func()
	tx := db.handle(ctx, conn, sqlTx, by)
	tx.after, tx.turn = &after, t
	fnErr := fn(tx)
	kept, keep := errors.AsType[*keptError](fnErr)
	if fnErr != nil && !keep {
		return translate(fnErr)
	}
	if tx.asked.err != nil { // deadlines were computed without the calendar
		return translate(tx.asked.err)
	}
	done = true
	if err := db.commit(cancel, sqlTx); err != nil {
		return err
	}
	for _, f := range after {
		f()
	}
	if keep {
		return kept.error
	}
	return nil
}

// handle binds a Tx to a connection. GORM asks for the time on every insert; it gets the transaction's.
func (db *DB) handle(ctx context.Context, conn *sql.Conn, pool gorm.ConnPool, by Origin) Tx {
	now := db.clock.Now()
	s := db.gorm.Session(&gorm.Session{NewDB: true, Context: ctx, NowFunc: func() time.Time { return now }})
	s.Statement.ConnPool = pool
	return Tx{DB: s, Now: now, By: by, conn: conn, clock: db.clock, db: db, asked: &asked{}}
}

func (db *DB) acquire(ctx context.Context) (*sql.Conn, error) {
	actx, cancel := context.WithTimeout(ctx, db.limits.AcquireWait)
	defer cancel()
	conn, err := db.sql.Conn(actx)
	if err != nil {
		if ctx.Err() == nil {
			return nil, errs.ErrBusy.Wrap(err)
		}
		return nil, translate(err)
	}
	return conn, nil
}

// commit gives COMMIT its own time, apart from the request's.
func (db *DB) commit(cancel context.CancelFunc, sqlTx *sql.Tx) error {
	timer := time.AfterFunc(commitTimeout, cancel)
	defer timer.Stop()
	err := sqlTx.Commit()
	if err == nil {
		return nil
	}
	if code(err) != "" { // the server answered: it was rolled back
		return translate(err)
	}
	return errs.ErrOutcomeUnknown.Wrap(err)
}

// keptError is an error that commits.
type keptError struct{ error }

// Keep makes Tx commit and return err nevertheless: for a refusal that must leave a trace, such as a decision or a
// failed login.
func Keep(err error) error { return &keptError{err} }

func (k *keptError) Unwrap() error { return k.error }

// Kept reports whether an error was made by Keep.
func Kept(err error) bool {
	_, ok := errors.AsType[*keptError](err)
	return ok
}

// Undo takes Keep back: the transaction that returns it rolls back, and its error is the same.
func Undo(err error) error {
	if k, ok := errors.AsType[*keptError](err); ok {
		return k.error
	}
	return err
}
