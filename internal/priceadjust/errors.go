package priceadjust

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/pricing"
)

// What this package refuses.
var (
	ErrDirection = errs.Define(errs.Rule, "pricing.wanted_price_direction",
		"The wanted price doesn't lie where the request says that the price should go.", "期望价格与调价方向不一致。", "PRC-05")
	ErrUnknownRequest = errs.Define(errs.Rule, "pricing.unknown_request",
		"There is no such price request.", "调价申请不存在。", "PRC-05")
	ErrRequestState = errs.Define(errs.Conflict, "pricing.request_not_open",
		"Only an open price request can be answered or withdrawn; this one is {state}.", "只有待答复的调价申请可以处理,当前状态为 {state}。", "PRC-05")
	ErrRequestAuthor = errs.Define(errs.Forbidden, "pricing.request_of_another",
		"Only its author withdraws a price request.", "只有申请人本人可以撤销调价申请。", "PRC-05")
	ErrReviewClosed = errs.Define(errs.Conflict, "pricing.review_closed",
		"The price review is closed.", "本次基价复核已结束。", "PRC-08")

	_ = pg.Constraint("price_request_lines_product", pricing.ErrUnknownProduct)
	_ = pg.Constraint("price_request_lines_floor", pricelist.ErrFloorAboveBase)
)
