package contract

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// stageProduction is the stage of contract.sign by which the matrix asks production.
const stageProduction = "production"

// Demand is what production is asked about: goods and dates, no prices.
type Demand struct {
	Contract Contract // the lines are those that are asked about: an amendment's while one is on its way
	Approval *uuid.UUID
	Asked    bool // production is asked now
	Answers  []CapacityAnswer
}

// CapacityAnswer is what production stated about one submission (CON-05).
type CapacityAnswer struct {
	ID         uuid.UUID
	ContractID uuid.UUID
	ApprovalID uuid.UUID
	Revision   int
	Confirmed  bool               // quantity and dates of all lines can be met as asked
	Lines      []CapacityAnswered `gorm:"serializer:json"`
	Note       string
	AnsweredBy uuid.UUID
	AnsweredAt time.Time
}

// TableName implements gorm's Tabler.
func (CapacityAnswer) TableName() string { return "contract_capacity_answers" }

// CapacityAnswered is the answer about one line.
type CapacityAnswered struct {
	LineID     uuid.UUID  `json:"line_id"`
	Possible   bool       `json:"possible"`             // as asked
	Deliveries []Delivery `json:"deliveries,omitempty"` // what can be instead; none when the line can't be made
	Note       string     `json:"note,omitempty"`
}

// ReadCapacity returns what production is asked about a contract, without prices, and what it has answered. Returns errs.ErrNotFound
// for a contract that the caller may not see (ORG-06).
func (s *Service) ReadCapacity(tx pg.Tx, who identity.Principal, id uuid.UUID) (Demand, error) {
	c, err := s.Get(tx, who, id)
	if err != nil {
		return Demand{}, err
	}
	d := Demand{Contract: c}
	if d.Answers, err = readAnswers(tx, id); err != nil {
		return Demand{}, err
	}
	r, asked, revised, err := s.question(tx, &c)
	if err != nil || !asked {
		return d, err
	}
	d.Approval, d.Contract, d.Asked = &r, revised, true
	return d, nil
}

// question finds the request by which production is asked now, and what about.
func (s *Service) question(tx pg.Tx, c *Contract) (id uuid.UUID, asked bool, revised Contract, err error) {
	r, err := s.approvals.Latest(tx, Matter, Subject, c.ID)
	if isNotFound(err) {
		return uuid.Nil, false, Contract{}, nil
	}
	if err != nil {
		return uuid.Nil, false, Contract{}, err
	}
	step := r.Current()
	if step == nil || step.Stage != stageProduction {
		return uuid.Nil, false, Contract{}, nil
	}
	if c.State != StateInForce {
		return r.ID, true, *c, nil
	}
	a, err := openAmendment(tx, c.ID)
	if err != nil {
		return uuid.Nil, false, Contract{}, err
	}
	revised, err = s.revised(tx, c, &a)
	return r.ID, true, revised, err
}

// AnswerCapacity states for production whether quantity and dates can be met, line by line (CON-05). When all can be, it is production's
// approval and the next in the route are asked; otherwise the contract, or the amendment, goes back to sales with the answer. The caller
// must be somebody whom the production stage asks. version is optional.
//
// Returns errs.ErrNotFound, errs.ErrStale, ErrNoQuestion, ErrAnswer at the line, and what approval returns about the one who answers
// (approval.ErrNotAsked). Locks the approval, then the contract.
func (s *Service) AnswerCapacity(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, lines []CapacityAnswered, note string) (Demand, error) {
	if err := s.approvals.Lock(tx, Subject, id); err != nil {
		return Demand{}, err
	}
	c, err := s.locked(tx, who, id, version, VerbAnswer)
	if err != nil {
		return Demand{}, err
	}
	request, asked, about, err := s.question(tx, &c)
	if err != nil {
		return Demand{}, err
	}
	if !asked {
		return Demand{}, ErrNoQuestion
	}
	a := CapacityAnswer{
		ID: uuid.Must(uuid.NewV7()), ContractID: id, ApprovalID: request, Revision: about.Revision, Lines: lines, Note: note,
		AnsweredBy: who.ID, AnsweredAt: tx.Now,
	}
	if a.Confirmed, err = about.answers(lines); err != nil {
		return Demand{}, err
	}
	if err := pg.Insert(tx, &a); err != nil {
		return Demand{}, err
	}
	if a.Confirmed {
		_, err = s.approvals.ApproveRequest(tx, who, request, approval.Verdict{Comment: note})
	} else {
		_, err = s.approvals.ReturnRequest(tx, who, request, approval.Verdict{Comment: about.words(a)})
	}
	if err != nil {
		return Demand{}, err
	}
	err = audit.Record(tx, audit.Entry{Action: string(VerbAnswer), SubjectType: Subject, SubjectID: id, After: map[string]any{
		"confirmed": a.Confirmed, "lines": a.Lines, "note": a.Note, "revision": a.Revision,
	}})
	if err != nil {
		return Demand{}, err
	}
	return s.ReadCapacity(tx, who, id)
}

// answers reports whether every line can be met as asked. Returns ErrAnswer unless each line is answered once, and what can't be met
// says what can, or nothing.
func (c *Contract) answers(lines []CapacityAnswered) (bool, error) {
	all, seen := true, map[uuid.UUID]bool{}
	for i, l := range lines {
		if c.Line(l.LineID) == nil || seen[l.LineID] || l.Possible && len(l.Deliveries) > 0 {
			return false, ErrAnswer.At(fmt.Sprintf("/lines/%d", i))
		}
		for k, d := range l.Deliveries {
			if !d.Quantity.IsPos() || k > 0 && !d.On.After(l.Deliveries[k-1].On) {
				return false, ErrAnswer.At(fmt.Sprintf("/lines/%d/deliveries/%d", i, k))
			}
		}
		seen[l.LineID] = true
		all = all && l.Possible
	}
	if len(seen) != len(c.Lines) {
		return false, ErrAnswer.At("/lines")
	}
	return all, nil
}

// words is a no, in a sentence for the rep.
func (c *Contract) words(a CapacityAnswer) string {
	var parts []string
	for _, l := range a.Lines {
		if l.Possible {
			continue
		}
		can := "—"
		if len(l.Deliveries) > 0 {
			dates := make([]string, len(l.Deliveries))
			for i, d := range l.Deliveries {
				dates[i] = d.On.Format(time.DateOnly) + ": " + d.Quantity.String()
			}
			can = strings.Join(dates, ", ")
		}
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("第 %d 行 / line %d → %s %s", c.Line(l.LineID).LineNo, c.Line(l.LineID).LineNo, can, l.Note)))
	}
	text := "CON-05 产能答复 / production: " + strings.Join(parts, "; ")
	if a.Note != "" {
		text += ". " + a.Note
	}
	if r := []rune(text); len(r) > 1900 {
		text = string(r[:1900]) + "…"
	}
	return text
}

// asksMore reports whether a revision demands more of production than what was agreed before: another product or specification, more of
// one, or any of it earlier.
func (c *Contract) asksMore(than *Contract) bool {
	for _, l := range c.Lines {
		was := than.Line(l.ID)
		if was == nil || was.ProductID != l.ProductID || was.Spec != l.Spec || l.Quantity.Cmp(was.Quantity) > 0 || l.earlier(*was) {
			return true
		}
	}
	return false
}

// earlier reports whether by some date more is to be delivered than before.
func (l Line) earlier(was Line) bool {
	for _, d := range l.Deliveries {
		if delivered(l.Deliveries, d.On).Cmp(delivered(was.Deliveries, d.On)) > 0 {
			return true
		}
	}
	return false
}

// delivered is how much is to be delivered by a date.
func delivered(list []Delivery, on time.Time) decimal.Decimal {
	sum := zero
	for _, d := range list {
		if !d.On.After(on) {
			sum = money.Add(sum, d.Quantity)
		}
	}
	return sum
}
