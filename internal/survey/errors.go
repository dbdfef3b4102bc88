package survey

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrEnded = errs.Define(errs.Conflict, "survey.ended",
		"This survey has been {state} already.", "该满意度调查已结束({state})。", "CUS-14")
	ErrScores = errs.Define(errs.Rule, "survey.bad_scores", "Scores are from 1 to 5.", "评分须为 1 至 5。", "CUS-14")
	ErrReason = errs.Define(errs.Rule, "survey.reason_needed", "Say why the customer isn't asked.", "请说明不再回访的原因。", "CUS-14")
	ErrLink   = errs.Define(errs.NotFound, "survey.no_such_link", "This link isn't one of ours.", "链接无效。", "CUS-14")
	ErrGone   = errs.Define(errs.Gone, "survey.link_gone",
		"This link was used, has expired, or was replaced by another.", "链接已使用、已过期或已被新链接取代。", "CUS-14")
	ErrNoPerson = errs.Define(errs.Forbidden, "survey.people_only", "Links are made by people.", "链接须由本人生成。", "CUS-14")
)

// What the constraints guard again.
var (
	_ = pg.Constraint("surveys_scores", ErrScores)
	_ = pg.Constraint("surveys_final", ErrEnded)
	_ = pg.Constraint("surveys_answered_whole", ErrScores)
	_ = pg.Constraint("surveys_closed_has_reason", ErrReason)
	_ = pg.Constraint("survey_links_ended_once", ErrGone)
)
