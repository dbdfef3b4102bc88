package contract

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// readPapers returns the papers of a contract with their moves, in two statements.
func readPapers(tx pg.Tx, contractID uuid.UUID) ([]Paper, error) {
	var rows []Paper
	if err := tx.Where("contract_id = ?", contractID).Order("kind DESC, label").Find(&rows).Error; err != nil || len(rows) == 0 {
		return rows, err
	}
	ids, at := make([]uuid.UUID, len(rows)), map[uuid.UUID]int{}
	for i, p := range rows {
		ids[i], at[p.ID] = p.ID, i
	}
	var moves []PaperMove
	err := tx.Where("paper_id IN ?", ids).Order("id").Find(&moves).Error
	for _, m := range moves {
		p := &rows[at[m.PaperID]]
		p.Moves = append(p.Moves, m)
	}
	return rows, err
}

func movesOf(tx pg.Tx, paperID uuid.UUID) ([]PaperMove, error) {
	var moves []PaperMove
	err := tx.Where("paper_id = ?", paperID).Order("id").Find(&moves).Error
	return moves, err
}

// storePaper writes where a paper is now.
func storePaper(tx pg.Tx, p *Paper, version *int64, h Hand) error {
	if version != nil && *version != p.Version {
		return errs.ErrStale
	}
	err := pg.Update(tx, p.TableName(), p.ID, p.Version, map[string]any{"holder_id": h.HolderID, "holder": h.Holder, "place": h.Place})
	p.HolderID, p.Holder, p.Place, p.Version = h.HolderID, h.Holder, h.Place, p.Version+1
	return err
}

// openTermination reads the termination of a locked contract that is being decided. Returns errs.ErrNotFound when there is none.
func openTermination(tx pg.Tx, contractID uuid.UUID) (Termination, error) {
	return pg.Take[Termination](tx, "contract_id = ? AND state = 'submitted'", contractID)
}

func lastTermination(tx pg.Tx, contractID uuid.UUID) (Termination, error) {
	ordered := tx
	ordered.DB = tx.Order("id DESC")
	return pg.Take[Termination](ordered, "contract_id = ?", contractID)
}

func (t *Termination) store(tx pg.Tx) error {
	err := pg.Update(tx, t.TableName(), t.ID, t.Version, map[string]any{
		"state": t.State, "state_reason": t.StateReason, "decided_at": t.DecidedAt,
	})
	t.Version++
	return err
}
