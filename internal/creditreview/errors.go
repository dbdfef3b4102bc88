package creditreview

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What credit reviews can refuse.
var (
	ErrAnswered = errs.Define(errs.Conflict, "credit_review.answered",
		"This credit review is answered already; it is {state}.", "该信用评审已有结论(状态:{state})。", "CRD-09")
	ErrReason = errs.Define(errs.Rule, "credit_review.reason_missing",
		"The figures say that this customer's credit should get worse; to keep it as it is needs a reason.",
		"数据显示该客户应下调信用,维持不变须说明理由。", "CRD-09")
	ErrNextReview = errs.Define(errs.Rule, "credit_review.next_review",
		"The next review lies after today.", "下次评审日期须晚于今天。", "CRD-09")
	ErrNothingProposed = errs.Define(errs.Rule, "credit_review.nothing_proposed",
		"This review proposes no change; say what is to change, or confirm it.", "该评审未建议变更,请填写变更内容或直接确认。", "CRD-08", "CRD-09")
	ErrTwice = errs.Define(errs.Rule, "credit_review.named_twice",
		"This review is named twice.", "同一评审重复出现。", "CRD-09")
)

// The constraints that guard the same rules in the database.
var (
	_ = pg.Constraint("credit_reviews_frozen", ErrAnswered)
	_ = pg.Constraint("credit_reviews_once", errs.ErrStale)
	_ = pg.Constraint("credit_reviews_one_live", errs.ErrStale)
	_ = pg.Constraint("credit_review_batches_period", errs.ErrStale)
)
