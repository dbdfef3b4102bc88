package sample

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// Reference says that a passed sample is what an order, or one line of it, is made after (SMP-01).
type Reference struct {
	SampleID    uuid.UUID
	OrderID     uuid.UUID
	OrderLineID *uuid.UUID // nil: the whole order
	Note        string
	LinkedAt    time.Time
	LinkedBy    *uuid.UUID

	OrderNumber string `gorm:"->"`
}

// TableName is where references are kept.
func (Reference) TableName() string { return "sample_references" }

// ReferTo makes a passed sample the reference of an order of the same customer. Returns ErrNotPassed, ErrOtherCustomer, ErrOrder, ErrLinked. Locks
// the sample.
func (s *Service) ReferTo(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, ref Reference) (Sample, error) {
	return s.sell(tx, who, id, version, Refer, "referToSample", func(x *Sample) error {
		o, err := order.WithLines(tx, ref.OrderID)
		if err == nil {
			err = who.MustSee(o.OwnerID)
		}
		if errors.Is(err, errs.ErrNotFound) {
			return ErrOrder.At("/order_id")
		}
		if err != nil {
			return err
		}
		if _, err := ReferenceFor(tx, x.ID, o.CustomerID); err != nil {
			return err
		}
		if ref.OrderLineID != nil && !slices.ContainsFunc(o.Lines, func(l order.Line) bool { return l.ID == *ref.OrderLineID }) {
			return ErrOrder.At("/order_line_id")
		}
		ref.SampleID, ref.Note, ref.LinkedAt, ref.LinkedBy = x.ID, strings.TrimSpace(ref.Note), tx.Now, tx.By.Actor()
		if err := insertReference(tx, ref); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{
			Action: "referToSample", SubjectType: order.Subject, SubjectID: o.ID, After: map[string]any{"sample": x.Number, "order_line_id": ref.OrderLineID},
		})
	})
}

// ReferenceFor returns a sample that may be the reference of a customer's documents: it passed, and was made for them (SMP-01). Returns errs.ErrNotFound,
// ErrNotPassed, ErrOtherCustomer. Takes no lock; what passed stays passed.
func ReferenceFor(tx pg.Tx, id, customerID uuid.UUID) (Sample, error) {
	x, err := pg.Take[Sample](tx, "id = ?", id)
	switch {
	case err != nil:
		return Sample{}, err
	case x.State != Passed:
		return Sample{}, ErrNotPassed.With("state", x.State)
	case x.CustomerID == nil || *x.CustomerID != customerID:
		return Sample{}, ErrOtherCustomer
	}
	return x, nil
}

// OfOrder returns the samples that an order is made after. The caller has settled who sees the order. Two statements.
func (s *Service) OfOrder(tx pg.Tx, who identity.Principal, orderID uuid.UUID) ([]Sample, error) {
	o, err := order.Brief(tx, orderID)
	if err != nil {
		return nil, err
	}
	if err := who.MustSee(o.OwnerID); err != nil {
		return nil, err
	}
	return ofOrder(tx, orderID)
}
