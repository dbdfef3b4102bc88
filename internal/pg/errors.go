package pg

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm/clause"

	"github.com/salesgate/salesgate/internal/errs"
)

// forUpdate locks a row against other writers. Keys never change here, so rows that refer to it can be written meanwhile:
// with the stronger FOR UPDATE, a delivery note's foreign key would wait for whoever edits the customer.
var forUpdate = clause.Locking{Strength: "NO KEY UPDATE"}

// constraints maps the name of a constraint to the error that its violation is. A module registers its own.
var constraints = map[string]*errs.Def{}

// Constraint declares that a violation of the named constraint or unique index is this error. Call it from a package
// variable or init; every constraint that guards a rule has one, and a test that trips it.
func Constraint(name string, def *errs.Def) *errs.Def {
	constraints[name] = def
	return def
}

func code(err error) string {
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pe.Code
	}
	return ""
}

// retryable is true for what is worth running again from the start.
func retryable(err error) bool {
	switch code(err) {
	case "40001", "40P01":
		return true
	}
	return errors.Is(err, ErrAgain)
}

// ErrAgain makes DB.Tx run the closure again: two requests met in a way that the second run sees clearly.
var ErrAgain = errors.New("pg: run the transaction again")

// translate turns what PostgreSQL says into the error vocabulary; errors that are ours already pass unchanged.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if _, ours := errs.As(err); ours {
		return err
	}
	pe, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		if errors.Is(err, context.DeadlineExceeded) {
			return errs.ErrTimeout.Wrap(err)
		}
		return err
	}
	if def := constraints[pe.ConstraintName]; def != nil {
		return def.Wrap(err)
	}
	switch pe.Code {
	case "23505":
		return errs.ErrDuplicate.Wrap(err)
	case "23503":
		return errs.ErrReferenced.Wrap(err)
	case "23514", "23502", "23P01", "22003", "22001":
		return errs.ErrConstraint.Wrap(err)
	case "55P03": // lock_timeout
		return errs.ErrBusy.Wrap(err)
	case "57014": // statement_timeout or cancelled
		return errs.ErrTimeout.Wrap(err)
	case "53300", "57P01", "57P03":
		return errs.ErrBusy.Wrap(err)
	}
	return err
}
