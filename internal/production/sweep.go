package production

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// MarkBehind finds the lines whose day has come since their risk was computed (ORD-04): expected before today and not finished, or promised
// and not even expected. It deals with at most n requests and returns how many it found.
func (s *Service) MarkBehind(tx pg.Tx, n int) (int, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT DISTINCT request_id FROM production_lines WHERE live AND finished < quantity AND risk = 'none'
		AND (expected_on < ? OR expected_on IS NULL AND wanted_on <= ?) ORDER BY request_id LIMIT ?`, today(tx), today(tx), n).Scan(&ids).Error
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		r, err := s.hold(tx, identity.System(), id, nil, Open, Held, Closed, Cancelled)
		if err != nil {
			return 0, err
		}
		if err := s.store(tx, &r, "fallBehind", r.snapshot()); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// CloseShipped ends at most n requests whose orders are shipped, and returns how many it ended: shipping doesn't tell.
func (s *Service) CloseShipped(tx pg.Tx, n int) (int, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT r.id FROM production_requests r JOIN orders o ON o.id = r.order_id
		WHERE r.state IN ('open', 'held') AND o.state IN ('shipped', 'closed') ORDER BY r.id LIMIT ?`, n).Scan(&ids).Error
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		r, err := s.hold(tx, identity.System(), id, nil, Open, Held, Closed, Cancelled)
		if err != nil {
			return 0, err
		}
		if r.EndedAt != nil {
			continue
		}
		if err := s.stop(tx, &r, Closed, "", "closeProductionRequest"); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
