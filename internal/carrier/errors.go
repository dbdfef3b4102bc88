package carrier

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What is refused of carriers and rates.
var (
	ErrCarrierCode = pg.Constraint("carriers_code", errs.Define(errs.Conflict, "carrier.code_taken",
		"Another carrier has this code.", "承运商编码已存在。", "SHP-18"))
	ErrCarrierName = pg.Constraint("carriers_name", errs.Define(errs.Conflict, "carrier.name_taken",
		"This carrier is kept already.", "该承运商已登记。", "SHP-18"))
	ErrNoCarrier = errs.Define(errs.Rule, "carrier.unknown", "There is no such carrier in use.", "承运商不存在或已停用。", "SHP-18")

	ErrRateOverlap = pg.Constraint("freight_rates_one", errs.Define(errs.Conflict, "freight.rates_overlap",
		"The carrier has a rate for this route, distance and time already; end or replace it.", "该承运商在此线路、里程和期间已有运价,请先终止或以新价替换。", "SHP-18"))
	ErrRateBand = pg.Constraint("freight_rates_band", errs.Define(errs.Rule, "freight.bad_band",
		"A band of distance ends above where it begins.", "里程段的上限必须大于下限。", "SHP-18"))
	ErrRateDays = pg.Constraint("freight_rates_days", errs.Define(errs.Rule, "freight.bad_days",
		"A rate ends on its first day or later.", "运价截止日期不能早于生效日期。", "SHP-18"))
	ErrRatePrice = pg.Constraint("freight_rates_price", errs.Define(errs.Rule, "freight.bad_price",
		"A freight rate is above 0.", "运价必须大于 0。", "SHP-18"))
	ErrRateFrozen = pg.Constraint("freight_rates_frozen", errs.Define(errs.Conflict, "freight.rate_frozen",
		"A freight rate never changes; replace it from a date.", "运价不可修改,请以新价替换。", "SHP-18"))
	ErrRateFile = errs.Define(errs.Rule, "freight.rate_file",
		"The file isn't taken: {count} of its cells are wrong.", "文件未导入:{count} 处有误。", "SHP-18")
	ErrRateTable = errs.Define(errs.Rule, "freight.no_rate_table",
		"The first row must name the columns carrier, basis, price, tax rate and first day.", "首行须有承运商、计费方式、单价、税率和生效日期等表头。", "SHP-18")
	ErrRateBasis  = errs.Define(errs.Rule, "freight.bad_basis", "Freight is asked by tonne or by trip.", "计费方式须为吨或车次。", "SHP-18")
	ErrRateFigure = errs.Define(errs.Rule, "freight.bad_figure", "This is no figure of 0 or more with at most {decimals} decimals.", "数字无法识别(须不小于 0,最多 {decimals} 位小数)。", "SHP-18")
	ErrRateDay    = errs.Define(errs.Rule, "freight.bad_day", "This is no date.", "日期无法识别。", "SHP-18")
	ErrRateLong   = errs.Define(errs.Rule, "freight.too_long", "This is longer than {max} characters.", "长度超过 {max} 个字符。")
	ErrRatePast   = errs.Define(errs.Rule, "freight.rate_past",
		"A rate ends today at the earliest, and another replaces it tomorrow at the earliest.", "运价最早于当日终止,新价最早自次日生效。", "SHP-18")
	ErrRateEnded = errs.Define(errs.Conflict, "freight.rate_ended",
		"The rate ends on {until} already.", "该运价已于 {until} 截止。", "SHP-18")

	ErrDistance = pg.Constraint("freight_distances_km", errs.Define(errs.Rule, "freight.bad_distance",
		"A distance is above 0 km.", "里程必须大于 0 公里。", "SHP-18"))
	ErrNoAddress = errs.Define(errs.Rule, "freight.unknown_address",
		"There is no such address of a customer that you see.", "客户地址不存在或不在您的负责范围内。", "SHP-18", "ORG-06")
)
