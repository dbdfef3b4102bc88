package statement

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrRange = errs.Define(errs.Rule, "statement.bad_range",
		"A statement begins before it ends, and ends before today.", "对账期间的开始日期不得晚于结束日期,且结束日期须早于今天。", "ARV-02")
	ErrPaysNot = errs.Define(errs.Rule, "statement.payer_is_another",
		"Another customer pays for this one; make the statement of that one.", "该客户由其他客户付款,请为付款方生成对账单。", "ARV-02")
	ErrContradicts = errs.Define(errs.Conflict, "statement.ledger_contradicts",
		"This customer's ledger contradicts itself; run verify before a statement is made.", "该客户账目不一致,请先运行核对再生成对账单。", "ARV-02", "CRD-11")
	ErrSuperseded = errs.Define(errs.Conflict, "statement.superseded",
		"A revision has taken this statement's place.", "该对账单已被新版本取代。", "ARV-02")
	ErrName = errs.Define(errs.Rule, "statement.name_needed",
		"Say who at the customer's says so.", "请填写客户方确认人姓名。", "ARV-02")
	ErrPaper = errs.Define(errs.Rule, "statement.paper_needed",
		"Attach what the customer signed or wrote.", "请附上客户签章的对账单或书面回复。", "ARV-02")
	ErrNoLines = errs.Define(errs.Rule, "statement.no_lines", "Name the lines that are disputed.", "请指明有异议的明细行。", "ARV-02")
	ErrNotOnIt = errs.Define(errs.Rule, "statement.not_on_it",
		"This document isn't a line of the statement.", "该单据不在此对账单中。", "ARV-02")
	ErrDisputed = errs.Define(errs.Conflict, "statement.line_disputed",
		"This line is disputed already.", "该明细行已有未处理的异议。", "ARV-02")
	ErrNote = errs.Define(errs.Rule, "statement.note_needed",
		"Say what is wrong with it.", "请说明异议内容。", "ARV-02")
	ErrReason = errs.Define(errs.Rule, "statement.reason_needed",
		"Give the reason.", "请填写原因。", "ARV-02")
	ErrResolved = errs.Define(errs.Conflict, "statement.dispute_resolved",
		"This dispute has been resolved already.", "该异议已处理。", "ARV-02")
	ErrNotAdjusting = errs.Define(errs.Rule, "statement.not_adjusting",
		"An adjusting document corrects the disputed one (a credit note, adjusting document, reversal, return or delivery correction; of what is said to be paid, its payment) and was booked after the statement's end.",
		"调整单据须更正有异议的单据(红字、调整单、冲销、退货或发货更正;称已付款的,为核销该单据的收款),且在对账单截止之后入账。", "ARV-02", "ARV-06")
	ErrLink = errs.Define(errs.NotFound, "statement.no_such_link", "This link isn't one of ours.", "链接无效。", "ARV-02")
	ErrGone = errs.Define(errs.Gone, "statement.link_gone",
		"This link has expired, or was replaced by another.", "链接已过期或已被新链接取代。", "ARV-02")
	ErrNoPerson = errs.Define(errs.Forbidden, "statement.people_only", "Links are made by people.", "链接须由本人生成。", "ARV-02")

	ErrNotGiven = errs.Define(errs.Conflict, "rep_figure.nothing_to_give",
		"There are no figures of this month that wait to be given.", "该月份没有待下发的业绩数据。", "ARV-08")
	ErrNotYours = errs.Define(errs.Forbidden, "rep_figure.not_yours",
		"Only the rep whose figures they are objects to them.", "只有本人可对自己的数据提出异议。", "ARV-08")
	ErrTooLate = errs.Define(errs.Rule, "rep_figure.too_late",
		"The time to object was over at {due_at}: finance's figures stand.", "异议期限已于 {due_at} 截止,以财务数据为准。", "ARV-08")
	ErrOwnFigures = errs.Define(errs.Forbidden, "rep_figure.own",
		"Nobody decides on their own figures.", "不得对本人的数据作出裁定。", "ARV-08")
	ErrNoCorrection = errs.Define(errs.Rule, "rep_figure.nothing_corrected",
		"A correction gives the corrected figures; a rejection gives none.", "更正须给出更正后的数据;维持原数据则不得填写。", "ARV-08")
)

// What the constraints guard again.
var (
	_ = pg.Constraint("statement_disputes_once", ErrDisputed)
	_ = pg.Constraint("statement_disputes_note", ErrNote)
	_ = pg.Constraint("statement_disputes_reason", ErrReason)
	_ = pg.Constraint("statement_disputes_accepted", ErrNotAdjusting)
	_ = pg.Constraint("statements_confirmed_name", ErrName)
	_ = pg.Constraint("statements_range", ErrRange)
	_ = pg.Constraint("statements_balance", ErrContradicts)
	_ = pg.Constraint("statements_ageing", ErrContradicts)
	_ = pg.Constraint("statements_chain", ErrContradicts)
	_ = pg.Constraint("rep_figures_in_time", ErrTooLate)
	_ = pg.Constraint("rep_figures_not_own", ErrOwnFigures)
)
