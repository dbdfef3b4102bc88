package shipping

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// attach keeps uploads of the caller's with a notice: the bank slip or the bill that a payment-first release goes by (SHP-10).
func (s *Service) attach(tx pg.Tx, who identity.Principal, notice uuid.UUID, files []uuid.UUID) error {
	if s.Files == nil {
		return nil
	}
	return s.Files.Bind(tx, who, SubjectNotice, notice, files...)
}

// papers counts what is attached to a notice.
func (s *Service) papers(tx pg.Tx, notice uuid.UUID) (int, error) {
	if s.Files == nil {
		return 0, nil
	}
	of, err := s.Files.Of(tx, SubjectNotice, notice)
	return len(of[notice]), err
}

// PapersSeen returns errs.ErrNotFound unless the caller may see the notice and prices: its attachments are of money (ORD-03).
func (s *Service) PapersSeen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	if !identity.SeesPrices(who) {
		return errs.ErrNotFound
	}
	return s.Seen(tx, who, id)
}
