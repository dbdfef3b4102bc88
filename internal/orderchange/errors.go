package orderchange

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrOpen = pg.Constraint("order_changes_open", errs.Define(errs.Conflict, "order_change.already_open",
		"Another change or cancellation of this order waits for its decision.", "该订单已有待审批的变更(取消)申请。", "ORD-05"))
	ErrConsequences = errs.Define(errs.Conflict, "order_change.consequences_open",
		"{open} departments haven't stated the consequences yet; their time ends at {due_at}.", "尚有 {open} 个部门未反馈变更影响,反馈截止时间为 {due_at}。", "ORD-05")
	ErrNotAsked = errs.Define(errs.Forbidden, "order_change.not_asked",
		"None of your roles was asked for the consequences of this request.", "该申请未要求您所在部门反馈影响。", "ORD-05")
	ErrStated = errs.Define(errs.Conflict, "order_change.stated",
		"Your department has stated the consequences already.", "您所在部门已反馈影响。", "ORD-05")
)
