// Package carrier owns who carries goods and what they ask: carriers (承运商), freight rates (运价), how far it is to a region or an address, and
// what the freight of a load comes to (SHP-18).
//
// It does not own trucks, freight vouchers and their settlement (package transport, which asks what a load costs).
//
// # Freight
//
// A rate asks per tonne or per trip, on a route, for a band of distance: above its lower edge, up to and including its upper one. "" as a
// region is any place. Of a carrier's rates that answer, the one that names both places counts, then the one that names where the goods go,
// then where they come from; the database allows one rate for a route, a distance and a day. Freight is rounded to the fen once, tax
// included, and is never below the rate's minimum charge. It is computed in words, with the figures.
//
// # Invariants
//
//   - a rate never changes: it ends, or is replaced from a date;
//   - two rates of a carrier never answer for the same route, distance and day;
//   - a file of rates is taken whole or not at all.
//
// # Who
//
// Rates are purchasing's and finance's; sales and the warehouse read them, since freight is our cost and says nothing of a sale (ORD-03).
//
// # Locks
//
// Carriers and rates are locked one at a time, by nobody who holds anything else.
package carrier
