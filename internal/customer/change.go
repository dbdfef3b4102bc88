package customer

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/errs"
)

// Field is what a change request is about (CUS-06).
type Field string

// The fields. Settlement and prices are refused with a pointer to where they change.
const (
	FieldName       Field = "name"
	FieldUSCC       Field = "uscc"
	FieldContact    Field = "contact"
	FieldAddress    Field = "address"
	FieldSettlement Field = "settlement"
	FieldPrices     Field = "prices"
)

// ContactValue is a contact as a change request keeps it.
type ContactValue struct {
	Name     string `json:"name"`
	Position string `json:"position"`
	Phone    string `json:"phone"`
	Email    string `json:"email,omitempty"`
}

// AddressValue is an address as a change request keeps it.
type AddressValue struct {
	Kind     string `json:"kind"`
	Line     string `json:"line"`
	Receiver string `json:"receiver,omitempty"`
	Phone    string `json:"phone,omitempty"`
}

// Value is an old or a new value: one of the three, by the field. All nil is "removed", or no credit code.
type Value struct {
	Text    *string       `json:"text,omitempty"`
	Contact *ContactValue `json:"contact,omitempty"`
	Address *AddressValue `json:"address,omitempty"`
}

func (v Value) none() bool { return v.Text == nil && v.Contact == nil && v.Address == nil }

func (v Value) equal(o Value) bool {
	return sameValue(v.Text, o.Text) && sameValue(v.Contact, o.Contact) && sameValue(v.Address, o.Address)
}

func sameValue[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// shown is the value in a line, for approvers and events: phones masked.
func (v Value) shown() string {
	switch {
	case v.Text != nil:
		return *v.Text
	case v.Contact != nil:
		return v.Contact.Name + ", " + v.Contact.Position + ", " + Mask(v.Contact.Phone)
	case v.Address != nil:
		return v.Address.Kind + ": " + v.Address.Line
	}
	return "-"
}

// Change is a request to change protected data of a customer.
type Change struct {
	ID          uuid.UUID
	Number      string
	CustomerID  uuid.UUID
	Field       Field
	PartID      *uuid.UUID // the contact or address
	OldValue    Value      `gorm:"serializer:json"`
	NewValue    Value      `gorm:"serializer:json"`
	Reason      string
	EffectiveOn time.Time // Shanghai date
	State       RequestState
	StateReason string
	ApprovalID  uuid.UUID
	RequestedBy uuid.UUID
	RequestedAt time.Time
	DecidedAt   *time.Time
	AppliedAt   *time.Time
	Version     int64

	CustomerCode string `gorm:"->"` // read with it
	CustomerName string `gorm:"->"`
}

// TableName is for GORM.
func (Change) TableName() string { return "customer_changes" }

// ChangeDraft is what is asked for. EffectiveOn nil is today.
type ChangeDraft struct {
	Field       Field
	PartID      *uuid.UUID
	New         Value
	Reason      string
	EffectiveOn *time.Time
}

// check returns ErrSettlementElsewhere, ErrPricesElsewhere, and ErrChangeForm for a value or part that isn't the field's.
func (d ChangeDraft) check() error {
	part := d.PartID != nil
	ok := false
	switch d.Field {
	case FieldSettlement:
		return ErrSettlementElsewhere.At("/field")
	case FieldPrices:
		return ErrPricesElsewhere.At("/field")
	case FieldName:
		ok = !part && d.New.Text != nil && d.New.Contact == nil && d.New.Address == nil
	case FieldUSCC:
		ok = !part && d.New.Contact == nil && d.New.Address == nil
	case FieldContact:
		ok = part && d.New.Text == nil && d.New.Address == nil
	case FieldAddress:
		ok = part && d.New.Text == nil && d.New.Contact == nil
	}
	if !ok {
		return ErrChangeForm.With("field", string(d.Field)).At("/field")
	}
	return nil
}

// current returns the customer's value of a field. Returns errs.ErrReferenced for a part that it hasn't.
func (c Customer) current(f Field, part *uuid.UUID) (Value, error) {
	switch f {
	case FieldName:
		return Value{Text: &c.Name}, nil
	case FieldUSCC:
		return Value{Text: c.USCC}, nil
	case FieldContact:
		if i := slices.IndexFunc(c.Contacts, func(k Contact) bool { return part != nil && k.ID == *part }); i >= 0 {
			k := c.Contacts[i]
			return Value{Contact: &ContactValue{k.Name, k.Position, k.Phone, k.Email}}, nil
		}
	case FieldAddress:
		if i := slices.IndexFunc(c.Addresses, func(a Address) bool { return part != nil && a.ID == *part }); i >= 0 {
			a := c.Addresses[i]
			return Value{Address: &AddressValue{a.Kind, a.Line, a.Receiver, a.Phone}}, nil
		}
	case FieldSettlement, FieldPrices:
	}
	return Value{}, errs.ErrReferenced.At("/part_id")
}

// onto writes the new value on the customer in memory. Returns what a direct change of that kind would.
func (ch Change) onto(c *Customer, now time.Time) error {
	switch ch.Field {
	case FieldName, FieldUSCC:
		p := c.profile()
		if ch.Field == FieldName {
			p.Name = *ch.NewValue.Text
		} else if p.USCC = ""; ch.NewValue.Text != nil {
			p.USCC = *ch.NewValue.Text
		}
		return p.apply(c, now)
	case FieldContact:
		return ch.ontoContact(c)
	case FieldAddress:
		i := slices.IndexFunc(c.Addresses, func(a Address) bool { return a.ID == *ch.PartID })
		c.Addresses = slices.Clone(c.Addresses)
		if v := ch.NewValue.Address; v != nil {
			c.Addresses[i] = Address{ID: *ch.PartID, CustomerID: c.ID, Kind: v.Kind, Line: v.Line, Receiver: v.Receiver, Phone: v.Phone}
			return nil
		}
		c.Addresses = slices.Delete(c.Addresses, i, i+1)
	case FieldSettlement, FieldPrices:
	}
	return nil
}

func (ch Change) ontoContact(c *Customer) error {
	i := slices.IndexFunc(c.Contacts, func(k Contact) bool { return k.ID == *ch.PartID })
	c.Contacts = slices.Clone(c.Contacts)
	if v := ch.NewValue.Contact; v != nil {
		c.Contacts[i] = Contact{
			ID: *ch.PartID, CustomerID: c.ID, PositionNo: c.Contacts[i].PositionNo, Name: v.Name, Position: v.Position, Phone: v.Phone, Email: v.Email,
		}
		return c.Contacts[i].key()
	}
	if c.Contacts = slices.Delete(c.Contacts, i, i+1); len(c.Contacts) == 0 { // CUS-12
		return ErrLastContact.With()
	}
	return nil
}

func (ch Change) trace() map[string]any {
	return map[string]any{
		"number": ch.Number, "customer_id": ch.CustomerID, "field": ch.Field, "part_id": ch.PartID, "old": ch.OldValue.shown(),
		"new": ch.NewValue.shown(), "reason": ch.Reason, "effective_on": ch.EffectiveOn.Format(time.DateOnly), "state": ch.State,
		"state_reason": ch.StateReason, "approval_id": ch.ApprovalID, "version": ch.Version,
	}
}

// hash is of what the approval is bound to: what was approved is what is applied.
func (ch Change) hash() []byte {
	return approval.ContentHash(struct {
		Customer    uuid.UUID
		Field       Field
		Part        *uuid.UUID
		Old, New    Value
		EffectiveOn string
	}{ch.CustomerID, ch.Field, ch.PartID, ch.OldValue, ch.NewValue, ch.EffectiveOn.Format(time.DateOnly)})
}

func (ch Change) submission(owner uuid.UUID) approval.Submission {
	return approval.Submission{
		Matter: MatterChange, SubjectType: SubjectChange, SubjectID: ch.ID, Number: ch.Number, OwnerID: &owner,
		TitleEN: "Change of " + string(ch.Field) + ": " + ch.CustomerName, TitleZH: "客户资料变更(" + fieldZH[ch.Field] + "):" + ch.CustomerName,
		Facts: map[string]any{
			"field": string(ch.Field), "old": ch.OldValue.shown(), "new": ch.NewValue.shown(), "removal": ch.NewValue.none(),
			"effective_on": ch.EffectiveOn.Format(time.DateOnly), "reason": ch.Reason,
		},
		Content: ch.hash(),
	}
}

var fieldZH = map[Field]string{FieldName: "名称", FieldUSCC: "信用代码", FieldContact: "联系人", FieldAddress: "地址"}

// sameProtected reports whether two records agree in all that changes by request only (CUS-06).
func sameProtected(a, b Customer) bool {
	return a.Name == b.Name && sameValue(a.USCC, b.USCC) &&
		slices.EqualFunc(a.Contacts, b.Contacts, func(x, y Contact) bool {
			return ContactValue{x.Name, x.Position, x.Phone, x.Email} == ContactValue{y.Name, y.Position, y.Phone, y.Email}
		}) &&
		slices.EqualFunc(a.Addresses, b.Addresses, func(x, y Address) bool {
			return AddressValue{x.Kind, x.Line, x.Receiver, x.Phone} == AddressValue{y.Kind, y.Line, y.Receiver, y.Phone}
		})
}
