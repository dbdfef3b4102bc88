package visit

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrID = errs.Define(errs.Rule, "visit.bad_id",
		"The id of a visit is a UUID of version 7 that the client makes.", "拜访编号须为客户端生成的 UUIDv7。", "CUS-10")
	ErrEmpty = errs.Define(errs.Rule, "visit.says_nothing",
		"Send a plan, a report, or both.", "请提交拜访计划或拜访报告。", "CUS-10")
	ErrWhom = errs.Define(errs.Rule, "visit.whom",
		"A visit is to one customer or to one prospect.", "每次拜访须且仅须指定一位客户或潜在客户。", "CUS-10")
	ErrNotYourCustomer = errs.Define(errs.Rule, "visit.not_your_customer",
		"This isn't a customer or prospect of yours.", "该客户不在您的负责范围内。", "CUS-10", "ORG-06")
	ErrOtherSubject = errs.Define(errs.Conflict, "visit.other_customer",
		"This visit is to another customer; make a new visit.", "该拜访对应的是另一客户,请新建拜访。", "CUS-10")
	ErrNotYours = errs.Define(errs.Forbidden, "visit.not_yours", "Only who makes a visit plans and reports it.", "只有拜访人本人可以填写拜访计划和报告。", "CUS-10")
	ErrFuture   = errs.Define(errs.Rule, "visit.in_future",
		"A visit can be reported when it has taken place.", "尚未发生的拜访不能填写报告。", "CUS-10")
	ErrTooOld = errs.Define(errs.Rule, "visit.too_old",
		"A visit can be reported up to {days} days back.", "拜访最多可补报 {days} 天内的。", "CUS-10")
	ErrTooFar = errs.Define(errs.Rule, "visit.too_far_ahead",
		"A visit can be planned up to {days} days ahead.", "拜访计划最多提前 {days} 天。", "CUS-10")
	ErrClock = errs.Define(errs.Rule, "visit.clock_ahead",
		"The clock of this phone is fast: it says {written_at}. Set it and send again.", "手机时钟超前(显示 {written_at}),请校准后重新提交。", "CUS-10")
	ErrNoForm = errs.Define(errs.Rule, "visit.no_such_form",
		"There is no such version of the visit form.", "没有该版本的拜访表单。", "CUS-11")
	ErrField = errs.Define(errs.Rule, "visit.unknown_field",
		"Version {version} of the form has no such field.", "表单第 {version} 版没有该字段。", "CUS-11")
	ErrAnswer = errs.Define(errs.Rule, "visit.bad_answer",
		"The answer isn't of the kind that the form asks for: {kind}.", "答案不符合表单要求的类型:{kind}。", "CUS-11")
	ErrGroups = errs.Define(errs.Rule, "visit.nine_groups",
		"A form has the nine groups, numbered 1 to 9 in order.", "表单须依次包含第 1 至第 9 组。", "CUS-11")
	ErrFormKey = errs.Define(errs.Rule, "visit.form_key_twice",
		"This key stands twice in the form.", "表单中有重复的键。", "CUS-11")
	ErrOptions = errs.Define(errs.Rule, "visit.form_options",
		"A choice has options, each with its own key; other fields have none.", "选择题须有选项且选项键不重复,其他题型不得有选项。", "CUS-11")
	ErrBounds = errs.Define(errs.Rule, "visit.form_bounds",
		"Only whole numbers have bounds, the lower first.", "只有整数题可设上下限,且下限不得大于上限。", "CUS-11")
	ErrFormKind = errs.Define(errs.Rule, "visit.form_kind_changed",
		"This key asked for another kind of answer in an earlier version; use a new key.", "该键在旧版表单中是其他题型,请使用新键。", "CUS-11")
	ErrKeyOverlap = errs.Define(errs.Conflict, "visit.key_overlap",
		"Somebody has just changed this; read it again.", "刚刚已被他人修改,请重新读取。", "CUS-10")
	ErrConflict = errs.Define(errs.Rule, "visit.inconsistent",
		"The visit doesn't hold together.", "拜访记录不完整。", "CUS-10")
)

// What the constraints guard again.
var (
	_ = pg.Constraint("visits_one_subject", ErrWhom)
	_ = pg.Constraint("visits_says_something", ErrEmpty)
	_ = pg.Constraint("visits_done_is_reported", ErrConflict)
	_ = pg.Constraint("visits_plan_whole", ErrConflict)
	_ = pg.Constraint("visits_report_whole", ErrConflict)
	_ = pg.Constraint("visits_answers_name_their_form", ErrNoForm)
	_ = pg.Constraint("visits_form_version_fkey", ErrNoForm)
	_ = pg.Constraint("visit_forms_nine_groups", ErrGroups)
	_ = pg.Constraint("visit_key_customers_once", ErrKeyOverlap)
)
