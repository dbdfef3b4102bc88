package pricing

import (
	"context"
	"fmt"
	"os"
	"runtime/pprof"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestZZ(t *testing.T) {
	for _, n := range []int{120, 100_000} {
		h := newHouse(t)
		var ids []uuid.UUID
		h.do(func(tx pg.Tx) error {
			err := tx.Raw(`INSERT INTO products (id, code, name, name_en, spec, unit, kind, lifecycle, tax_rate, active, created_at, updated_at, version)
				SELECT gen_random_uuid(), 'M-' || lpad(n::text, 6, '0'), '涤纶长丝', '', '', 'kg', 'finished', 'standard', 0.13, true, now(), now(), 1
				FROM generate_series(1, ?) n RETURNING id`, n).Scan(&ids).Error
			if err != nil {
				return err
			}
			all := make([]PriceLine, len(ids))
			for i, id := range ids {
				all[i] = PriceLine{ProductID: id, Price: decimal.MustParse("100")}
			}
			for _, month := range []time.Month{1, 4, 7} {
				if _, err := h.s.OpenBasePrices(tx, identity.System(), time.Date(2026, month, 1, 0, 0, 0, 0, time.UTC), "opening", all); err != nil {
					return err
				}
			}
			return nil
		})
		h.do(func(tx pg.Tx) error { return tx.Exec("ANALYZE products, base_prices, base_price_lists").Error })
		question := func(i int) Question {
			q := Question{Roles: []identity.Role{identity.SalesRep}, HeaderDiscount: decimal.Zero, At: time.Now()}
			for j := range 200 {
				q.Lines = append(q.Lines, Line{ProductID: ids[(i*7919+j*104729)%len(ids)], Quantity: decimal.MustParse("12.5"), Price: decimal.MustParse("98.5")})
			}
			return q
		}
		for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
			h.do(func(tx pg.Tx) error {
				if err := tx.Exec("SET LOCAL plan_cache_mode = " + mode).Error; err != nil {
					return err
				}
				q := question(3)
				var plan []string
				if err := tx.Raw("PREPARE zz (timestamptz,timestamptz,text,timestamptz,timestamptz) AS " + num(factsSQL)).Exec("PREPARE zz (timestamptz,timestamptz,text,timestamptz,timestamptz) AS " + num(factsSQL)).Error; err != nil {
					return err
				}
				at := "'" + q.At.Format(time.RFC3339) + "'"
				err := tx.Raw(fmt.Sprintf("EXPLAIN (ANALYZE, BUFFERS) EXECUTE zz (%s,%s,'%s',%s,%s)", at, at, uuidArray(productIDs(q)), at, at)).Scan(&plan).Error
				for _, l := range plan {
					fmt.Println(n, mode, l[:min(len(l), 160)])
				}
				tx.Exec("DEALLOCATE zz")
				return err
			})
		}
		var sqlT, factsT, judgeT, all []time.Duration
		f, _ := os.Create(fmt.Sprintf("/tmp/r2pricing/cpu%d.prof", n))
		_ = pprof.StartCPUProfile(f)
		for i := range 200 {
			q := question(i)
			_ = h.db.View(context.Background(), pg.System("test"), func(tx pg.Tx) error {
				b := time.Now()
				var count int
				if err := pg.ScanRow(tx, []any{&count}, "SELECT count(price) FROM ("+factsSQL+") x", q.At, q.At, uuidArray(productIDs(q)), q.At, q.At); err != nil {
					t.Fatal(err)
				}
				sqlT = append(sqlT, time.Since(b))
				b = time.Now()
				in, err := readFacts(tx, q)
				if err != nil {
					t.Fatal(err)
				}
				factsT = append(factsT, time.Since(b))
				table, err := h.s.table(tx, in.table)
				if err != nil {
					t.Fatal(err)
				}
				b = time.Now()
				_, err = judge(q, in.products, table)
				judgeT = append(judgeT, time.Since(b))
				return err
			})
			b := time.Now()
			if err := h.db.View(context.Background(), pg.System("test"), func(tx pg.Tx) error { _, err := h.s.Check(tx, q); return err }); err != nil {
				t.Fatal(err)
			}
			all = append(all, time.Since(b))
		}
		pprof.StopCPUProfile()
		for name, x := range map[string][]time.Duration{"sql count": sqlT, "facts": factsT, "judge": judgeT, "check": all} {
			slices.Sort(x)
			fmt.Println(n, name, "min", x[0], "p50", x[len(x)/2], "p90", x[len(x)*9/10], "max", x[len(x)-1])
		}
	}
}

func num(q string) string {
	out, n := "", 0
	for _, r := range q {
		if r == '?' {
			n++
			out += fmt.Sprintf("$%d", n)
		} else {
			out += string(r)
		}
	}
	return out
}
