package dispute

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrMore = pg.Constraint("disputed_items_credited", errs.Define(errs.Rule, "dispute.more_than_open",
		"Only {left} can be disputed, or taken off, here.", "可争议或调减的金额仅 {left}。", "ARV-06"))
	ErrUnknownLine = errs.Define(errs.Rule, "dispute.unknown_line",
		"The invoice has no such line; a quantity is of a line.", "发票无此明细行;数量须对应明细行。", "ARV-06")
	ErrClosed = pg.Constraint("disputed_items_closed", errs.Define(errs.Conflict, "dispute.closed",
		"This dispute is closed, or waits for a decision.", "该争议已结案或正在审批。", "ARV-06"))
	ErrReason = pg.Constraint("disputed_items_reason", errs.Define(errs.Rule, "dispute.reason",
		"An item is disputed as a duplicate, for its price, item, quantity or quality.", "争议原因须为重复、价格、项目、数量或质量。", "ARV-06"))

	_ = pg.Constraint("disputed_items_deciding", ErrClosed)
	_ = pg.Constraint("disputed_items_adjusted", ErrClosed)
	_ = pg.Constraint("disputed_items_adjustment", ErrClosed)
	_ = pg.Constraint("disputed_items_reasoned", ErrClosed)
)
