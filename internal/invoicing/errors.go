package invoicing

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrNotPayer        = errs.Define(errs.Rule, "invoicing.not_payer", "Another customer pays for this one; set the payer's terms.", "该客户由其他客户付款,请设置付款方的开票方式。")
	ErrAwaitsStatement = errs.Define(errs.Rule, "invoice.awaits_statement",
		"This customer is invoiced after it has confirmed the statement of these deliveries; say why it can't wait, or wait.",
		"该客户须在对账单确认后开票;如需提前,请填写原因。", "ARV-02")
	ErrRunOpen    = pg.Constraint("invoice_runs_one", errs.Define(errs.Conflict, "invoice_run.running", "A run of invoices goes on.", "已有批量开票正在进行。"))
	ErrNothingDue = errs.Define(errs.Rule, "invoice_run.nothing_due", "Nothing is due to be invoiced.", "没有到期应开票的送货单。")
)
