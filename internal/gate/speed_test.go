package gate_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// Fifty guards, each of whom checks a vehicle every second, through the whole program: fifty checks a second, which is a hundred times what a
// gate of a large factory sees, and 99 of 100 answers within 30 ms. Beside it what fifty phones get that never pause, which tells how many
// checks a second there are room for. SALESGATE_LONG=1; the figures are only worth something on a machine that does nothing else.
func TestGateCheckSpeed(t *testing.T) {
	if os.Getenv("SALESGATE_LONG") == "" {
		t.Skip("SALESGATE_LONG isn't set")
	}
	const guards, each = 50, 20
	w := on(t)
	checks := w.copies(w.loaded("10"), 2*guards*each)
	atPace := w.check(guards, time.Second, checks[:guards*each])
	if p99 := atPace.quantile(99); p99 > 30*time.Millisecond {
		t.Errorf("p99 %s", p99)
	}
	w.check(guards, 0, checks[guards*each:])
}

// waits are how long answers took, the shortest first.
type waits []time.Duration

func (w waits) quantile(percent int) time.Duration { return w[min(len(w)-1, len(w)*percent/100)] }

// check has guards make their shares of the checks, each one in every pause, beginning at different moments, and says what it took.
func (w *world) check(guards int, pause time.Duration, checks []object) waits {
	w.t.Helper()
	each := len(checks) / guards
	took := make([]waits, guards)
	begin := time.Now()
	var all sync.WaitGroup
	for g := range guards {
		all.Go(func() {
			next := begin.Add(pause * time.Duration(g) / time.Duration(guards))
			for i := range each {
				time.Sleep(time.Until(next.Add(pause/4 - time.Duration(rand.Int64N(int64(pause/2)+1)))))
				sent := time.Now()
				w.As("guard").Post("/v1/gate-checks", checks[g*each+i]).Want(201)
				took[g] = append(took[g], time.Since(sent))
				next = next.Add(pause)
			}
		})
	}
	all.Wait()
	flat := slices.Concat(took...)
	slices.Sort(flat)
	w.t.Logf("%d checks of %d guards, one every %s each: %.0f a second, median %s, p99 %s, longest %s", len(flat), guards, pause,
		float64(len(flat))/time.Since(begin).Seconds(), flat.quantile(50), flat.quantile(99), flat[len(flat)-1])
	return flat
}

// copies makes n delivery notes like one, with passes that are good, and returns what a guard sends for each.
func (w *world) copies(note string, n int) []object {
	w.t.Helper()
	var numbers []string
	w.Tx(func(tx pg.Tx) error {
		for _, sql := range []string{
			`CREATE TEMP TABLE more ON COMMIT DROP AS SELECT gen_random_uuid() AS id, i FROM generate_series(1, @n) i`,
			`INSERT INTO delivery_notes SELECT (jsonb_populate_record(d, jsonb_build_object('id', m.id, 'number', 'DN-X-' || m.i))).* FROM delivery_notes d, more m WHERE d.id = @note`,
			`INSERT INTO delivery_note_lines SELECT (jsonb_populate_record(l, jsonb_build_object('id', gen_random_uuid(), 'delivery_note_id', m.id))).*
				FROM delivery_note_lines l, more m WHERE l.delivery_note_id = @note`,
			`INSERT INTO gate_passes SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'delivery_note_id', m.id, 'number', 'GP-X-' || m.i))).*
				FROM gate_passes p, more m WHERE p.delivery_note_id = @note`,
		} {
			if err := tx.Exec(sql, object{"n": n, "note": uuid.MustParse(note)}).Error; err != nil {
				return err
			}
		}
		return tx.Raw(`SELECT number FROM gate_passes WHERE number LIKE 'GP-X-%'`).Scan(&numbers).Error
	})
	w.Tx(func(tx pg.Tx) error { return tx.Exec(`ANALYZE`).Error })
	all := make([]object, n)
	for i, number := range numbers {
		all[i] = object{"pass_number": number, "vehicle": "浙A12345", "seen": []object{{"product_code": "PET-150D", "quantity": "10"}}}
	}
	return all
}
