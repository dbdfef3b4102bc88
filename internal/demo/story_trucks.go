package demo

import (
	"fmt"
	"net/http"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/pkg/client"
)

// trucks sends one notice on two trucks with a pass each, which come to the notice; the second arrives short, and what is missing flows back (SHP-09, SHP-14).
func (s *Story) trucks() error {
	n, err := s.releasedOpen("credit")
	if err != nil {
		return err
	}
	if err := s.lay(n); err != nil {
		return err
	}
	all := n.Lines[0].Quantity
	part, err := all.Mul(decimal.MustParse("0.6"))
	if err != nil {
		return err
	}
	part = part.Floor(0)
	rest, err := all.Sub(part)
	if err != nil {
		return err
	}
	first, err := s.load(n, part, "示B·1111")
	if err != nil {
		return err
	}
	second, err := s.load(n, rest, "示B·2222")
	if err != nil {
		return err
	}
	if err := s.passes(n); err != nil {
		return err
	}
	if err := s.gate(first, nil); err != nil {
		return err
	}
	s.tell("guard", "第二辆车出示第一辆车的出门证", "is shown the first truck's pass by the second truck")
	if err := s.gate(first, new(http.StatusConflict)); err != nil {
		return err
	}
	if err := s.gate(second, nil); err != nil {
		return err
	}
	if err := s.passes(n); err != nil {
		return err
	}
	return s.arrived(second)
}

// releasedOpen is a released notice that names no vehicle, so that several trucks can fetch it.
func (s *Story) releasedOpen(customer string) (client.ShippingNotice, error) {
	o, err := s.order(customer, storySample, "1")
	if err != nil {
		return client.ShippingNotice{}, err
	}
	made, err := s.as("rep").CreateShippingNoticeWithResponse(s.ctx, &client.CreateShippingNoticeParams{}, client.ShippingNoticeCreate{
		CustomerID: o.CustomerID, Flow: client.ShippingFlowCredit, ShipDate: s.date(), ShortLeadReason: new("客户自提,车辆已定"),
		Lines: []client.ShippingLineInput{{OrderID: o.ID, OrderLineID: o.Lines[0].ID, Quantity: o.Lines[0].Open}},
	})
	if err != nil {
		return client.ShippingNotice{}, err
	}
	n := *made.JSON201
	s.tell("rep", "开发货通知单 %s,金额 %s 元,交财务核查", "writes the shipping notice %s of %s CNY and hands it to finance", n.Number, *n.Amount)
	if _, err := s.as("rep").SubmitShippingNoticeWithResponse(s.ctx, n.ID, &client.SubmitShippingNoticeParams{}); err != nil {
		return n, err
	}
	if n, err = s.check(n, false); err != nil {
		return n, err
	}
	if n.ApprovalID == nil {
		return n, fmt.Errorf("%w: %s asks nobody", errStory, n.Number)
	}
	return n, s.decide(*n.ApprovalID, true)
}

// load puts some of a notice's first line on a truck.
func (s *Story) load(n client.ShippingNotice, quantity decimal.Decimal, vehicle string) (client.DeliveryNote, error) {
	in := client.ShippingDispatch{Vehicle: &vehicle, Driver: new("吴师傅")}
	in.Lines = append(in.Lines, struct {
		NoticeLineID client.UUID     `json:"notice_line_id"`
		Quantity     client.Quantity `json:"quantity"`
	}{n.Lines[0].ID, quantity})
	res, err := s.as("keeper").DispatchShippingNoticeWithResponse(s.ctx, n.ID, &client.DispatchShippingNoticeParams{}, in)
	if err != nil {
		return client.DeliveryNote{}, err
	}
	note := *res.JSON201
	s.tell("keeper", "%s 装车 %s,送货单 %s,出门证 %s", "loads %s with %s: delivery note %s, gate pass %s", vehicle, quantity, note.Number, note.GatePass.Number)
	return note, nil
}

// passes reads the trucks of a notice: what has left, is under way, or is still to come is the notice.
func (s *Story) passes(n client.ShippingNotice) error {
	res, err := s.as("guard").ListNoticeGatePassesWithResponse(s.ctx, n.ID)
	if err != nil {
		return err
	}
	for _, l := range res.JSON200.Lines {
		s.tell("guard", "%s 共 %d 车:已出 %s + 在途 %s + 余 %s = 通知 %s %s", "reads the %[2]d trucks of %[1]s: left %[3]s + under way %[4]s + rest %[5]s = notice %[6]s %[7]s",
			n.Number, len(res.JSON200.Trucks), l.Left, l.UnderWay, l.Rest, l.Quantity, l.Unit)
		sum, err := l.Left.Add(l.UnderWay)
		if err == nil {
			sum, err = sum.Add(l.Rest)
		}
		if err != nil {
			return err
		}
		if sum.Cmp(l.Quantity) != 0 {
			return fmt.Errorf("%w: the trucks come to %s of %s", errStory, sum, l.Quantity)
		}
	}
	return nil
}

// arrived is a proof of delivery with less than what was loaded: the difference is proposed, and finance posts it.
func (s *Story) arrived(note client.DeliveryNote) error {
	line := note.Lines[0]
	received, err := line.Quantity.Sub(decimal.MustParse("5"))
	if err != nil {
		return err
	}
	_, err = s.as("keeper").RecordDeliveryProofWithResponse(s.ctx, note.ID, &client.RecordDeliveryProofParams{}, client.DeliveryProofCreate{
		Signer: "陈示例", ReceivedOn: s.date(), Lines: &[]client.DeliveryProofLineInput{{DeliveryLineID: line.ID, Received: received}},
	})
	if err != nil {
		return err
	}
	s.tell("keeper", "登记签收回单:%s 实收 %s,少 5 %s", "records the proof of delivery of %s: %s arrived, 5 %s short", note.Number, received, line.Unit)
	list, err := s.as("clerk").ListDeliveryCorrectionsWithResponse(s.ctx, &client.ListDeliveryCorrectionsParams{DeliveryNoteID: &note.ID})
	if err != nil {
		return err
	}
	if len(list.JSON200.Data) != 1 {
		return fmt.Errorf("%w: %d corrections are proposed", errStory, len(list.JSON200.Data))
	}
	c := list.JSON200.Data[0]
	posted, err := s.as("finance").PostDeliveryCorrectionWithResponse(s.ctx, c.ID, &client.PostDeliveryCorrectionParams{}, client.PostDeliveryCorrectionJSONRequestBody{})
	if err != nil {
		return err
	}
	s.tell("finance", "过账发货更正单 %s(SHP-14):订单、信用占用与待开票随之减少 %s 元", "posts the correction %s (SHP-14): order, exposure and what is to be invoiced fall by %s CNY",
		c.Number, posted.JSON200.Amount.Abs())
	return s.standing()
}
