package shipping_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/shipping"
)

// history applies any commands in any order to a few notices; each is refused or done, never half.
type history struct {
	w       *world
	t       *rapid.T
	people  map[string]identity.Principal
	notices []uuid.UUID
	notes   []uuid.UUID
}

func (h *history) do(who string, fn func(tx pg.Tx, s *shipping.Service, p identity.Principal) error) {
	p := h.people[who]
	err := h.w.as(context.Background(), p, func(tx pg.Tx, s *shipping.Service) error { return fn(tx, s, p) })
	if e, ok := errs.As(err); err != nil && (!ok || e.Kind == errs.Internal || e.Code == "resource.constraint") {
		h.t.Fatalf("%s: %v", who, err)
	}
}

func (h *history) notice(t *rapid.T) uuid.UUID { return rapid.SampledFrom(h.notices).Draw(t, "notice") }

func (h *history) write(t *rapid.T) {
	flow := rapid.SampledFrom([]shipping.Flow{shipping.Credit, shipping.Prepaid, shipping.COD}).Draw(t, "flow")
	quantity := rapid.SampledFrom([]string{"0.3333", "1", "7.5", "33.3333", "60"}).Draw(t, "quantity")
	h.do("rep1", func(tx pg.Tx, s *shipping.Service, p identity.Principal) error {
		n, err := s.Create(tx, p, h.w.customer, shipping.Content{
			Flow: flow, ShipDate: tx.Now.AddDate(0, 0, 9).Truncate(24 * 3600e9),
			Lines: []shipping.LineInput{{OrderID: h.w.order, OrderLineID: h.w.line, Quantity: amount(quantity)}},
		})
		if err != nil {
			return err
		}
		h.notices = append(h.notices, n.ID)
		_, err = s.Submit(tx, p, n.ID, nil)
		return err
	})
}

func (h *history) dispatch(t *rapid.T) {
	id, quantity := h.notice(t), rapid.SampledFrom([]string{"0.1111", "0.5", "1", "20", "33.3333"}).Draw(t, "quantity")
	h.do("keeper", func(tx pg.Tx, s *shipping.Service, p identity.Principal) error {
		n, err := s.Get(tx, p, id)
		if err != nil {
			return err
		}
		d, err := h.w.App.Server.Deliveries.Dispatch(tx, p, id, nil, delivery.Loading{Vehicle: "浙A12345", Lines: []delivery.Loaded{{NoticeLineID: n.Lines[0].ID, Quantity: amount(quantity)}}})
		if err == nil {
			h.notes = append(h.notes, d.ID)
		}
		return err
	})
}

func (h *history) simple(verb string, t *rapid.T) {
	id := h.notice(t)
	switch verb {
	case "check":
		h.do("clerk", func(tx pg.Tx, s *shipping.Service, p identity.Principal) error {
			_, err := s.Check(tx, p, id, nil, shipping.Checking{})
			return err
		})
	case "release":
		who := rapid.SampledFrom([]string{"manager", "gm"}).Draw(t, "who")
		h.do(who, func(tx pg.Tx, s *shipping.Service, p identity.Principal) error {
			_, err := s.Release(tx, p, id, nil, "")
			return err
		})
	case "cancel":
		h.do("rep1", func(tx pg.Tx, s *shipping.Service, p identity.Principal) error {
			_, err := s.Cancel(tx, p, id, nil, "取消")
			return err
		})
	case "revise":
		h.do("rep1", func(tx pg.Tx, s *shipping.Service, p identity.Principal) error {
			if _, err := s.Revise(tx, p, id, nil, "修订"); err != nil {
				return err
			}
			_, err := s.Submit(tx, p, id, nil)
			return err
		})
	case "close":
		h.do("rep1", func(tx pg.Tx, s *shipping.Service, p identity.Principal) error {
			_, err := s.Close(tx, p, id, nil, "结束")
			return err
		})
	}
}

func (h *history) unload(t *rapid.T) {
	id := rapid.SampledFrom(h.notes).Draw(t, "note")
	h.do("keeper", func(tx pg.Tx, s *shipping.Service, p identity.Principal) error {
		_, err := h.w.App.Server.Deliveries.Cancel(tx, p, id, nil, "卸货")
		return err
	})
}

// The exposure is what the documents say, under any sequence of commands.
func TestCRD11_AnyHistoryLeavesExposureEqualToTheDocuments(t *testing.T) {
	w := open(t, "100")
	w.pay("80")
	people := map[string]identity.Principal{}
	for _, p := range []string{"rep1", "clerk", "manager", "gm", "keeper"} {
		people[p] = w.Principal(p)
	}
	rapid.Check(t, func(rt *rapid.T) {
		w.order, w.line = w.newOrder("97", "3.3333", "300.01") // what earlier histories shipped leaves no room on theirs
		h := &history{w: w, t: rt, people: people}
		h.write(rt)
		verbs := []string{"write", "check", "check", "release", "release", "dispatch", "dispatch", "cancel", "revise", "close", "unload"}
		for range rapid.IntRange(4, 14).Draw(rt, "steps") {
			switch verb := rapid.SampledFrom(verbs).Draw(rt, "verb"); verb {
			case "write":
				h.write(rt)
			case "dispatch":
				h.dispatch(rt)
			case "unload":
				if len(h.notes) > 0 {
					h.unload(rt)
				}
			default:
				h.simple(verb, rt)
			}
		}
		w.agree()
		for _, n := range h.notices { // make room for the next history
			h.do("rep1", func(tx pg.Tx, s *shipping.Service, p identity.Principal) error {
				_, err := s.Cancel(tx, p, n, nil, "清理")
				return err
			})
			h.do("rep1", func(tx pg.Tx, s *shipping.Service, p identity.Principal) error {
				_, err := s.Close(tx, p, n, nil, "清理")
				return err
			})
		}
		w.agree()
	})
}
