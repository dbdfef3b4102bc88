package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/printing"
	"github.com/salesgate/salesgate/internal/transport"
)

// GetTransportNoticeDocument implements the operation of that name.
func (s *Server) GetTransportNoticeDocument(ctx context.Context, r api.GetTransportNoticeDocumentRequestObject) (api.GetTransportNoticeDocumentResponseObject, error) {
	return s.paper(ctx, (*string)(r.Params.Format), func(tx pg.Tx, who identity.Principal) (printing.Paper, error) {
		n, err := s.Transport.Get(tx, who, r.TransportNoticeID)
		return transportPaper(n), err
	})
}

// VisitGetTransportNoticeDocumentResponse implements the answer.
func (a paperAnswer) VisitGetTransportNoticeDocumentResponse(w http.ResponseWriter) error {
	return a.send(w)
}

// transportPaper has no prices for anybody.
func transportPaper(n transport.Notice) printing.Paper {
	p := printing.Paper{
		Kind: "transport_notice", Title: printing.Text{ZH: "运输通知单", EN: "TRANSPORT NOTICE"}, Number: n.Number, Date: clock.Today(n.CreatedAt),
		Copies:     [3]string{"存根", "承运商", "仓库"},
		Us:         shipper,
		Parties:    []printing.Party{carrierParty(n.CarrierName, n.Vehicle, n.Driver, n.DriverPhone)},
		Signatures: []printing.Text{{ZH: "制单", EN: "Planned by"}, {ZH: "仓库", EN: "Warehouse"}, {ZH: "承运商", EN: "Carrier"}},
		Columns: []printing.Column{
			lineColumn, {Key: "product", Title: printing.Text{ZH: "产品名称及规格", EN: "Product"}, Width: 44}, unitColumn, quantityColumn,
		},
	}
	switch n.State {
	case transport.Planned:
		p.State = printing.Text{ZH: "待装货", EN: "Expected"}
	case transport.Loaded:
		p.State = printing.Text{ZH: "已装货", EN: "Loaded"}
	case transport.Done:
		p.State = printing.Text{ZH: "已送达", EN: "Done"}
	case transport.Cancelled:
		p.State, p.Watermark = printing.Text{ZH: "已作废", EN: "Cancelled"}, printing.Text{ZH: "已作废", EN: "VOID"}
	}
	p.Facts = printing.Add(p.Facts, "发货通知单", "Shipping notice", n.ShipmentNumber)
	p.Facts = printing.Add(p.Facts, "客户", "Customer", n.CustomerName)
	p.Facts = printing.Add(p.Facts, "提货日期", "Pick-up", n.PickupOn.Format(time.DateOnly))
	p.Facts = printing.Add(p.Facts, "路线", "Route", routeWords(n.FromRegion, n.ToRegion, n.Km))
	p.Facts = printing.Add(p.Facts, "备注", "Remarks", n.Remarks)
	for i, l := range n.Lines {
		p.Rows = append(p.Rows, []string{strconv.Itoa(i + 1), l.ProductName + "\n" + l.ProductCode, l.Unit, printing.Figure(l.Quantity, 0)})
	}
	return p
}

// shipper is what we are to a carrier.
var shipper = printing.Text{ZH: "托运方", EN: "Shipper"}

func carrierParty(name, vehicle, driver, phone string) printing.Party {
	p := printing.Party{Role: printing.Text{ZH: "承运商", EN: "Carrier"}, Name: name}
	p.Fields = printing.Add(p.Fields, "车牌号", "Vehicle", vehicle)
	p.Fields = printing.Add(p.Fields, "司机", "Driver", driver)
	p.Fields = printing.Add(p.Fields, "电话", "Phone", phone)
	return p
}

func routeWords(from, to string, km *decimal.Decimal) string {
	words := strings.Trim(from+" → "+to, "→ ")
	if km != nil {
		words += "(" + km.Trim(0).String() + " 公里)"
	}
	return words
}

// GetFreightVoucherDocument implements the operation of that name.
func (s *Server) GetFreightVoucherDocument(ctx context.Context, r api.GetFreightVoucherDocumentRequestObject) (api.GetFreightVoucherDocumentResponseObject, error) {
	return s.paper(ctx, (*string)(r.Params.Format), func(tx pg.Tx, _ identity.Principal) (printing.Paper, error) {
		v, err := s.Transport.GetVoucher(tx, r.FreightVoucherID)
		if err != nil {
			return printing.Paper{}, err
		}
		return voucherPaper(v), nil
	})
}

// VisitGetFreightVoucherDocumentResponse implements the answer.
func (a paperAnswer) VisitGetFreightVoucherDocumentResponse(w http.ResponseWriter) error {
	return a.send(w)
}

// voucherPaper says how the freight was computed, and what adjusting documents made of it.
func voucherPaper(v transport.Voucher) printing.Paper {
	total := v.Total()
	p := printing.Paper{
		Kind: "freight_voucher", Title: printing.Text{ZH: "运费结算凭证", EN: "FREIGHT VOUCHER"}, Number: v.Number, Date: v.ShippedOn,
		State: printing.Text{ZH: "待签字", EN: "To be signed"}, Parties: []printing.Party{carrierParty(v.CarrierName, v.Vehicle, v.Driver, "")},
		Signatures: []printing.Text{{ZH: "仓管员", EN: "Warehouse"}, {ZH: "承运商", EN: "Carrier"}}, Amount: &total,
		Us: shipper, Copies: [3]string{"存根", "承运商", "财务"},
		Columns: []printing.Column{
			lineColumn,
			{Key: "words", Title: printing.Text{ZH: "计费说明", EN: "Computation"}, Width: 60},
			{Key: "amount", Title: printing.Text{ZH: "金额(元)", EN: "Amount"}, Width: 15, Right: true},
		},
		Totals: []printing.Field{
			{Label: printing.Text{ZH: "含税合计(人民币)", EN: "Total, tax included (CNY)"}, Value: printing.Figure(total, money.AmountScale)},
			{Label: printing.Text{ZH: "其中税额", EN: "Tax"}, Value: printing.Figure(v.Tax(), money.AmountScale)},
		},
	}
	switch v.State {
	case transport.Signed:
		p.State = printing.Text{ZH: "已签字", EN: "Signed"}
	case transport.Dead:
		p.State, p.Watermark = printing.Text{ZH: "已作废", EN: "Cancelled"}, printing.Text{ZH: "已作废", EN: "VOID"}
	}
	p.Facts = printing.Add(p.Facts, "送货单", "Delivery note", v.DeliveryNumber)
	p.Facts = printing.Add(p.Facts, "运输通知单", "Transport notice", v.TransportNumber)
	p.Facts = printing.Add(p.Facts, "客户", "Customer", v.CustomerName)
	if v.Tonnes != nil {
		p.Facts = printing.Add(p.Facts, "重量(吨)", "Tonnes", v.Tonnes.Trim(0).String())
	}
	for i, c := range v.Computation {
		amount := ""
		if i == len(v.Computation)-1 && v.RateID != nil {
			amount = printing.Figure(v.Amount, money.AmountScale)
		}
		p.Rows = append(p.Rows, []string{strconv.Itoa(i + 1), c.ZH, amount})
	}
	for _, a := range v.Adjustments {
		p.Rows = append(p.Rows, []string{strconv.Itoa(len(p.Rows) + 1), "调整单 " + a.Number + ":" + a.Reason, printing.Figure(a.Amount, money.AmountScale)})
	}
	return p
}
