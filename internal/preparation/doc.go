// Package preparation owns what is laid out and taken of the stock for shipping notices: the choice of lots, the gate that lets only those out which
// may leave (SHP-16), and preparation lists (备货通知单), which hold goods until they leave.
//
// It does not own the goods: lots, levels and movements are package stock's, and every change of a level is written by stock.Post. Nor the notices
// that it lays out for and the delivery notes that goods leave with: packages shipping and delivery call it, with the notice locked. It knows no
// prices.
//
// # The choice
//
// Goods are taken in the order of stock.Policy, or from the lots that the keeper names. What may not leave (stock.Stop) is passed over, and what is
// held of it goes back when the notice is prepared again. Each choice is a decision of the gate, with the lots that were taken and those that were
// not, and why.
//
// Ship takes what is held for a line first, and beyond it what is free. While shipping.inspection_required is false, what isn't in stock leaves
// without a lot; what is in stock is still for those who come first (SHP-19). Unship brings goods back that were unloaded before the gate; they are
// held again as far as they were.
//
// # Preparation lists
//
//	open → picked → done (all of it left);  open, picked → ended (given back: by the keeper, or with its notice)
//
// A list holds goods for a released notice. What is held is a line's reserved; it is written with the movement that changes it.
//
// # Invariants
//
//   - 0 ≤ reserved ≤ quantity of every line, in SQL; Σ reserved of lines = reserved of their level (stock.Reconcile);
//   - a notice holds at most what hasn't left of it, and nothing once it is closed, cancelled or a draft again.
//
// # Locks
//
// Levels in order of lot and warehouse, after the notice; then the number series. It locks no lots. Lists change with their notice locked.
package preparation
