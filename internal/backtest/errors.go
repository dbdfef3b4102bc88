package backtest

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What backtests refuse.
var (
	ErrKind = errs.Define(errs.Forbidden, "backtest.kind_not_yours",
		"Your role doesn't run backtests of this kind.", "您的角色无权运行此类回测。", "ORG-06")
	ErrDraft = errs.Define(errs.Rule, "backtest.draft_missing",
		"Say what is to be tried: this kind takes exactly one of {of}.", "请给出要回测的内容:此类回测须且仅须给出 {of} 之一。")
	ErrPeriod = errs.Define(errs.Rule, "backtest.period",
		"The period is a number of days, or two dates; at most 366 days, and not in the future.", "期间须为天数或起止日期,最长 366 天,且不得晚于今天。")
	ErrMatter = errs.Define(errs.Rule, "backtest.unknown_matter",
		"There is no matter {matter}, or this kind doesn't take matters.", "没有事项 {matter},或此类回测不按事项筛选。")
	ErrParameter = errs.Define(errs.Rule, "backtest.parameter",
		"The shipment gate doesn't judge by {parameter}.", "发货关口不使用参数 {parameter}。", "CRD-12")
	ErrLimit = errs.Define(errs.Rule, "backtest.limit",
		"Name each grade once, with exactly one of factor, amount and unlimited.", "每个等级只能列一次,且须在系数、金额、不限三者中择一。", "CRD-12")
	ErrLive = pg.Constraint("backtest_runs_one_live", errs.Define(errs.Conflict, "backtest.one_at_a_time",
		"A backtest of yours is under way; wait for it or delete it.", "您有一个回测正在进行,请等待完成或将其删除。"))
)
