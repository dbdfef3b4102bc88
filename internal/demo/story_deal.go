package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/pkg/client"
)

// deal is the way from an inquiry to a contract and an order of it: a new customer asks, is surveyed, gets a quotation that the sales
// manager has to allow, accepts it, and orders by contract what then changes.
func (s *Story) deal() error {
	if err := s.register("deal", "商定"); err != nil {
		return err
	}
	ask, err := s.inquire()
	if err != nil {
		return err
	}
	q, err := s.quote(ask)
	if err != nil {
		return err
	}
	c, err := s.contract(q)
	if err != nil {
		return err
	}
	o, err := s.callOff(c)
	if err != nil {
		return err
	}
	return s.changed(o)
}

// inquire records what the new customer asks for, and the survey of its demand (QUO-01, QUO-02).
func (s *Story) inquire() (client.Inquiry, error) {
	id := s.customer["deal"].ID
	res, err := s.as("rep").CreateInquiryWithResponse(s.ctx, &client.CreateInquiryParams{}, client.InquiryCreate{
		CustomerID: &id, Channel: client.OrderChannelPhone, Needs: new("明年上半年用量,希望签合同按月提货"),
		Lines: &[]client.InquiryLineInput{{ProductID: &s.goods.ProductID, Quantity: decimal.MustParse("4000")}},
	})
	if err != nil {
		return client.Inquiry{}, err
	}
	ask := *res.JSON201
	if !ask.NewCustomer || ask.DueAt == nil {
		return ask, fmt.Errorf("%w: %s has no clock", errStory, ask.Number)
	}
	s.tell("rep", "登记新客户询价 %s,须在 %s 前答复,尚余 %s 工作小时", "records the new customer's inquiry %s, to be answered by %s: %s working hours are left",
		ask.Number, ask.DueAt.Format(time.DateTime), *ask.RemainingHours)
	_, err = s.as("rep").FillDemandSurveyWithResponse(s.ctx, &client.FillDemandSurveyParams{}, client.DemandSurveyCreate{
		CustomerID: &id, Size: "喷水织机 200 台", Reputation: "同行评价良好", PresentSupplier: "示例化纤", MonthlyTonnes: decimal.MustParse("60"),
		PaymentTime: "款到发货", DeliveryTime: "下单后 10 天", Freight: "我方送货", Trader: false,
	})
	s.tell("rep", "填写新客户报价需求调查表", "fills the survey of the new customer's demand")
	return ask, err
}

// quote answers the inquiry at 4 % below the base price, which takes the sales manager; the customer signs it (QUO-05).
func (s *Story) quote(ask client.Inquiry) (client.Quotation, error) {
	price, err := s.goods.Price.Mul(decimal.MustParse("0.96"))
	if err != nil {
		return client.Quotation{}, err
	}
	made, err := s.as("rep").CreateQuotationWithResponse(s.ctx, &client.CreateQuotationParams{}, client.QuotationCreate{
		CustomerID: ask.CustomerID, InquiryID: &ask.ID, ValidFrom: s.date(), ValidUntil: s.after(30), Settlement: new(client.SettlementPrepaid),
		Delivery: new("示例省示例市商定路 1 号"), Packing: new("纸箱"), Freight: new("汽运 卖方承担"),
		Lines: []client.QuotationLineInput{{ProductID: s.goods.ProductID, MinQuantity: decimal.MustParse("1000"), Price: price.Ceil(money.PriceScale), LeadDays: new(10)}},
	})
	if err != nil {
		return client.Quotation{}, err
	}
	q := *made.JSON201
	s.tell("rep", "报价 %s:单价 %s(基准价 %s),有效期至 %s", "quotes %s: %s each (base price %s), valid until %s",
		q.Number, q.Lines[0].Price, s.goods.Price, q.ValidUntil.Format(time.DateOnly))
	sent, err := s.as("rep").SubmitQuotationWithResponse(s.ctx, q.ID, &client.SubmitQuotationParams{})
	if err != nil {
		return q, err
	}
	s.hear(*sent.JSON200.Decision)
	s.result(q.Number, sent.JSON200.State)
	if err := want("quotation", sent.JSON200.State, "submitted"); err != nil {
		return q, err
	}
	if err := s.decide(*sent.JSON200.ApprovalID, true); err != nil {
		return q, err
	}
	return q, s.signQuotation(q)
}

// signQuotation sends the quotation and records the customer's signed copy.
func (s *Story) signQuotation(q client.Quotation) error {
	_, err := s.as("rep").SendQuotationWithResponse(s.ctx, q.ID, &client.SendQuotationParams{}, client.QuotationSend{
		Channel: client.QuotationSendChannelEmail, Recipient: "采购部 采购经理",
	})
	if err != nil {
		return err
	}
	file, err := s.pdf("报价单-客户签字.pdf")
	if err != nil {
		return err
	}
	res, err := s.as("rep").AcceptQuotationWithResponse(s.ctx, q.ID, &client.AcceptQuotationParams{}, client.QuotationAccept{
		AcceptedBy: "采购经理", AttachmentIds: client.AttachmentIds{file},
	})
	if err != nil {
		return err
	}
	s.tell("rep", "发出 %s,并登记客户签字确认:有效期内作为订单价格依据", "sends %s and records the customer's signature: it is the price base of orders until it expires", q.Number)
	s.result(q.Number, res.JSON200.State)
	return want("quotation", res.JSON200.State, "accepted")
}

// contract makes a contract of the quotation; production and whoever signs agree, and both sides sign (CON-05, CON-07).
func (s *Story) contract(q client.Quotation) (client.Contract, error) {
	made, err := s.as("rep").ConvertQuotationToContractWithResponse(s.ctx, q.ID, &client.ConvertQuotationToContractParams{}, client.QuotationToContract{
		StartsOn: s.date(), EndsOn: s.after(240), Lines: &[]client.QuotationPick{{QuotationLineID: q.Lines[0].ID, Quantity: decimal.MustParse("4000"), PromisedOn: new(s.after(60))}},
	})
	if err != nil {
		return client.Contract{}, err
	}
	c := *made.JSON201
	s.tell("rep", "将报价转为合同 %s:%s %s,合计 %s 元", "makes it the contract %s: %s %s, %s CNY in all", c.Number, c.Lines[0].Quantity, c.Lines[0].Unit, c.Total)
	sent, err := s.as("rep").SubmitContractWithResponse(s.ctx, c.ID, &client.SubmitContractParams{})
	if err != nil {
		return c, err
	}
	s.hear(*sent.JSON200.Decision)
	s.result(c.Number, sent.JSON200.State)
	if sent.JSON200.ApprovalID != nil {
		if err := s.capacity(c); err != nil {
			return c, err
		}
		if err := s.decide(*sent.JSON200.ApprovalID, true); err != nil {
			return c, err
		}
	}
	return c, s.signContract(c)
}

// capacity is production's answer (CON-05).
func (s *Story) capacity(c client.Contract) error {
	asked, err := s.as("production").GetContractCapacityWithResponse(s.ctx, c.ID)
	if err != nil {
		return err
	}
	in := client.ContractCapacityAnswer{}
	for _, l := range asked.JSON200.Lines {
		in.Lines = append(in.Lines, client.ContractCapacityLineAnswer{LineID: l.ID, Possible: true})
	}
	_, err = s.as("production").AnswerContractCapacityWithResponse(s.ctx, c.ID, &client.AnswerContractCapacityParams{}, in)
	s.tell("production", "确认 %s 的数量与交期可以满足", "confirms that quantity and dates of %s can be met", c.Number)
	return err
}

func (s *Story) signContract(c client.Contract) error {
	file, err := s.pdf("合同-双方签字.pdf")
	if err != nil {
		return err
	}
	me, err := s.as("manager").GetMeWithResponse(s.ctx)
	if err != nil {
		return err
	}
	res, err := s.as("rep").SignContractWithResponse(s.ctx, c.ID, &client.SignContractParams{}, client.ContractSigning{
		SignedOn: s.date(), CustomerSignedOn: s.date(), SignedBy: me.JSON200.ID, AttachmentIds: client.AttachmentIds{file},
	})
	if err != nil {
		return err
	}
	s.tell("rep", "登记双方签字,归档签署件", "records both signatures and files the signed contract")
	s.result(c.Number, res.JSON200.State)
	return want("contract", res.JSON200.State, "in_force")
}

// callOff orders a part of the contract at its price: −4 % needs nobody again, since it was asked for once.
func (s *Story) callOff(c client.Contract) (client.Order, error) {
	l := c.Lines[0]
	res, err := s.as("rep").CreateOrderWithResponse(s.ctx, &client.CreateOrderParams{}, client.OrderCreate{
		CustomerID: c.CustomerID, Submit: new(true), CustomerOrderNo: new("DEAL-" + s.tag), ContractID: &c.ID, Settlement: new(client.SettlementPrepaid),
		Channel: new(client.OrderChannelPhone), DeliveryPlace: new("示例省示例市商定路 1 号"), Packing: new("纸箱"), Transport: new("汽运 卖方承担"),
		Lines: []client.OrderLineInput{{
			ProductID: l.ProductID, Quantity: decimal.MustParse("1000"), Price: l.Price, ContractLineID: &l.ID, PromisedOn: new(s.after(30)),
		}},
	})
	if err != nil {
		return client.Order{}, err
	}
	o := *res.JSON201
	s.tell("rep", "按合同 %s 下单 %s:提货 %s %s", "orders %[2]s by the contract %[1]s: %[3]s %[4]s of it", c.Number, o.Number, o.Lines[0].Quantity, o.Lines[0].Unit)
	s.hear(*o.Decision)
	s.result(o.Number, o.State)
	if err := want("order", o.State, "confirmed"); err != nil {
		return o, err
	}
	now, err := s.as("rep").GetContractWithResponse(s.ctx, c.ID)
	if err != nil {
		return o, err
	}
	s.tell("rep", "合同尚余 %s %s、%s 元可提", "has %s %s and %s CNY left on the contract", now.JSON200.Lines[0].Left, l.Unit, now.JSON200.LeftAmount)
	return o, nil
}

// changed asks for the customer's change of a confirmed order: each department says what follows, and the sales manager decides.
func (s *Story) changed(o client.Order) error {
	l := o.Lines[0]
	asked, err := s.as("rep").RequestOrderChangeWithResponse(s.ctx, o.ID, &client.RequestOrderChangeParams{}, client.OrderChangeCreate{
		Reason: "客户减量",
		Lines: &[]client.OrderLineInput{{
			ID: &l.ID, ProductID: l.ProductID, Quantity: decimal.MustParse("800"), Price: *l.Price, ContractLineID: l.ContractLineID, PromisedOn: l.PromisedOn,
		}},
	})
	if err != nil {
		return err
	}
	c := *asked.JSON201
	s.tell("rep", "客户要求减为 800,提交变更申请 %s", "asks for a change of the order to 800 at the customer's wish: %s", c.Number)
	for _, q := range c.Consequences {
		role := q.Role
		_, err := s.as(loginOf(role)).StateOrderChangeConsequenceWithResponse(s.ctx, c.ID, &client.StateOrderChangeConsequenceParams{}, client.OrderChangeStatement{Role: &role, Text: "无影响"})
		if err != nil {
			return err
		}
	}
	if err := s.decide(*c.ApprovalID, true); err != nil {
		return err
	}
	again, err := s.as("rep").GetOrderWithResponse(s.ctx, o.ID)
	if err != nil {
		return err
	}
	s.result(o.Number, again.JSON200.State)
	return want("quantity", again.JSON200.Lines[0].Quantity.Trim(0).String(), "800")
}

// after is a date so many days from now.
func (s *Story) after(days int) openapi_types.Date {
	return openapi_types.Date{Time: s.today.AddDate(0, 0, days)}
}

// pdf uploads a paper of the rep's.
func (s *Story) pdf(name string) (uuid.UUID, error) {
	file, err := s.as("rep").UploadAttachmentWithBodyWithResponse(s.ctx, &client.UploadAttachmentParams{FileName: name},
		"application/octet-stream", strings.NewReader("%PDF-1.4\n% 示例:"+name+" "+s.tag+"\n%%EOF\n"))
	if err != nil {
		return uuid.Nil, err
	}
	return file.JSON201.ID, nil
}
