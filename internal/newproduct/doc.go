// Package newproduct owns how a product without a base price gets a price: new-product pricing requests (新产品定价申请, PRC-03), and the price committee's
// task to give it a base price once it sells (PRC-04).
//
// It does not own the price itself: what the general manager approves is an initial price of package pricing, from then on. It does not own costs:
// what finance states becomes a cost of package catalog (PRC-13). Nor what was shipped: it asks that of Shipments.
//
// # A request
//
//	         ┌───────────────send back a statement────────────┐
//	         ▼                                                │
//	open ► stating ──both stated──► drafting ──submit──► submitted ──approved──► approved
//	         │  ▲                     │   ▲                 │  └─────rejected──► rejected
//	         │  └─resume──┐           │   └─returned,───────┘
//	         └──return──► returned ◄──┘     withdrawn, drafted anew
//	any but the last three ──cancel──► cancelled
//
// Sales opens it for a new or a dormant product; a standard one, also one that never had a base price, goes through base-price adjustment (PRC-02).
// Finance states the cost and production the feasibility, at the same time and without waiting for each other, each with its own files. Either, or
// the sales manager, may return the request to its owner for completion; what its owner changes is then stated anew. The sales manager may send a
// statement back with a reason. With both there, and production saying that it can, the sales manager drafts price and floor price, and the general
// manager decides (matter price.new_product). The approval is bound to draft, volume and statements. An approved dormant product is new again.
//
// # Who sees what (PRC-13)
//
// Costs, margins and the files of the cost statement are shown to whom catalog.SeesCosts names. No figure of them is in an event, a decision, a fact
// or a title; what the approval is bound to names the statement, not its figure. Production states without seeing prices. The draft is for who drafts
// and decides, until its prices are approved; its note stays theirs.
//
// # Adoption (PRC-04)
//
// A product that has only an initial price is watched by what was shipped since: cancelled delivery notes don't count, quantities are weighed in
// tonnes by the unit of their own line. When a month of Shanghai's calendar or all of it reaches its bound, an adoption is opened, once, and the
// price committee has a follow-up. It closes when base price and authority are there (adopted): a list with the product is published, and an
// authority table in force or to come names the product, or, approved since, its category; or a list says that the general entries of the table hold.
// With a base price alone it waits, and the sales manager is asked for the authority. It lapses when corrections bring the volume below both bounds
// again, or the product goes out of production. Until then it waits on the committee's agenda; the resolution about it is kept with it, and the sales
// manager drafts the list and the table that carry it out.
//
// # Locks
//
// Approval request → new-product request → adoption → product. Two requests for a product, and two adoptions, are held off by unique indexes.
package newproduct
