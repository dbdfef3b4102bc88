package statement

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// The states of a dispute about a line.
const (
	DisputeOpen     = "open"
	DisputeAccepted = "accepted" // corrected by an adjusting document (ARV-06)
	DisputeRejected = "rejected"
	DisputePaid     = "paid" // the customer paid the document in full after disputing it
)

// Dispute is a line that the customer doesn't agree with, and what came of it.
type Dispute struct {
	ID           uuid.UUID
	StatementID  uuid.UUID
	CustomerID   uuid.UUID
	DocumentType string
	DocumentID   uuid.UUID
	Number       string
	Amount       decimal.Decimal // of the line
	Reason       string
	Note         string
	State        string
	RaisedAt     time.Time
	RaisedBy     *uuid.UUID
	RaisedVia    string
	RaisedName   string
	Resolution   string
	AdjustingID  *uuid.UUID
	Effect       decimal.Decimal // of the adjusting document on the balance
	ResolvedAt   *time.Time
	ResolvedBy   *uuid.UUID
}

// TableName implements gorm's Tabler.
func (Dispute) TableName() string { return "statement_disputes" }

// Objection is what the customer says of a line.
type Objection struct {
	DocumentID uuid.UUID
	Reason     string
	Note       string
}

// Dispute records what the customer doesn't agree with (ARV-02). Returns ErrPaper without what they wrote, and what raise returns. Locks
// the statement.
func (s *Service) Dispute(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, a Answer, lines []Objection) (Statement, error) {
	v, err := lock(tx, who, id, version)
	if err != nil {
		return Statement{}, err
	}
	if err := v.May(VerbDispute); err != nil {
		return Statement{}, err
	}
	if len(a.Files) == 0 {
		return Statement{}, ErrPaper.At("/attachment_ids")
	}
	if err := s.raise(tx, &v, "disputeStatement", ByRecord, a.Name, lines); err != nil {
		return Statement{}, err
	}
	return v, s.files.Bind(tx, who, Subject, id, a.Files...)
}

// raise opens disputes about lines of a locked statement. Returns ErrNoLines, ErrName, ErrNotOnIt, ErrNote for another reason without a
// word, and ErrDisputed for a line that is disputed already.
func (s *Service) raise(tx pg.Tx, v *Statement, action, via, name string, lines []Objection) error {
	if name = strings.TrimSpace(name); name == "" {
		return ErrName.At("/name")
	}
	if len(lines) == 0 {
		return ErrNoLines.At("/lines")
	}
	rows, err := objections(tx, *v, via, name, lines)
	if err != nil {
		return err
	}
	if err := pg.Insert(tx, &rows); err != nil {
		return err
	}
	before := v.trace()
	v.State = Disputed
	after := v.trace()
	after["lines"] = lines
	if err := update(tx, v); err != nil {
		return err
	}
	if err := record(tx, action, v.ID, before, after); err != nil {
		return err
	}
	return s.ask(tx, *v)
}

// objections makes the disputes of lines, each of which must be on the statement.
func objections(tx pg.Tx, v Statement, via, name string, lines []Objection) ([]Dispute, error) {
	ids := make([]uuid.UUID, len(lines))
	for i, l := range lines {
		ids[i] = l.DocumentID
	}
	found, _, err := linesOf(tx, v, pg.Page{Limit: 4 * len(ids)}, ids...)
	if err != nil {
		return nil, err
	}
	byID := make(map[uuid.UUID]Line, len(found))
	for _, l := range found {
		byID[l.DocumentID] = l
	}
	rows := make([]Dispute, len(lines))
	for i, l := range lines {
		at := "/lines/" + strconv.Itoa(i)
		line, there := byID[l.DocumentID]
		if !there {
			return nil, ErrNotOnIt.At(at + "/document_id")
		}
		note := strings.TrimSpace(l.Note)
		if l.Reason == "other" && note == "" {
			return nil, ErrNote.At(at + "/note")
		}
		zero := decimal.Zero.Pad(money.AmountScale)
		rows[i] = Dispute{
			ID: uuid.Must(uuid.NewV7()), StatementID: v.ID, CustomerID: v.CustomerID, DocumentType: line.DocumentType, DocumentID: line.DocumentID,
			Number: line.Number, Amount: line.Amount, Reason: l.Reason, Note: note, State: DisputeOpen, RaisedAt: tx.Now, RaisedVia: via,
			RaisedName: name, Effect: zero,
		}
		if via != ByLink {
			rows[i].RaisedBy = tx.By.Actor()
		}
	}
	return rows, nil
}

// ask opens a thing to do for the rep and for finance.
func (s *Service) ask(tx pg.Tx, v Statement) error {
	days, err := s.rules.Int(tx, "statement.dispute_days")
	if err != nil {
		return err
	}
	c, err := customer.Brief(tx, v.CustomerID)
	if err != nil {
		return err
	}
	task := followup.Task{
		Kind: KindDispute, SubjectType: Subject, SubjectID: v.ID, Number: v.Number, TitleEN: c.Name + " disputes the statement " + v.Number,
		TitleZH: c.Name + " 对对账单 " + v.Number + " 提出异议", Within: &clock.Term{From: tx.Now, Days: days},
	}
	rep, finance := task, task
	rep.UserID, rep.EscalateTo = &c.OwnerID, identity.SalesManager
	finance.Role, finance.EscalateTo = identity.FinanceClerk, identity.FinanceManager
	return followup.Open(tx, rep, finance)
}

// Resolution is what came of a dispute: an adjusting document, or a reason why not.
type Resolution struct {
	AdjustingID *uuid.UUID
	Reason      string
}

// Resolve ends a dispute (ARV-02, ARV-06): accepted by the document that corrects the disputed one and was booked after the statement's end, or
// rejected with a reason. With the last one the statement is confirmed or, if any was accepted, superseded by a revision that names what was
// agreed; that one is returned. Returns ErrResolved, ErrReason, ErrNotAdjusting. Locks the statement, then the dispute.
func (s *Service) Resolve(tx pg.Tx, who identity.Principal, id, disputeID uuid.UUID, version *int64, r Resolution) (Statement, error) {
	v, err := lock(tx, who, id, version)
	if err != nil {
		return Statement{}, err
	}
	if err := v.May(VerbResolve); err != nil {
		return Statement{}, err
	}
	d, err := pg.TakeForUpdate[Dispute](tx, "id = ? AND statement_id = ?", disputeID, id)
	switch {
	case err != nil:
		return Statement{}, err
	case d.State != DisputeOpen:
		return Statement{}, ErrResolved
	}
	d.Resolution = strings.TrimSpace(r.Reason)
	if d.State = DisputeRejected; r.AdjustingID != nil {
		d.State, d.AdjustingID = DisputeAccepted, r.AdjustingID
		if d.Effect, err = effectOf(tx, v, d, *r.AdjustingID); err != nil {
			return Statement{}, err
		}
	} else if d.Resolution == "" {
		return Statement{}, ErrReason.At("/reason")
	}
	d.ResolvedAt, d.ResolvedBy = &tx.Now, tx.By.Actor()
	if err := updateDispute(tx, d); err != nil {
		return Statement{}, err
	}
	err = record(tx, "resolveStatementDispute", v.ID, nil, map[string]any{
		"dispute_id": d.ID, "document": d.Number, "state": d.State, "reason": d.Resolution, "adjusting_id": d.AdjustingID, "effect": d.Effect,
	})
	if err != nil {
		return Statement{}, err
	}
	return v, s.finish(tx, &v)
}

// finish ends the dispute of a locked statement when none of its lines is open any more.
func (s *Service) finish(tx pg.Tx, v *Statement) error {
	open, accepted, effect, err := disputesLeft(tx, v.ID)
	if err != nil || open > 0 {
		return err
	}
	if err := followup.Close(tx, KindDispute, Subject, v.ID); err != nil {
		return err
	}
	if accepted == 0 {
		return s.confirm(tx, v, "confirmStatement", ByResolution, "")
	}
	return s.revise(tx, v, effect)
}

// revise puts a revision in the place of a statement whose lines were corrected: the same movements and the same closing, with what was agreed
// since beside it.
func (s *Service) revise(tx pg.Tx, v *Statement, effect decimal.Decimal) error {
	before := v.trace()
	next := uuid.Must(uuid.NewV7())
	v.State, v.ReplacedBy = Superseded, &next
	if err := update(tx, v); err != nil {
		return err
	}
	if err := revokeLinks(tx, v.ID); err != nil {
		return err
	}
	if err := insertRevision(tx, v.ID, next, effect); err != nil {
		return err
	}
	if err := record(tx, "reviseStatement", v.ID, before, v.trace()); err != nil {
		return err
	}
	r, err := pg.Take[Statement](tx, "id = ?", next)
	if err != nil {
		return err
	}
	*v = r
	if err := record(tx, "makeStatement", r.ID, nil, r.trace()); err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: KindSend, SubjectType: Subject, SubjectID: r.ID, Number: r.Number, TitleEN: "Send the revised statement " + r.Number,
		TitleZH: "请发送修订后的对账单 " + r.Number, Role: identity.FinanceClerk,
	})
}

// EndPaid ends the disputes about documents that were paid in full after they were disputed, of at most n statements, and returns how many
// those were. Who pays has withdrawn the dispute. Locks the statements, in id order.
func (s *Service) EndPaid(tx pg.Tx, n int) (int, error) {
	ids, err := paidDisputes(tx, n)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		v, err := pg.TakeForUpdate[Statement](tx, "id = ?", id)
		if err != nil {
			return 0, err
		}
		if v.State != Disputed {
			continue
		}
		if err := endPaid(tx, id); err != nil {
			return 0, err
		}
		if err := s.finish(tx, &v); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
