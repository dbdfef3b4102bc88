package shipping

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What shipping refuses.
var (
	ErrOverInvoiced = pg.Constraint("delivery_note_lines_not_over", errs.Define(errs.Rule, "shipping.over_invoiced",
		"An invoice can't take more of a delivery note than what left and isn't invoiced yet.",
		"开票数量不能超过送货单已发未开票数量。", "SHP-20"))
)
