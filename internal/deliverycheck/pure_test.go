package deliverycheck

import (
	"testing"
	"time"
)

func on(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// A check is overdue from the promised day on: what is done beforehand is done before it.
func TestORD07_OverdueFromThePromisedDayOn(t *testing.T) {
	t.Parallel()
	promised := on("2026-11-27")
	told := promised
	for _, c := range []struct {
		check Check
		today string
		want  bool
	}{
		{Check{State: Open}, "2026-11-26", false},
		{Check{State: Open}, "2026-11-27", true},
		{Check{State: Open}, "2026-11-28", true},
		{Check{State: Delayed}, "2026-11-26", false},
		{Check{State: Delayed}, "2026-11-27", true},
		{Check{State: Delayed, ToldAt: &told}, "2026-11-28", false},
		{Check{State: OnTime}, "2026-11-28", false},
		{Check{State: Void}, "2026-11-28", false},
	} {
		c.check.PromisedOn = promised
		if got := c.check.Overdue(on(c.today)); got != c.want {
			t.Errorf("%s on %s: %v", c.check.State, c.today, got)
		}
	}
}
