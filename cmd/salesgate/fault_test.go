package main

import (
	"fmt"
	"net"
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

	"github.com/jackc/pgx/v5"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/devpg"
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

func newFault(t *testing.T) *fault {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fault{
		t: t, data: dataFolder(t), addr: ln.Addr().String(), since: time.Now(), began: clock.Today(time.Now()),
		acked: map[string][]write{}, before: map[string]map[string]bool{}, begun: map[string]int{}, ends: map[string]int{},
	}
	ln.Close()
	f.url, f.binary = "http://"+f.addr, filepath.Join(t.TempDir(), "salesgate")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", f.binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	stop := f.arrange()
	defer stop()
	f.hire(rep) // and with the first one the tables
	everybody(func(who string) {
		if who != rep {
			f.hire(who)
		}
	})
	f.load("products", "product code,product name,unit,lifecycle,tax rate\nP-1,Example fibre,kg,standard,0.13\n")
	f.load("prices", "product code,base price\nP-1,10\n")
	f.load("customers", "customer code,customer name,status,owner,contact,position,phone,grade,credit limit,settlement,terms days\n"+shops())
	f.load("receivables", "invoice number,customer code,invoice date,due date,open amount\n"+debts())
	f.invoiceByHand()
	return f
}

// everybody does something for each of the people at the same time.
func everybody(fn func(who string)) {
	var all sync.WaitGroup
	for who := range people {
		all.Go(func() { fn(who) })
	}
	all.Wait()
}

func (f *fault) hire(who string) {
	create := f.command("user", "create", who, "--role", people[who], "--password-stdin")
	create.Stdin = strings.NewReader(faultPassword + "\n")
	if out, err := create.CombinedOutput(); err != nil {
		f.t.Errorf("create user: %v\n%s", err, out)
	}
}

// invoiceByHand has the ways' payers invoiced after their statements: so the daily run leaves their goods to the ways, which invoice ahead.
func (f *fault) invoiceByHand() {
	f.t.Helper()
	conn, err := pgx.Connect(f.t.Context(), f.database)
	if err != nil {
		f.t.Fatal(err)
	}
	defer conn.Close(f.t.Context())
	if _, err := conn.Exec(f.t.Context(), `INSERT INTO invoicing_terms (id, customer_id, mode, version, valid_from, reason)
		SELECT gen_random_uuid(), id, 'after_statement', 2, '2000-01-01Z', 'invoiced by the ways' FROM customers WHERE code LIKE 'W-%'`); err != nil {
		f.t.Fatal(err)
	}
}

// arrange runs the database once for all commands that come before the server.
func (f *fault) arrange() (stop func()) {
	f.t.Helper()
	server, err := devpg.Start(f.t.Context(), devpg.Options{Dir: f.data, Durable: true, Log: f.t.Logf})
	if err != nil {
		f.t.Fatal(err)
	}
	f.database = server.URL()
	return func() {
		f.database = ""
		if err := server.Stop(); err != nil {
			f.t.Error(err)
		}
	}
}

// load imports a file of goods to sell.
func (f *fault) load(kind, csv string) {
	f.t.Helper()
	file := filepath.Join(f.t.TempDir(), kind+".csv")
	if err := os.WriteFile(file, []byte(csv), 0o600); err != nil {
		f.t.Fatal(err)
	}
	if out, err := f.command("import", kind, file).CombinedOutput(); err != nil {
		f.t.Fatalf("import %s: %v\n%s", kind, err, out)
	}
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

// login logs everybody in and replaces the first passwords, which the command line has made known to two people.
func (f *fault) login() {
	f.t.Helper()
	everybody(func(who string) {
		status, body := f.postAs("", "/v1/auth/login", "", object{"username": who, "password": faultPassword})
		f.tokens.Store(who, body["access_token"])
		if status == http.StatusOK {
			status, body = f.postAs(who, "/v1/me/password", "", object{"old_password": faultPassword, "new_password": faultPassword + " two"})
		}
		if f.tokens.Store(who, body["access_token"]); status != http.StatusOK {
			f.t.Errorf("%s: %d %v", who, status, body)
		}
	})
}

// again logs a person in whose token is of another month.
func (f *fault) again(who string) {
	status, body := f.postAs("", "/v1/auth/login", "", object{"username": who, "password": faultPassword + " two"})
	if status == http.StatusOK {
		f.tokens.Store(who, body["access_token"])
	}
}

// open registers the customer that orders and receipts are about, and finds the product.
func (f *fault) open() {
	f.t.Helper()
	for _, shop := range rows(f.see(rep, "/v1/customers?q=Fault")) {
		if shop["code"] == "C-1" {
			f.shop = fmt.Sprint(shop["id"])
		}
	}
	products := rows(f.see(rep, "/v1/products"))
	if f.shop == "" || len(products) != 1 {
		f.t.Fatalf("shop %q, products %v", f.shop, products)
	}
	f.product = fmt.Sprint(products[0]["id"])
	if status, body := f.post("/v1/warehouses", "warehouse", object{"code": "W1", "name": "Fault warehouse"}); status != http.StatusCreated {
		f.t.Fatalf("warehouse: %d %v", status, body)
	}
}
