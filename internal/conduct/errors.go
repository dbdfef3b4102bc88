package conduct

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrRange = pg.Constraint("violation_decisions_range", errs.Define(errs.Rule, "conduct.amount_out_of_range",
		"The amount lies between {minimum} and {maximum} CNY.", "金额须在 {minimum} 至 {maximum} 元之间。", "QUO-07", "CON-08"))
	ErrNoRange = errs.Define(errs.Rule, "conduct.no_amount",
		"This rule names no amount; note the violation, or report it to the company.", "该条款未规定金额,可记录或报公司处理。", "CND-02")
	ErrAmount = pg.Constraint("violation_decisions_amount", errs.Define(errs.Rule, "conduct.amount_needed",
		"A penalty has an amount above 0, and nothing else has one.", "处罚须有大于 0 的金额,其他结论不得填写金额。", "CND-02"))
	ErrReported = errs.Define(errs.Conflict, "conduct.reported",
		"This was reported to the company; the general manager decides.", "已报公司处理,由总经理决定。", "CON-08", "CND-02")
	ErrReportedAlready = errs.Define(errs.Rule, "conduct.reported_already",
		"The company decides and doesn't report to itself.", "公司层面须作出决定,不能再上报。", "CND-02")
	ErrDecided = pg.Constraint("violation_decisions_once", errs.Define(errs.Conflict, "conduct.decided",
		"This violation is decided.", "该违规已处理。", "CND-02"))
	ErrOwn = pg.Constraint("violation_decisions_not_own", errs.Define(errs.Forbidden, "conduct.own_violation",
		"Nobody decides about their own violation.", "不得处理本人的违规。", "ORG-03", "CND-02"))
	ErrNotYours = errs.Define(errs.Forbidden, "conduct.not_yours",
		"Only the person concerned answers a violation.", "只有当事人可以申辩。", "CND-02")
	ErrTooMany = errs.Define(errs.Conflict, "conduct.too_many_answers",
		"There are 20 answers already.", "申辩已达 20 条。", "CND-02")
)
