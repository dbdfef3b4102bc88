package collection

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// taskProposed asks finance to look at the day's proposals.
const taskProposed = "collection.dunnings_proposed"

// ProposeDunnings computes the proposals of at most n payers with ids above after: those with something overdue, and those with a proposal
// from before. It returns the last of them, uuid.Nil when none is left, and how many have a proposal now.
func (s *Service) ProposeDunnings(tx pg.Tx, after uuid.UUID, n int) (uuid.UUID, int, error) {
	payers, err := payersToDun(tx, clock.Today(tx.Now), after, n)
	if err != nil || len(payers) == 0 {
		return uuid.Nil, 0, err
	}
	made, err := s.propose(tx, payers)
	if err != nil || len(payers) < n {
		return uuid.Nil, made, err
	}
	return payers[len(payers)-1], made, nil
}

// propose computes the proposals of payers anew, and returns how many have one now (ARV-05). An item takes part when it is overdue by at
// least the days of its next step, wasn't dunned within the interval, and something of it is open that is neither disputed nor
// promised for today or later; none of a paused payer does. A payer's proposal takes the highest step of its items. One with nothing left is called off.
// Locks the proposals.
func (s *Service) propose(tx pg.Tx, payers []uuid.UUID) (int, error) {
	interval, err := s.rules.Int(tx, "collection.dunning_interval_days")
	if err != nil {
		return 0, err
	}
	rows, err := storeProposals(tx, payers, clock.Today(tx.Now), interval)
	if err != nil {
		return 0, err
	}
	made := 0
	entries := make([]audit.Entry, 0, len(rows))
	for _, r := range rows {
		action := "proposeDunning"
		if r.Ended {
			action = "cancelDunning"
		} else {
			made++
		}
		if r.Ended || r.Made {
			entries = append(entries, audit.Entry{
				Action: action, SubjectType: SubjectDunning, SubjectID: r.ID,
				After: map[string]any{"payer_id": r.PayerID, "step": r.Step, "amount": r.Amount, "days": r.Days},
			})
		}
	}
	return made, audit.RecordAll(tx, entries)
}

// TellOfProposals asks finance, once a day, to look at the proposals.
func (s *Service) TellOfProposals(tx pg.Tx, made int) error {
	day := clock.Today(tx.Now).Format(time.DateOnly)
	id := uuid.NewSHA1(policyID, []byte(day))
	if made == 0 {
		return nil
	}
	return followup.Open(tx, followup.Task{
		Kind: taskProposed, SubjectType: "dunning_run", SubjectID: id, Number: day, Role: identity.FinanceClerk, Inform: true,
		TitleEN: fmt.Sprintf("%d dunnings wait to be sent", made), TitleZH: fmt.Sprintf("有 %d 份催款单待发出", made),
	})
}
