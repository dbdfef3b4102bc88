package transport

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/carrier"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Options are the carriers that could carry a shipping notice's rest on a day (SHP-18).
type Options struct {
	NoticeID uuid.UUID
	Number   string
	On       time.Time
	Route    carrier.Route
	Tonnes   *decimal.Decimal // nil: unknown
	Options  []Option
}

// Option is one carrier's freight.
type Option struct {
	CarrierID uuid.UUID
	Code      string
	Name      string
	carrier.Freight
}

// Choose computes what each carrier in use would ask for what is left of a shipping notice on a day, by default its shipping date: the cheapest
// first, those that can't be priced last, each with how it was computed (SHP-18). Carriers without a rate for the route aren't listed. Returns
// errs.ErrNotFound for a notice that the caller may not see, carrier.ErrDistance, carrier.ErrNoAddress, ErrPickupPast. Takes no lock.
func (s *Service) Choose(tx pg.Tx, who identity.Principal, noticeID uuid.UUID, on *time.Time, w carrier.Way) (Options, error) {
	load, err := s.load(tx, who, noticeID, false, "")
	if err != nil {
		return Options{}, err
	}
	o := Options{NoticeID: noticeID, Number: load.Number, On: load.ShipDate}
	if on != nil {
		o.On = *on
	}
	if on != nil && on.Before(clock.Today(tx.Now)) {
		return Options{}, ErrPickupPast.At("query:on")
	}
	if o.Route, err = carrier.RouteOf(tx, who, w); err != nil {
		return Options{}, err
	}
	var goods []Good
	weights := map[uuid.UUID]*decimal.Decimal{}
	for _, l := range load.Lines {
		weights[l.ProductID] = l.TonnesPerUnit
		if rest := l.rest(nil); rest.IsPos() {
			goods = append(goods, Good{l.OrderLineID, l.ProductID, rest})
		}
	}
	o.Tonnes = tonnes(goods, weights)
	offers, err := carrier.Offers(tx, o.On)
	if err != nil {
		return Options{}, err
	}
	for _, c := range offers {
		f := carrier.Price(c.Rates, o.Route, o.On, o.Tonnes, carrier.Borne{})
		if f.Rate != nil {
			o.Options = append(o.Options, Option{c.ID, c.Code, c.Name, f})
		}
	}
	slices.SortStableFunc(o.Options, cheaper)
	return o, nil
}

// cheaper sorts what is priced before what isn't, and by the amount, then by the carrier's code.
func cheaper(a, b Option) int {
	if a.Priced != b.Priced {
		if a.Priced {
			return -1
		}
		return 1
	}
	if c := a.Amount.Cmp(b.Amount); c != 0 {
		return c
	}
	return strings.Compare(a.Code, b.Code)
}
