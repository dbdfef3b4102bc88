package followup

import "github.com/salesgate/salesgate/internal/errs"

// The refusals of this module.
var (
	ErrNote = errs.Define(errs.Rule, "follow_up.note_missing",
		"Say in a note what was done.", "请填写处理说明。")
	ErrClosed = errs.Define(errs.Conflict, "follow_up.closed",
		"This has been dealt with already.", "该事项已处理完毕。")
	ErrBadPerson = errs.Define(errs.Rule, "follow_up.bad_person",
		"This must go to an active person whose work you see.", "只能转给您可见范围内的在职人员。", "ORG-06")
)
