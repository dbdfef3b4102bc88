package bankstatement

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// points reads the parameters of how much each reason counts.
func (s *Service) points(tx pg.Tx) (Points, error) {
	points := Points{}
	for reason, name := range map[Reason]string{
		ByNumber: "bank.number_points", ByAccount: "bank.account_points", ByName: "bank.name_points", ByAmount: "bank.amount_points", BySum: "bank.sum_points",
	} {
		n, err := s.rules.Int(tx, name)
		if err != nil {
			return nil, err
		}
		points[reason] = n
	}
	return points, nil
}

// propose weighs lines that are open, each on its own; only is the one customer to be considered, nil for everybody. A few statements,
// however many lines.
func (s *Service) propose(tx pg.Tx, lines []Line, only *uuid.UUID) (map[uuid.UUID][]Proposal, error) {
	out := make(map[uuid.UUID][]Proposal, len(lines))
	points, err := s.points(tx)
	if err != nil {
		return nil, err
	}
	found, payers, err := candidates(tx, lines, only)
	if err != nil {
		return nil, err
	}
	items, err := s.receivables.OpenItems(tx, payers)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		if l.State != Open {
			continue
		}
		of := found[l.ID]
		for i := range of {
			of[i].items = items[of[i].payer]
		}
		proposals := propose(l, of, points)
		if only != nil && len(proposals) == 0 && len(of) == 1 { // somebody says that it is this one's
			proposals = []Proposal{of[0].weigh(l, points)}
		}
		if len(proposals) > 0 {
			out[l.ID] = proposals
		}
	}
	return out, nil
}

// Shown is a line with what is proposed for it.
type Shown struct {
	Line
	Proposals []Proposal
}

// Show returns a line with its proposals, the likeliest first.
func (s *Service) Show(tx pg.Tx, id uuid.UUID) (Shown, error) {
	l, err := pg.Take[Line](tx, "id = ?", id)
	if err != nil {
		return Shown{}, err
	}
	all, err := s.propose(tx, []Line{l}, nil)
	return Shown{l, all[id]}, err
}

// List returns a page of lines, newest first, each open one with its proposals. The number of statements doesn't grow with the page.
func (s *Service) List(tx pg.Tx, f Filter, p pg.Page) ([]Shown, string, error) {
	rows, next, err := listLines(tx, f, p)
	if err != nil {
		return nil, "", err
	}
	all, err := s.propose(tx, rows, nil)
	shown := make([]Shown, len(rows))
	for i, l := range rows {
		shown[i] = Shown{l, all[l.ID]}
	}
	return shown, next, err
}
