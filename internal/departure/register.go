package departure

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Dispatched is a row of the dispatch register (SHP-17): one line of one delivery note. It says nothing of money: the factory keeps it.
type Dispatched struct {
	DeliveryNoteID uuid.UUID
	PositionNo     int
	ShippedOn      time.Time
	Number         string
	NoticeNumber   string
	CustomerID     uuid.UUID
	CustomerName   string
	ProductCode    string
	ProductName    string
	Unit           string
	Quantity       decimal.Decimal
	Real           decimal.Decimal // posted corrections counted
	Vehicle        string
	Carrier        string
	Driver         string
	State          string
	PassNumber     string
	LeftAt         *time.Time
	ReportedLate   bool
	ProofLate      bool // it was asked for
	Unsigned       bool // it left, and a signature on the note or its freight voucher is missing (SHP-08)
	Signer         string
	ReceivedOn     *time.Time
}

// RegisterFilter narrows the register; zero fields don't.
type RegisterFilter struct {
	From, To   *time.Time
	CustomerID *uuid.UUID
	ProductID  *uuid.UUID
	NoticeID   *uuid.UUID
	Vehicle    string
	Carrier    string
	State      string
	Unproven   bool // only what left and nobody has signed for
	Unsigned   bool // only what left and isn't signed by warehouse and carrier (SHP-08)
	ProofLate  bool // only that whose proof was asked for in vain
}

const registerRows = ` FROM delivery_notes d JOIN delivery_note_lines l ON l.delivery_note_id = d.id JOIN shipping_notices n ON n.id = d.notice_id
	JOIN customers c ON c.id = d.customer_id LEFT JOIN gate_passes g ON g.delivery_note_id = d.id LEFT JOIN delivery_proofs p ON p.delivery_note_id = d.id WHERE `

const registerSelect = `SELECT d.id AS delivery_note_id, l.position_no, d.shipped_on, d.number, n.number AS notice_number, d.customer_id, c.name AS customer_name,
	l.product_code, l.product_name, l.unit, l.quantity, l.quantity + l.corrected_quantity AS real, d.vehicle, d.carrier, d.driver, d.state,
	coalesce(g.number, '') AS pass_number, d.left_at, d.late_at IS NOT NULL AS reported_late,
	d.proof_awaited AND d.proof_late_at IS NOT NULL AS proof_late, d.state = 'left' AND ` + unsigned + ` AS unsigned, coalesce(p.signer, '') AS signer, p.received_on`

// where is the filter as a condition.
func (f RegisterFilter) where(who identity.Principal) (string, []any) {
	where, args := "true", []any{}
	also := func(cond string, arg ...any) { where, args = where+" AND "+cond, append(args, arg...) }
	if owners, all := who.Owners(); !all {
		also("d.owner_id IN ?", owners)
	}
	if f.From != nil {
		also("d.shipped_on >= ?", *f.From)
	}
	if f.To != nil {
		also("d.shipped_on <= ?", *f.To)
	}
	if f.CustomerID != nil {
		also("d.customer_id = ?", *f.CustomerID)
	}
	if f.ProductID != nil {
		also("l.product_id = ?", *f.ProductID)
	}
	if f.NoticeID != nil {
		also("d.notice_id = ?", *f.NoticeID)
	}
	if f.Vehicle != "" {
		also("d.vehicle = ?", f.Vehicle)
	}
	if f.Carrier != "" {
		also("d.carrier = ?", f.Carrier)
	}
	if f.State != "" {
		also("d.state = ?", f.State)
	}
	if f.Unproven {
		also("d.state = 'left' AND d.proof_awaited")
	}
	if f.Unsigned {
		also("d.state = 'left' AND " + unsigned)
	}
	if f.ProofLate {
		also("d.state = 'left' AND d.proof_awaited AND d.proof_late_at IS NOT NULL")
	}
	return where, args
}

// registerKey is where a page of the register ends.
type registerKey struct {
	On   time.Time `json:"d"`
	Note uuid.UUID `json:"n"`
	Line int       `json:"l"`
}

// ListRegister returns the register, the last dispatch first, and the cursor of the next page (SHP-17). Every dispatch is in it, cancelled
// ones too. One statement.
func (s *Service) ListRegister(tx pg.Tx, who identity.Principal, f RegisterFilter, p pg.Page) ([]Dispatched, string, error) {
	where, args := f.where(who)
	var last registerKey
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		where += " AND (d.shipped_on, d.id, -l.position_no) < (?, ?, ?)"
		args = append(args, last.On, last.Note, -last.Line)
	}
	var rows []Dispatched
	err = tx.Raw(registerSelect+registerRows+where+` ORDER BY d.shipped_on DESC, d.id DESC, l.position_no LIMIT ?`, append(args, p.Limit+1)...).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Dispatched) any { return registerKey{r.ShippedOn, r.DeliveryNoteID, r.PositionNo} })
}

// registerBatch is how many rows of the register are read at once for a file.
const registerBatch = 1000

// EachDispatched reads the whole register row by row, as one snapshot where tx is one.
func (s *Service) EachDispatched(tx pg.Tx, who identity.Principal, f RegisterFilter, each func(Dispatched) error) error {
	p := pg.Page{Limit: registerBatch}
	for {
		rows, next, err := s.ListRegister(tx, who, f, p)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := each(r); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		p.Cursor = next
	}
}

// Day is what left on a day, for each unit.
type Day struct {
	ShippedOn time.Time
	Unit      string
	Trucks    int
	Left      int
	Unproven  int
	Quantity  decimal.Decimal // cancelled notes don't count, posted corrections do
}

// ListDays sums the register up by day and unit, the last day first: all of them. The filter has a period of at most a year or so: the API sees to that.
func (s *Service) ListDays(tx pg.Tx, who identity.Principal, f RegisterFilter) ([]Day, error) {
	where, args := f.where(who)
	var rows []Day
	err := tx.Raw(`SELECT d.shipped_on, l.unit, count(DISTINCT d.id) AS trucks, count(DISTINCT d.id) FILTER (WHERE d.state = 'left') AS "left",
			count(DISTINCT d.id) FILTER (WHERE d.state = 'left' AND p.id IS NULL) AS unproven, sum(l.quantity + l.corrected_quantity) AS quantity`+
		registerRows+where+` AND d.state <> 'cancelled' GROUP BY 1, 2 ORDER BY 1 DESC, 2`, args...).Scan(&rows).Error
	return rows, err
}
