package order

import (
	"bytes"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
)

// Part is a quantity of a line of an order.
type Part struct {
	OrderID uuid.UUID
	Shipped
}

// Parts are quantities of lines of one order.
type Parts struct {
	OrderID uuid.UUID
	Lines   []Shipped
}

// ByOrder groups quantities by order, in id order, as orders are locked.
func ByOrder(parts []Part) []Parts {
	var all []Parts
	for _, p := range parts {
		i, found := slices.BinarySearchFunc(all, p.OrderID, func(of Parts, id uuid.UUID) int { return bytes.Compare(of.OrderID[:], id[:]) })
		if !found {
			all = slices.Insert(all, i, Parts{OrderID: p.OrderID})
		}
		all[i].Lines = append(all[i].Lines, p.Shipped)
	}
	return all
}

// OnTimelines is an event of each of these orders, about a document that moves their goods (ORD-09). It says nothing of money: the factory reads it.
func OnTimelines(action string, orders []uuid.UUID, after map[string]any) []audit.Entry {
	entries := make([]audit.Entry, len(orders))
	for i, id := range orders {
		entries[i] = audit.Entry{Action: action, SubjectType: Subject, SubjectID: id, After: after}
	}
	return entries
}
