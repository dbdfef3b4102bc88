package credit

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What credit can refuse.
var (
	ErrTakesTooMuch = errs.Define(errs.Conflict, "credit.takes_too_much",
		"Only {open} is left of this document's {part} amount.", "该单据的{part}余额仅剩 {open}。", "CRD-11")
	ErrNegative = errs.Define(errs.Conflict, "credit.negative",
		"A part of the exposure can't fall below zero.", "欠款额度的任何一项都不能为负数。", "CRD-11")
	ErrOnlyByRequest = errs.Define(errs.Rule, "credit.only_by_request",
		"A credit profile changes through an approved request only.", "信用档案只能通过已批准的申请变更。", "CRD-10")
	ErrNotPayer = errs.Define(errs.Rule, "credit.not_payer",
		"Credit is kept with the payer of this customer; apply for it there.", "该客户由付款方承担信用,请在付款方客户上申请。", "CRD-11")
	ErrRequestPending = errs.Define(errs.Conflict, "credit.request_pending",
		"A credit limit request of this customer is being decided already.", "该客户已有信用额度申请正在审批。", "CRD-08")
	ErrLimitForm = errs.Define(errs.Rule, "credit.limit_form",
		"A limit amount belongs to a limit of kind 'amount', and only there.", "仅当额度类型为“amount”时须填写额度金额。", "CRD-01")
	ErrTermsForm = errs.Define(errs.Rule, "credit.terms_form",
		"Days belong to net_days and month_end_days only.", "账期天数仅适用于 net_days 与 month_end_days。", "ARV-04")
	ErrGradeLimit = errs.Define(errs.Rule, "credit.grade_limit",
		"The limit doesn't fit grade {grade}.", "额度与信用等级 {grade} 不符。", "CRD-03", "CRD-05", "CRD-06")
	ErrExtrasForm = errs.Define(errs.Rule, "credit.extras_form",
		"An end, a temporary limit or a tolerance that can't be: dates must not lie in the past or cross, amounts must be above 0, and there must be a limit to end.",
		"到期日、临时额度或逾期容忍设置有误:日期不得早于今天或前后颠倒,金额须大于 0,且须有可到期的额度。", "CRD-01")
	ErrGroupForm = errs.Define(errs.Rule, "credit.group_form",
		"A credit group needs a name, a limit and members, each of them once.", "集团额度须有名称、额度和成员,成员不得重复。", "CRD-12")
	ErrGroupPending = errs.Define(errs.Conflict, "credit.group_request_pending",
		"A request about this credit group is being decided already.", "该集团额度已有申请正在审批。", "CRD-08")
	ErrInOtherGroup = errs.Define(errs.Conflict, "credit.in_other_group",
		"A customer is in one credit group at most; {customer} is in another.", "一个客户只能属于一个集团,{customer} 已在其他集团。", "CRD-12")
	ErrFrozen = errs.Define(errs.Conflict, "credit.request_decided",
		"This credit limit request is decided already.", "该信用额度申请已有审批结果。", "CRD-08")
	ErrBasisMissing = errs.Define(errs.Rule, "credit.monthly_basis_missing",
		"The customer settles by {agreed}. Monthly settlement needs a basis: monthly volume, a renowned company, or a site visit with the sales manager.",
		"该客户现为 {agreed} 结算。申请月结须说明依据:月用量、知名企业,或由销售经理陪同的实地考察。", "CRD-14")
	ErrBasisForm = errs.Define(errs.Rule, "credit.monthly_basis_form",
		"A basis belongs to monthly settlement. volume has monthly_tonnes, site_visit has visited_on and accompanied_by, and each has only its own.",
		"依据仅用于月结:用量须填 monthly_tonnes,实地考察须填 visited_on 与 accompanied_by,且不得混填。", "CRD-14")
	ErrBasisVolume = errs.Define(errs.Rule, "credit.monthly_volume_low",
		"{tonnes} t a month is below the {least} t that monthly settlement takes.", "月用量 {tonnes} 吨,低于申请月结所需的 {least} 吨。", "CRD-14")
	ErrBasisVisit = errs.Define(errs.Rule, "credit.monthly_visit",
		"A site visit counts when it has taken place and a sales manager or director was there.", "实地考察须已完成,且由销售部经理或销售总监陪同。", "CRD-14")
	ErrReviewPast = errs.Define(errs.Rule, "credit.review_past",
		"The next review lies in the past.", "下次复核日期不能早于今天。", "CRD-01")
)

// The constraints that guard the same rules in the database.
var (
	_ = pg.Constraint("credit_accounts_receivable_not_negative", ErrNegative)
	_ = pg.Constraint("credit_accounts_shipped_not_negative", ErrNegative)
	_ = pg.Constraint("credit_accounts_released_not_negative", ErrNegative)
	_ = pg.Constraint("credit_accounts_prepaid_not_negative", ErrNegative)
	_ = pg.Constraint("credit_movements_balance_not_negative", ErrNegative)
	_ = pg.Constraint("credit_open_items_not_negative", ErrNegative)
	_ = pg.Constraint("credit_movements_pkey", errs.ErrStale) // posted on an account that wasn't locked
	_ = pg.Constraint("credit_profiles_only_by_request", ErrOnlyByRequest)
	_ = pg.Constraint("credit_profiles_request_once", ErrOnlyByRequest)
	_ = pg.Constraint("credit_profiles_current", ErrOnlyByRequest)
	_ = pg.Constraint("credit_profiles_limit", ErrLimitForm)
	_ = pg.Constraint("credit_profiles_terms", ErrTermsForm)
	_ = pg.Constraint("credit_limit_requests_limit", ErrLimitForm)
	_ = pg.Constraint("credit_limit_requests_terms", ErrTermsForm)
	_ = pg.Constraint("credit_limit_requests_basis", ErrBasisForm)
	_ = pg.Constraint("credit_limit_requests_frozen", ErrFrozen)
	_ = pg.Constraint("credit_limit_requests_valid_until", ErrExtrasForm)
	_ = pg.Constraint("credit_group_requests_one_pending", ErrGroupPending)
	_ = pg.Constraint("credit_group_requests_limit", ErrGroupForm)
	_ = pg.Constraint("credit_group_requests_members", ErrGroupForm)
	_ = pg.Constraint("credit_group_requests_frozen", ErrFrozen)
	_ = pg.Constraint("credit_group_members_one_group", ErrInOtherGroup)
	_ = pg.Constraint("credit_groups_only_by_request", ErrOnlyByRequest)
	_ = pg.Constraint("credit_accounts_group_is_members", ErrOnlyByRequest)
	_ = pg.Constraint("credit_limit_requests_temporary", ErrExtrasForm)
	_ = pg.Constraint("credit_limit_requests_tolerance", ErrExtrasForm)
	_ = pg.Constraint("credit_profiles_valid_until", ErrExtrasForm)
	_ = pg.Constraint("credit_profiles_temporary", ErrExtrasForm)
	_ = pg.Constraint("credit_profiles_tolerance", ErrExtrasForm)
	_ = pg.Constraint("credit_limit_requests_one_pending", ErrRequestPending)
)
