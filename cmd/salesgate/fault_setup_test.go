package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/devpg"
)

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
