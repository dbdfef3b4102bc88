package demo

import (
	"fmt"
	"slices"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

// spareGoods is how much of every product lies there beyond what the year ships, in its own unit.
const spareGoods = 150000

// storeGoods opens two warehouses and brings in, of every product, a lot that has passed its inspection and lasts for the year's orders,
// part of it in the second warehouse. Of the first product a lot waits for quality, and one has failed.
func (c *Company) storeGoods(tx pg.Tx) error {
	keeper, err := identity.LoadUsername(tx, "keeper")
	if err != nil {
		return err
	}
	quality, err := identity.LoadUsername(tx, "quality")
	if err != nil {
		return err
	}
	for _, w := range [][2]string{{"CK01", "一号成品库"}, {"CK02", "二号成品库"}} {
		if _, err := c.Stock.CreateWarehouse(as(tx, keeper), w[0], w[1]); err != nil {
			return err
		}
	}
	entries, err := goods(clock.Today(tx.Now))
	if err != nil {
		return err
	}
	moved, err := c.Stock.PostMovements(as(tx, keeper), entries)
	if err != nil {
		return err
	}
	receipts := slices.DeleteFunc(moved, func(m stock.Movement) bool { return m.Kind != stock.Receipt })
	for i, m := range receipts {
		f := stock.Finding{LotID: m.LotID, Result: stock.Passed, Inspector: "周示例", Figures: stock.Figures{{Name: "断裂强度", Value: "4.1", Unit: "cN/dtex", Standard: "≥3.8", Within: new(true)}}}
		switch i {
		case len(receipts) - 2: // waits
			continue
		case len(receipts) - 1:
			f.Result, f.Remarks = stock.Failed, "强度不足,待复检"
			f.Figures = stock.Figures{{Name: "断裂强度", Value: "3.2", Unit: "cN/dtex", Standard: "≥3.8", Within: new(false)}}
		}
		if _, err := c.Stock.Report(as(tx, quality), quality, f); err != nil {
			return err
		}
	}
	return nil
}

// goods are what storeGoods brings in: the lots that pass, then the two that don't.
func goods(today time.Time) ([]stock.Entry, error) {
	table, err := rows("products.csv", 9)
	if err != nil {
		return nil, err
	}
	wanted, err := yearly()
	if err != nil {
		return nil, err
	}
	made, expires := today.AddDate(0, 0, -5), today.AddDate(3, 0, 0)
	var entries, moves []stock.Entry
	receive := func(no int, code string, quantity decimal.Decimal, letter string) stock.Entry {
		return stock.Entry{
			Kind: stock.Receipt, ProductCode: code, LotNo: fmt.Sprintf("%s%s%03d", letter, made.Format("060102"), no), Warehouse: "CK01", Quantity: quantity,
			ProducedOn: &made, ExpiresOn: &expires, DocumentNo: "RK-" + made.Format("060102"),
		}
	}
	spare := decimal.MustNew(spareGoods, 0)
	for i, r := range table {
		quantity, err := spare.Add(wanted[r[0]])
		if err != nil {
			return nil, err
		}
		e := receive(i+1, r[0], quantity, "L")
		there := e
		there.Kind, there.To, there.Quantity, there.ProducedOn, there.ExpiresOn = stock.Transfer, "CK02", decimal.MustNew(spareGoods/5, 0), nil, nil
		entries, moves = append(entries, e), append(moves, there)
	}
	first := table[0][0]
	return slices.Concat(entries, []stock.Entry{receive(1, first, decimal.MustNew(2400, 0), "W"), receive(1, first, decimal.MustNew(800, 0), "X")}, moves), nil
}

// yearly is how much of each product the year's orders ask.
func yearly() (map[string]decimal.Decimal, error) {
	deals, err := readDeals()
	if err != nil {
		return nil, err
	}
	sums := map[string]decimal.Decimal{}
	for _, d := range deals {
		for _, l := range d.lines {
			sum, err := sums[l.product].Add(l.quantity)
			if err != nil {
				return nil, err
			}
			sums[l.product] = sum
		}
	}
	return sums, nil
}
