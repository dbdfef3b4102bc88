package shipping

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// Content is what a caller says of a notice.
type Content struct {
	Flow            Flow
	ShipDate        time.Time
	ShortLeadReason string
	OverdueReason   string
	Vehicle         string
	Carrier         string
	Driver          string
	DriverPhone     string
	Remarks         string
	Files           []uuid.UUID // uploads of the caller's: bank slip, bill, contract; finance keeps them on file (SHP-10)
	Lines           []LineInput
}

// LineInput puts a quantity of an order line on a notice.
type LineInput struct {
	OrderID     uuid.UUID
	OrderLineID uuid.UUID
	Quantity    decimal.Decimal
}

// Create writes a notice for open lines of the customer's confirmed orders (SHP-02). Returns ErrNoCustomer for a customer
// that isn't there or not visible, ErrNoOrder, ErrNoLine, ErrTwice, order.ErrNotOpen for more than is open, errs.ErrState
// for an order that isn't confirmed, ErrShipDatePast, ErrShortLead, and the refusal of Allotments. Takes no lock: what is open is reserved at the release.
func (s *Service) Create(tx pg.Tx, who identity.Principal, customerID uuid.UUID, c Content) (Notice, error) {
	buyer, err := customer.Brief(tx, customerID)
	if errors.Is(err, errs.ErrNotFound) || err == nil && !who.Sees(buyer.OwnerID) {
		return Notice{}, ErrNoCustomer.At("/customer_id")
	}
	if err != nil {
		return Notice{}, err
	}
	n := Notice{
		ID: uuid.Must(uuid.NewV7()), CustomerID: customerID, PayerID: buyer.PayerID(), OwnerID: buyer.OwnerID, State: StateDraft,
		Currency: order.Currency, DispatchedAmount: decimal.Zero, CoveredAmount: decimal.Zero, Revision: 1,
		CreatedBy: tx.By.Actor(), CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
	}
	if err := s.fill(tx, &n, c); err != nil {
		return Notice{}, err
	}
	if n.Number, err = pg.NextNumber(tx, "SN", tx.Now.In(clock.Shanghai)); err != nil {
		return Notice{}, err
	}
	if err := insertNotice(tx, n); err != nil {
		return Notice{}, err
	}
	if err := s.attach(tx, who, n.ID, c.Files); err != nil {
		return Notice{}, err
	}
	return n, n.record(tx, "createShippingNotice", nil)
}

// Update changes a draft as change says. version is the one that the caller read; another is errs.ErrStale. Returns what
// Create returns for bad content, and errs.ErrState for a notice that is no draft: revise it. Locks the notice.
func (s *Service) Update(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64, change func(*Content)) (Notice, error) {
	n, before, err := s.lockOwn(tx, who, id, &version, VerbUpdate)
	if err != nil {
		return Notice{}, err
	}
	c := n.contentOf()
	change(&c)
	if err := s.fill(tx, &n, c); err != nil {
		return Notice{}, err
	}
	if err := replaceLines(tx, n); err != nil {
		return Notice{}, err
	}
	if err := s.attach(tx, who, n.ID, c.Files); err != nil {
		return Notice{}, err
	}
	return n, store(tx, &n, before, VerbUpdate)
}

// Submit hands a draft to finance (SHP-02, SHP-03). The lead and what is open are looked at again: days and other notices
// may have passed since it was written. Locks the notice.
func (s *Service) Submit(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Notice, error) {
	n, before, err := s.lockOwn(tx, who, id, version, VerbSubmit)
	if err != nil {
		return Notice{}, err
	}
	if err := s.fill(tx, &n, n.contentOf()); err != nil {
		return Notice{}, err
	}
	if n.PayerID, err = s.credit.PayerOf(tx, n.CustomerID); err != nil {
		return Notice{}, err
	}
	if err := replaceLines(tx, n); err != nil {
		return Notice{}, err
	}
	n.State, n.SubmittedAt, n.SubmittedBy, n.SubmitterKind = StateSubmitted, &tx.Now, &who.ID, who.Kind
	return n, store(tx, &n, before, VerbSubmit)
}

// lockOwn locks a notice with its lines for a verb that moves no exposure.
func (s *Service) lockOwn(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, verb Verb) (Notice, map[string]any, error) {
	n, err := lockNotice(tx, id)
	if err != nil {
		return Notice{}, nil, err
	}
	if err := who.MustSee(n.OwnerID); err != nil {
		return Notice{}, nil, err
	}
	if err := n.mustMatch(version); err != nil {
		return Notice{}, nil, err
	}
	if err := n.May(verb); err != nil {
		return Notice{}, nil, err
	}
	if err := attachLines(tx, &n); err != nil {
		return Notice{}, nil, err
	}
	return n, n.snapshot(), nil
}

// contentOf is what fill wrote.
func (n *Notice) contentOf() Content {
	c := Content{
		Flow: n.Flow, ShipDate: n.ShipDate, ShortLeadReason: n.ShortLeadReason, OverdueReason: n.OverdueReason,
		Vehicle: n.Vehicle, Carrier: n.Carrier, Driver: n.Driver, DriverPhone: n.DriverPhone, Remarks: n.Remarks,
	}
	for _, l := range n.Lines {
		c.Lines = append(c.Lines, LineInput{l.OrderID, l.OrderLineID, l.Quantity})
	}
	return c
}

// fill checks the content and writes it on the notice.
func (s *Service) fill(tx pg.Tx, n *Notice, c Content) error {
	c.ShortLeadReason, c.OverdueReason = strings.TrimSpace(c.ShortLeadReason), strings.TrimSpace(c.OverdueReason)
	lead, err := s.rules.Int(tx, "shipping.lead_days")
	if err != nil {
		return err
	}
	if err := c.checkDate(clock.Today(tx.Now), lead); err != nil {
		return err
	}
	n.Flow, n.ShipDate, n.ShortLeadReason, n.OverdueReason = c.Flow, c.ShipDate, c.ShortLeadReason, c.OverdueReason
	n.Vehicle, n.Carrier, n.Driver, n.DriverPhone, n.Remarks = c.Vehicle, c.Carrier, c.Driver, c.DriverPhone, c.Remarks
	if err := s.rank(tx, n); err != nil {
		return err
	}
	before := n.Lines
	if n.Lines, err = noticeLines(tx, n, c.Lines); err != nil {
		return err
	}
	n.total()
	keepIDs(before, n.Lines)
	return s.allowed(tx, n.Lines, false)
}

// allowed refuses what the allotment of a short product doesn't leave to the lines (SHP-19). A draft is told so when it is written; at
// the release, with the orders locked, hold keeps an allotment from being confirmed meanwhile.
func (s *Service) allowed(tx pg.Tx, lines []Line, hold bool) error {
	if s.Allotments == nil {
		return nil
	}
	takes := make([]Take, len(lines))
	for i, l := range lines {
		takes[i] = Take{OrderLineID: l.OrderLineID, ProductID: l.ProductID, Quantity: l.Quantity}
	}
	return s.Allotments.Allowance(tx, takes, hold)
}

// checkDate is SHP-02: lead days before the shipping date, or a reason.
func (c Content) checkDate(today time.Time, lead int) error {
	if c.ShipDate.Before(today) {
		return ErrShipDatePast.At("/ship_date")
	}
	if c.ShipDate.Before(today.AddDate(0, 0, lead)) && c.ShortLeadReason == "" {
		return ErrShortLead.With("days", lead).At("/short_lead_reason")
	}
	return nil
}

// noticeLines makes the lines from open order lines (SHP-02).
func noticeLines(tx pg.Tx, n *Notice, inputs []LineInput) ([]Line, error) {
	if len(inputs) == 0 {
		return nil, ErrNoLines.At("/lines")
	}
	orders := map[uuid.UUID]*order.Order{}
	others, err := onOtherNotices(tx, n.ID, inputs)
	if err != nil {
		return nil, err
	}
	lines := make([]Line, 0, len(inputs))
	for i, in := range inputs {
		if slices.ContainsFunc(lines, func(l Line) bool { return l.OrderLineID == in.OrderLineID }) {
			return nil, ErrTwice.At(fmt.Sprintf("/lines/%d/order_line_id", i))
		}
		o, err := openOrder(tx, orders, n.CustomerID, in.OrderID, i)
		if err != nil {
			return nil, err
		}
		l, err := newLine(n.ID, i, o, in, others[in.OrderLineID])
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, name(tx, lines)
}

func openOrder(tx pg.Tx, known map[uuid.UUID]*order.Order, customerID, id uuid.UUID, i int) (*order.Order, error) {
	pointer := fmt.Sprintf("/lines/%d/order_id", i)
	if known[id] == nil {
		o, err := order.WithLines(tx, id)
		if errors.Is(err, errs.ErrNotFound) {
			return nil, ErrNoOrder.At(pointer)
		}
		if err != nil {
			return nil, err
		}
		known[id] = &o
	}
	o := known[id]
	if o.CustomerID != customerID {
		return nil, ErrNoOrder.At(pointer)
	}
	return o, o.May(order.VerbReserve)
}

// keepIDs gives the lines of a draft that is written anew the ids by which callers know them: who has written a notice may load it by what it was
// answered then.
func keepIDs(before, lines []Line) {
	for i := range lines {
		for _, l := range before {
			if l.OrderLineID == lines[i].OrderLineID {
				lines[i].ID = l.ID
			}
		}
	}
}

// part is what of an order line stands on notices: what they ship, and what that comes to on them.
type part struct {
	Quantity decimal.Decimal
	Amount   decimal.Decimal
}

// worth is what a further quantity of the order line comes to beside what other notices say, drafts included, so that all of them
// add up to the line: the last takes the rest. Where drafts ask for more than the line has, each is counted by itself.
func (p part) worth(from *order.Line, quantity decimal.Decimal) decimal.Decimal {
	if money.Add(p.Quantity, quantity).Cmp(from.Quantity) > 0 {
		return from.Worth(money.Add(from.Shipped, from.Noticed), quantity)
	}
	return money.NextShare(from.NetAmount, from.Quantity, p.Quantity, p.Amount, quantity)
}

func newLine(notice uuid.UUID, i int, o *order.Order, in LineInput, others part) (Line, error) {
	from := o.Line(in.OrderLineID)
	if from == nil {
		return Line{}, ErrNoLine.At(fmt.Sprintf("/lines/%d/order_line_id", i))
	}
	pointer := fmt.Sprintf("/lines/%d/quantity", i)
	if !in.Quantity.IsPos() {
		return Line{}, ErrQuantity.At(pointer)
	}
	if in.Quantity.Cmp(from.Open()) > 0 { // SHP-02
		return Line{}, order.ErrNotOpen.With("open", from.Open()).At(pointer)
	}
	amount := others.worth(from, in.Quantity)
	price, err := from.NetAmount.Quo(from.Quantity)
	return Line{
		ID: uuid.Must(uuid.NewV7()), NoticeID: notice, PositionNo: i + 1, OrderID: o.ID, OrderLineID: from.ID, OrderRevision: o.Revision,
		ProductID: from.ProductID, Unit: from.Unit, Quantity: money.Round(in.Quantity, money.PriceScale),
		Price: money.Round(price, money.PriceScale), TaxRate: from.TaxRate, Amount: amount,
		DispatchedQuantity: decimal.Zero, DispatchedAmount: decimal.Zero,
	}, err
}

// name gives the lines what their products are called now.
func name(tx pg.Tx, lines []Line) error {
	ids := make([]uuid.UUID, len(lines))
	for i, l := range lines {
		ids[i] = l.ProductID
	}
	products, err := catalog.Briefs(tx, ids)
	for i := range lines {
		p := products[lines[i].ProductID]
		lines[i].ProductCode, lines[i].ProductName = p.Code, p.Name
	}
	return err
}
