package order

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Point is what the review of an order looks at (ORD-02).
type Point string

// The points of a review.
const (
	PointSpecification Point = "specification"
	PointQuantity      Point = "quantity"
	PointPrice         Point = "price"
	PointDate          Point = "date"
	PointRemarks       Point = "remarks"
)

// Outcome is how the customer's answer settles a failed point.
type Outcome string

// The outcomes.
const (
	OutcomeCorrected Outcome = "corrected" // the customer corrected the order
	OutcomeAccepted  Outcome = "accepted"  // the customer explained, and we take it as it is
)

// ReviewPoint is one finding of a review. A failed one is returned to the customer's side and settled by their answer.
type ReviewPoint struct {
	ID         uuid.UUID
	OrderID    uuid.UUID
	Revision   int
	LineNo     *int // nil: the whole order
	Point      Point
	Passed     bool
	Note       string
	Said       []byte `json:"-"` // hash of what the order said then
	FoundBy    uuid.UUID
	FoundAt    time.Time
	ToldTo     string // at the customer's
	ToldVia    Channel
	ToldBy     *uuid.UUID
	ToldAt     *time.Time
	Answer     string
	Outcome    Outcome
	AnsweredBy *uuid.UUID // who wrote the answer down
	AnsweredAt *time.Time
}

// TableName is for GORM.
func (ReviewPoint) TableName() string { return "order_review_points" }

// Open reports whether the customer still has to settle the point.
func (p ReviewPoint) Open() bool { return !p.Passed && p.AnsweredAt == nil }

// Finding is what a reviewer says of one point.
type Finding struct {
	LineNo *int
	Point  Point
	Passed bool
	Note   string
}

// Told is who at the customer's was told of a failed point, how and when.
type Told struct {
	To  string
	Via Channel
	At  *time.Time // nil: now
}

// What reviews ask people to do.
const (
	askTask    = "order.review_wanted"
	reviewTask = "order.review_failed"
)

// AskReview asks for a review of a draft (ORD-02): quality, production, or the assistants of the owner's team. The first review that is
// recorded does it for all, and the tasks end with the draft. Returns ErrNoReviewer where a role has nobody, errs.ErrState for an
// order that is no draft, errs.ErrNotFound and errs.ErrStale. Locks the order.
func (s *Service) AskReview(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, roles []identity.Role) (Order, error) {
	o, err := s.locked(tx, who, id, version, VerbAskReview)
	if err != nil {
		return o, err
	}
	for i, role := range roles {
		reviewers, err := o.reviewers(tx, role)
		if err != nil {
			return o, err
		}
		if len(reviewers) == 0 {
			return o, ErrNoReviewer.At(fmt.Sprintf("/roles/%d", i))
		}
		if err := o.ask(tx, reviewers); err != nil {
			return o, err
		}
	}
	before := o.ReviewAsked
	o.ReviewAsked, o.UpdatedAt = true, tx.Now
	if err := update(tx, &o); err != nil {
		return o, err
	}
	return o, audit.Record(tx, audit.Entry{
		Action: string(VerbAskReview), SubjectType: Subject, SubjectID: o.ID, Before: map[string]any{"review_asked": before},
		After: map[string]any{"review_asked": true, "reviewers": roles, "version": o.Version},
	})
}

// reviewers are the active people of a role who see the order: assistants work for their own team only.
func (o *Order) reviewers(tx pg.Tx, role identity.Role) ([]uuid.UUID, error) {
	if role == identity.SalesAssistant {
		assistants, err := identity.Assistants(tx, o.OwnerID)
		return assistants[o.OwnerID], err
	}
	holders, err := identity.Holders(tx, role, nil)
	ids := make([]uuid.UUID, len(holders))
	for i, u := range holders {
		ids[i] = u.ID
	}
	return ids, err
}

func (o *Order) ask(tx pg.Tx, reviewers []uuid.UUID) error {
	tasks := make([]followup.Task, len(reviewers))
	for i, id := range reviewers {
		tasks[i] = followup.Task{
			Kind: askTask, SubjectType: Subject, SubjectID: o.ID, Number: o.Number, UserID: &id,
			TitleEN: fmt.Sprintf("Order %s: review specification, quantity, price, date and remarks", o.Number),
			TitleZH: fmt.Sprintf("订单 %s 请评审规格、数量、价格、交期及备注", o.Number),
		}
	}
	return followup.Open(tx, tasks...)
}

// unask ends the request for a review: it is there, or the draft isn't any more.
func (o *Order) unask(tx pg.Tx) error {
	if !o.ReviewAsked {
		return nil
	}
	o.ReviewAsked = false
	return followup.Close(tx, askTask, Subject, o.ID)
}

// RecordReview writes down what a review of a draft found (ORD-02). Each failed point keeps the order from being submitted until
// the customer has settled it, and asks the order's owner to tell them. Returns ErrReviewNote, ErrNoLine for a line that the order
// hasn't, errs.ErrState for an order that is no draft, errs.ErrNotFound and errs.ErrStale. Locks the order.
func (s *Service) RecordReview(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, found []Finding) (Order, []ReviewPoint, error) {
	o, err := s.locked(tx, who, id, version, VerbReview)
	if err != nil {
		return o, nil, err
	}
	points := make([]ReviewPoint, len(found))
	for i, f := range found {
		if points[i], err = o.found(tx, who, f); err != nil {
			return o, nil, errs.At(err, fmt.Sprintf("/points/%d", i))
		}
		if points[i].Open() {
			o.ReviewOpen++
		}
	}
	if err := pg.Insert(tx, &points); err != nil {
		return o, nil, err
	}
	if err := o.unask(tx); err != nil {
		return o, nil, err
	}
	if err := s.reviewed(tx, &o, VerbReview, points); err != nil {
		return o, nil, err
	}
	return o, points, o.askOwner(tx)
}

func (o *Order) found(tx pg.Tx, who identity.Principal, f Finding) (ReviewPoint, error) {
	note := strings.TrimSpace(f.Note)
	if f.LineNo != nil && *f.LineNo > len(o.Lines) {
		return ReviewPoint{}, ErrNoLine
	}
	if !f.Passed && note == "" {
		return ReviewPoint{}, ErrReviewNote
	}
	return ReviewPoint{
		ID: uuid.Must(uuid.NewV7()), OrderID: o.ID, Revision: o.Revision, LineNo: f.LineNo, Point: f.Point, Passed: f.Passed, Note: note,
		Said: o.said(), FoundBy: who.ID, FoundAt: tx.Now,
	}, nil
}

// said is the hash of all that a review looks at: what the gate judges, the units aside, and what is only remarked.
func (o *Order) said() []byte {
	remarks := make([]string, len(o.Lines))
	for i, l := range o.Lines {
		remarks[i] = l.Remarks
	}
	return approval.ContentHash(struct {
		Content []byte
		Remarks string
		Lines   []string
		Number  string
	}{o.contentHash(), o.Remarks, remarks, o.CustomerOrderNo})
}

// askOwner opens the task of telling the customer, while a point is open.
func (o *Order) askOwner(tx pg.Tx) error {
	if o.ReviewOpen == 0 {
		return nil
	}
	return followup.Open(tx, followup.Task{
		Kind: reviewTask, SubjectType: Subject, SubjectID: o.ID, Number: o.Number, UserID: &o.OwnerID,
		TitleEN: fmt.Sprintf("Order %s: points of the review failed, settle them with the customer", o.Number),
		TitleZH: fmt.Sprintf("订单 %s 评审有不合格项,请与客户确认更正", o.Number),
	})
}

// ReturnReviewPoint writes down that the customer was told of a failed point. Telling them again replaces it while they haven't
// answered. Returns ErrReviewed, ErrReceived for a time to come, and what RecordReview returns. Locks the order.
func (s *Service) ReturnReviewPoint(tx pg.Tx, who identity.Principal, id, point uuid.UUID, t Told) (ReviewPoint, error) {
	o, p, err := s.lockPoint(tx, who, id, point)
	if err != nil {
		return p, err
	}
	when := tx.Now
	if t.At != nil {
		when = *t.At
	}
	if when.After(tx.Now) {
		return p, ErrReceived.At("/told_at")
	}
	p.ToldTo, p.ToldVia, p.ToldBy, p.ToldAt = t.To, t.Via, &who.ID, &when
	if err := storePoint(tx, p); err != nil {
		return p, err
	}
	return p, s.reviewed(tx, &o, VerbReturnPoint, []ReviewPoint{p})
}

// AnswerReviewPoint writes down what the customer answered; the point is settled, and when it was the last one the order may be
// submitted. A point is corrected by a change of the order since it was found. Returns ErrNotTold, ErrUncorrected, and what ReturnReviewPoint returns. Locks the order.
func (s *Service) AnswerReviewPoint(tx pg.Tx, who identity.Principal, id, point uuid.UUID, outcome Outcome, answer string, files ...uuid.UUID) (ReviewPoint, error) {
	o, p, err := s.lockPoint(tx, who, id, point)
	if err != nil {
		return p, err
	}
	if p.ToldAt == nil {
		return p, ErrNotTold
	}
	if outcome == OutcomeCorrected && len(p.Said) > 0 && bytes.Equal(p.Said, o.said()) {
		return p, ErrUncorrected.At("/outcome")
	}
	p.Outcome, p.Answer, p.AnsweredBy, p.AnsweredAt = outcome, answer, &who.ID, &tx.Now
	if err := storePoint(tx, p); err != nil {
		return p, err
	}
	o.ReviewOpen--
	if err := s.bind(tx, who, &o, files); err != nil {
		return p, err
	}
	if err := s.reviewed(tx, &o, VerbAnswerPoint, []ReviewPoint{p}); err != nil || o.ReviewOpen > 0 {
		return p, err
	}
	return p, followup.Close(tx, reviewTask, Subject, o.ID)
}

// endReview ends what is to be done about the review of a draft that is cancelled.
func (o *Order) endReview(tx pg.Tx) error {
	if err := o.unask(tx); err != nil || o.ReviewOpen == 0 {
		return err
	}
	return followup.Close(tx, reviewTask, Subject, o.ID)
}

// lockPoint locks a draft and reads one of its open points.
func (s *Service) lockPoint(tx pg.Tx, who identity.Principal, id, point uuid.UUID) (Order, ReviewPoint, error) {
	o, err := s.locked(tx, who, id, nil, VerbReview)
	if err != nil {
		return o, ReviewPoint{}, err
	}
	p, err := pg.Take[ReviewPoint](tx, "id = ? AND order_id = ?", point, id)
	if err != nil {
		return o, p, err
	}
	if !p.Open() {
		return o, p, ErrReviewed
	}
	return o, p, nil
}

// reviewed stores the order with its count of open points, and records what was found, told or answered.
func (s *Service) reviewed(tx pg.Tx, o *Order, v Verb, points []ReviewPoint) error {
	o.UpdatedAt = tx.Now
	if err := update(tx, o); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{
		Action: string(v), SubjectType: Subject, SubjectID: o.ID,
		After: map[string]any{"points": points, "review_open": o.ReviewOpen, "version": o.Version},
	})
}

// Review returns the points of all reviews of an order, the oldest first. Returns errs.ErrNotFound for an order that the caller may
// not see. Two statements.
func (s *Service) Review(tx pg.Tx, who identity.Principal, id uuid.UUID) ([]ReviewPoint, error) {
	o, err := Brief(tx, id)
	if err != nil {
		return nil, err
	}
	if err := who.MustSee(o.OwnerID); err != nil {
		return nil, err
	}
	return reviewPoints(tx, id)
}

// reviewOpen is ORD-02: an order of which a point failed isn't submitted before the customer has settled it.
func (v *verdict) reviewOpen(o *Order) {
	if o.ReviewOpen == 0 {
		return
	}
	v.check("ORD-02", false, map[string]string{"review_open": fmt.Sprint(o.ReviewOpen)},
		fmt.Sprintf("%d points of the review have failed and the customer hasn't settled them yet.", o.ReviewOpen),
		fmt.Sprintf("订单评审尚有 %d 项不合格未与客户确认。", o.ReviewOpen))
	v.refuse(ErrReview.With("open", o.ReviewOpen))
}
