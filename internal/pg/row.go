package pg

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/salesgate/salesgate/internal/errs"
)

// ScanRow runs a query for one row and scans its columns into dest. It speaks to the driver itself, on the transaction's
// connection, without what GORM and database/sql cost: for hot paths. The query's placeholders are plain ?, one for each
// argument. Returns errs.ErrNotFound when there is no row.
func ScanRow(tx Tx, dest []any, query string, args ...any) error {
	err := tx.native(func(c *pgx.Conn) error {
		return c.QueryRow(tx.Statement.Context, numbered(query), formatted(args)...).Scan(dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return errs.ErrNotFound
	}
	return err
}

// ScanRows runs a query and calls each for every row; fields names where the row's columns go. As ScanRow otherwise.
func ScanRows(tx Tx, fields []any, each func() error, query string, args ...any) error {
	return tx.native(func(c *pgx.Conn) error {
		rows, err := c.Query(tx.Statement.Context, numbered(query), formatted(args)...)
		if err != nil {
			return err
		}
		_, err = pgx.ForEachRow(rows, fields, each)
		return err
	})
}

// formats are those in which results come; what isn't named comes as text. A numeric must: in binary it would lose its
// scale, and 0.00 would become 0.
var formats = pgx.QueryResultFormatsByOID{
	pgtype.BoolOID: pgtype.BinaryFormatCode, pgtype.ByteaOID: pgtype.BinaryFormatCode, pgtype.DateOID: pgtype.BinaryFormatCode,
	pgtype.Int2OID: pgtype.BinaryFormatCode, pgtype.Int4OID: pgtype.BinaryFormatCode, pgtype.Int8OID: pgtype.BinaryFormatCode,
	pgtype.TimestamptzOID: pgtype.BinaryFormatCode, pgtype.UUIDOID: pgtype.BinaryFormatCode,
}

func formatted(args []any) []any { return append([]any{formats}, args...) }

// Exec runs a statement and returns how many rows it hit. As ScanRow otherwise.
func Exec(tx Tx, query string, args ...any) (int64, error) {
	var n int64
	err := tx.native(func(c *pgx.Conn) error {
		tag, err := c.Exec(tx.Statement.Context, numbered(query), args...)
		n = tag.RowsAffected()
		return err
	})
	return n, err
}

// native runs fn on the driver's connection of the transaction, as one statement for the Probe.
func (tx Tx) native(fn func(*pgx.Conn) error) error {
	if tx.Error != nil {
		return tx.Error
	}
	if err := probed(tx.Statement.Context); err != nil {
		return err
	}
	return tx.conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("pg: the driver is %T", driver)
		}
		return fn(c.Conn())
	})
}

// numberedQueries keeps what numbered has made: the queries are the program's own, so there are few.
var numberedQueries sync.Map

// numbered writes $1, $2 … for the placeholders of a query.
func numbered(query string) string {
	if q, ok := numberedQueries.Load(query); ok {
		return q.(string) //nolint:errcheck // only strings are stored
	}
	parts := strings.Split(query, "?")
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(i))
		}
		b.WriteString(part)
	}
	numberedQueries.Store(query, b.String())
	return b.String()
}
