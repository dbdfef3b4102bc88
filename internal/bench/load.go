package bench

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/salesgate/salesgate/internal/identity"
)

//go:embed load.sql
var loadSQL string

const (
	password = "a long enough phrase"
	reps     = 8   // customer c belongs to rep 1 + c % reps
	products = 120 // product p costs 10 + p % 20
)

// The kinds of ids that load.sql makes.
const (
	kindProduct  = 5
	kindCustomer = 4
)

// id is bench.id of load.sql.
func id(kind, n int) uuid.UUID {
	return uuid.MustParse(fmt.Sprintf("%08x-0000-7000-8000-%012x", kind, n))
}

// load fills a migrated database unless it has been filled by an earlier run of the same size.
func load(ctx context.Context, o Options) error {
	conn, err := pgx.Connect(ctx, o.URL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var loaded bool
	if err := conn.QueryRow(ctx, "SELECT to_regnamespace('bench') IS NOT NULL").Scan(&loaded); err != nil {
		return err
	}
	if loaded {
		return sameSize(ctx, conn, o)
	}
	if err := settings(ctx, conn, o); err != nil {
		return err
	}
	for step := range strings.SplitSeq(loadSQL, "-- step ") {
		name, statements, _ := strings.Cut(step, "\n")
		start := time.Now()
		if _, err := conn.Exec(ctx, statements); err != nil {
			return fmt.Errorf("load %s: %w", name, err)
		}
		if took := time.Since(start); took > time.Second {
			o.Log("loaded %s in %.1f s", name, took.Seconds())
		}
	}
	return nil
}

func settings(ctx context.Context, conn *pgx.Conn, o Options) error {
	hash, err := identity.NewPasswords(1).Hash(ctx, password)
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"bench.orders": strconv.Itoa(o.Orders), "bench.customers": strconv.Itoa(o.Customers), "bench.password": hash,
		"maintenance_work_mem": "256MB", "synchronous_commit": "off",
	} {
		if _, err := conn.Exec(ctx, "SELECT set_config($1, $2, false)", name, value); err != nil {
			return err
		}
	}
	return nil
}

// sameSize refuses a database that was loaded with another number of orders. Runs add orders, so only fewer is wrong.
func sameSize(ctx context.Context, conn *pgx.Conn, o Options) error {
	var customers int
	if err := conn.QueryRow(ctx, "SELECT count(*) FROM customers").Scan(&customers); err != nil {
		return err
	}
	if customers != o.Customers {
		return fmt.Errorf("this database was loaded with %d customers, not %d: give an empty one", customers, o.Customers)
	}
	o.Log("the database is loaded already")
	_, err := conn.Exec(ctx, "CREATE SEQUENCE IF NOT EXISTS bench.notices; CREATE SEQUENCE IF NOT EXISTS bench.notices_of_one")
	return err
}
