package customer

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Recorded is the customer's record as it stood from ValidFrom until ValidTo (CUS-06).
type Recorded struct {
	CustomerID uuid.UUID
	Version    int64
	ValidFrom  time.Time
	ValidTo    *time.Time // nil: in force
	Action     string     // the operation that made it
	ActorID    *uuid.UUID // who; nil: the system
	ActorKind  string
	Content    []byte `gorm:"type:jsonb"`
}

// content is what customer_content of the database makes of a record.
type content struct {
	ID        uuid.UUID  `json:"id"`
	Code      string     `json:"code"`
	Name      string     `json:"name"`
	USCC      *string    `json:"uscc"`
	Industry  string     `json:"industry"`
	Region    string     `json:"region"`
	Remarks   string     `json:"remarks"`
	Status    Status     `json:"status"`
	OwnerID   uuid.UUID  `json:"owner_id"`
	OwnedAt   time.Time  `json:"owned_at"`
	BillToID  *uuid.UUID `json:"bill_to_id"`
	Opening   bool       `json:"opening"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
	Version   int64      `json:"version"`
	Contacts  []struct {
		ID         uuid.UUID `json:"id"`
		PositionNo int       `json:"position_no"`
		Name       string    `json:"name"`
		Position   string    `json:"position"`
		Phone      string    `json:"phone"`
		Email      string    `json:"email"`
	} `json:"contacts"`
	Addresses []struct {
		ID       uuid.UUID `json:"id"`
		Kind     string    `json:"kind"`
		Line     string    `json:"line"`
		Receiver string    `json:"receiver"`
		Phone    string    `json:"phone"`
	} `json:"addresses"`
}

// Customer returns the record as a customer.
func (r Recorded) Customer() (Customer, error) {
	var v content
	if err := json.Unmarshal(r.Content, &v); err != nil {
		return Customer{}, err
	}
	c := Customer{
		ID: v.ID, Code: v.Code, Name: v.Name, USCC: v.USCC, Industry: v.Industry, Region: v.Region, Remarks: v.Remarks, Status: v.Status,
		OwnerID: v.OwnerID, OwnedAt: v.OwnedAt.UTC(), BillToID: v.BillToID, Opening: v.Opening, CreatedAt: v.CreatedAt.UTC(),
		UpdatedAt: v.UpdatedAt.UTC(), Version: v.Version,
	}
	for _, k := range v.Contacts {
		c.Contacts = append(c.Contacts, Contact{
			ID: k.ID, CustomerID: v.ID, PositionNo: k.PositionNo, Name: k.Name, Position: k.Position, Phone: k.Phone, Email: k.Email,
		})
	}
	for _, a := range v.Addresses {
		c.Addresses = append(c.Addresses, Address{ID: a.ID, CustomerID: v.ID, Kind: a.Kind, Line: a.Line, Receiver: a.Receiver, Phone: a.Phone})
	}
	return c, nil
}

// GetAsOf returns the customer as its record stood at the end of that Shanghai date (CUS-06). Who may read it is decided by who
// owns it now. Returns errs.ErrNotFound, and ErrNotThen for a date before its first record.
func (s *Service) GetAsOf(tx pg.Tx, who identity.Principal, id uuid.UUID, date time.Time) (Customer, error) {
	if err := visible(tx, who, id); err != nil {
		return Customer{}, err
	}
	y, m, d := date.Date()
	r, err := versionBefore(tx, id, time.Date(y, m, d+1, 0, 0, 0, 0, clock.Shanghai))
	if errIsNotFound(err) {
		return Customer{}, ErrNotThen.With("date", date.Format(time.DateOnly))
	}
	if err != nil {
		return Customer{}, err
	}
	return r.Customer()
}

// Versions returns a page of the customer's versions, newest first, with who made each. Returns errs.ErrNotFound. Two statements.
func (s *Service) Versions(tx pg.Tx, who identity.Principal, id uuid.UUID, p pg.Page) ([]Recorded, string, error) {
	if err := visible(tx, who, id); err != nil {
		return nil, "", err
	}
	return listVersions(tx, id, p)
}

// mayEdit returns ErrNeedsApproval for a person while customer.changes_need_approval is on: contact data, service terms and the
// company's name change by a change request (CUS-06). Systems that keep the company's master data may; that is recorded too.
func (s *Service) mayEdit(tx pg.Tx, who identity.Principal) error {
	if who.Kind != identity.KindUser {
		return nil
	}
	needed, err := s.Rules.Bool(tx, "customer.changes_need_approval")
	if err == nil && needed {
		err = ErrNeedsApproval.With()
	}
	return err
}
