// Package sample owns sample requests (样品申请单): what is made for a customer or prospect to try, until its result is known (SMP-01).
//
// It does not own products (catalog), nor orders: it says of which order's lines a passed sample is the reference.
//
// # States
//
//	draft ─submit► submitted ─approved► approved ─make► made ─sign► signed ─send► sent ─result► passed, failed, changed
//	  ▲                │ └─rejected► rejected
//	  └──returned, ────┘                any before sent ─cancel► cancelled
//	     withdrawn
//
// The matrix asks the follow-up supervisor to take note before the sales manager decides (sample.request), so both know beforehand; the
// plant manager signs the finished sample order, and nothing is sent that isn't signed (SMP-02). Sending registers carrier and tracking number, and from
// then on the owner is asked for the result until there is one: each talk with the customer is a note that may say when to ask
// again. A customer whose wishes changed gets another request, which names the one that it follows.
//
// # Whose it is
//
// It belongs to the owner of its customer or prospect, and goes with them; the factory sees all, since it makes them.
//
// # Locks
//
// Approval request → sample → order (to refer to it).
package sample
