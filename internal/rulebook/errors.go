package rulebook

import "github.com/salesgate/salesgate/internal/errs"

// What a change of a parameter can be refused for.
var (
	ErrParameterKind = errs.Define(errs.Rule, "rulebook.parameter_kind",
		"The value isn't a {kind}.", "参数值不是有效的 {kind}。")
	ErrParameterBounds = errs.Define(errs.Rule, "rulebook.parameter_bounds",
		"The value must lie between {minimum} and {maximum}.", "参数值必须在 {minimum} 与 {maximum} 之间。")
	ErrParameterPast = errs.Define(errs.Rule, "rulebook.parameter_past",
		"A change can't take effect in the past.", "参数变更不能追溯生效。")
	ErrParameterReason = errs.Define(errs.Rule, "rulebook.parameter_reason",
		"A change of a figure needs a reason.", "变更参数必须填写原因。")
)
