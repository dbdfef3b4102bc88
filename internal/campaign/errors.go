package campaign

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrState = errs.Define(errs.Conflict, "campaign.wrong_state",
		"This can't be done in the state {state}.", "当前状态({state})不能进行此操作。", "CUS-17")
	ErrDates   = errs.Define(errs.Rule, "campaign.bad_dates", "The end isn't before the beginning.", "结束日期不能早于开始日期。", "CUS-17")
	ErrFigures = errs.Define(errs.Rule, "campaign.bad_figures", "Budget and cost aren't below 0.", "预算和费用不能小于 0。", "CUS-17")
	ErrPerson  = errs.Define(errs.Rule, "campaign.bad_person", "Only active people take part.", "参与人须为在职人员。", "CUS-17")
	ErrResult  = errs.Define(errs.Rule, "campaign.result_needed",
		"A campaign is closed with its cost and its result.", "结束活动须填写费用和成果。", "CUS-17")
	ErrReason    = errs.Define(errs.Rule, "campaign.reason_needed", "Say why it is cancelled.", "请说明取消原因。", "CUS-17")
	ErrLead      = errs.Define(errs.Rule, "campaign.unknown_lead", "A lead is one prospect, one opportunity or one customer that you see.", "线索须为您可见的一个潜在客户、商机或客户。", "CUS-17", "ORG-06")
	ErrLeadTaken = errs.Define(errs.Conflict, "campaign.lead_taken", "This came from a campaign already.", "该线索已归属某次活动。", "CUS-17")
	ErrNotYours  = errs.Define(errs.Forbidden, "campaign.not_yours", "Only who answers for a campaign changes it.", "只有活动负责人可以修改。", "CUS-17")
)

// What the constraints guard again.
var (
	_ = pg.Constraint("campaigns_dates", ErrDates)
	_ = pg.Constraint("campaigns_budget", ErrFigures)
	_ = pg.Constraint("campaigns_cost", ErrFigures)
	_ = pg.Constraint("campaigns_approved_first", ErrState)
	_ = pg.Constraint("campaigns_started", ErrState)
	_ = pg.Constraint("campaigns_closed_with_result", ErrResult)
	_ = pg.Constraint("campaigns_cancelled_has_reason", ErrReason)
	_ = pg.Constraint("campaign_people_user", ErrPerson)
	_ = pg.Constraint("campaign_leads_prospect", ErrLeadTaken)
	_ = pg.Constraint("campaign_leads_opportunity", ErrLeadTaken)
	_ = pg.Constraint("campaign_leads_customer", ErrLeadTaken)
	_ = pg.Constraint("campaign_leads_one", ErrLead)
)
