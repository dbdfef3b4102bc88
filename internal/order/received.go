package order

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Received is when the order reached us (ORD-01).
func (o *Order) Received() time.Time {
	if o.ReceivedAt != nil {
		return *o.ReceivedAt
	}
	return o.CreatedAt
}

// written reports whether an order of this channel came on something that can be kept: ORD-01 asks for it then. What came through
// the API, by phone or at a visit has no original but what is written here.
func (c Channel) written() bool {
	switch c {
	case ChannelEmail, ChannelFax, ChannelMail:
		return true
	case ChannelAPI, ChannelPhone, ChannelVisit, ChannelOther:
	}
	return false
}

// original enforces ORD-01: an order that came on paper or by mail keeps its original.
func (s *Service) original(tx pg.Tx, o *Order, v *verdict) error {
	if !o.Channel.written() {
		return nil
	}
	required, err := s.rules.Bool(tx, "order.original_required")
	if err != nil || !required {
		return err
	}
	in := map[string]string{"channel": string(o.Channel), "originals": fmt.Sprint(o.Originals)}
	if o.Originals > 0 {
		v.check("ORD-01", true, in, "The customer's own order is attached.", "已附客户订单原件。")
		return nil
	}
	v.check("ORD-01", false, in, fmt.Sprintf("An order that came by %s keeps its original, and none is attached.", o.Channel),
		fmt.Sprintf("以 %s 方式收到的订单须附客户订单原件,目前没有附件。", o.Channel))
	v.refuse(ErrNoOriginal.With("channel", string(o.Channel)))
	return nil
}

// dates checks that nothing is promised for a day before the order reached us (ORD-02).
func (v *verdict) dates(o *Order) {
	received := clock.Today(o.Received())
	for i, l := range o.Lines {
		if l.PromisedOn == nil || !l.PromisedOn.Before(received) {
			continue
		}
		v.check("ORD-02", false, map[string]string{"line": fmt.Sprint(i + 1), "promised_on": day(l.PromisedOn), "received_on": day(&received)},
			fmt.Sprintf("Line %d is promised for %s, before the order reached us on %s.", i+1, day(l.PromisedOn), day(&received)),
			fmt.Sprintf("第 %d 行交期 %s 早于订单接收日期 %s。", i+1, day(l.PromisedOn), day(&received)))
		v.refuse(ErrPromised.At(fmt.Sprintf("/lines/%d/promised_on", i)))
	}
}

// undated says which lines promise no date (ORD-03): nothing is held against them, but nobody checks them before they are due either
// (ORD-07), and in a shortage they come last (ORD-08).
func (v *verdict) undated(o *Order) {
	var lines []string
	for i, l := range o.Lines {
		if l.PromisedOn == nil {
			lines = append(lines, strconv.Itoa(i+1))
		}
	}
	if len(lines) == 0 {
		return
	}
	list := strings.Join(lines, ", ")
	v.checks = append(v.checks, decision.Check{
		Rule: "ORD-07", Result: decision.CheckInfo, Inputs: map[string]string{"lines": list},
		EN: fmt.Sprintf("Lines %s promise no date: they aren't checked before delivery, and come last in a shortage.", list),
		ZH: fmt.Sprintf("第 %s 行未约定交期:交货前不作核对,缺货分配时排在最后。", list),
	})
}

// bind attaches the customer's own order. Returns attachment.ErrUnknown.
func (s *Service) bind(tx pg.Tx, who identity.Principal, o *Order, files []uuid.UUID) error {
	if len(files) == 0 {
		return nil
	}
	return s.Files.Bind(tx, who, Subject, o.ID, files...)
}

// Attachments returns the files of an order: the customer's own order, and what they answered to its review; none for whom Seen hides
// them. The caller has seen the order. One statement.
func (s *Service) Attachments(tx pg.Tx, who identity.Principal, id uuid.UUID) ([]attachment.Attachment, error) {
	if !identity.SeesPrices(who) {
		return nil, nil
	}
	of, err := s.Files.Of(tx, Subject, id)
	return of[id], err
}

// Seen is for the files of an order. The customer's own order names its prices: it is for whom prices are shown (ORD-03). Returns
// errs.ErrNotFound.
func (s *Service) Seen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	if !identity.SeesPrices(who) {
		return errs.ErrNotFound
	}
	o, err := Brief(tx, id)
	if err != nil {
		return err
	}
	return who.MustSee(o.OwnerID)
}
