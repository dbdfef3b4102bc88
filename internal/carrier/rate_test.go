package carrier_test

import (
	"context"
	"testing"

	"github.com/salesgate/salesgate/internal/pg"
)

// Rates and carriers that can't be are refused, by the program and by the database.
func TestSHP18_WrongRatesAndCarriers(t *testing.T) {
	w := open(t)
	trip := func(pairs ...any) object {
		return with(object{"basis": "trip", "price": "100", "to_region": "天涯", "km_above": "50", "km_to": "100"}, pairs...)
	}
	w.rates(w.carrier, trip()).Want(201)
	for name, c := range map[string]struct {
		rate object
		code string
	}{
		"no price":                {trip("price", "0"), "freight.bad_price"},
		"a band that ends before": {trip("km_to", "50"), "freight.bad_band"},
		"days that end before":    {trip("valid_until", "2025-12-31"), "freight.bad_days"},
		"the same again":          {trip(), "freight.rates_overlap"},
		"a tenth of a kilometre":  {trip("km_above", "99.9", "km_to", "200"), "freight.rates_overlap"},
		"however far":             {trip("km_above", "0", "km_to", nil), "freight.rates_overlap"},
		"per tonne too":           {trip("basis", "tonne"), "freight.rates_overlap"},
		"no such carrier":         {trip("carrier_id", id()), "carrier.unknown"},
	} {
		if c.rate["km_to"] == nil {
			delete(c.rate, "km_to")
		}
		if a := w.rates(w.carrier, c.rate); a.String("code") != c.code {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	w.rates(w.carrier, trip("km_above", "100", "km_to", "200"), trip("km_above", "0", "km_to", "50"), trip("from_region", "云岭")).Want(201)
	w.rates(w.carrier, trip("to_region", "山下"), trip("to_region", "山下")).WantProblem(409, "freight.rates_overlap")
	if got := w.As("rep1").Get("/v1/freight-rates?to_region=山下").Want(200).Len("data"); got != 0 {
		t.Error("half of them were kept")
	}
	w.As("keeper").Post("/v1/carriers", object{"name": carrierName}).WantProblem(409, "carrier.name_taken")
	w.As("keeper").Post("/v1/carriers", object{"name": "示例二", "code": "YL-1"}).Want(201)
	w.As("keeper").Post("/v1/carriers", object{"name": "示例三", "code": "yl-1"}).WantProblem(409, "carrier.code_taken")
	w.As("rep1").Post("/v1/carriers", object{"name": "示例三"}).WantProblem(403, "auth.forbidden")
	stale := w.As("keeper").Patch("/v1/carriers/"+w.carrier, `"7"`, object{"contact": "吴示例"})
	stale.WantProblem(412, "resource.stale")
	w.As("guard").Get("/v1/carriers").WantProblem(403, "auth.forbidden")
	w.As("production").Get("/v1/freight-rates").WantProblem(403, "auth.forbidden")
	for _, stmt := range []string{
		"INSERT INTO freight_distances (id, region, km, updated_at, version) VALUES (gen_random_uuid(), 'x', 0, now(), 1)",
		"UPDATE freight_rates SET valid_until = valid_from - 1",
	} {
		if err := w.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(stmt).Error }); err == nil {
			t.Errorf("the database let it pass: %s", stmt)
		}
	}
}
