package departure

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What departure refuses.
var (
	ErrNotLoaded = errs.Define(errs.Conflict, "departure.not_loaded",
		"Only goods that are loaded and not out yet are reported as left; this delivery note is {state}.", "仅已装车未出厂的送货单可上报出厂(当前状态:{state})。", "SHP-14")
	ErrLeftWhen = errs.Define(errs.Rule, "departure.left_when",
		"The goods can't have left before they were loaded, nor after now.", "出厂时间不能早于装车时间,也不能晚于当前时间。", "SHP-14")
	ErrNoLine = errs.Define(errs.Rule, "departure.unknown_line",
		"There is no such line on the delivery note.", "送货单没有此明细行。", "SHP-14")
	ErrTwice = pg.Constraint("delivery_correction_lines_once", errs.Define(errs.Rule, "departure.line_twice",
		"The same line stands here twice.", "同一明细行重复。", "SHP-14"))
	ErrNoReason = errs.Define(errs.Rule, "departure.reason_missing",
		"Say why the quantities differ.", "请说明数量差异原因。", "SHP-14")
	ErrNoDifference = errs.Define(errs.Rule, "departure.no_difference",
		"There is nothing to correct.", "没有需要更正的差异。", "SHP-14")
	ErrOpen = pg.Constraint("delivery_corrections_one_open", errs.Define(errs.Conflict, "departure.correction_open",
		"A correction of this delivery note waits for finance already.", "该送货单已有待财务处理的更正单。", "SHP-14"))
	ErrDecided = pg.Constraint("delivery_corrections_frozen", errs.Define(errs.Conflict, "departure.correction_decided",
		"This correction is decided already.", "该更正单已处理。", "SHP-14"))
	ErrOwn = pg.Constraint("delivery_corrections_not_own", errs.Define(errs.Forbidden, "departure.own_correction",
		"Nobody posts or rejects the correction they proposed.", "提出人不得自行过账或驳回更正单。", "ORG-03", "SHP-14"))
	ErrNotLeft = errs.Define(errs.Conflict, "departure.not_left",
		"The goods haven't left; this delivery note is {state}.", "货物尚未出厂(当前状态:{state})。", "SHP-14")
	ErrProven = pg.Constraint("delivery_proofs_once", errs.Define(errs.Conflict, "departure.proven",
		"The proof of delivery is recorded already.", "该送货单已登记签收。", "SHP-14"))
	ErrReceivedWhen = errs.Define(errs.Rule, "departure.received_when",
		"The goods can't have arrived before they left, nor after today.", "签收日期不能早于出厂日期,也不能晚于今天。", "SHP-14")
	ErrDamaged = pg.Constraint("delivery_proof_lines_damaged", errs.Define(errs.Rule, "departure.damaged",
		"More can't be damaged than was received.", "破损数量不能超过签收数量。", "SHP-14"))
)
