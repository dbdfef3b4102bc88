package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/printing"
)

// GetOrderDocument implements the operation of that name.
func (s *Server) GetOrderDocument(ctx context.Context, r api.GetOrderDocumentRequestObject) (api.GetOrderDocumentResponseObject, error) {
	return s.paper(ctx, (*string)(r.Params.Format), func(tx pg.Tx, who identity.Principal) (printing.Paper, error) {
		o, err := s.Orders.Get(tx, who, r.OrderID)
		if err != nil {
			return printing.Paper{}, err
		}
		return s.orderPaper(tx, who, o)
	})
}

// VisitGetOrderDocumentResponse implements the answer.
func (a paperAnswer) VisitGetOrderDocumentResponse(w http.ResponseWriter) error { return a.send(w) }

func (s *Server) orderPaper(tx pg.Tx, who identity.Principal, o order.Order) (printing.Paper, error) {
	buyer, err := s.buyer(tx, who, o.CustomerID)
	if err != nil {
		return printing.Paper{}, err
	}
	products, names, err := papersNeed(tx, o.OwnerID, idsOf(o.Lines, func(l order.Line) uuid.UUID { return l.ProductID }))
	if err != nil {
		return printing.Paper{}, err
	}
	state, mark := orderState(o.State)
	p := printing.Paper{
		Kind: "order_confirmation", Title: printing.Text{ZH: "订货确认书", EN: "ORDER CONFIRMATION"}, Number: o.Number, Revision: o.Revision,
		Date: clock.Today(o.CreatedAt), State: state, Watermark: mark, Parties: []printing.Party{buyer},
		Facts:      orderFacts(o, names[o.OwnerID], identity.SeesPrices(who)),
		Signatures: []printing.Text{{ZH: "需方确认", EN: "Buyer"}, {ZH: "供方确认", EN: "Seller"}},
	}
	if o.ConfirmedAt != nil {
		p.Date = clock.Today(*o.ConfirmedAt)
	}
	showPrices := identity.SeesPrices(who) // ORD-03
	orderTable(&p, o, products, showPrices)
	if showPrices {
		addTotals(&p, o.Gross, o.HeaderDiscount, o.Total, o.Tax)
		p.Terms = append(p.Terms, taxIncluded)
	}
	return p, nil
}

func orderFacts(o order.Order, owner string, terms bool) []printing.Field {
	var facts []printing.Field
	facts = printing.Add(facts, "客户订单号", "Your order", o.CustomerOrderNo)
	facts = printing.Add(facts, "业务员", "Sales", owner)
	facts = printing.Add(facts, "特殊要求", "Special", o.SpecialDemands)
	settlement := ""
	if terms {
		settlement = settlementWords(o.Terms())
	}
	return dealFacts(facts, settlement, o.DeliveryPlace, o.Packing, o.Transport, o.Remarks)
}

// orderTable makes the table; for whom prices are not, it has no columns for them.
func orderTable(p *printing.Paper, o order.Order, products map[uuid.UUID]catalog.Product, showPrices bool) {
	p.Columns = []printing.Column{
		lineColumn, productColumn, unitColumn, quantityColumn,
	}
	if showPrices {
		p.Columns = append(p.Columns, priceColumn, amountColumn)
	}
	p.Columns = append(p.Columns,
		printing.Column{Key: "promised_on", Title: printing.Text{ZH: "交货日期", EN: "Delivery"}, Width: 11},
		remarksColumn,
	)
	for _, l := range o.Lines {
		row := []string{strconv.Itoa(l.LineNo), productName(products[l.ProductID]), l.Unit, printing.Figure(l.Quantity, 0)}
		if showPrices {
			row = append(row, printing.Figure(l.Price, money.AmountScale), printing.Figure(l.Amount, money.AmountScale))
		}
		promised := ""
		if l.PromisedOn != nil {
			promised = l.PromisedOn.Format("2006-01-02")
		}
		p.Rows = append(p.Rows, append(row, promised, lines(l.DeliveryPlace, l.Packing, l.Transport, l.SpecialDemands, l.Remarks)))
	}
}

// The columns that papers have in common.
var (
	lineColumn     = printing.Column{Key: "line", Title: printing.Text{ZH: "序号", EN: "No."}, Width: 6, Right: true}
	productColumn  = printing.Column{Key: "product", Title: printing.Text{ZH: "产品名称及规格", EN: "Product"}, Width: 28}
	unitColumn     = printing.Column{Key: "unit", Title: printing.Text{ZH: "单位", EN: "Unit"}, Width: 6}
	quantityColumn = printing.Column{Key: "quantity", Title: printing.Text{ZH: "数量", EN: "Quantity"}, Width: 11, Right: true}
	priceColumn    = printing.Column{Key: "price", Title: printing.Text{ZH: "单价(元)", EN: "Price"}, Width: 12, Right: true}
	remarksColumn  = printing.Column{Key: "remarks", Title: printing.Text{ZH: "备注", EN: "Remarks"}, Width: 16}
	amountColumn   = printing.Column{Key: "amount", Title: printing.Text{ZH: "金额(元)", EN: "Amount"}, Width: 15, Right: true}
)

func total(zh, en, value string) printing.Field {
	return printing.Field{Label: printing.Text{ZH: zh, EN: en}, Value: value}
}

// productName is a product as a line shows it: its name, and below it specification and code.
func productName(p catalog.Product) string {
	return lines(p.Name, strings.Trim(p.Spec+" · "+p.Code, " ·"))
}

// lines puts what isn't empty on lines of its own.
func lines(all ...string) string {
	var said []string
	for _, text := range all {
		if text = strings.TrimSpace(text); text != "" {
			said = append(said, text)
		}
	}
	return strings.Join(said, "\n")
}

func idsOf[T any](rows []T, id func(T) uuid.UUID) []uuid.UUID { return each(rows, id) }

// orderState names an order's state, and what stands across its paper while it isn't in force.
func orderState(s order.State) (state, mark printing.Text) {
	switch s {
	case order.StateDraft:
		return printing.Text{ZH: "草稿", EN: "Draft"}, draftMark
	case order.StateSubmitted:
		return printing.Text{ZH: "审批中", EN: "Being approved"}, notInForce
	case order.StateConfirmed:
		state = printing.Text{ZH: "已确认", EN: "Confirmed"}
	case order.StatePartlyShipped:
		state = printing.Text{ZH: "部分发货", EN: "Partly shipped"}
	case order.StateShipped:
		state = printing.Text{ZH: "已发货", EN: "Shipped"}
	case order.StateClosed:
		state = printing.Text{ZH: "已关闭", EN: "Closed"}
	case order.StateCancelled:
		return printing.Text{ZH: "已取消", EN: "Cancelled"}, void
	}
	return state, printing.Text{}
}
