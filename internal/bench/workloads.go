package bench

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"

	"github.com/google/uuid"
)

// workload is one thing that clients do, in the words of each target.
type workload struct {
	name      string
	write     bool
	http      next           // the same request for the program and the bare handler, which ignores tokens
	script    string         // for pgbench
	variables map[string]int // of the script
	notices   bool           // uses up notices: each run gets its own
	one       bool           // notices of one customer
}

func (o Options) wants(name string) bool { return regexp.MustCompile(o.Only).MatchString(name) }

func (b *bench) workloads() []workload {
	all := map[string]int{"customers": b.opts.Customers}
	return []workload{
		{name: "submit an order of 3 lines", write: true, http: b.submit(b.opts.Customers), script: "submit", variables: all},
		{name: "the same, all on one customer", write: true, http: b.submit(1), script: "submit", variables: map[string]int{"customers": 1}},
		{name: "release a shipping notice", write: true, script: "release", notices: true},
		{name: "release, all of one customer", write: true, script: "release", notices: true, one: true},
		{name: "read a customer's credit", http: b.credit(), script: "credit", variables: all},
		{name: "list 50 orders of a customer", http: b.listOfCustomer(), script: "list_customer", variables: all},
		{name: "list 50 orders by state", http: b.listByState(), script: "list_state"},
	}
}

// rep is who owns customer c (load.sql).
func rep(c int) string { return fmt.Sprintf("rep%d", 1+c%reps) }

type orderLine struct {
	ProductID uuid.UUID `json:"product_id"`
	Quantity  string    `json:"quantity"`
	Price     string    `json:"price"`
}

type newOrder struct {
	CustomerID uuid.UUID   `json:"customer_id"`
	Channel    string      `json:"channel"`
	Submit     bool        `json:"submit"`
	Lines      []orderLine `json:"lines"`
}

// submit writes an order of three lines at base prices, within its rep's authority, for one of the first n customers.
func (b *bench) submit(n int) next {
	return func(rng *rand.Rand) *request {
		c := 1 + rng.IntN(n)
		o := newOrder{CustomerID: id(kindCustomer, c), Channel: "api", Submit: true}
		for i := range 3 {
			p := 1 + i*products/3 + rng.IntN(products/3)
			o.Lines = append(o.Lines, orderLine{id(kindProduct, p), "10", fmt.Sprint(10 + p%20)})
		}
		body, err := json.Marshal(o)
		if err != nil {
			panic(err)
		}
		return &request{method: http.MethodPost, path: "/v1/orders", token: b.tokens[rep(c)], key: uuid.NewString(), body: body}
	}
}

func (b *bench) credit() next {
	return func(rng *rand.Rand) *request {
		c := 1 + rng.IntN(b.opts.Customers)
		return &request{method: http.MethodGet, path: "/v1/customers/" + id(kindCustomer, c).String() + "/credit", token: b.tokens[rep(c)]}
	}
}

func (b *bench) listOfCustomer() next {
	return func(rng *rand.Rand) *request {
		c := 1 + rng.IntN(b.opts.Customers)
		return &request{method: http.MethodGet, path: "/v1/orders?limit=50&customer_id=" + id(kindCustomer, c).String(), token: b.tokens[rep(c)]}
	}
}

func (b *bench) listByState() next {
	return func(*rand.Rand) *request {
		return &request{method: http.MethodGet, path: "/v1/orders?limit=50&state=confirmed", token: b.tokens["gm"]}
	}
}
