package catalog

import (
	"errors"
	"testing"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

func TestPRC04_UnitsSayWhatTheyWeigh(t *testing.T) {
	t.Parallel()
	for unit, want := range map[string]string{"kg": "0.001", "KG": "0.001", "公斤": "0.001", "t": "1", "吨": "1", "m": "", "件": ""} {
		got := TonnesOf(unit)
		if (got == nil) != (want == "") || got != nil && got.String() != want {
			t.Errorf("%s: %v", unit, got)
		}
	}
	p := Product{TonnesPerUnit: TonnesOf("kg")}
	if got := p.Tonnes(decimal.MustParse("9999.9999")); got == nil || got.String() != "9.9999999" {
		t.Errorf("%v", got)
	}
	if (Product{}).Tonnes(decimal.One) != nil {
		t.Error("a weight that nobody has said")
	}
}

// What is stated counts; a new unit that says nothing makes the weight unknown.
func TestPRC04_WeightFollowsTheUnit(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	var p Product
	change := func(patch Patch, want string) {
		t.Helper()
		must(t, db, func(tx pg.Tx) (err error) {
			p, err = service.UpdateProduct(tx, nobody, p.ID, p.Version, patch)
			return err
		})
		read := ""
		must(t, db, func(tx pg.Tx) error {
			stored, err := service.GetProduct(tx, nobody, p.ID)
			if stored.TonnesPerUnit != nil {
				read = stored.TonnesPerUnit.Trim(0).String()
			}
			return err
		})
		if read != want {
			t.Errorf("%+v: %q, want %q", patch, read, want)
		}
	}
	must(t, db, func(tx pg.Tx) (err error) { p, err = service.CreateProduct(tx, nobody, input("W", "重")); return err })
	stated, none, name, metre, tonne := new(decimal.MustParse("0.00035")), (*decimal.Decimal)(nil), "名", "m", "t"
	change(Patch{Name: &name}, "0.001") // made in kg
	change(Patch{Unit: &metre}, "")
	change(Patch{TonnesPerUnit: &stated}, "0.00035")
	change(Patch{Unit: &tonne}, "1")
	change(Patch{Unit: &metre, TonnesPerUnit: &stated}, "0.00035")
	change(Patch{Unit: &metre}, "0.00035")
	change(Patch{TonnesPerUnit: &none}, "")
	zero := new(decimal.Zero)
	err := within(t, db, func(tx pg.Tx) error {
		_, err := service.UpdateProduct(tx, nobody, p.ID, p.Version, Patch{TonnesPerUnit: &zero})
		return err
	})
	if !errors.Is(err, ErrTonnes) {
		t.Errorf("%v", err)
	}
	must(t, db, func(tx pg.Tx) error {
		in := input("W", "重")
		in.Unit, in.TonnesPerUnit = "m", stated
		outcomes, err := service.ImportBatch(tx, []Input{in, input("X", "新")})
		again, againErr := service.ImportBatch(tx, []Input{in})
		if err != nil || againErr != nil || outcomes[0] != "updated" || again[0] != "unchanged" {
			t.Errorf("%v %v %v %v", outcomes, again, err, againErr)
		}
		return nil
	})
}
