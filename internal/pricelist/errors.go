package pricelist

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// What this package refuses.
var (
	ErrFloorAboveBase = pg.Constraint("base_price_lines_floor", errs.Define(errs.Rule, "pricing.floor_above_base",
		"A floor price can't be above the base price.", "底价不能高于基价。", "PRC-12"))
	ErrEffectiveTaken = pg.Constraint("base_price_lists_in_force", errs.Define(errs.Conflict, "pricing.effective_taken",
		"Another base price list takes effect at the same instant.", "已有其他基价表在同一时间生效。", "PRC-05"))
	ErrDormant = errs.Define(errs.Rule, "pricing.product_dormant",
		"A dormant product has no base price; let it return as a new product first.", "停产产品不能制定基价,请先恢复为新产品。", "PRC-02")
	ErrReason = errs.Define(errs.Rule, "pricing.reason_required",
		"Base prices change for an allowed reason only, and it must be stated.", "基价调整必须说明规定的原因。", "PRC-06")
	ErrLineTwice = errs.Define(errs.Rule, "pricing.line_twice",
		"A product stands there twice.", "同一产品重复出现。")
	ErrSourceTaken = pg.Constraint("base_price_lists_source", errs.Define(errs.Conflict, "pricing.file_drafted",
		"A draft was made of this very file just now.", "该文件刚刚已生成基价草案。", "PRC-05"))
	ErrNoResolution = errs.Define(errs.Rule, "pricing.no_such_resolution",
		"The price committee hasn't adopted such a resolution about an adoption or a quarterly review.",
		"价格委员会没有就新产品转正或季度复核通过该决议。", "PRC-04", "PRC-08", "PRC-11")
	ErrFrozen = pg.Constraint("base_price_lines_frozen", errs.Define(errs.Conflict, "pricing.lines_frozen",
		"The lines of a list that is decided never change; draft a new version.", "已审定的基价表不能修改明细,请新建版本。", "PRC-05", "PRC-07"))
	ErrBaseMoved = errs.Define(errs.Conflict, "pricing.base_moved",
		"Other lists have changed prices of these products since you looked: {lists}. Look at the differences anew, refresh the draft and submit again.",
		"本表产品的价格在您查看后已被其他基价表变更:{lists}。请重新核对差异、刷新草稿后再提交。", "PRC-05")
	ErrRecall = errs.Define(errs.Conflict, "pricing.not_recallable",
		"Only an approved list that isn't in force yet can be called back; it is {state}.", "只有已批准但尚未生效的基价表可以撤回,当前状态为 {state}。", "PRC-05")
	ErrRecallWho = errs.Define(errs.Forbidden, "pricing.recall_by_general_manager",
		"Only the general manager, who approved it, can call a list back.", "只有批准该基价表的总经理可以撤回。", "PRC-05")
	ErrRecallLate = errs.Define(errs.Conflict, "pricing.recall_too_late",
		"A list can be called back until {minutes} minutes before it takes effect; change prices by a new list.",
		"基价表最迟须在生效前 {minutes} 分钟撤回,请另行制定新的基价表。", "PRC-05", "PRC-07")
	ErrOpening = errs.Define(errs.Conflict, "pricing.opening_too_late",
		"Opening prices are for before the first approved base price list; prices now change by approval.",
		"期初价格只能在首个审批生效的基价表之前导入,此后须按审批调整。", "PRC-05")

	_ = pg.Constraint("base_price_lines_product_id_fkey", pricing.ErrUnknownProduct)
)
