package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
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

	"github.com/salesgate/salesgate/internal/devpg"
)

const faultPassword = "a long enough phrase"

// patience is how long a client waits for a server to come back, on a machine that has much else to do.
const patience = 10 * time.Minute

// TestFault_KillNine kills server and database by turns while workers register customers, submit orders, book receipts and
// stock, and bring goods the whole way from the order to the paid invoice (fault_way_test.go), and while the month's statements are
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
	f.openWay()
	f.nextMonth()
	var workers sync.WaitGroup
	done := make(chan struct{})
	for w, next := range []func(worker, n int) write{f.customer, f.order, f.order, f.receipt, f.goods, f.goods} {
		workers.Go(func() { f.work(w, done, next) })
	}
	for w := range ways {
		workers.Go(func() { f.goAll(w, done) })
	}
	for round := range rounds {
		time.Sleep(time.Duration(400+100*(round%5)) * time.Millisecond)
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
	time.Sleep(300 * time.Millisecond)
	close(done)
	workers.Wait()
	f.replay()
	for path, series := range map[string]string{
		"/v1/customers": "", "/v1/orders": "SO", "/v1/receipts": "RC", "/v1/stock-movements": "", "/v1/shipping-notices": "SN",
		"/v1/delivery-notes": "DN", "/v1/invoices": "INV", "/v1/stock-preparations": "",
		"/v1/delivery-corrections": "DC", "/v1/disputed-items": "", "/v1/goods-returns": "RT",
	} {
		f.compare(path, series)
	}
	f.oneStatementEach()
	_ = f.server.Process.Signal(syscall.SIGTERM)
	if err := f.server.Wait(); err != nil {
		t.Errorf("the server didn't stop cleanly: %v", err)
	}
	f.verify(rounds)
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

	shop, product string   // what orders are about
	payers        []string // of the ways

	tokens sync.Map // of people; who has none, or an old one, logs in
	month  sync.RWMutex
	months int

	mu     sync.Mutex
	acked  map[string][]write         // by path
	before map[string]map[string]bool // what was there when the workers began, by path
}

// write is a request that is repeated until it is acknowledged.
type write struct {
	path, key string
	request   map[string]any
	id        string // that was acknowledged
	who       string // "" for the rep
	list      string // where the result is listed, when it isn't at path; "-" for nowhere
	answer    map[string]any
	old       bool // of another month: its key is forgotten
}

func newFault(t *testing.T) *fault {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fault{t: t, data: dataFolder(t), addr: ln.Addr().String(), acked: map[string][]write{}, before: map[string]map[string]bool{}}
	ln.Close()
	f.url, f.binary = "http://"+f.addr, filepath.Join(t.TempDir(), "salesgate")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", f.binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	stop := f.arrange()
	defer stop()
	for who, roles := range people {
		create := f.command("user", "create", who, "--role", roles, "--password-stdin")
		create.Stdin = strings.NewReader(faultPassword + "\n")
		if out, err := create.CombinedOutput(); err != nil {
			t.Fatalf("create user: %v\n%s", err, out)
		}
	}
	f.load("products", "product code,product name,unit,lifecycle,tax rate\nP-1,Example fibre,kg,standard,0.13\n")
	f.load("prices", "product code,base price\nP-1,10\n")
	f.load("customers", "customer code,customer name,status,owner,contact,position,phone,grade,credit limit,settlement,terms days\n"+shops())
	f.load("receivables", "invoice number,customer code,invoice date,due date,open amount\n"+debts())
	f.invoiceByHand()
	return f
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
	for who := range people {
		status, body := f.postAs("", "/v1/auth/login", "", map[string]any{"username": who, "password": faultPassword})
		f.tokens.Store(who, body["access_token"])
		if status == http.StatusOK {
			status, body = f.postAs(who, "/v1/me/password", "", map[string]any{"old_password": faultPassword, "new_password": faultPassword + " two"})
		}
		if f.tokens.Store(who, body["access_token"]); status != http.StatusOK {
			f.t.Fatalf("%s: %d %v", who, status, body)
		}
	}
}

// again logs a person in whose token is of another month.
func (f *fault) again(who string) {
	status, body := f.postAs("", "/v1/auth/login", "", map[string]any{"username": who, "password": faultPassword + " two"})
	if status == http.StatusOK {
		f.tokens.Store(who, body["access_token"])
	}
}

// open registers the customer that orders and receipts are about, and finds the product.
func (f *fault) open() {
	f.t.Helper()
	_, shops := f.do(rep, http.MethodGet, "/v1/customers?q=Fault", "", nil)
	found, _ := shops["data"].([]any)
	for _, row := range found {
		if shop, _ := row.(map[string]any); shop["code"] == "C-1" {
			f.shop = fmt.Sprint(shop["id"])
		}
	}
	if f.shop == "" {
		f.t.Fatalf("customers: %v", shops)
	}
	_, products := f.do(rep, http.MethodGet, "/v1/products", "", nil)
	rows, _ := products["data"].([]any)
	if len(rows) != 1 {
		f.t.Fatalf("products: %v", products)
	}
	product, _ := rows[0].(map[string]any)
	f.product = fmt.Sprint(product["id"])
	if status, body := f.post("/v1/warehouses", "warehouse", map[string]any{"code": "W1", "name": "Fault warehouse"}); status != http.StatusCreated {
		f.t.Fatalf("warehouse: %d %v", status, body)
	}
}

// work writes one thing after the other until done, each until it is acknowledged.
func (f *fault) work(worker int, done <-chan struct{}, next func(worker, n int) write) {
	for n := 0; ; n++ {
		select {
		case <-done:
			return
		default:
		}
		f.acknowledged(next(worker, n))
	}
}

// acknowledged does one write and remembers it. The clock stands meanwhile: a key is kept for a week, and a month that turns between two tries would
// lose it.
func (f *fault) acknowledged(w write) write {
	f.month.RLock()
	defer f.month.RUnlock()
	w = f.until(w)
	f.mu.Lock()
	defer f.mu.Unlock()
	if w.list == "" {
		w.list = w.path
	}
	f.acked[w.list] = append(f.acked[w.list], w)
	return w
}

func (f *fault) customer(worker, n int) write {
	name := fmt.Sprintf("Fault %d-%d Ltd", worker, n)
	return write{path: "/v1/customers", key: "customer-" + name, request: map[string]any{"name": name, "status": "active", "contacts": []any{
		map[string]any{"name": "Example", "position": "buyer", "phone": fmt.Sprintf("139%02d%06d", worker, n)},
	}}}
}

func (f *fault) order(worker, n int) write {
	return write{path: "/v1/orders", key: fmt.Sprintf("order-%d-%d", worker, n), request: map[string]any{
		"customer_id": f.shop, "channel": "api", "settlement": "prepaid", "submit": true,
		"lines": []any{map[string]any{"product_id": f.product, "quantity": "10", "price": "10"}},
	}}
}

func (f *fault) receipt(worker, n int) write {
	return write{path: "/v1/receipts", key: fmt.Sprintf("receipt-%d-%d", worker, n), request: map[string]any{
		"customer_id": f.shop, "amount": "100.00", "method": "bank_transfer", "reference": fmt.Sprintf("B%d-%d", worker, n), "received_on": "2026-01-05",
	}}
}

// goods come in as an ERP says it: a movement of a lot that others move at the same time (SHP-16).
func (f *fault) goods(worker, n int) write {
	return write{path: "/v1/stock-movements", key: fmt.Sprintf("goods-%d-%d", worker, n), request: map[string]any{"movements": []any{
		map[string]any{"kind": "receipt", "product_code": "P-1", "lot_no": fmt.Sprint("L", n%3), "warehouse_code": "W1", "quantity": "10", "external_no": fmt.Sprintf("%d-%d", worker, n)},
	}}}
}

// until repeats a request with its key until it is answered for good.
func (f *fault) until(w write) write {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		who := w.who
		if who == "" {
			who = rep
		}
		status, body := f.postAs(who, w.path, w.key, w.request)
		switch {
		case status == http.StatusUnauthorized:
			f.again(who)
		case status == http.StatusCreated || status == http.StatusOK:
			w.answer = body
			if rows, list := body["data"].([]any); list && len(rows) == 1 {
				body, _ = rows[0].(map[string]any)
			}
			w.id = fmt.Sprint(body["id"])
			return w
		case status == 0 || status >= 500 || body["code"] == "idempotency.in_flight":
			time.Sleep(20 * time.Millisecond) // dead, dying or just back: the key makes repeating safe
		default:
			f.t.Errorf("%s: %d %v", w.key, status, body)
			return w
		}
	}
	f.t.Errorf("%s: no answer in %s", w.key, patience)
	return w
}

// replay sends again what was acknowledged, and wants the same answer.
func (f *fault) replay() {
	f.t.Helper()
	for _, all := range f.acked {
		for _, w := range all[max(0, len(all)-100):] {
			if w.old {
				continue
			}
			if again := f.until(w); again.id != w.id {
				f.t.Errorf("%s was answered with %s, and again with %s", w.key, w.id, again.id)
			}
		}
	}
}

// post is postAs the rep.
func (f *fault) post(path, key string, request any) (int, map[string]any) {
	return f.postAs(rep, path, key, request)
}

// postAs returns status 0 when there was no answer.
func (f *fault) postAs(who, path, key string, request any) (int, map[string]any) {
	b, err := json.Marshal(request)
	if err != nil {
		f.t.Error(err)
	}
	return f.do(who, http.MethodPost, path, key, bytes.NewReader(b))
}

func (f *fault) do(who, method, path, key string, request io.Reader) (int, map[string]any) {
	req, err := http.NewRequest(method, f.url+path, request)
	if err != nil {
		f.t.Error(err)
		return 0, nil
	}
	req.Header.Set("Content-Type", "application/json")
	if token, known := f.tokens.Load(who); known {
		req.Header.Set("Authorization", fmt.Sprint("Bearer ", token))
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", strings.ReplaceAll(key, " ", "-"))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	var body map[string]any
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
		return 0, nil
	}
	return res.StatusCode, body
}

// only narrows lists to what the workers write themselves.
var only = map[string]string{"/v1/stock-movements": "&kind=receipt", "/v1/invoices": "&kind=invoice"}

// listed reads all documents of a kind: id → number.
func (f *fault) listed(path string) map[string]string {
	f.t.Helper()
	found := map[string]string{}
	for cursor := ""; ; {
		status, page := f.do(rep, http.MethodGet, path+"?limit=200"+only[path]+cursor, "", nil)
		if status == http.StatusUnauthorized {
			f.again(rep)
			continue
		}
		if status != http.StatusOK {
			f.t.Fatalf("list: %d %v", status, page)
		}
		rows, _ := page["data"].([]any)
		for _, row := range rows {
			c, _ := row.(map[string]any)
			found[fmt.Sprint(c["id"])] = fmt.Sprint(c["number"])
		}
		next, more := page["next_cursor"].(string)
		if !more || next == "" {
			return found
		}
		cursor = "&cursor=" + next
	}
}

// compare holds all documents of a kind against what was acknowledged. With a series their numbers must be 1 to n in each month.
func (f *fault) compare(path, series string) {
	f.t.Helper()
	found := f.listed(path)
	for _, w := range f.acked[path] {
		if _, there := found[w.id]; !there {
			f.t.Errorf("%s was acknowledged as %s, which isn't there", w.key, w.id)
		}
	}
	for id := range f.before[path] {
		delete(found, id)
	}
	if len(found) != len(f.acked[path]) {
		f.t.Errorf("%s: %d are there, %d were acknowledged", path, len(found), len(f.acked[path]))
	}
	numbers := map[string]map[int]bool{}
	for _, number := range found {
		at := strings.LastIndex(number, "-") + 1
		if numbers[number[:at]] == nil {
			numbers[number[:at]] = map[int]bool{}
		}
		n, _ := strconv.Atoi(number[at:])
		numbers[number[:at]][n] = true
	}
	for month, there := range numbers {
		for n := 1; series != "" && n <= len(there); n++ {
			if !there[n] {
				f.t.Errorf("%s: number %s%05d is missing", series, month, n)
			}
		}
	}
	f.t.Logf("%s: %d writes acknowledged, all there once", path, len(found))
}
