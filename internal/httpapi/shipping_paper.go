package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/printing"
	"github.com/salesgate/salesgate/internal/shipping"
)

// GetShippingNoticeDocument implements the operation of that name.
func (s *Server) GetShippingNoticeDocument(ctx context.Context, r api.GetShippingNoticeDocumentRequestObject) (api.GetShippingNoticeDocumentResponseObject, error) {
	return s.paper(ctx, (*string)(r.Params.Format), func(tx pg.Tx, who identity.Principal) (printing.Paper, error) {
		n, err := s.Shipments.Get(tx, who, r.ShippingNoticeID)
		if err != nil {
			return printing.Paper{}, err
		}
		return s.noticePaper(tx, who, n)
	})
}

// VisitGetShippingNoticeDocumentResponse implements the answer.
func (a paperAnswer) VisitGetShippingNoticeDocumentResponse(w http.ResponseWriter) error {
	return a.send(w)
}

// noticePaper is the shipping notice with finance's figures on it (SHP-03), which the factory's copy leaves out (ORD-03).
func (s *Server) noticePaper(tx pg.Tx, who identity.Principal, n shipping.Notice) (printing.Paper, error) {
	buyer, err := s.buyer(tx, who, n.CustomerID)
	if err != nil {
		return printing.Paper{}, err
	}
	orders, err := order.Destinations(tx, idsOf(n.Lines, func(l shipping.Line) uuid.UUID { return l.OrderID }))
	if err != nil {
		return printing.Paper{}, err
	}
	state, mark := noticeState(n.State)
	priced := identity.SeesPrices(who)
	p := printing.Paper{
		Kind: "shipping_notice", Title: printing.Text{ZH: "发货通知单", EN: "SHIPPING NOTICE"}, Number: n.Number, Revision: n.Revision,
		Date: clock.Today(n.CreatedAt), State: state, Watermark: mark, Parties: []printing.Party{buyer}, Copies: [3]string{"存根", "仓库", "财务"},
		Signatures: []printing.Text{{ZH: "业务员", EN: "Sales"}, {ZH: "财务审核", EN: "Finance"}, {ZH: "批准", EN: "Released by"}, {ZH: "仓库", EN: "Warehouse"}},
		Columns:    []printing.Column{lineColumn, productColumn, orderColumn, unitColumn, quantityColumn, shippedColumn},
	}
	p.Facts = printing.Add(p.Facts, "发货方式", "Flow", flowWords(n.Flow))
	p.Facts = printing.Add(p.Facts, "发货日期", "Ships on", n.ShipDate.Format(time.DateOnly))
	p.Facts = carriedBy(p.Facts, n.Carrier, n.Vehicle, n.Driver, n.DriverPhone)
	p.Facts = printing.Add(p.Facts, "提前期不足原因", "Short notice", n.ShortLeadReason)
	p.Facts = printing.Add(p.Facts, "收货地点", "Place", placesOf(orders))
	p.Facts = printing.Add(p.Facts, "备注", "Remarks", n.Remarks)
	p.Facts = printing.Add(p.Facts, "终止原因", "Ended", n.EndedReason)
	for i, l := range n.Lines {
		p.Rows = append(p.Rows, []string{
			strconv.Itoa(i + 1), lines(l.ProductName, l.ProductCode), orders[l.OrderID].Number, l.Unit, printing.Figure(l.Quantity, 0),
			printing.Figure(l.DispatchedQuantity, 0),
		})
	}
	if priced {
		priceNoticePaper(&p, n)
	}
	return p, nil
}

// priceNoticePaper adds prices, the amount, and what finance found at its check.
func priceNoticePaper(p *printing.Paper, n shipping.Notice) {
	p.Columns = append(p.Columns, priceColumn, amountColumn)
	for i, l := range n.Lines {
		p.Rows[i] = append(p.Rows[i], printing.Figure(l.Price, money.AmountScale), printing.Figure(l.Amount, money.AmountScale))
	}
	p.Amount = &n.Amount
	p.Totals = append(p.Totals, total("含税合计(人民币)", "Total, tax included (CNY)", printing.Figure(n.Amount, money.AmountScale)))
	p.Facts = printing.Add(p.Facts, "超期说明", "Why overdue", n.OverdueReason)
	f := n.Figures
	if f == nil {
		return
	}
	p.Facts = printing.Add(p.Facts, "应收账款", "Receivable", printing.Figure(f.Receivable, money.AmountScale))
	p.Facts = printing.Add(p.Facts, "已发未开票", "Shipped", printing.Figure(f.Shipped, money.AmountScale))
	p.Facts = printing.Add(p.Facts, "已通知未发货", "Released", printing.Figure(f.Released, money.AmountScale))
	p.Facts = printing.Add(p.Facts, "本单后占用", "Exposure after", printing.Figure(f.ExposureAfter, money.AmountScale))
	p.Facts = printing.Add(p.Facts, "信用额度", "Limit", limitWords(f))
	if f.HeadroomAfter != nil {
		p.Facts = printing.Add(p.Facts, "本单后余额度", "Headroom after", printing.Figure(*f.HeadroomAfter, money.AmountScale))
	}
	if f.OverdueAmount.IsPos() {
		p.Facts = printing.Add(p.Facts, "超期欠款", "Overdue", printing.Figure(f.OverdueAmount, money.AmountScale)+",最长 "+strconv.Itoa(f.OverdueDays)+" 天")
	}
	p.Facts = printing.Add(p.Facts, "财务意见", "Finance", f.Remark)
}

func limitWords(f *shipping.Figures) string {
	switch {
	case f.Limit != nil:
		return printing.Figure(*f.Limit, money.AmountScale)
	case f.LimitKind == credit.LimitUnlimited:
		return "不限"
	}
	return "无"
}

// GetDeliveryNoteDocument implements the operation of that name.
func (s *Server) GetDeliveryNoteDocument(ctx context.Context, r api.GetDeliveryNoteDocumentRequestObject) (api.GetDeliveryNoteDocumentResponseObject, error) {
	return s.paper(ctx, (*string)(r.Params.Format), func(tx pg.Tx, who identity.Principal) (printing.Paper, error) {
		d, err := s.Deliveries.Get(tx, who, r.DeliveryNoteID)
		if err != nil {
			return printing.Paper{}, err
		}
		return s.deliveryPaper(tx, who, d)
	})
}

// VisitGetDeliveryNoteDocumentResponse implements the answer.
func (a paperAnswer) VisitGetDeliveryNoteDocumentResponse(w http.ResponseWriter) error {
	return a.send(w)
}

// deliveryPaper goes with the goods: warehouse and carrier sign it (SHP-08), and who receives them. It says what was loaded; corrections are papers of
// their own.
func (s *Server) deliveryPaper(tx pg.Tx, who identity.Principal, d delivery.Note) (printing.Paper, error) {
	buyer, err := s.buyer(tx, who, d.CustomerID)
	if err != nil {
		return printing.Paper{}, err
	}
	n, err := s.Shipments.Get(tx, who, d.NoticeID)
	if err != nil {
		return printing.Paper{}, err
	}
	orders, err := order.Destinations(tx, idsOf(d.Lines, func(l delivery.Line) uuid.UUID { return l.OrderID }))
	if err != nil {
		return printing.Paper{}, err
	}
	state, mark := deliveryState(d.State)
	p := printing.Paper{
		Kind: "delivery_note", Title: printing.Text{ZH: "送货单", EN: "DELIVERY NOTE"}, Number: d.Number, Date: d.ShippedOn, State: state, Watermark: mark,
		Parties:    []printing.Party{buyer},
		Signatures: []printing.Text{{ZH: "仓管员", EN: "Warehouse"}, {ZH: "承运商", EN: "Carrier"}, {ZH: "收货人", EN: "Received by"}},
		Columns:    []printing.Column{lineColumn, productColumn, lotColumn, orderColumn, unitColumn, quantityColumn},
	}
	p.Facts = printing.Add(p.Facts, "发货通知单", "Shipping notice", n.Number)
	p.Facts = printing.Add(p.Facts, "出门证", "Gate pass", d.Pass.Number)
	p.Facts = carriedBy(p.Facts, d.Carrier, d.Vehicle, d.Driver, n.DriverPhone)
	p.Facts = printing.Add(p.Facts, "收货地点", "Place", placesOf(orders))
	p.Facts = printing.Add(p.Facts, "作废原因", "Cancelled", d.CancelReason)
	priced := identity.SeesPrices(who) // ORD-03
	if priced {
		p.Columns = append(p.Columns, priceColumn, amountColumn)
		p.Amount = &d.Amount
		p.Totals = append(p.Totals, total("含税合计(人民币)", "Total, tax included (CNY)", printing.Figure(d.Amount, money.AmountScale)))
	}
	for i, l := range d.Lines {
		row := []string{
			strconv.Itoa(i + 1), lines(l.ProductName, l.ProductCode), lotWords(l), orders[l.OrderID].Number, l.Unit, printing.Figure(l.Quantity, 0),
		}
		if priced {
			row = append(row, printing.Figure(l.Price, money.AmountScale), printing.Figure(l.Amount, money.AmountScale))
		}
		p.Rows = append(p.Rows, row)
	}
	return p, nil
}

// lotWords are the lots that a line left from, and how much from each when there are several.
func lotWords(l delivery.Line) string {
	if len(l.Lots) == 1 {
		return l.Lots[0].LotNo
	}
	words := make([]string, len(l.Lots))
	for i, t := range l.Lots {
		words[i] = t.LotNo + " × " + printing.Figure(t.Quantity, 0)
	}
	return lines(words...)
}

// placesOf are the places that the orders say the goods go to, each once.
func placesOf(orders map[uuid.UUID]order.Destination) string {
	var places []string
	for _, o := range orders {
		if o.DeliveryPlace != "" && !slices.Contains(places, o.DeliveryPlace) {
			places = append(places, o.DeliveryPlace)
		}
	}
	slices.Sort(places)
	return strings.Join(places, ";")
}

func carriedBy(facts []printing.Field, carrier, vehicle, driver, phone string) []printing.Field {
	facts = printing.Add(facts, "承运商", "Carrier", carrier)
	facts = printing.Add(facts, "车牌号", "Vehicle", vehicle)
	return printing.Add(facts, "司机", "Driver", strings.TrimSpace(driver+" "+phone))
}

// The columns that papers of the warehouse have in common.
var (
	orderColumn   = printing.Column{Key: "order", Title: printing.Text{ZH: "订单号", EN: "Order"}, Width: 17}
	lotColumn     = printing.Column{Key: "lots", Title: printing.Text{ZH: "批号", EN: "Lot"}, Width: 15}
	shippedColumn = printing.Column{Key: "shipped", Title: printing.Text{ZH: "已发数量", EN: "Shipped"}, Width: 11, Right: true}
)

// flowWords names the flows as the policy does (SHP-01).
func flowWords(f shipping.Flow) string {
	switch f {
	case shipping.Credit:
		return "常规发货"
	case shipping.Prepaid:
		return "款到发货"
	case shipping.COD:
		return "货到收款"
	case shipping.NewCustomer:
		return "新客户发货"
	}
	return string(f)
}

// noticeState names a notice's state, and what stands across its paper while nothing may be shipped by it.
func noticeState(s shipping.State) (state, mark printing.Text) {
	switch s {
	case shipping.StateDraft:
		return printing.Text{ZH: "草稿", EN: "Draft"}, draftMark
	case shipping.StateSubmitted:
		return printing.Text{ZH: "财务审核中", EN: "With finance"}, notInForce
	case shipping.StateChecked:
		return printing.Text{ZH: "待批准", EN: "To be released"}, notInForce
	case shipping.StateBlocked:
		return printing.Text{ZH: "待说明超期原因", EN: "Blocked"}, notInForce
	case shipping.StateRefused:
		return printing.Text{ZH: "未批准", EN: "Refused"}, void
	case shipping.StateReleased:
		state = printing.Text{ZH: "已批准发货", EN: "Released"}
	case shipping.StatePartlyDispatched:
		state = printing.Text{ZH: "部分发货", EN: "Partly shipped"}
	case shipping.StateDispatched:
		state = printing.Text{ZH: "已发货", EN: "Shipped"}
	case shipping.StateClosed:
		state = printing.Text{ZH: "已关闭", EN: "Closed"}
	case shipping.StateCancelled:
		return printing.Text{ZH: "已取消", EN: "Cancelled"}, void
	}
	return state, printing.Text{}
}

func deliveryState(s string) (state, mark printing.Text) {
	switch s {
	case delivery.NoteIssued:
		state = printing.Text{ZH: "已装货", EN: "Loaded"}
	case delivery.NoteLeft:
		state = printing.Text{ZH: "已出厂", EN: "Left"}
	case delivery.NoteCancelled:
		return printing.Text{ZH: "已作废", EN: "Cancelled"}, void
	}
	return state, printing.Text{}
}
