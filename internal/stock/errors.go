package stock

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What stock refuses.
var (
	ErrOtherProduct = errs.Define(errs.Rule, "stock.other_product",
		"Lot {lot} is of another product.", "批次 {lot} 不是该产品。", "SHP-16")
	ErrNoLot      = errs.Define(errs.Rule, "stock.unknown_lot", "Nothing of this lot is free in this warehouse.", "该仓库此批次无可用库存。")
	ErrUnknownLot = errs.Define(errs.Rule, "stock.no_such_lot", "There is no such lot.", "批次不存在。")
	ErrQuantity   = errs.Define(errs.Rule, "stock.bad_quantity", "This quantity makes no sense here.", "数量不合理。")
	ErrNegative   = pg.Constraint("stock_levels_on_hand", errs.Define(errs.Rule, "stock.negative",
		"Only {on_hand} of this lot are on hand in this warehouse.", "该仓库该批次仅有 {on_hand}。"))
	ErrReserved = pg.Constraint("stock_levels_reserved", errs.Define(errs.Conflict, "stock.is_reserved",
		"{reserved} of this lot are reserved in this warehouse, for {notices}; end those preparations first.",
		"该仓库该批次已为 {notices} 备货 {reserved},请先撤销备货。"))
	ErrNoWarehouse = errs.Define(errs.Rule, "stock.unknown_warehouse", "There is no such warehouse.", "仓库不存在。")
	ErrClosed      = errs.Define(errs.Conflict, "stock.warehouse_closed",
		"Warehouse {warehouse} is closed; goods are only taken out of it.", "仓库 {warehouse} 已停用,只能移出。")
	ErrHolds = errs.Define(errs.Conflict, "stock.warehouse_holds",
		"Goods are reserved in this warehouse.", "该仓库尚有已备货的货物。")
	ErrSameWarehouse = errs.Define(errs.Rule, "stock.same_warehouse",
		"A transfer goes to another warehouse.", "调拨须到另一仓库。")
	ErrCode = pg.Constraint("warehouses_code", errs.Define(errs.Conflict, "stock.warehouse_code",
		"Another warehouse has this code.", "仓库编码已存在。"))
	ErrProduct = errs.Define(errs.Rule, "stock.unknown_product", "There is no such product.", "产品不存在。")
	ErrDates   = pg.Constraint("stock_lots_dates", errs.Define(errs.Rule, "stock.lot_dates",
		"A lot doesn't expire before it is made.", "失效日期不能早于生产日期。"))
	ErrLotDiffers = errs.Define(errs.Conflict, "stock.lot_differs",
		"The lot is known with other dates; change the lot itself first.", "该批次已登记其他日期,请先更正批次。")
	ErrReason = pg.Constraint("stock_movements_reason", errs.Define(errs.Rule, "stock.no_reason",
		"An adjustment needs a reason.", "调整库存须填写原因。"))
	ErrFuture = pg.Constraint("inspection_reports_past", errs.Define(errs.Rule, "stock.future",
		"This lies in the future.", "日期不能晚于当前。"))
	ErrKnown = errs.Define(errs.Conflict, "stock.known_already",
		"This was recorded already, under the same external number.", "该外部单号已登记。")
	ErrFigures = errs.Define(errs.Rule, "stock.figures_say_failed",
		"A figure isn't within its bounds, so the report can't say passed.", "有指标不合格,报告结论不能为合格。", "SHP-16")
	ErrHistory = errs.Define(errs.Rule, "stock.bad_movement",
		"A movement of stock says the same in all its figures.", "库存流水数据不一致。")
	ErrAttach = errs.Define(errs.Forbidden, "stock.files_by_people",
		"Files are attached by the people who uploaded them.", "附件须由上传人本人提交。")
)

var (
	_ = pg.Constraint("stock_movements_external", ErrKnown)
	_ = pg.Constraint("inspection_reports_external", ErrKnown)
	_ = pg.Constraint("stock_levels_not_negative", ErrHistory)
	_ = pg.Constraint("stock_movements_effect", ErrHistory)
	_ = pg.Constraint("stock_movements_reserved", ErrHistory)
	_ = pg.Constraint("stock_movements_shipped", ErrHistory)
	_ = pg.Constraint("stock_movements_lot_fkey", ErrOtherProduct)
	_ = pg.Constraint("stock_levels_lot_fkey", ErrOtherProduct)
	_ = pg.Constraint("stock_preparation_lines_lot_fkey", ErrOtherProduct)
)
