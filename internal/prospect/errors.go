package prospect

import (
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrNoNeed = errs.Define(errs.Rule, "prospect.no_need",
		"Say clearly what the company needs: who does that first owns it.", "请明确填写客户需求:先明确登记者取得归属。", "CUS-08")
	ErrNoContact = errs.Define(errs.Rule, "prospect.no_contact",
		"A prospect needs at least one contact with name, position and phone.", "潜在客户至少需要一位联系人(姓名、职务、电话)。", "CUS-01")
	ErrWindow = errs.Define(errs.Rule, "prospect.bad_window",
		"The purchase window must end on or after the day it begins, and not in the past.", "预计采购时间段的结束日不能早于开始日,也不能早于今天。", "CUS-07")
	ErrOwner    = errs.Define(errs.Rule, "prospect.bad_owner", "The owner must be an active person in sales.", "负责人必须是在职的销售人员。", "ORG-06")
	ErrNotYours = errs.Define(errs.Forbidden, "prospect.not_yours_to_give",
		"Only who may assign customers can name another owner.", "只有有分配权限的人员可以指定其他负责人。", "CUS-08")
	ErrOutside = errs.Define(errs.Rule, "prospect.outside_territory",
		"This company is outside the industries and regions that you sell in. Give outside_reason to ask the sales manager.",
		"该公司不在您负责的行业或区域内。如需登记,请填写 outside_reason 报销售部经理批准。", "CUS-09")
	ErrAhead = errs.Define(errs.Rule, "prospect.contact_ahead",
		"A contact is logged after it happened, not before.", "联系记录须在联系发生之后填写。", "CUS-02")
	ErrCorrection = errs.Define(errs.Rule, "prospect.bad_correction",
		"Only an entry of this prospect that nobody has corrected yet can be corrected, by who wrote it or their leader.",
		"只能更正本潜在客户中尚未被更正的记录,且须由记录人或其上级更正。", "CUS-02")
	ErrNoEvidence = errs.Define(errs.Rule, "prospect.no_evidence",
		"Attach the evidence of how the customer evaluated us: upload it first and name it in attachment_ids.",
		"请附上客户对我司的评审证明:先上传附件,再在 attachment_ids 中引用。", "CUS-03")
	ErrIncomplete = errs.Define(errs.Rule, "prospect.incomplete",
		"The profile of a customer needs the company's address.", "客户资料须填写公司地址。", "CUS-03", "CUS-12")
	ErrNothingTaken = errs.Define(errs.Rule, "dispute.not_taken", "Nobody has registered this company: register it.", "该公司尚无人登记,可直接登记。", "CUS-08")
	ErrOwnCompany   = errs.Define(errs.Conflict, "dispute.own_company", "This company is yours already.", "该公司已在您名下。", "CUS-08")
	ErrDisputeOpen  = errs.Define(errs.Conflict, "dispute.open_already", "You have an open dispute about this company.", "您对该公司已有未裁定的争议。", "CUS-08")
	ErrNotParty     = errs.Define(errs.Forbidden, "dispute.not_party", "Only the two sides of a dispute state their case.", "只有争议双方可以陈述。", "CUS-08")
	ErrPlanHalf     = errs.Define(errs.Rule, "development.bad_half",
		"A plan is for the running half-year, or for the next one from so many months before it begins.", "开发计划须针对当前半年,或在规定的提前月数内针对下一半年。", "CUS-01")
	ErrPlanTarget    = errs.Define(errs.Rule, "development.bad_quarter", "Each quarter of the half-year has at most one target, and no other quarter has any.", "只能为该半年的各季度各填一项目标。", "CUS-01")
	ErrPlanProspect  = errs.Define(errs.Rule, "development.not_your_prospect", "The list holds open prospects of your own, each once.", "名单只能包含本人跟进中的潜在客户,且不得重复。", "CUS-01")
	ErrPlanPending   = errs.Define(errs.Conflict, "development.plan_pending", "Your plan for this half-year waits to be decided; withdraw it first.", "该半年的计划正在审批,请先撤回。", "CUS-01")
	ErrSpan          = errs.Define(errs.Rule, "development.bad_period", "Name a quarter (2026Q3), a half-year (2026H2) or a year (2026).", "请填写季度(2026Q3)、半年(2026H2)或年份(2026)。", "CUS-04")
	ErrQuarterRuns   = errs.Define(errs.Rule, "development.quarter_runs", "A quarter is reviewed when it has ended.", "季度结束后方可检查。", "CUS-04")
	ErrReviewed      = errs.Define(errs.Conflict, "development.reviewed_already", "This quarter of the rep has been reviewed.", "该业务员本季度已检查。", "CUS-04")
	ErrOwnReview     = errs.Define(errs.Forbidden, "development.own_review", "Nobody reviews their own quarter.", "不得检查本人的季度进度。", "ORG-03", "CUS-04")
	ErrNotYourRuling = errs.Define(errs.Forbidden, "dispute.not_your_ruling",
		"The leader of the owner's department rules on this dispute.", "该争议由归属人所在部门的负责人裁定。", "CUS-08")
	ErrNotImpartial = errs.Define(errs.Forbidden, "dispute.not_impartial", "Nobody rules on a dispute that they are part of.", "当事人不得裁定自己的争议。", "ORG-03", "CUS-08")
)

// What the schema says when a rule of Go was passed by.
var (
	_ = pg.Constraint("prospects_need", ErrNoNeed)
	_ = pg.Constraint("prospects_owner_fkey", ErrOwner)
	_ = pg.Constraint("purchase_windows_order", ErrWindow)
	_ = pg.Constraint("prospect_contact_log_not_ahead", ErrAhead)
	_ = pg.Constraint("ownership_disputes_open_key", ErrDisputeOpen)
	_ = pg.Constraint("development_plans_pending_key", ErrPlanPending)
	_ = pg.Constraint("development_plan_prospects_pkey", ErrPlanProspect)
	_ = pg.Constraint("development_reviews_key", ErrReviewed)
	_ = pg.Constraint("development_reviews_not_own", ErrOwnReview)
	_ = pg.Constraint("ownership_disputes_not_own", ErrOwnCompany)
	_ = pg.Constraint("ownership_disputes_impartial", ErrNotImpartial)
	_ = pg.Constraint("prospect_contact_log_correction_key", ErrCorrection)
)

// ErrTaken is the refusal of a company that somebody has registered, as a prospect or as a customer.
var ErrTaken = customer.ErrTaken
