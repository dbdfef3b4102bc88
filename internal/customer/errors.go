package customer

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrTaken = errs.Define(errs.Conflict, "customer.taken",
		"This company is registered already. If you think it is yours, open an ownership dispute.", "该公司已被登记。如有异议,可提出归属争议。", "CUS-08")
	ErrTakenBy = errs.Define(errs.Conflict, "customer.taken_by",
		"This company is registered already, by {owner} since {since} (same {same}).",
		"该公司已由 {owner} 于 {since} 登记({same} 相同)。", "CUS-08")
	ErrPooled = errs.Define(errs.Conflict, "customer.in_pool",
		"This company lies in the shared pool of prospects: claim it there.", "该公司在客户公海中,请到公海认领。", "CUS-08")
	ErrOutside = errs.Define(errs.Rule, "customer.outside_territory",
		"This company is outside the industries and regions that its owner sells in. Register it as a prospect and ask the sales manager.",
		"该公司不在负责人的行业或区域内,请先登记为潜在客户并报销售部经理批准。", "CUS-09")
	ErrCodeTaken = errs.Define(errs.Conflict, "customer.code_taken", "Another customer has this code.", "客户编码已被占用。")
	ErrBadUSCC   = errs.Define(errs.Rule, "customer.bad_uscc",
		"The check character of this unified social credit code is wrong.", "统一社会信用代码校验位不正确。", "CUS-08")
	ErrBadName = errs.Define(errs.Rule, "customer.bad_name",
		"The name has nothing but a company suffix and punctuation.", "客户名称除公司后缀外没有实际内容。", "CUS-12")
	ErrLastContact = errs.Define(errs.Rule, "customer.last_contact",
		"A customer needs at least one contact with name, position and phone.", "客户至少需要一位联系人(姓名、职务、电话)。", "CUS-12")
	ErrBadPhone = errs.Define(errs.Rule, "customer.bad_phone", "A phone number needs at least five digits.", "电话号码至少需要五位数字。", "CUS-12")
	ErrBadPayer = errs.Define(errs.Rule, "customer.bad_payer",
		"The paying customer must be another one that pays for itself, and nobody's payer can bill to a third.", "付款客户必须是自行付款的另一客户,且不可形成链条。", "CRD-11")
	ErrPayerByLeader = errs.Define(errs.Forbidden, "customer.payer_by_leader",
		"Who pays for a customer is set by those who may assign customers.", "付款客户只能由有分配权限的人员设定。", "CRD-10")
	ErrPayerInUse = errs.Define(errs.Conflict, "customer.payer_in_use",
		"The customer's own account isn't empty: settle what is owed, shipped, released or paid ahead first.", "该客户自身账户尚有应收、在途或预收款项,结清后才能变更付款客户。", "CRD-11")
	ErrNotOwner = errs.Define(errs.Forbidden, "customer.not_yours_to_give",
		"Only who may assign customers can name another owner.", "只有有分配权限的人员可以指定其他负责人。", "CUS-08")
	ErrHidden  = errs.Define(errs.Rule, "customer.not_visible", "This customer exists and isn't one that you may change.", "该客户已存在,且您无权修改。", "ORG-06")
	ErrNotThen = errs.Define(errs.NotFound, "customer.not_recorded_then",
		"Nothing was recorded of this customer on {date}.", "{date} 尚无该客户的记录。", "CUS-06")
	ErrNeedsApproval = errs.Define(errs.Rule, "customer.change_needs_approval",
		"Contacts, addresses, name and credit code of a customer change by a change request, which the sales manager approves.",
		"客户的联系人、地址、名称与信用代码须提交变更申请,经销售部经理批准后生效。", "CUS-06")
	ErrNoChange = errs.Define(errs.Rule, "customer.no_change",
		"The new value is the one in force.", "新值与现值相同。", "CUS-06")
	ErrChangeForm = errs.Define(errs.Rule, "customer.change_form",
		"A change of {field} has a new value of that kind, and a part_id for contacts and addresses only.",
		"{field} 变更须填写对应的新值;part_id 仅适用于联系人与地址。", "CUS-06")
	ErrEffectivePast = errs.Define(errs.Rule, "customer.effective_past",
		"A change takes effect today or later.", "变更生效日期不得早于今天。", "CUS-06")
	ErrSettlementElsewhere = errs.Define(errs.Rule, "customer.settlement_by_credit_request",
		"A settlement method changes by a credit limit request (createCreditLimitRequest) and nothing else.",
		"结算方式只能通过信用额度申请(createCreditLimitRequest)变更。", "CUS-06", "CRD-16")
	ErrPricesElsewhere = errs.Define(errs.Rule, "customer.prices_by_price_list",
		"Prices change by a base price list (createBasePriceList); what an order may deviate, its price gate decides.",
		"价格通过基准价格表(createBasePriceList)变更,订单价格偏离由价格审批决定。", "CUS-06")
	ErrChangePending = errs.Define(errs.Conflict, "customer.change_pending",
		"A change of this field is pending or waits for its date already.", "该字段已有待审批或待生效的变更。", "CUS-06")
	ErrApplied = errs.Define(errs.Conflict, "customer.application_exists",
		"The application of this customer is pending or approved already.", "该客户的新客户申请已提交或已批准。", "CUS-05")
	ErrNotNew = errs.Define(errs.Rule, "customer.not_new",
		"This customer was ours before: its business needs no application.", "该客户为既有客户,无须新客户申请。", "CUS-05")
	ErrRequestFrozen = errs.Define(errs.Conflict, "customer.request_decided",
		"This request is decided already.", "该申请已有审批结果。", "CUS-05", "CUS-06")
	ErrBadOwner = errs.Define(errs.Rule, "customer.bad_owner", "The owner must be an active person in sales.", "负责人必须是在职的销售人员。", "ORG-06")
)

// What the indexes say when two people register the same company at the same instant; who came first is read afterwards.
var (
	_ = pg.Constraint("customers_code_key", ErrCodeTaken)
	_ = pg.Constraint("customers_uscc_key", ErrTaken)
	_ = pg.Constraint("customers_name_key", ErrTaken)
	_ = pg.Constraint("company_claims_key", ErrTaken)
	_ = pg.Constraint("customers_bill_to_not_self", ErrBadPayer)
	_ = pg.Constraint("customers_bill_to_fkey", ErrBadPayer)
	_ = pg.Constraint("customers_owner_fkey", ErrBadOwner)
	_ = pg.Constraint("customer_applications_one_live", ErrApplied)
	_ = pg.Constraint("customer_changes_one_live", ErrChangePending)
	_ = pg.Constraint("customer_changes_part", ErrChangeForm)
	_ = pg.Constraint("customer_requests_frozen", ErrRequestFrozen)
)
