package contract

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Progress is how far a contract is carried out (CON-09). Called off is kept on the contract; the rest is what the documents say.
type Progress struct {
	Contract Contract
	Lines    []LineProgress // in the order of the contract's lines
	Shipped  decimal.Decimal
	Invoiced decimal.Decimal
	Paid     decimal.Decimal
}

// LineProgress is Progress of one line.
type LineProgress struct {
	LineID           uuid.UUID
	ShippedQuantity  decimal.Decimal
	ShippedAmount    decimal.Decimal
	InvoicedQuantity decimal.Decimal
	InvoicedAmount   decimal.Decimal
	PaidAmount       decimal.Decimal // the line's share of what is paid of its invoices
}

// ReadProgress computes how far a contract is carried out. Returns errs.ErrNotFound. Three statements, whatever the number of orders.
func (s *Service) ReadProgress(tx pg.Tx, who identity.Principal, id uuid.UUID) (Progress, error) {
	c, err := s.Get(tx, who, id)
	if err != nil {
		return Progress{}, err
	}
	p := Progress{Contract: c, Shipped: zero.Pad(2), Invoiced: zero.Pad(2), Paid: zero.Pad(2)}
	if p.Lines, err = readProgress(tx, id); err != nil {
		return Progress{}, err
	}
	for _, l := range p.Lines {
		p.Shipped, p.Invoiced, p.Paid = money.Add(p.Shipped, l.ShippedAmount), money.Add(p.Invoiced, l.InvoicedAmount), money.Add(p.Paid, l.PaidAmount)
	}
	return p, nil
}

// CallOff is what one order calls off of a contract, all lines together.
type CallOff struct {
	OrderID  uuid.UUID
	Number   string
	State    string
	Quantity decimal.Decimal
	Amount   decimal.Decimal
}

// ListCallOffs returns the orders on a contract, the last one first; with open only those that aren't closed or cancelled. Returns
// errs.ErrNotFound. Two statements.
func (s *Service) ListCallOffs(tx pg.Tx, who identity.Principal, id uuid.UUID, open bool, p pg.Page) ([]CallOff, string, error) {
	if err := s.Seen(tx, who, id); err != nil {
		return nil, "", err
	}
	last := uuid.Max
	if _, err := p.After(&last); err != nil {
		return nil, "", err
	}
	rows, err := readCallOffs(tx, id, open, last, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(c CallOff) any { return c.OrderID })
}
