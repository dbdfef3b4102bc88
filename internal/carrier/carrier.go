package carrier

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Carrier is a company that carries goods for us (承运商).
type Carrier struct {
	ID        uuid.UUID
	Code      string
	Name      string
	Contact   string
	Phone     string
	TaxNumber string
	Remarks   string
	Active    bool // no longer chosen otherwise; what was agreed stays
	CreatedBy *uuid.UUID
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// TableName is where carriers are kept.
func (Carrier) TableName() string { return "carriers" }

func (c *Carrier) trim() {
	for _, field := range []*string{&c.Code, &c.Name, &c.Contact, &c.Phone, &c.TaxNumber, &c.Remarks} {
		*field = strings.TrimSpace(*field)
	}
	c.Code = strings.ToUpper(c.Code)
}

func (c *Carrier) snapshot() map[string]any {
	return map[string]any{
		"code": c.Code, "name": c.Name, "contact": c.Contact, "phone": audit.Mask(c.Phone), "tax_number": c.TaxNumber, "remarks": c.Remarks,
		"active": c.Active, "version": c.Version,
	}
}

// Create keeps another carrier (SHP-18). A code is made when there is none. Returns ErrCarrierCode and ErrCarrierName for one that
// is kept already.
func (s *Service) Create(tx pg.Tx, _ identity.Principal, c Carrier) (Carrier, error) {
	c.ID, c.Active, c.CreatedBy, c.CreatedAt, c.UpdatedAt, c.Version = uuid.Must(uuid.NewV7()), true, tx.By.Actor(), tx.Now, tx.Now, 1
	c.trim()
	if c.Code == "" {
		var err error
		if c.Code, err = pg.NextNumber(tx, "CAR", tx.Now); err != nil {
			return Carrier{}, err
		}
	}
	if err := pg.Insert(tx, &c); err != nil {
		return Carrier{}, err
	}
	return c, audit.Record(tx, audit.Entry{Action: "createCarrier", SubjectType: Subject, SubjectID: c.ID, After: c.snapshot()})
}

// Update changes what is kept of a carrier. version is the one that was read. Locks the carrier.
func (s *Service) Update(tx pg.Tx, _ identity.Principal, id uuid.UUID, version int64, change func(*Carrier)) (Carrier, error) {
	c, err := pg.TakeForUpdate[Carrier](tx, "id = ?", id)
	if err != nil {
		return Carrier{}, err
	}
	if c.Version != version {
		return Carrier{}, errs.ErrStale
	}
	before := c.snapshot()
	change(&c)
	c.trim()
	c.UpdatedAt = tx.Now
	if err := store(tx, &c); err != nil {
		return Carrier{}, err
	}
	return c, audit.Record(tx, audit.Entry{Action: "updateCarrier", SubjectType: Subject, SubjectID: id, Before: before, After: c.snapshot()})
}

// Get returns one carrier.
func (s *Service) Get(tx pg.Tx, id uuid.UUID) (Carrier, error) {
	return pg.Take[Carrier](tx, "id = ?", id)
}

// InUse returns a carrier in use, ErrNoCarrier at pointer for none.
func InUse(tx pg.Tx, id uuid.UUID, pointer string) (Carrier, error) {
	c, err := pg.Take[Carrier](tx, "id = ?", id)
	if err == error(errs.ErrNotFound) || err == nil && !c.Active { //nolint:errorlint // Take returns it as it is
		return Carrier{}, ErrNoCarrier.At(pointer)
	}
	return c, err
}
