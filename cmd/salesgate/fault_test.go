package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const faultPassword = "a long enough phrase"

// patience is how long a client waits for a server to come back, on a machine that has much else to do.
const patience = 10 * time.Minute

// TestFault_KillNine kills server and database by turns while workers register customers, submit orders, book receipts and
// stock, and go the ways of goods and money to their ends (fault_way_test.go), and while the month's statements are
// made, and starts them again. Workers repeat a request with its key until it is answered. After each round (the short version: in the end) salesgate verify
// finds exposure, documents, stock and event log in order. In the end every acknowledged write is there, once, under the id that was
// acknowledged; its key still gives that answer; and document numbers have no gap. make fault runs twenty rounds.
func TestFault_KillNine(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers; -short leaves it out")
	}
	rounds := 2
	if os.Getenv("SALESGATE_LONG") != "" {
		rounds = 20
	}
	f := newFault(t)
	f.start()
	f.login()
	f.open()
	f.openBank()
	f.openWay()
	f.nextMonth()
	f.phase("everything is there")
	var workers sync.WaitGroup
	done := make(chan struct{})
	for w, next := range []func(worker, n int) write{f.customer, f.order, f.order, f.receipt, f.goods, f.goods} {
		workers.Go(func() { f.work(w, done, next) })
	}
	each(func(w way, code string) { workers.Go(func() { f.goAll(w, code, done) }) })
	workers.Go(func() { f.letters(done) })
	for round := range rounds {
		f.round(round, rounds)
	}
	time.Sleep(300 * time.Millisecond)
	f.phase("the last kill is over")
	close(done)
	workers.Wait()
	f.phase("every way came to its end")
	f.reached()
	f.replay()
	f.bookedLate()
	f.compareAll()
	f.oneStatementEach()
	f.phase("everything is compared")
	_ = f.server.Process.Signal(syscall.SIGTERM)
	if err := f.server.Wait(); err != nil {
		t.Errorf("the server didn't stop cleanly: %v", err)
	}
	f.verify(rounds)
	f.phase("the books agree")
}

// round kills the server or its database, and starts it again.
func (f *fault) round(round, rounds int) {
	f.t.Helper()
	pause := time.Duration(400+100*(round%5)) * time.Millisecond
	if rounds > 2 {
		pause *= 6 // so that ways come to their ends between kills, too
	}
	time.Sleep(pause)
	if round%2 == 0 {
		_ = f.server.Process.Kill()
	} else {
		_ = syscall.Kill(f.postmaster(), syscall.SIGKILL)
	}
	_ = f.server.Wait() // the server ends by itself when its database is gone
	if rounds > 2 {     // the short version looks once, in the end
		f.verify(round)
	}
	f.start()
	if round%5 == 4 && round < rounds-1 {
		f.nextMonth()
	}
}

// phase tells how long it took so far.
func (f *fault) phase(what string) {
	f.t.Helper()
	f.t.Logf("%4.1f s: %s", time.Since(f.since).Seconds(), what)
}

// verify fails the test for what salesgate verify finds, whatever was going on when server or database died.
func (f *fault) verify(round int) {
	f.t.Helper()
	if out, err := f.command("verify").CombinedOutput(); err != nil {
		f.t.Errorf("round %d: verify: %v\n%s", round, err, out)
	}
}

// fault is a server that is killed, and what its clients know.
type fault struct {
	t                       *testing.T
	binary, data, url, addr string
	database                string // while there is no server
	server                  *exec.Cmd

	shop, product, account string            // what orders are about, and where money comes to
	payers                 map[string]string // of the ways, by code
	ids                    map[string]any    // of people

	tokens sync.Map // of people; who has none, or an old one, logs in
	month  sync.RWMutex
	months int
	since  time.Time     // it runs
	began  time.Time     // on which day
	ahead  time.Duration // of the server's clock

	mu          sync.Mutex
	acked       map[string][]write         // by path
	before      map[string]map[string]bool // what was there when the workers began, by path
	begun, ends map[string]int             // by way
	sent        int                        // dunning letters
}

func (f *fault) command(args ...string) *exec.Cmd {
	cmd := exec.Command(f.binary, append(args, "--data", f.data)...)
	cmd.Env = append(os.Environ(), "SALESGATE_DATABASE_URL="+f.database)
	return cmd
}

func (f *fault) start() {
	f.t.Helper()
	var log output
	f.server = f.command("serve", "--sandbox", "--addr", f.addr)
	f.server.Stderr = &log
	if err := f.server.Start(); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = f.server.Process.Kill() })
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if res, err := http.Get(f.url + "/readyz"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
	}
	f.t.Fatalf("the server isn't ready again after a minute\n%s", log.String())
}

func (f *fault) postmaster() int {
	b, err := os.ReadFile(filepath.Join(f.data, "postgres", "data", "postmaster.pid"))
	if err != nil {
		f.t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil || pid < 2 {
		f.t.Fatalf("postmaster.pid says %q", line)
	}
	return pid
}
