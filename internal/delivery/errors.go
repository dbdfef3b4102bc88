package delivery

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What delivery refuses. The codes are shipping's, as clients know them.
var (
	ErrVehicle = errs.Define(errs.Rule, "shipping.other_vehicle",
		"The transport notice says {expected}, not {found}; have the notice revised.", "运输通知为 {expected},与实际 {found} 不符,请先修订通知单。", "SHP-07")
	ErrNoVehicle = errs.Define(errs.Rule, "shipping.no_vehicle",
		"The notice names no vehicle; say which one is loaded.", "通知单未指定车辆,请填写实际装货车辆。", "SHP-07")
	ErrLeft = errs.Define(errs.Conflict, "shipping.has_left",
		"The goods have left the gate.", "货物已出厂。", "SHP-09")
	ErrInvoiced = errs.Define(errs.Conflict, "shipping.is_invoiced",
		"The delivery note is invoiced; reverse the invoice first.", "送货单已开票,请先冲销发票。", "SHP-20")
	ErrOverInvoiced = pg.Constraint("delivery_note_lines_not_over", errs.Define(errs.Rule, "shipping.over_invoiced",
		"An invoice can't take more of a delivery note than what left and isn't invoiced yet.",
		"开票数量不能超过送货单已发未开票数量。", "SHP-20"))
	ErrNoteCancelled = errs.Define(errs.Conflict, "shipping.note_cancelled",
		"The delivery note is cancelled: nothing left with it.", "送货单已作废,并无货物出厂。", "SHP-14")
	ErrCorrectsTooMuch = pg.Constraint("delivery_note_lines_corrected", errs.Define(errs.Rule, "shipping.corrects_too_much",
		"A correction can't take more off a line than what left with it: {left}.", "更正数量不能超过该行实发数量 {left}。", "SHP-14"))
)
