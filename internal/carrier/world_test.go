package carrier_test

import (
	"maps"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
)

type object = map[string]any

// world is the whole program with a carrier that asks 180.00 a tonne to 海角, and at least 90.00.
type world struct {
	*apitest.Env
	t       *testing.T
	carrier string
}

const carrierName = "云岭示例物流有限公司"

func id() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func open(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{Env: apitest.New(t), t: t}
	w.carrier = w.newCarrier(carrierName)
	w.rates(w.carrier, object{"basis": "tonne", "to_region": "海角", "price": "180", "minimum_charge": "90.00"}).Want(201)
	return w
}

func (w *world) newCarrier(name string) string {
	w.t.Helper()
	return w.As("keeper").Post("/v1/carriers", object{"name": name}).Want(201).ID()
}

// rates keeps rates of a carrier, in force since long.
func (w *world) rates(carrier string, rates ...object) apitest.Answer {
	w.t.Helper()
	all := make([]object, len(rates))
	for i, r := range rates {
		all[i] = object{"carrier_id": carrier, "tax_rate": "0.09", "valid_from": "2026-01-01"}
		maps.Copy(all[i], r)
	}
	return w.As("purchasing").Post("/v1/freight-rates", object{"rates": all})
}

func with(o object, pairs ...any) object {
	o = maps.Clone(o)
	for i := 0; i < len(pairs); i += 2 {
		o[pairs[i].(string)] = pairs[i+1]
	}
	return o
}
