package bankstatement

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Certain is a line that can be booked by itself, and whose money it is.
type Certain struct {
	LineID, CustomerID uuid.UUID
	Confidence         int // that it needs
}

// pageOfLines is how many open lines are weighed at once.
const pageOfLines = 500

// Sure finds the open lines of an import, or of all of them, whose only likeliest proposal is at least so sure (bank.confirm_confidence when 0);
// at most so many, the oldest first, however many unsure ones lie before them. A few statements a page of lines.
func (s *Service) Sure(tx pg.Tx, importID *uuid.UUID, confidence, limit int) ([]Certain, error) {
	if confidence == 0 {
		var err error
		if confidence, err = s.rules.Int(tx, "bank.confirm_confidence"); err != nil {
			return nil, err
		}
	}
	sure := make([]Certain, 0, limit)
	var after uuid.UUID
	for {
		lines, err := openLines(tx, importID, after, pageOfLines)
		if err != nil {
			return nil, err
		}
		all, err := s.propose(tx, lines, nil)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			found := all[l.ID]
			if len(found) == 0 || found[0].Ambiguous || found[0].Confidence < confidence {
				continue
			}
			if sure = append(sure, Certain{l.ID, found[0].CustomerID, confidence}); len(sure) == limit {
				return sure, nil
			}
		}
		if len(lines) < pageOfLines {
			return sure, nil
		}
		after = lines[len(lines)-1].ID
	}
}

// ConfirmSure books a line that Sure has found, unless it isn't so sure any more: the line before may have paid what this one would. Each line
// has a transaction of its own, so that no account is waited for while a number is held. Returns and locks what Confirm does.
func (s *Service) ConfirmSure(tx pg.Tx, who identity.Principal, p Certain) (Line, error) {
	l, err := s.hold(tx, who, p.LineID, p.CustomerID)
	if err != nil {
		return Line{}, err
	}
	if err := l.mayBook(nil); err != nil {
		return Line{}, err
	}
	found, err := s.likeliest(tx, l)
	if err != nil {
		return Line{}, err
	}
	if found.CustomerID != p.CustomerID || found.Confidence < p.Confidence {
		return Line{}, ErrNoOne.At("/customer_id")
	}
	return s.book(tx, who, l, p.CustomerID, found.Shares)
}
