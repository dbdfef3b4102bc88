package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/govalues/decimal"
)

// never is a day that doesn't come.
const never = -1

// deal is the way of one order through the year. Days count back from the end of the history; never is not yet.
type deal struct {
	no       int
	customer string // code
	flow     string
	lines    []dealLine
	ordered  int
	noticed  int
	shipped  int
	part     int64 // percent of the notice that left first; the rest follows a day later. 0: all at once
	invoiced int
	paid     int
}

type dealLine struct {
	product         string // code
	quantity, price decimal.Decimal
}

// reference is the customer's order number, by which the deal's documents are found.
func (d deal) reference() string { return fmt.Sprintf("PO-%05d", d.no) }

// readDeals returns the year's orders.
func readDeals() ([]deal, error) {
	table, err := rows("orders.csv", 10)
	if err != nil {
		return nil, err
	}
	deals := make([]deal, len(table))
	for i, r := range table {
		d := deal{customer: r[1], flow: r[2]}
		d.no, _ = strconv.Atoi(r[0])
		d.part, _ = strconv.ParseInt(r[7], 10, 64)
		d.ordered, d.noticed, d.shipped, d.invoiced, d.paid = daysAgo(r[4]), daysAgo(r[5]), daysAgo(r[6]), daysAgo(r[8]), daysAgo(r[9])
		if d.lines, err = readLines(r[3]); err != nil {
			return nil, fmt.Errorf("orders.csv, order %d: %w", d.no, err)
		}
		deals[i] = d
	}
	return deals, nil
}

func daysAgo(text string) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return never
}

// readLines reads "product*quantity@price;…".
func readLines(text string) ([]dealLine, error) {
	var lines []dealLine
	for part := range strings.SplitSeq(text, ";") {
		star, at := strings.LastIndexByte(part, '*'), strings.LastIndexByte(part, '@')
		if star < 0 || at < star {
			return nil, fmt.Errorf("no line: %q", part)
		}
		quantity, err := decimal.Parse(part[star+1 : at])
		if err != nil {
			return nil, err
		}
		price, err := decimal.Parse(part[at+1:])
		if err != nil {
			return nil, err
		}
		lines = append(lines, dealLine{part[:star], quantity, price})
	}
	return lines, nil
}

// agenda is what happens on one day.
type agenda struct {
	daysAgo                                     int
	order, notice, ship, shipRest, invoice, pay []deal
	settle                                      []string // numbers of opening items that are paid
}

// readAgendas returns the days of the year on which something happens, the oldest first.
func readAgendas() ([]agenda, error) {
	deals, err := readDeals()
	if err != nil {
		return nil, err
	}
	days := map[int]*agenda{}
	on := func(day int) *agenda {
		if days[day] == nil {
			days[day] = &agenda{daysAgo: day}
		}
		return days[day]
	}
	for _, d := range deals {
		on(d.ordered).order = append(on(d.ordered).order, d)
		on(d.noticed).notice = append(on(d.noticed).notice, d)
		on(d.shipped).ship = append(on(d.shipped).ship, d)
		if d.part > 0 && d.shipped > 1 {
			on(d.shipped - 1).shipRest = append(on(d.shipped-1).shipRest, d)
		}
		on(d.invoiced).invoice = append(on(d.invoiced).invoice, d)
		on(d.paid).pay = append(on(d.paid).pay, d)
	}
	settled, err := rows("receipts.csv", 2)
	if err != nil {
		return nil, err
	}
	for _, r := range settled {
		a := on(daysAgo(r[1]))
		a.settle = append(a.settle, r[0])
	}
	delete(days, never)
	all := make([]agenda, 0, len(days))
	for _, a := range days {
		all = append(all, *a)
	}
	slices.SortFunc(all, func(a, b agenda) int { return b.daysAgo - a.daysAgo })
	return all, nil
}
