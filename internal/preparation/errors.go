package preparation

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What laying out and taking goods refuses, beside what stock does.
var (
	ErrNotPassed = errs.Define(errs.Rule, "stock.not_passed",
		"Without a passed inspection report nothing leaves; missing in lots that may: {missing}.",
		"未检验合格的批次不得发货;可发批次尚缺:{missing}。", "SHP-16")
	ErrShort = errs.Define(errs.Rule, "stock.not_enough",
		"There isn't enough in stock that is free; missing: {missing}.", "可用库存不足,尚缺:{missing}。", "SHP-16")
	ErrBlocked = errs.Define(errs.Rule, "stock.lot_blocked",
		"Lot {lot} in {warehouse} may not leave ({why}); prepare the notice again.",
		"仓库 {warehouse} 的批次 {lot} 不得发货({why_zh}),请重新备货。", "SHP-16")
	ErrLoaded = errs.Define(errs.Rule, "stock.loaded_lot_failed",
		"Lot {lot} failed its inspection after it was loaded; unload it.", "批次 {lot} 装车后检验不合格,请卸货。", "SHP-16")
	ErrServedFirst = errs.Define(errs.Rule, "stock.served_first",
		"{product}: {free} are free, and {notices}, to be served first, still need {needed}. Lay these out before, or have the sales manager change who comes first.",
		"{product}:可用 {free},优先的通知单 {notices} 尚需 {needed}。请先为其备货,或由销售经理调整优先级。", "SHP-19")
	ErrLotFree = errs.Define(errs.Rule, "stock.lot_not_enough",
		"Only {free} of lot {lot} in {warehouse} are free.", "仓库 {warehouse} 批次 {lot} 仅余 {free} 可用。")
	ErrNothing = errs.Define(errs.Conflict, "stock.nothing_to_prepare",
		"All of this notice has left or is prepared.", "该通知单已全部备货或发出。")
	ErrOverPrepared = pg.Constraint("stock_preparation_lines_reserved", errs.Define(errs.Rule, "stock.over_prepared",
		"Only {rest} of this line has neither left nor is prepared.", "该行仅余 {rest} 未备货未发出。", "SHP-07"))
	ErrSumOfLots = errs.Define(errs.Rule, "stock.lots_differ",
		"The lots named come to {lots}, the line says {quantity}.", "所列批次合计 {lots},与行数量 {quantity} 不符。")
	ErrPreparationEnded = errs.Define(errs.Conflict, "stock.preparation_ended",
		"This preparation list has ended: nothing is held by it.", "该备货单已结束。")
	ErrPicked = errs.Define(errs.Conflict, "stock.already_picked",
		"This preparation list was picked already.", "该备货单已拣货。")
)
