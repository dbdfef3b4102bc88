package baddebt

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrEvidence = errs.Define(errs.Rule, "bad_debt.evidence",
		"An application needs evidence: attach it.", "坏账申请须附证明材料。", "ARV-07")
	ErrOverOpen = pg.Constraint("bad_debt_items_open", errs.Define(errs.Rule, "bad_debt.more_than_open",
		"Of this invoice only {open} is open.", "该发票未付金额仅 {open}。", "ARV-07"))
	ErrRunning = pg.Constraint("bad_debt_items_one", errs.Define(errs.Conflict, "bad_debt.running",
		"An application about one of these items is under way.", "所列款项已有坏账申请在办。", "ARV-07"))
	ErrNotApproved = errs.Define(errs.Conflict, "bad_debt.not_approved",
		"Only what the general manager has approved is written off, and once.", "仅可核销已获总经理批准的申请,且只核销一次。", "ARV-07")
	ErrStale = errs.Define(errs.Conflict, "bad_debt.stale",
		"Something of it was paid or corrected after it was applied for: that needs a new application.", "申请后已有付款或调整,须重新申请。", "ARV-07")
	ErrOver = pg.Constraint("bad_debts_immutable", errs.Define(errs.Conflict, "bad_debt.over",
		"This application has ended.", "该坏账申请已结束。", "ARV-07"))
	ErrNotWritten = errs.Define(errs.Rule, "bad_debt.not_written",
		"Of this invoice nothing was written off by this application.", "该申请未核销此发票。", "ARV-07")
	ErrGrounds = pg.Constraint("bad_debts_grounds", errs.Define(errs.Rule, "bad_debt.grounds",
		"There are no such grounds.", "坏账理由无效。", "ARV-07"))

	_ = pg.Constraint("bad_debts_written", ErrOver)
	_ = pg.Constraint("bad_debts_approved", ErrOver)
	_ = pg.Constraint("bad_debt_items_write_off", ErrOver)
)
