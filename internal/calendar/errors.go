package calendar

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrPast = pg.Constraint("calendar_days_ahead", errs.Define(errs.Rule, "calendar.day_passed",
		"A day that has passed can't be changed; today can only be declared off.", "已过去的日期不可更改;当天只能改为休息日。"))
	ErrFar = errs.Define(errs.Rule, "calendar.day_far",
		"The day lies more than {years} years ahead.", "日期超出未来 {years} 年。")
	ErrReason = pg.Constraint("calendar_days_reason", errs.Define(errs.Rule, "calendar.reason_missing",
		"Say why.", "请填写原因。"))
	ErrNone = errs.Define(errs.Conflict, "calendar.no_exception",
		"This day has no exception.", "该日期没有例外安排。")
	ErrTwice = errs.Define(errs.Rule, "calendar.day_twice",
		"A day is named twice.", "同一日期重复出现。")
	ErrTerm = errs.Define(errs.Malformed, "calendar.bad_term",
		"Give either working_days or working_hours.", "请填写 working_days 或 working_hours 其中之一。")
	ErrRange = errs.Define(errs.Malformed, "calendar.bad_range",
		"The range ends before it begins, or is longer than {days} days.", "日期范围有误,或超过 {days} 天。")
)
