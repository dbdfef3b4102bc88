package demo

import (
	"fmt"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/pkg/client"
)

// made is what happens to a confirmed order until its goods are there: the factory is asked without prices, schedules it, lacks material;
// the promise is checked before its day, the delay told, and a short product allotted (ORD-03, ORD-04, ORD-07, ORD-08).
func (s *Story) made() error {
	o, err := s.promised("credit", 3)
	if err != nil {
		return err
	}
	r, err := s.factoryAsked(o)
	if err != nil {
		return err
	}
	if err := s.acknowledged(r); err != nil {
		return err
	}
	if err := s.scheduled(r); err != nil {
		return err
	}
	if err := s.delayed(o); err != nil {
		return err
	}
	return s.short()
}

// promised orders 1,000 of the goods at the base price, for a date.
func (s *Story) promised(customer string, days int) (client.Order, error) {
	res, err := s.as("rep").CreateOrderWithResponse(s.ctx, &client.CreateOrderParams{}, client.OrderCreate{
		CustomerID: s.customer[customer].ID, Submit: new(true), CustomerOrderNo: new("MADE-" + s.tag), Packing: new("纸箱"),
		Lines: []client.OrderLineInput{{ProductID: s.goods.ProductID, Quantity: decimal.MustParse("1000"), Price: s.goods.Price, PromisedOn: new(s.after(days))}},
	})
	if err != nil {
		return client.Order{}, err
	}
	o := *res.JSON201
	s.tell("rep", "为 %s 下单 %s:%s %s,交期 %s", "orders for %s, %s: %s %s, promised for %s",
		s.customer[customer].Name, o.Number, o.Lines[0].Quantity, o.Lines[0].Unit, o.Lines[0].PromisedOn.Format(time.DateOnly))
	s.result(o.Number, o.State)
	return o, want("order", o.State, "confirmed")
}

// factoryAsked waits for the production request, and looks at the order as production does.
func (s *Story) factoryAsked(o client.Order) (client.ProductionRequest, error) {
	var r client.ProductionRequest
	err := s.eventually("the production request of "+o.Number, func() (bool, error) {
		got, err := s.as("production").GetOrderProductionWithResponse(s.ctx, o.ID)
		if err != nil || got.JSON200.Request == nil {
			return false, err
		}
		r = *got.JSON200.Request
		return true, nil
	})
	if err != nil {
		return r, err
	}
	seen, err := s.as("production").GetOrderWithResponse(s.ctx, o.ID)
	if err != nil {
		return r, err
	}
	if seen.JSON200.Total != nil || seen.JSON200.Lines[0].Price != nil {
		return r, fmt.Errorf("%w: production sees what %s costs", errStory, o.Number)
	}
	s.tell("production", "收到生产委托单 %s:有数量、交期与包装,看不到价格和金额", "receives the production request %s: quantity, date and packing, and no prices or amounts", r.Number)
	return r, nil
}

// acknowledged lets each department say that it has seen the request (ORD-03).
func (s *Story) acknowledged(r client.ProductionRequest) error {
	for _, who := range []string{"production", "gm", "clerk"} {
		_, err := s.as(who).AcknowledgeProductionRequestWithResponse(s.ctx, r.ID, &client.AcknowledgeProductionRequestParams{}, client.ProductionAcknowledge{})
		if err != nil {
			return err
		}
		s.tell(who, "签收 %s", "acknowledges %s", r.Number)
	}
	return nil
}

// scheduled is production's answer, and purchasing's: the material comes too late (ORD-04).
func (s *Story) scheduled(r client.ProductionRequest) error {
	line := r.Lines[0].ID
	now, err := s.as("production").GetProductionRequestWithResponse(s.ctx, r.ID)
	if err != nil {
		return err
	}
	_, err = s.as("production").SetProductionScheduleWithResponse(s.ctx, r.ID, &client.SetProductionScheduleParams{IfMatch: now.JSON200.Etag}, client.ProductionSchedule{
		Lots: []client.ProductionLotInput{{LineID: line, StartOn: s.after(1), FinishOn: s.after(3), Quantity: decimal.MustParse("1000")}},
	})
	if err != nil {
		return err
	}
	s.tell("production", "排产:%s 开始,%s 完成", "schedules it: from %s to %s", s.after(1).Format(time.DateOnly), s.after(3).Format(time.DateOnly))
	if now, err = s.as("purchasing").GetProductionRequestWithResponse(s.ctx, r.ID); err != nil {
		return err
	}
	answered, err := s.as("purchasing").SetProductionMaterialsWithResponse(s.ctx, r.ID, &client.SetProductionMaterialsParams{IfMatch: now.JSON200.Etag}, client.ProductionMaterials{
		Materials: []client.ProductionMaterialInput{{
			Material: "POY 150D", Unit: "kg", Needed: decimal.MustParse("1040"), OnHand: decimal.MustParse("200"),
			Arrivals: &[]client.ProductionArrival{{ArrivesOn: s.after(5), Quantity: decimal.MustParse("840")}},
		}},
	})
	if err != nil {
		return err
	}
	l := answered.JSON200.Lines[0]
	s.tell("purchasing", "缺料 840 kg,%s 到货:预计 %s 完成,晚于交期", "lacks 840 kg of material until %s: the line is expected on %s, after its promise",
		s.after(5).Format(time.DateOnly), l.ExpectedOn.Format(time.DateOnly))
	return want("risk", string(l.Risk), "late")
}

// delayed checks the promise working days before its date, tells the customer of the delay, and keeps the answer (ORD-07).
func (s *Story) delayed(o client.Order) error {
	if err := s.sweep(); err != nil {
		return err
	}
	var check client.DeliveryCheck
	err := s.eventually("the check of "+o.Number, func() (bool, error) {
		list, err := s.as("rep").ListDeliveryChecksWithResponse(s.ctx, &client.ListDeliveryChecksParams{CustomerID: &o.CustomerID, Work: new(client.DeliveryCheckWorkToCheck)})
		if err != nil {
			return false, err
		}
		for _, c := range list.JSON200.Data {
			if c.OrderID == o.ID {
				check = c
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	s.tell("rep", "交期前 3 个工作日内,系统提示与生产核对 %s", "is asked, within three working days of the promise, to check %s with production", o.Number)
	later := s.after(7)
	_, err = s.as("production").AnswerDeliveryCheckWithResponse(s.ctx, check.ID, &client.AnswerDeliveryCheckParams{}, client.DeliveryCheckAnswer{ExpectedOn: &later, Note: new("待料")})
	if err != nil {
		return err
	}
	s.tell("production", "答复:延至 %s", "answers: delayed to %s", later.Format(time.DateOnly))
	_, err = s.as("rep").TellDelayWithResponse(s.ctx, check.ID, &client.TellDelayParams{}, client.DelayTold{Channel: client.DelayChannelPhone, NewDate: later, ToldTo: new("采购部")})
	if err != nil {
		return err
	}
	_, err = s.as("rep").RecordDelayAnswerWithResponse(s.ctx, check.ID, &client.RecordDelayAnswerParams{}, client.DelayAnswer{Answer: client.DelayAnswerKindAccepted})
	if err != nil {
		return err
	}
	s.tell("rep", "提前电话告知客户,客户接受新交期 %s", "tells the customer beforehand, by phone; they accept %s", later.Format(time.DateOnly))
	now, err := s.as("rep").GetOrderProductionWithResponse(s.ctx, o.ID)
	if err != nil {
		return err
	}
	agreed := now.JSON200.Request.Lines[0].AgreedOn
	if agreed == nil {
		return fmt.Errorf("%w: nothing is agreed of %s", errStory, o.Number)
	}
	return want("promise", agreed.Format(time.DateOnly), later.Format(time.DateOnly))
}

// sweep moves the sandbox's clock on a little, with which the server looks at once at everything that is due.
func (s *Story) sweep() error {
	now, err := s.as("admin").GetDeadlineWithResponse(s.ctx, &client.GetDeadlineParams{WorkingDays: new(0)})
	if err != nil {
		return err
	}
	_, err = s.as("admin").AdvanceSandboxClockWithResponse(s.ctx, &client.AdvanceSandboxClockParams{}, client.ClockAdvance{To: now.JSON200.From.Add(time.Minute)})
	return err
}

// short allots the product, of which there isn't enough for two customers, by grade before promise (ORD-08).
func (s *Story) short() error {
	o, err := s.promised("prepaid", 8)
	if err != nil {
		return err
	}
	if _, err := s.factoryAsked(o); err != nil {
		return err
	}
	res, err := s.as("assistant").ProposeShortageAllotmentWithResponse(s.ctx, &client.ProposeShortageAllotmentParams{}, client.AllotmentPropose{
		ProductID: s.goods.ProductID, Available: decimal.MustParse("1200"), Reason: "原料推迟,本周仅可供 1200",
	})
	if err != nil {
		return err
	}
	a := *res.JSON201
	s.tell("assistant", "%s 缺货:可供 %s,需求 %s,生成分配方案 %s", "has %s allotted, of which %s are there and %s are wanted: %s", s.goods.ProductName, a.Available, a.Wanted, a.Number)
	confirmed, err := s.as("manager").ConfirmShortageAllotmentWithResponse(s.ctx, a.ID, &client.ConfirmShortageAllotmentParams{}, client.AllotmentConfirm{})
	if err != nil {
		return err
	}
	s.tell("manager", "确认分配:", "confirms it:")
	for _, l := range confirmed.JSON200.Lines[:min(3, len(confirmed.JSON200.Lines))] {
		s.sayf("        %s %s: %s\n", l.OrderNumber, l.CustomerName, l.Explanation)
	}
	if err := want("allotment", string(confirmed.JSON200.State), "confirmed"); err != nil {
		return err
	}
	_, err = s.as("manager").EndShortageAllotmentWithResponse(s.ctx, a.ID, &client.EndShortageAllotmentParams{}, client.AllotmentEnd{Reason: "原料已到"})
	s.tell("manager", "原料到货,结束分配,恢复正常发货", "ends it, since the material has come: everybody ships again")
	return err
}
