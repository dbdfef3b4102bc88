// Package orderchange owns requests to change or cancel a confirmed order (销售订单变更(取消)申请单, ORD-05): old and new values with the
// reason, what each department that acknowledged the order says would follow, and the decision.
//
// It does not own orders: package order says what a change would come to and what got worse by it (Ask), and carries it out when it is
// approved (Alter, CancelApproved). Who acknowledged an order is production's to say (Recipients); while nobody has, production is
// asked, since nobody acts on an order before it.
//
// # States
//
//	pending → applied | rejected (also returned for rework, ask anew; or the order was taken back) | withdrawn
//
// # Invariants
//
//   - One request is open for an order, by constraint.
//   - A request is about one revision of the order, by its hash; of another it isn't carried out.
//   - It is judged when it is asked for and once more when it is carried out; what may no longer be ends as rejected.
//   - It isn't approved before every department has stated the consequences, or their time is over. Rejecting is possible at once.
//   - A statement is written once. Who reads the request reads the consequences.
//
// # Locks
//
// Approval request → order change → contract → order → follow-up → number series. Proposing locks the order and inserts; it waits for no request.
package orderchange
