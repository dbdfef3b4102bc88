// Package priceadjust owns what asks for other base prices: the requests of sales, production and finance, and the review of all base
// prices each quarter.
//
// It does not own the prices, nor the lists that change them (pricelist): a request becomes part of a list, a review is answered
// by one. It does not own the price committee's resolutions (committee), which it is told.
//
// # Requests (PRC-05, PRC-06)
//
//	open ──taken into a list──► taken ──list approved──► granted
//	 │ ▲                          │
//	 │ └─list rejected, cancelled, recalled
//	 └─► declined, withdrawn
//
// A request has data and one of the allowed reasons, and says for each product where its price should go. The sales manager takes it
// into a list, whose first lines are the prices that it wants, or declines it and says why. Only its author withdraws it. A request
// becomes part of one list at most; its author hears each time what became of it.
//
// Who answers requests and who decides on lists sees them all, others those of people whom they see. A list that isn't shown to the
// reader yet isn't named in a request either.
//
// # Reviews (PRC-08)
//
//	open ──last answer──► closed
//
// A review is opened once a quarter with all base prices in force, since when each holds, and how much was shipped in the 12 months
// before. Each product is answered once: confirmed by the sales manager, or changed by a list that came into force meanwhile. The review
// closes with its last answer. The price committee resolves about the latest one, answered or not, once.
//
// # Lists
//
// It calls upwards only to read (pricelist.BasePricesAt, pricelist.Shown, pricing.MarginOf). What it has to hear of lists comes by two
// interfaces that pricelist declares and app fills with this package's service: pricelist.Requests and pricelist.Reviews.
//
// # Locks
//
// List → requests → reviews, each kind in id order. Opening a review takes an advisory lock, so that a quarter has one.
package priceadjust
