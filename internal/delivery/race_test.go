package delivery_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

func TestSHP07_RaceDispatchTwice(t *testing.T) {
	w := open(t, "10000") // what left stays on the account: 60 a round
	keeper := w.Principal("keeper")
	for range apitest.Rounds(5) {
		n := w.released("100")
		line := uuid.MustParse(w.As("keeper").Get(notices + n).String("lines.0.id"))
		codes := apitest.Race(8, func(int) error {
			return w.DB.Tx(context.Background(), keeper.Origin("test"), func(tx pg.Tx) error {
				_, err := w.App.Server.Deliveries.Dispatch(tx, keeper, uuid.MustParse(n), nil, delivery.Loading{Vehicle: "浙A12345", Lines: []delivery.Loaded{{NoticeLineID: line, Quantity: amount("60")}}})
				return err
			})
		})
		if codes[""] != 1 || codes["shipping.over_notice"] != 7 {
			t.Fatalf("%v", codes)
		}
		w.agree()
		w.verb("rep1", n, "close", object{"reason": "余量不发"}).Want(200)
		w.agree()
	}
}

// A report that fails and dispatches at once: what left was good when it left, and nothing leaves afterwards.
func TestSHP16_RaceFailedAgainstDispatch(t *testing.T) {
	w := stocked(t)
	keeper, quality := w.Principal("keeper"), w.Principal("quality")
	for round := range apitest.Rounds(4) {
		lot := uuid.MustParse(w.passed(fmt.Sprint("L", round), "CK01", "1000", 0))
		n := w.released("100")
		line := uuid.MustParse(w.lineOf(n))
		codes := apitest.Race(10, func(i int) error {
			if i == 5 {
				return w.DB.Tx(context.Background(), quality.Origin("test"), func(tx pg.Tx) error {
					_, err := w.App.Server.Stock.Report(tx, quality, stock.Finding{LotID: lot, Result: stock.Failed})
					return err
				})
			}
			return w.DB.Tx(context.Background(), keeper.Origin("test"), func(tx pg.Tx) error {
				_, err := w.App.Server.Deliveries.Dispatch(tx, keeper, uuid.MustParse(n), nil, delivery.Loading{
					Vehicle: "浙A12345", Lines: []delivery.Loaded{{NoticeLineID: line, Quantity: amount("10")}},
				})
				return err
			})
		})
		if codes[""]+codes["stock.not_passed"] != 10 || codes[""] < 1 {
			t.Fatalf("%v", codes)
		}
		w.dispatch(n, "1").Want(422)
		w.reconciled()
	}
}
