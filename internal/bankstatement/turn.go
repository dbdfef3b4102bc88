package bankstatement

import (
	"errors"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// Ignore says that a line is no customer's payment, and why. Returns ErrHandled. Locks the line.
func (s *Service) Ignore(tx pg.Tx, id uuid.UUID, version *int64, reason string) (Line, error) {
	return s.turn(tx, id, version, "ignoreBankLine", Open, func(l *Line) { l.State, l.IgnoredReason = Ignored, reason })
}

// Reopen takes back that a line is ignored. Returns ErrHandled for one that isn't, ErrOutgoing. Locks the line.
func (s *Service) Reopen(tx pg.Tx, id uuid.UUID, version *int64) (Line, error) {
	return s.turn(tx, id, version, "reopenBankLine", Ignored, func(l *Line) { l.State, l.IgnoredReason = Open, "" })
}

func (s *Service) turn(tx pg.Tx, id uuid.UUID, version *int64, action string, from State, change func(*Line)) (Line, error) {
	l, err := pg.TakeForUpdate[Line](tx, "id = ?", id)
	switch {
	case err != nil:
		return Line{}, err
	case version != nil && *version != l.Version:
		return Line{}, errs.ErrStale
	case l.State != from:
		return Line{}, ErrHandled.With("state", string(l.State))
	case !l.Incoming:
		return Line{}, ErrOutgoing
	}
	before := l
	change(&l)
	if err := handle(tx, &l); err != nil {
		return Line{}, err
	}
	return l, record(tx, action, subjectLine, id, before, l)
}

// ReceiptReversed implements receivable.Lines: the line of a reversed receipt is open again.
func (s *Service) ReceiptReversed(tx pg.Tx, receiptID uuid.UUID) error {
	l, err := pg.TakeForUpdate[Line](tx, "receipt_id = ?", receiptID)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	before := l
	l.State, l.ReceiptID = Open, nil
	if err := handle(tx, &l); err != nil {
		return err
	}
	return record(tx, "freeBankLine", subjectLine, l.ID, before, l)
}

var _ receivable.Lines = (*Service)(nil)
