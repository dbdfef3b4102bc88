package terms

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What terms can refuse.
var (
	ErrMissing = errs.Define(errs.Rule, "terms.agreement_missing",
		"Monthly settlement needs a signed and sealed agreement, or a superior's approval for the first order. On cash terms the order passes.",
		"月结须有签字盖章的月结协议,或首单经上级批准过渡;改为现款即可下单。", "CRD-15")
	ErrOne = pg.Constraint("settlement_agreements_one", errs.Define(errs.Conflict, "terms.agreement_exists",
		"The customer has a settlement agreement already; end it first.", "该客户已有月结协议,请先终止。", "CRD-15"))
	ErrUnsigned = pg.Constraint("settlement_agreements_sealed", errs.Define(errs.Rule, "terms.agreement_unsigned",
		"An agreement is filed with its signed and sealed file, and signed today or before.", "月结协议须附签字盖章文件,且签署日期不得晚于今天。", "CRD-15"))
	ErrDates = pg.Constraint("settlement_agreements_dates", errs.Define(errs.Rule, "terms.agreement_dates",
		"The agreement's last day lies before its first, or in the past.", "协议终止日不得早于起始日或今天。", "CRD-15"))
	ErrEnded = errs.Define(errs.Conflict, "terms.agreement_ended",
		"This agreement has ended.", "该协议已终止。", "CRD-15")
	ErrOriginal = errs.Define(errs.Conflict, "terms.original_held",
		"Finance holds the original already.", "财务已收存协议原件。", "CRD-15")
	ErrBridgeOnce = pg.Constraint("settlement_bridges_once", errs.Define(errs.Conflict, "terms.bridge_once",
		"The customer's first order on monthly terms was bridged already.", "该客户首单过渡已使用或正在审批。", "CRD-15"))
	ErrNotMonthly = errs.Define(errs.Rule, "terms.not_monthly",
		"The customer settles by {agreed}; there is nothing to bridge.", "该客户结算方式为 {agreed},无须过渡。", "CRD-15")
	_ = pg.Constraint("settlement_agreements_original", ErrOriginal)
	_ = pg.Constraint("settlement_bridges_used", ErrBridgeOnce)
	_ = pg.Constraint("settlement_bridges_liable", ErrBridgeOnce)
)
