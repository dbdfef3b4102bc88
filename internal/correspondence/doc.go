// Package correspondence owns customers' notices (客户通知): what a customer tells us about an order, a contract or a quotation, with the
// clock within which it is answered, and the answer (ORD-11).
//
// It does not own the deals, nor complaints. Who is the customer's owner is asked to answer; past due the sales manager is asked too.
//
// # States
//
//	open → answered
//
// # Locks
//
// The notice's row; follow-ups and the number series come after it. Recomputing deadlines writes open notices only.
package correspondence
