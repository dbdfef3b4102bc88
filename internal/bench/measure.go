package bench

import (
	"context"
	"math/rand/v2"
	"time"
)

// row is what one workload did with one number of clients, on the three targets.
type row struct {
	workload           string
	write              bool
	clients            int
	gate, bare, pg     result
	gateC, bareC, pgC  counted
	hasPG, firstOfKind bool
}

// turns is how many times each target is measured, so that what else happens on the machine hits both.
const turns = 5

// measure runs a workload on each target in turn, for each number of clients, and counts what they send.
func (b *bench) measure(ctx context.Context, w workload) ([]row, error) {
	if err := b.login(ctx); err != nil {
		return nil, err
	}
	gateC, bareC, err := b.count(ctx, w)
	if err != nil {
		return nil, err
	}
	pgC, err := b.countScript(ctx, w)
	if err != nil {
		return nil, err
	}
	var rows []row
	for i, clients := range b.opts.Clients {
		r := row{
			workload: w.name, write: w.write, clients: clients, gateC: gateC, bareC: bareC, pgC: pgC,
			hasPG: b.opts.PGBench != "", firstOfKind: i == 0,
		}
		b.warm(ctx, clients, w)
		for range turns {
			for d, into := range map[*driver]*result{b.gate: &r.gate, b.bare: &r.bare} {
				supplied, err := b.supply(ctx, w, b.opts.Notices/turns)
				if err != nil {
					return nil, err
				}
				into.join(d.run(ctx, clients, b.opts.Span/turns, supplied.http))
			}
		}
		if r.hasPG {
			if r.pg, err = b.script(ctx, b.opts.URL, w, clients); err != nil {
				return nil, err
			}
		}
		b.opts.Log("%s, %d clients: %.0f/s, bare %.0f/s, pgbench %.0f/s; processor time %s, bare %s", w.name, clients,
			r.gate.perSecond(), r.bare.perSecond(), r.pg.perSecond(), r.gate.perRequest(), r.bare.perRequest())
		rows = append(rows, r)
	}
	return rows, nil
}

// supply gives a workload that uses up notices n of them.
func (b *bench) supply(ctx context.Context, w workload, n int) (workload, error) {
	if !w.notices {
		return w, nil
	}
	ids, err := b.prepare(ctx, n, w.one)
	w.http = b.release(ids)
	return w, err
}

// warm fills pools and caches of both HTTP targets. Counting has done it for notices.
func (b *bench) warm(ctx context.Context, clients int, w workload) {
	if w.notices {
		return
	}
	span := min(time.Second/2, b.opts.Span/4)
	b.gate.run(ctx, clients, span, w.http)
	b.bare.run(ctx, clients, span, w.http)
}

// count sends some requests one by one through the counter, after some that fill caches.
func (b *bench) count(ctx context.Context, w workload) (gate, bare counted, err error) {
	n := 20
	if w.notices {
		n = 4
	}
	rng := rand.New(rand.NewPCG(1, 2))
	send := func(d *driver) func() error {
		return func() error {
			for range n {
				if err := d.send(ctx, w.http(rng)); err != nil {
					return err
				}
			}
			return nil
		}
	}
	for d, into := range map[*driver]*counted{b.counted.gate: &gate, b.counted.bare: &bare} {
		if w, err = b.supply(ctx, w, 2*n); err != nil {
			return gate, bare, err
		}
		if err := send(d)(); err != nil {
			return gate, bare, err
		}
		if *into, err = b.counted.counter.during(n, send(d)); err != nil {
			return gate, bare, err
		}
	}
	return gate, bare, nil
}
