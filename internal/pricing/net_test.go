package pricing

import (
	"testing"
)

// A line under the same discount stands by its own net price, and nothing that shows in 4 decimals is below it.
func TestCON09_ALineStandsByItsOwnNetPrice(t *testing.T) {
	t.Parallel()
	g := goods{}
	for _, discount := range []string{"0", "0.01", "1", "36.99", "37"} {
		q := rep(discount, at(g.add("10", ""), "10", "3"), at(g.add("10", ""), "7", "1"), at(g.add("10", ""), "0", "5"))
		net, err := q.NetPrices()
		if err != nil {
			t.Fatal(err)
		}
		for i := range q.Lines {
			q.Lines[i].Agreed = &Agreed{Price: net[i], By: "SC-1", Rule: "CON-09"}
		}
		for i, stands := range q.standing() {
			if !stands {
				t.Errorf("discount %s: line %d doesn't stand by %s", discount, i+1, net[i])
			}
		}
		for i := range q.Lines {
			q.Lines[i].Agreed.Price, _ = net[i].Add(dec("0.0001"))
		}
		for i, stands := range q.standing() {
			if stands {
				t.Errorf("discount %s: line %d stands above %s", discount, i+1, net[i])
			}
		}
	}
	if net, err := rep("1", at(g.add("10", ""), "10", "3"), at(g.add("10", ""), "7", "1")).NetPrices(); err != nil || net[0].String() != "9.7297" || net[1].String() != "6.8108" {
		t.Errorf("%v %v", net, err)
	}
	if _, err := rep("0", at(g.add("10", ""), "999999999999999.9999", "1")).NetPrices(); err == nil {
		t.Error("too large")
	}
}
