package demo

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/govalues/decimal"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/pkg/client"
)

// as is the connection of one person, who logs in with the first call.
func (s *Story) as(username string) *client.Conn {
	if s.people[username] == nil {
		lang := map[string]string{"zh": "zh-CN", "en": "en"}[s.Lang]
		c, err := client.Connect(s.Base, client.Options{Username: username, Password: Password, Language: lang, HTTP: s.HTTP})
		if err != nil {
			panic("demo: " + err.Error()) // the options are ours
		}
		s.people[username] = c
	}
	return s.people[username]
}

func want(what, is, should string) error {
	if is != should {
		return fmt.Errorf("%w: the %s is %s, not %s", errStory, what, is, should)
	}
	return nil
}

// order writes and submits an order of about an amount, at a part of the base price.
func (s *Story) order(customer string, amount decimal.Decimal, part string) (client.Order, error) {
	price, err := s.goods.Price.Mul(decimal.MustParse(part))
	if err != nil {
		return client.Order{}, err
	}
	quantity, err := amount.Quo(price)
	if err != nil {
		return client.Order{}, err
	}
	price, quantity = price.Ceil(money.PriceScale), quantity.Floor(0) // up: exactly at a bound is within it
	res, err := s.as("rep").CreateOrderWithResponse(s.ctx, &client.CreateOrderParams{}, client.OrderCreate{
		CustomerID: s.customer[customer].ID, Submit: new(true), CustomerOrderNo: new("DEMO-" + s.tag),
		Lines: []client.OrderLineInput{{ProductID: s.goods.ProductID, Quantity: quantity, Price: price}},
	})
	if err != nil {
		return client.Order{}, err
	}
	o := *res.JSON201
	s.tell("rep", "为 %s 下单 %s:%s %s %s,单价 %s(基准价 %s),合计 %s 元", "orders for %s, %s: %s %s of %s at %s (base price %s), %s CNY in all",
		s.customer[customer].Name, o.Number, quantity, s.goods.Unit, s.goods.ProductName, price, s.goods.Price, *o.Total)
	if o.Decision != nil {
		s.hear(*o.Decision)
	}
	s.result(o.Number, o.State)
	return o, nil
}

// ordered is a fresh order at the base price that is on a notice which finance has checked.
func (s *Story) ordered(customer string, flow client.ShippingFlow, amount decimal.Decimal) (client.ShippingNotice, error) {
	o, err := s.order(customer, amount, "1")
	if err != nil {
		return client.ShippingNotice{}, err
	}
	n, err := s.notice(o, flow)
	if err != nil {
		return client.ShippingNotice{}, err
	}
	n, err = s.check(n, flow == client.ShippingFlowNewCustomer)
	if err == nil && n.ApprovalID == nil {
		err = fmt.Errorf("%w: nobody is asked to release %s", errStory, n.Number)
	}
	return n, err
}

// notice puts all of an order on a notice and submits it.
func (s *Story) notice(o client.Order, flow client.ShippingFlow) (client.ShippingNotice, error) {
	in := client.ShippingNoticeCreate{
		CustomerID: o.CustomerID, Flow: flow, ShipDate: s.date(), ShortLeadReason: new("客户产线急用"), Vehicle: new("示A·8848" + s.tag[:1]),
	}
	for _, l := range o.Lines {
		in.Lines = append(in.Lines, client.ShippingLineInput{OrderID: o.ID, OrderLineID: l.ID, Quantity: l.Open})
	}
	made, err := s.as("rep").CreateShippingNoticeWithResponse(s.ctx, &client.CreateShippingNoticeParams{}, in)
	if err != nil {
		return client.ShippingNotice{}, err
	}
	n := *made.JSON201
	s.tell("rep", "开发货通知单 %s(%s),金额 %s 元,交财务核查", "writes the shipping notice %s (%s) of %s CNY and hands it to finance", n.Number, flow, *n.Amount)
	res, err := s.as("rep").SubmitShippingNoticeWithResponse(s.ctx, n.ID, &client.SubmitShippingNoticeParams{})
	if err != nil {
		return client.ShippingNotice{}, err
	}
	return *res.JSON200, nil
}

func (s *Story) date() openapi_types.Date { return openapi_types.Date{Time: s.today} }

// now is what the server's clock shows, a moment ago.
func (s *Story) now() time.Time { return time.Now().Add(s.ahead) }

// check is finance's.
func (s *Story) check(n client.ShippingNotice, first bool) (client.ShippingNotice, error) {
	s.tell("clerk", "核查 %s", "checks %s", n.Number)
	in := client.ShippingCheck{Remark: new("已核对往来账")}
	if first {
		in.FirstBusiness = new(true)
	}
	res, err := s.as("clerk").CheckShippingNoticeWithResponse(s.ctx, n.ID, &client.CheckShippingNoticeParams{}, in)
	if err != nil {
		return client.ShippingNotice{}, err
	}
	return *res.JSON200, s.hearNotice(n)
}

// decide walks a request through its steps as those whom it asks. With consent false the general manager says no.
func (s *Story) decide(id client.UUID, consent bool) error {
	for {
		seen, err := s.as("gm").GetApprovalWithResponse(s.ctx, id)
		if err != nil {
			return err
		}
		d := *seen.JSON200
		if d.Approval.State != client.ApprovalStatePending {
			s.result(d.Approval.Number, string(d.Approval.State))
			if d.Approval.SubjectType == "shipping_notice" && consent {
				return s.hearNotice(client.ShippingNotice{ID: d.Approval.SubjectID})
			}
			return nil
		}
		who, step := "", d.Route[d.Approval.Step]
		for _, t := range d.Tasks {
			if t.Role != nil {
				who = loginOf(*t.Role)
			}
			if t.UserID != nil {
				if who, err = s.usernameOf(*t.UserID); err != nil {
					return err
				}
			}
		}
		if who == "" {
			return fmt.Errorf("%w: nobody is asked about %s", errStory, d.Approval.Number)
		}
		if !consent && who == "gm" {
			s.tell(who, "驳回 %s(%s)", "refuses %s (%s)", d.Approval.Number, s.in(step.TitleZh, step.TitleEn))
			_, err = s.as(who).RejectRequestWithResponse(s.ctx, id, &client.RejectRequestParams{}, client.RejectRequestJSONRequestBody{Comment: "超额度较多,请先收回货款"})
		} else {
			s.tell(who, "同意 %s(%s)", "agrees to %s (%s)", d.Approval.Number, s.in(step.TitleZh, step.TitleEn))
			_, err = s.as(who).ApproveRequestWithResponse(s.ctx, id, &client.ApproveRequestParams{}, client.ApprovalVerdict{Comment: new("同意")})
		}
		if err != nil {
			return err
		}
	}
}

// usernameOf is who is asked by name: a superior, say.
func (s *Story) usernameOf(id client.UUID) (string, error) {
	res, err := s.as("admin").GetUserWithResponse(s.ctx, id)
	if err != nil {
		return "", err
	}
	return res.JSON200.Username, nil
}

// loginOf is the person who plays a role.
func loginOf(role string) string {
	logins, err := Logins()
	if err != nil {
		return ""
	}
	for _, p := range logins {
		if string(p.Role) == role {
			return p.Username
		}
	}
	return ""
}

func (s *Story) noticeIs(n client.ShippingNotice, state string) error {
	res, err := s.as("rep").GetShippingNoticeWithResponse(s.ctx, n.ID)
	if err != nil {
		return err
	}
	return want("notice", string(res.JSON200.State), state)
}

// leave dispatches a released notice and lets it out.
func (s *Story) leave(n client.ShippingNotice) error {
	note, err := s.dispatch(n)
	if err != nil {
		return err
	}
	if err := s.gate(note, nil); err != nil {
		return err
	}
	return s.invoice(note)
}

// lay has the warehouse lay out what a notice asks, from lots that passed their inspection (SHP-16).
func (s *Story) lay(n client.ShippingNotice) error {
	res, err := s.as("keeper").PrepareShippingNoticeWithResponse(s.ctx, n.ID, &client.PrepareShippingNoticeParams{}, client.ShippingPrepare{})
	if err != nil {
		return err
	}
	p := *res.JSON201
	for _, l := range *p.Lines {
		s.tell("keeper", "备货单 %s:%s 批次 %s(%s)%s %s", "preparation list %s: %s lot %s (%s) %s %s", p.Number, l.ProductName, l.LotNo, l.WarehouseName, l.Quantity, l.Unit)
	}
	return nil
}

// receive brings in a lot of a product that nobody has inspected, shows that it doesn't leave, and has quality report that it passed (SHP-16).
func (s *Story) receive(p client.Product, n client.ShippingNotice) error {
	lot := "L" + s.tag
	res, err := s.as("keeper").PostStockMovementsWithResponse(s.ctx, &client.PostStockMovementsParams{}, client.StockMovementCreate{Movements: []client.StockEntry{
		{Kind: client.StockEntryKindReceipt, ProductCode: p.Code, LotNo: lot, WarehouseCode: "CK01", Quantity: decimal.MustParse("20000")},
	}})
	if err != nil {
		return err
	}
	s.tell("keeper", "成品入库,批次 %s 待检;按 %s 备货", "takes lot %s in, which nobody has inspected, and lays out %s", lot, n.Number)
	_, err = s.as("keeper").PrepareShippingNoticeWithResponse(s.ctx, n.ID, &client.PrepareShippingNoticeParams{}, client.ShippingPrepare{})
	if err := s.refusedWith(err, http.StatusUnprocessableEntity); err != nil {
		return err
	}
	report, err := s.as("quality").ReportInspectionWithResponse(s.ctx, &client.ReportInspectionParams{}, client.InspectionReportCreate{
		LotID: res.JSON201.Data[0].LotID, Result: client.InspectionResultPassed,
	})
	if err != nil {
		return err
	}
	s.tell("quality", "出具质量检验报告 %s:批次 %s 合格", "reports %s: lot %s passed", report.JSON201.Number, lot)
	return nil
}

// dispatch has all of a notice laid out, and loads it.
func (s *Story) dispatch(n client.ShippingNotice) (client.DeliveryNote, error) {
	if err := s.lay(n); err != nil {
		return client.DeliveryNote{}, err
	}
	in := client.ShippingDispatch{Driver: new("吴师傅")}
	for _, l := range n.Lines {
		in.Lines = append(in.Lines, struct {
			NoticeLineID client.UUID     `json:"notice_line_id"`
			Quantity     client.Quantity `json:"quantity"`
		}{l.ID, l.Quantity})
	}
	res, err := s.as("keeper").DispatchShippingNoticeWithResponse(s.ctx, n.ID, &client.DispatchShippingNoticeParams{}, in)
	if err != nil {
		return client.DeliveryNote{}, err
	}
	note := *res.JSON201
	s.tell("keeper", "按 %s 装车,送货单 %s,出门证 %s", "loads %s: delivery note %s, gate pass %s", n.Number, note.Number, note.GatePass.Number)
	return note, nil
}

// gate shows the pass and the goods. refusal is the status that it should be refused with, nil for none.
func (s *Story) gate(note client.DeliveryNote, refusal *int) error {
	pass, err := s.as("guard").GetGatePassWithResponse(s.ctx, note.ID)
	if err != nil {
		return err
	}
	in := client.GateCheckCreate{Token: &pass.JSON200.Token, Vehicle: note.Vehicle}
	for _, g := range pass.JSON200.Goods {
		in.Seen = append(in.Seen, client.GateGoodsInput(g))
	}
	res, err := s.as("guard").CheckGatePassWithResponse(s.ctx, &client.CheckGatePassParams{}, in)
	if refusal != nil {
		return s.refusedWith(err, *refusal)
	}
	if err != nil {
		return err
	}
	s.tell("guard", "核对车辆与货物,%s 放行出厂", "compares vehicle and goods: %s may leave", note.Vehicle)
	if d := res.JSON201.Decision; d != nil {
		s.hear(*d)
	}
	return nil
}

// refusedWith expects a refusal and tells what the gate said.
func (s *Story) refusedWith(err error, status int) error {
	var refused *client.Error
	if !errors.As(err, &refused) {
		if err == nil {
			err = fmt.Errorf("%w: the gate should have refused", errStory)
		}
		return err
	}
	if refused.Decision != nil {
		s.hear(*refused.Decision)
	}
	s.sayf("      → %d %s: %s\n", refused.Status, refused.Code, refused.Detail)
	if refused.Status != status {
		return fmt.Errorf("%w: refused with %d, not %d %s", errStory, refused.Status, status, http.StatusText(status))
	}
	return nil
}

// invoice bills a delivery note.
func (s *Story) invoice(note client.DeliveryNote) error {
	res, err := s.as("clerk").PostInvoiceWithResponse(s.ctx, &client.PostInvoiceParams{}, client.InvoiceCreate{DeliveryNoteIds: []client.UUID{note.ID}})
	if err != nil {
		return err
	}
	v := *res.JSON201
	s.tell("clerk", "开发票 %s:%s 元,%s 到期,未收 %s", "posts the invoice %s of %s CNY, due on %s, open %s", v.Number, v.Total, v.DueOn.Format(time.DateOnly), v.Open)
	return nil
}

// receipt books money, for an invoice or ahead.
func (s *Story) receipt(customer string, amount decimal.Decimal, invoice *client.UUID) error {
	in := client.ReceiptCreate{
		CustomerID: s.customer[customer].ID, Amount: amount, Method: client.PaymentMethodBankTransfer, ReceivedOn: s.date(),
		Reference: new(fmt.Sprintf("DEMO-%s-%s-%d", s.tag, customer, s.scene)),
	}
	if invoice != nil {
		in.Reference = new("DEMO-" + s.tag + "-" + invoice.String())
		in.Allocations = &[]client.AllocationInput{{InvoiceID: *invoice, Amount: amount}}
	}
	res, err := s.as("clerk").PostReceiptWithResponse(s.ctx, &client.PostReceiptParams{}, in)
	if err != nil {
		return err
	}
	s.tell("clerk", "登记 %s 的来款 %s 元(%s)", "books a receipt from %s of %s CNY (%s)", s.customer[customer].Name, amount, res.JSON201.Number)
	return nil
}

// standing tells how the customer with the limit stands.
func (s *Story) standing() error {
	res, err := s.as("rep").GetCustomerCreditWithResponse(s.ctx, s.customer["credit"].ID)
	if err != nil {
		return err
	}
	c := *res.JSON200
	s.tell("rep", "查询信用占用:应收 %s + 已发未开票 %s + 已放行 %s − 预收 %s = %s 元", "reads the exposure: receivable %s + shipped %s + released %s − prepaid %s = %s CNY",
		c.Receivable, c.Shipped, c.Released, c.Prepaid, c.Exposure)
	return nil
}

// patience is how long the story waits for work that the server does by itself.
const patience = 2 * time.Minute

// eventually asks again until the server's own work is done.
func (s *Story) eventually(what string, done func() (bool, error)) error {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		ok, err := done()
		if err != nil || ok {
			return err
		}
		select {
		case <-s.ctx.Done():
			return s.ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
	return fmt.Errorf("%w: still waiting for %s", errStory, what)
}
