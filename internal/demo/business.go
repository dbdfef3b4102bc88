package demo

import (
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/gate"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/shipping"
)

// refusedEvery is how many requests the deciders let pass before they refuse one.
const refusedEvery = 41

// order writes and submits an order, and has it decided.
func (c *Company) order(tx pg.Tx, d deal) error {
	rep := c.rep(d.customer)
	channels := []order.Channel{order.ChannelPhone, order.ChannelAPI, order.ChannelVisit, order.ChannelOther}
	draft := order.Draft{
		CustomerID: c.cast.customers[d.customer].ID, Channel: channels[d.no%len(channels)], CustomerOrderNo: d.reference(), HeaderDiscount: decimal.Zero,
	}
	promised := clock.Today(tx.Now).AddDate(0, 0, 14)
	for _, l := range d.lines {
		draft.Lines = append(draft.Lines, order.LineDraft{ProductID: c.cast.products[l.product], Price: l.price, Quantity: l.quantity, PromisedOn: &promised})
	}
	o, _, err := c.Orders.CreateAndSubmit(as(tx, rep), rep, draft)
	if err != nil {
		return kept(err)
	}
	return c.decide(tx, o.ApprovalID, d.no)
}

// kept lets a refusal stand that a gate has recorded: it belongs to the history.
func kept(err error) error {
	if pg.Kept(err) {
		return nil
	}
	return err
}

// decide walks a request through its steps, in the name of those whom it asks. Now and then one is refused.
func (c *Company) decide(tx pg.Tx, id *uuid.UUID, n int) error {
	if id == nil {
		return nil
	}
	for {
		role, err := askedRole(tx, *id)
		if err != nil || role == "" {
			return err
		}
		who := c.one(identity.Role(role), 0)
		if n%refusedEvery == 0 {
			_, err = c.Approvals.RejectRequest(as(tx, who), who, *id, approval.Verdict{Comment: "本单毛利过低,请与客户重新协商"})
			return err
		}
		if _, err := c.Approvals.ApproveRequest(as(tx, who), who, *id, approval.Verdict{Comment: "同意"}); err != nil {
			return err
		}
	}
}

// notice puts all of an order on a shipping notice, has finance check it and, unless it is left waiting, has it decided.
func (c *Company) notice(tx pg.Tx, d deal, decided bool) error {
	t, err := follow(tx, d.reference())
	if err != nil || t.OrderID == nil || t.OrderState != string(order.StateConfirmed) {
		return err
	}
	o, err := order.WithLines(tx, *t.OrderID)
	if err != nil {
		return err
	}
	rep := c.rep(d.customer)
	content := shipping.Content{
		Flow: shipping.Flow(d.flow), ShipDate: clock.Today(tx.Now).AddDate(0, 0, 3), ShortLeadReason: "客户产线急用",
		Vehicle: plate(d.no), Carrier: "云岭示例物流", Driver: "吴师傅", DriverPhone: fmt.Sprintf("13800000%03d", 900+d.no%90),
	}
	for _, l := range o.Lines {
		content.Lines = append(content.Lines, shipping.LineInput{OrderID: o.ID, OrderLineID: l.ID, Quantity: l.Quantity})
	}
	n, err := c.Shipments.Create(as(tx, rep), rep, o.CustomerID, content)
	if err != nil {
		return err
	}
	if n, err = c.Shipments.Submit(as(tx, rep), rep, n.ID, nil); err != nil {
		return err
	}
	clerk := c.one(identity.FinanceClerk, d.no)
	n, err = c.Shipments.Check(as(tx, clerk), clerk, n.ID, nil, shipping.Checking{FirstBusiness: d.flow == string(shipping.NewCustomer), Remark: "已核对往来账"})
	if err != nil {
		return kept(err)
	}
	if n.State == shipping.StateBlocked {
		if n, err = c.Shipments.Explain(as(tx, rep), rep, n.ID, nil, "客户承诺本月底前付清逾期货款"); err != nil {
			return kept(err)
		}
	}
	if !decided {
		return nil
	}
	return c.decide(tx, n.ApprovalID, d.no)
}

func plate(n int) string { return fmt.Sprintf("示A·%05d", 10000+n*37%90000) }

// ship loads what is released, all or the first part of it, and lets it out at the gate.
func (c *Company) ship(tx pg.Tx, d deal) error {
	t, err := follow(tx, d.reference())
	if err != nil || t.NoticeID == nil || t.NoticeState != string(shipping.StateReleased) && t.NoticeState != string(shipping.StatePartlyDispatched) {
		return err
	}
	keeper, guard := c.one(identity.WarehouseKeeper, d.no), c.one(identity.GateGuard, d.no)
	n, err := c.Shipments.Get(tx, keeper, *t.NoticeID)
	if err != nil {
		return err
	}
	var load delivery.Loading
	for _, l := range n.Lines {
		quantity := l.Rest()
		if d.part > 0 && n.State == shipping.StateReleased {
			if quantity, err = share(quantity, d.part); err != nil {
				return err
			}
		}
		if quantity.IsPos() {
			load.Lines = append(load.Lines, delivery.Loaded{NoticeLineID: l.ID, Quantity: quantity})
		}
	}
	note, err := c.Deliveries.Dispatch(as(tx, keeper), keeper, n.ID, nil, load)
	if err != nil {
		return err
	}
	_, err = c.Gate.CheckGatePass(as(tx, guard), guard, gate.Sighting{PassNumber: note.Pass.Number, Vehicle: note.Vehicle, Seen: note.Goods()})
	return kept(err)
}

// share is some percent of a quantity, whole.
func share(quantity decimal.Decimal, percent int64) (decimal.Decimal, error) {
	p, err := decimal.New(percent, 2)
	if err != nil {
		return decimal.Zero, err
	}
	q, err := quantity.Mul(p)
	return money.Round(q, 0), err
}

// invoice bills all of an order that has left and isn't billed.
func (c *Company) invoice(tx pg.Tx, d deal) error {
	t, err := follow(tx, d.reference())
	if err != nil || len(t.Unbilled) == 0 {
		return err
	}
	clerk := c.one(identity.FinanceClerk, d.no)
	_, err = c.Receivables.PostInvoice(as(tx, clerk), clerk, receivable.NewInvoice{
		DeliveryNoteIDs: t.Unbilled, Tax: &receivable.NewTaxInvoice{Kind: receivable.Digital, Number: fmt.Sprintf("26330000%012d", binary.BigEndian.Uint64(t.Unbilled[0][8:])%1e12)},
	})
	return err
}

// pay books what the customer pays: the order ahead, or its open invoices.
func (c *Company) pay(tx pg.Tx, d deal) error {
	t, err := follow(tx, d.reference())
	if err != nil || t.OrderID == nil {
		return err
	}
	in := receivable.NewReceipt{
		CustomerID: c.cast.customers[d.customer].ID, Method: receivable.BankTransfer, Reference: fmt.Sprintf("BK%08d", d.no*3571),
		ReceivedOn: clock.Today(tx.Now),
	}
	if d.no%6 == 0 {
		in.Method = receivable.AcceptanceBill
		in.Bill = &receivable.NewBill{
			Number: fmt.Sprintf("1%029d", d.no), Drawer: c.cast.customers[d.customer].Name, Acceptor: "示例银行云岭支行",
			IssuedOn: in.ReceivedOn.AddDate(0, 0, -10), MaturesOn: in.ReceivedOn.AddDate(0, 0, 170),
		}
	}
	if d.flow == string(shipping.Prepaid) {
		in.Amount = t.OrderTotal
	} else if in.Allocations, in.Amount, err = openInvoices(tx, *t.OrderID); err != nil {
		return err
	}
	if !in.Amount.IsPos() || t.OrderState == string(order.StateDraft) || t.OrderState == string(order.StateCancelled) {
		return nil
	}
	clerk := c.one(identity.FinanceClerk, d.no)
	_, err = c.Receivables.PostReceipt(as(tx, clerk), clerk, in)
	return err
}

// settle books the payment of an item of the books before.
func (c *Company) settle(tx pg.Tx, number string) error {
	item, err := openItem(tx, number)
	if err != nil || !item.Amount.IsPos() {
		return err
	}
	clerk := c.one(identity.FinanceClerk, len(number))
	_, err = c.Receivables.PostReceipt(as(tx, clerk), clerk, receivable.NewReceipt{
		CustomerID: item.PayerID, Method: receivable.BankTransfer, Reference: "BK" + number, ReceivedOn: clock.Today(tx.Now),
		Amount: item.Amount, Allocations: []receivable.Share{{InvoiceID: item.InvoiceID, Amount: item.Amount}},
	})
	return err
}

// fillLimits takes some customers to their limit, to the last few cents: with a released notice that is still to leave.
func (c *Company) fillLimits(tx pg.Tx) error {
	if err := c.gather(tx); err != nil {
		return err
	}
	full, err := nearLimit(tx, 5)
	if err != nil {
		return err
	}
	for i, f := range full {
		d := deal{no: 9001 + i, customer: f.Code, flow: string(shipping.Credit)}
		quantity, err := f.Headroom.Quo(f.Price)
		if err != nil {
			return err
		}
		if quantity = quantity.Floor(0); !quantity.IsPos() { // down: what is over stops at the limit
			continue
		}
		price, err := f.Headroom.Quo(quantity)
		if err != nil {
			return err
		}
		c.cast.customers[f.Code], c.cast.products[f.Product] = f.Customer, f.ProductID
		d.lines = []dealLine{{f.Product, quantity, price.Floor(money.PriceScale)}} // down, too
		if err := c.order(tx, d); err != nil {
			return err
		}
		if err := c.notice(tx, d, true); err != nil {
			return err
		}
	}
	return nil
}
