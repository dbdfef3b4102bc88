package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"
)

// request is one call of a workload. A workload that has run out of things to do returns nil.
type request struct {
	method, path, token, key string
	body                     []byte
}

// next makes the n-th request of a client.
type next func(rng *rand.Rand) *request

// result is what one workload did on one target with one number of clients.
type result struct {
	ops      int
	errors   int
	problem  string // the first error
	took     time.Duration
	cpu      time.Duration // of this process: client and server
	p50, p99 time.Duration

	latencies []time.Duration
}

// join adds what the same target did in another slice of time.
func (r *result) join(more result) {
	r.ops, r.errors, r.took, r.cpu = r.ops+more.ops, r.errors+more.errors, r.took+more.took, r.cpu+more.cpu
	if r.problem == "" {
		r.problem = more.problem
	}
	r.latencies = append(r.latencies, more.latencies...)
	r.p50, r.p99 = percentiles(r.latencies)
}

// perRequest is the processor time of client and server together. Unlike the rate it hardly depends on who else uses the
// machine.
func (r result) perRequest() time.Duration {
	if r.ops == 0 {
		return 0
	}
	return r.cpu / time.Duration(r.ops)
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (r result) perSecond() float64 {
	if r.took <= 0 {
		return 0
	}
	return float64(r.ops) / r.took.Seconds()
}

// driver is a set of clients that keep their connections.
type driver struct {
	base string
	http *http.Client
}

func newDriver(base string) *driver {
	return &driver{base: base, http: &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256, DisableCompression: true},
	}}
}

// run lets clients send requests, each the next one when it has its answer, for a time or until none is left.
func (d *driver) run(ctx context.Context, clients int, span time.Duration, make next) result {
	var mu sync.Mutex
	var all result
	var wg sync.WaitGroup
	start, cpu := time.Now(), processorTime()
	for c := range clients {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(c), uint64(start.UnixNano())))
			mine, r := d.client(ctx, start.Add(span), func() *request { return make(rng) })
			mu.Lock()
			defer mu.Unlock()
			all.latencies = append(all.latencies, mine...)
			all.errors += r.errors
			if all.problem == "" {
				all.problem = r.problem
			}
		})
	}
	wg.Wait()
	all.took, all.cpu, all.ops = time.Since(start), processorTime()-cpu, len(all.latencies)
	all.p50, all.p99 = percentiles(all.latencies)
	return all
}

func (d *driver) client(ctx context.Context, end time.Time, make func() *request) ([]time.Duration, result) {
	var latencies []time.Duration
	var r result
	for ctx.Err() == nil && time.Now().Before(end) {
		q := make()
		if q == nil {
			break
		}
		start := time.Now()
		if err := d.send(ctx, q); err != nil {
			r.errors++
			r.problem = err.Error()
			continue
		}
		latencies = append(latencies, time.Since(start))
	}
	return latencies, r
}

// send returns an error for every answer that isn't a success.
func (d *driver) send(ctx context.Context, q *request) error {
	_, err := d.exchange(ctx, q)
	return err
}

func (d *driver) exchange(ctx context.Context, q *request) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, q.method, d.base+q.path, bytes.NewReader(q.body))
	if err != nil {
		return nil, err
	}
	if q.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if q.token != "" {
		req.Header.Set("Authorization", "Bearer "+q.token)
	}
	if q.key != "" {
		req.Header.Set("Idempotency-Key", q.key)
	}
	res, err := d.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s %s: %d %s", q.method, q.path, res.StatusCode, body)
	}
	return body, nil
}

func percentiles(all []time.Duration) (p50, p99 time.Duration) {
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	return all[len(all)/2], all[len(all)*99/100]
}
