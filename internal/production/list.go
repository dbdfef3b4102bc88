package production

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// query is a list in the making: a condition and its arguments, in the order in which they stand.
type query struct {
	where []string
	args  []any
}

func (q *query) and(condition string, args ...any) {
	q.where, q.args = append(q.where, condition), append(q.args, args...)
}

// seen narrows the list to what the caller may see (ORG-06), or to one owner's.
func (q *query) seen(who identity.Principal, owner *uuid.UUID, column string) {
	owners, all := who.Owners()
	if owner != nil {
		owners, all = nil, false
		if who.Sees(*owner) {
			owners = []uuid.UUID{*owner}
		}
	}
	if !all {
		q.and(column+" = ANY (?::uuid[])", pg.IDs(owners))
	}
}

func (q *query) sql() string {
	if len(q.where) == 0 {
		return "true"
	}
	return strings.Join(q.where, " AND ")
}

// RequestFilter narrows a list of requests; zero fields don't.
type RequestFilter struct {
	State         State
	CustomerID    *uuid.UUID
	OwnerID       *uuid.UUID
	OrderID       *uuid.UUID
	Number        string     // of the request or of its order
	ToAcknowledge Department // not acknowledged by it yet
	ToSchedule    bool       // with lines that lots don't cover
	ToSupply      bool       // of which purchasing hasn't answered the latest revision
	AtRisk        bool
}

// List returns requests, the newest first, without lines. One statement; what is to be done is read from an index of just that.
func (s *Service) List(tx pg.Tx, who identity.Principal, f RequestFilter, p pg.Page) ([]Request, string, error) {
	last := uuid.Max
	if _, err := p.After(&last); err != nil {
		return nil, "", err
	}
	var q query
	q.and("r.id < ?", last)
	q.seen(who, f.OwnerID, "r.owner_id")
	f.narrow(&q)
	from := "production_requests r"
	if owners, all := who.Owners(); !all && f.OwnerID == nil && f.bare() { // each owner's from their own index range
		from = `(SELECT mine.* FROM unnest(?::uuid[]) AS u (id) CROSS JOIN LATERAL (SELECT * FROM production_requests
			WHERE owner_id = u.id AND id < ? ORDER BY id DESC LIMIT ?) mine) r`
		q.args = append([]any{pg.IDs(owners), last, p.Limit + 1}, q.args...)
	}
	var rows []Request
	err := tx.Raw(`SELECT r.*, c.name AS customer_name FROM (SELECT * FROM `+from+` WHERE `+q.sql()+` ORDER BY r.id DESC LIMIT ?) r
		JOIN customers c ON c.id = r.customer_id ORDER BY r.id DESC`, append(q.args, p.Limit+1)...).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Request) any { return r.ID })
}

// bare reports whether nothing narrows the list but the caller's sight.
func (f RequestFilter) bare() bool { return f == RequestFilter{} }

func (f RequestFilter) narrow(q *query) {
	if f.State != "" {
		q.and("r.state = ?", f.State)
	}
	if f.CustomerID != nil {
		q.and("r.customer_id = ?", *f.CustomerID)
	}
	if f.OrderID != nil {
		q.and("r.order_id = ?", *f.OrderID)
	}
	if f.Number != "" { // a request is numbered as its order
		q.and("r.number = ?", "PD"+strings.TrimPrefix(strings.TrimPrefix(f.Number, "SO"), "PD"))
	}
	if f.ToAcknowledge != "" {
		q.and(`r.id IN (SELECT request_id FROM production_acknowledgements WHERE department = ? AND acknowledged_at IS NULL AND NOT superseded)`, f.ToAcknowledge)
	}
	if f.ToSchedule {
		q.and("r.state = 'open' AND r.unscheduled > 0")
	}
	if f.ToSupply {
		q.and("r.state = 'open' AND r.materials_revision < r.revision")
	}
	if f.AtRisk {
		q.and("r.state = 'open' AND r.at_risk > 0")
	}
}

// Work says which lines a list is of.
type Work string

// The lists of lines.
const (
	ToSchedule Work = "to_schedule" // lots don't cover it
	ToReport   Work = "to_report"   // planned, and not finished
	Unfinished Work = "unfinished"
	Risky      Work = "at_risk"
)

// conditions are written as the partial indexes are.
var conditions = map[Work]string{
	ToSchedule: "l.live AND l.planned < l.quantity",
	ToReport:   "l.live AND l.planned > 0 AND l.finished < l.quantity",
	Unfinished: "l.live AND l.finished < l.quantity",
	Risky:      "l.live AND l.risk <> 'none'",
}

// LineFilter narrows a list of lines; zero fields don't.
type LineFilter struct {
	Work       Work // Unfinished when ""
	CustomerID *uuid.UUID
	OwnerID    *uuid.UUID
	ProductID  *uuid.UUID
	Risk       Risk
	Until      *time.Time // promised on or before
}

// LineItem is a line in a list, with what it belongs to.
type LineItem struct {
	Line
	RequestNumber string
	OrderID       uuid.UUID
	OrderNumber   string
	CustomerName  string
}

// mark is a place in a list by date.
type mark struct {
	On time.Time `json:"on"`
	ID uuid.UUID `json:"id"`
}

// after narrows a list by date to what comes after the page's cursor.
func (q *query) after(p pg.Page, columns string) error {
	var last mark
	found, err := p.After(&last)
	if found {
		q.and("("+columns+") > (?::date, ?::uuid)", last.On.Format(time.DateOnly), last.ID)
	}
	return err
}

// ListLines returns lines that are being made, by their promise, the earliest first; those that are promised for no date last. One
// statement.
func (s *Service) ListLines(tx pg.Tx, who identity.Principal, f LineFilter, p pg.Page) ([]LineItem, string, error) {
	if f.Work == "" {
		f.Work = Unfinished
	}
	var q query
	q.and(conditions[f.Work])
	if err := q.after(p, "l.wanted_on, l.id"); err != nil {
		return nil, "", err
	}
	q.seen(who, f.OwnerID, "l.owner_id")
	if f.CustomerID != nil {
		q.and("l.customer_id = ?", *f.CustomerID)
	}
	if f.ProductID != nil {
		q.and("l.product_id = ?", *f.ProductID)
	}
	if f.Risk != "" {
		q.and("l.risk = ?", f.Risk)
	}
	if f.Until != nil {
		q.and("l.wanted_on <= ?", *f.Until)
	}
	var rows []LineItem
	err := tx.Raw(`SELECT l.*, p.code AS product_code, p.name AS product_name, r.number AS request_number, r.order_id, r.order_number, c.name AS customer_name
		FROM (SELECT * FROM production_lines l WHERE `+q.sql()+` ORDER BY l.wanted_on, l.id LIMIT ?) l
		JOIN production_requests r ON r.id = l.request_id JOIN products p ON p.id = l.product_id JOIN customers c ON c.id = l.customer_id
		ORDER BY l.wanted_on, l.id`, append(q.args, p.Limit+1)...).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(l LineItem) any { return mark{l.WantedOn, l.ID} })
}

// ShortFilter narrows a list of short materials; zero fields don't.
type ShortFilter struct {
	WithoutArrival bool       // what comes doesn't cover what is short
	ArrivesUntil   *time.Time // all of it is here by that date
	WantedUntil    *time.Time
	Material       string // what its name begins with
}

// ShortItem is a short material in a list.
type ShortItem struct {
	Material
	RequestNumber string
	OrderID       uuid.UUID
	OrderNumber   string
	LineNo        *int
}

// ListShortMaterials returns the materials that are short, by the first promise that waits for them. One statement.
func (s *Service) ListShortMaterials(tx pg.Tx, who identity.Principal, f ShortFilter, p pg.Page) ([]ShortItem, string, error) {
	var q query
	q.and("m.live AND m.needed > m.on_hand")
	if err := q.after(p, "m.wanted_on, m.id"); err != nil {
		return nil, "", err
	}
	q.seen(who, nil, "m.owner_id")
	if f.WithoutArrival {
		q.and("m.covered_on IS NULL")
	}
	if f.ArrivesUntil != nil {
		q.and("m.covered_on <= ?", *f.ArrivesUntil)
	}
	if f.WantedUntil != nil {
		q.and("m.wanted_on <= ?", *f.WantedUntil)
	}
	if f.Material != "" {
		q.and("starts_with(m.material, ?)", f.Material)
	}
	var rows []ShortItem
	err := tx.Raw(`SELECT m.*, r.number AS request_number, r.order_id, r.order_number, l.line_no
		FROM (SELECT * FROM production_materials m WHERE `+q.sql()+` ORDER BY m.wanted_on, m.id LIMIT ?) m
		JOIN production_requests r ON r.id = m.request_id LEFT JOIN production_lines l ON l.id = m.line_id
		ORDER BY m.wanted_on, m.id`, append(q.args, p.Limit+1)...).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(m ShortItem) any { return mark{m.WantedOn, m.ID} })
}

// TroubleFilter narrows a list of troubles; zero fields don't.
type TroubleFilter struct {
	State      TroubleState
	RequestID  *uuid.UUID
	CustomerID *uuid.UUID
}

// ListTroubles returns troubles, the newest first. One statement.
func (s *Service) ListTroubles(tx pg.Tx, who identity.Principal, f TroubleFilter, p pg.Page) ([]Trouble, string, error) {
	last := uuid.Max
	if _, err := p.After(&last); err != nil {
		return nil, "", err
	}
	var q query
	q.and("t.id < ?", last)
	q.seen(who, nil, "t.owner_id")
	if f.State != "" {
		q.and("t.state = ?", f.State)
	}
	if f.RequestID != nil {
		q.and("t.request_id = ?", *f.RequestID)
	}
	if f.CustomerID != nil {
		q.and("t.customer_id = ?", *f.CustomerID)
	}
	var rows []Trouble
	if err := tx.Raw(troubles+" WHERE "+q.sql()+" ORDER BY t.id DESC LIMIT ?", append(q.args, p.Limit+1)...).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(t Trouble) any { return t.ID })
}
