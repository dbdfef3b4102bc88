package contract

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/pg"
)

// openAmendment reads the amendment of a locked contract that is on its way. Returns errs.ErrNotFound when there is none.
func openAmendment(tx pg.Tx, contractID uuid.UUID) (Amendment, error) {
	return pg.Take[Amendment](tx, "contract_id = ? AND state IN ('draft', 'submitted', 'approved')", contractID)
}

// store writes what may change on an amendment, and records that.
func (a *Amendment) store(tx pg.Tx, action string) error {
	change, err := json.Marshal(a.Change)
	if err != nil {
		return err
	}
	err = pg.Update(tx, a.TableName(), a.ID, a.Version, map[string]any{
		"state": a.State, "reason": a.Reason, "change": string(change), "content": a.Content, "state_reason": a.StateReason,
		"approval_id": a.ApprovalID, "demand_round": a.DemandRound, "price_round": a.PriceRound, "period_round": a.PeriodRound,
		"condition_round": a.ConditionRound, "signed_on": a.SignedOn, "customer_signed_on": a.CustomerSignedOn, "signed_by": a.SignedBy,
		"signed_content": a.SignedContent,
		"submitted_at":   a.SubmittedAt, "approved_at": a.ApprovedAt, "ended_at": a.EndedAt,
	})
	if err != nil {
		return err
	}
	a.Version++
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: a.ContractID, After: a.trace()})
}

// insertRevision keeps a revision as it comes in force.
func insertRevision(tx pg.Tx, c *Contract, reason string) error {
	content, err := json.Marshal(c.says())
	if err != nil {
		return err
	}
	_, err = pg.Exec(tx, `INSERT INTO contract_revisions
			(contract_id, revision, content, approval_id, reason, signed_on, customer_signed_on, in_force_at, recorded_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.Revision, string(content), c.ApprovalID, reason, c.SignedOn, c.CustomerSignedOn, tx.Now, tx.By.Actor())
	return err
}

// readAnswers returns what production answered about a contract, the last one first.
func readAnswers(tx pg.Tx, contractID uuid.UUID) ([]CapacityAnswer, error) {
	var rows []CapacityAnswer
	err := tx.Where("contract_id = ?", contractID).Order("id DESC").Limit(100).Find(&rows).Error
	return rows, err
}

// listAmendments returns the amendments of a contract, the last one first.
func listAmendments(tx pg.Tx, contractID uuid.UUID, page pg.Page) ([]Amendment, string, error) {
	last := uuid.Max
	if _, err := page.After(&last); err != nil {
		return nil, "", err
	}
	var rows []Amendment
	err := tx.Where("contract_id = ? AND id < ?", contractID, last).Order("id DESC").Limit(page.Limit + 1).Find(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(a Amendment) any { return a.ID })
}

// lastRevision returns the last revision in force before another.
func lastRevision(tx pg.Tx, contractID uuid.UUID, before int) (Revision, error) {
	ordered := tx
	ordered.DB = tx.Order("revision DESC")
	return pg.Take[Revision](ordered, "contract_id = ? AND revision < ?", contractID, before)
}

func listRevisions(tx pg.Tx, contractID uuid.UUID) ([]Revision, error) {
	var rows []Revision
	err := tx.Where("contract_id = ?", contractID).Order("revision DESC").Limit(200).Find(&rows).Error
	return rows, err
}
