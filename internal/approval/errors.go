package approval

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What the approval engine refuses.
var (
	ErrMatrix = errs.Define(errs.Rule, "approval.matrix_invalid",
		"The authority matrix can't be used as it is; see errors.", "授权矩阵无效,详见 errors。", "ORG-01")
	ErrMatrixPast = errs.Define(errs.Rule, "approval.matrix_past",
		"An authority matrix can't take effect in the past.", "授权矩阵不能追溯生效。", "ORG-01")
	ErrCondition = errs.Define(errs.Rule, "approval.condition_failed",
		"A condition of the authority matrix can't be evaluated on these facts.", "授权矩阵的条件无法按当前数据求值。", "ORG-01")
	ErrStarter = errs.Define(errs.Forbidden, "approval.not_a_starter",
		"The authority matrix doesn't let your role submit this.", "授权矩阵不允许您的角色提交此事项。", "ORG-01")
	ErrFact = errs.Define(errs.Rule, "approval.fact_invalid",
		"The fact {fact} is missing or not of its kind ({kind}).", "审批事实 {fact} 缺失或类型不符({kind})。", "ORG-01")
	ErrNoMatter = errs.Define(errs.Rule, "approval.no_such_matter",
		"The authority matrix that is asked has no matter {matter}.", "所选授权矩阵没有事项 {matter}。", "ORG-01")
	ErrNoVersion = errs.Define(errs.Rule, "approval.no_such_version",
		"There is no version {version} of the authority matrix that can be used.", "授权矩阵没有可用的第 {version} 版。", "ORG-01")
	ErrOneMatrix = errs.Define(errs.Rule, "approval.one_matrix",
		"Name one matrix: a version, a whole draft, or the draft of one matter's rules.", "请只指定一种矩阵:已存版本、完整草案或单一事项草案。", "ORG-01")
	ErrAlreadyPending = pg.Constraint("approval_requests_one_pending", errs.Define(errs.Conflict, "approval.already_pending",
		"This document waits for approval already.", "该单据已在审批中。"))

	ErrEnded = errs.Define(errs.Conflict, "approval.ended",
		"This request has ended: {state}.", "该审批已结束({state})。")
	ErrChanged = errs.Define(errs.Conflict, "approval.content_changed",
		"What you were shown isn't what was submitted; read it again.", "您所见内容与提交内容不一致,请重新读取。")
	ErrOwn = errs.Define(errs.Forbidden, "approval.own_submission",
		"Nobody decides their own submission.", "不得审批本人提交的事项。", "ORG-03")
	ErrNotAsked = errs.Define(errs.Forbidden, "approval.not_asked",
		"This step of the request isn't yours to decide.", "当前审批步骤不由您处理。", "ORG-01")
	ErrResolution = errs.Define(errs.Forbidden, "approval.by_resolution",
		"This step is decided by a resolution of the price committee, in a recorded meeting.", "该步骤须由价格委员会会议决议,不能由个人审批。", "PRC-11")
	ErrHasDecided = errs.Define(errs.Conflict, "approval.has_decided",
		"You have decided this step already; it waits for others.", "您已处理该步骤,正在等待其他人。")
	ErrNotSubmitter = errs.Define(errs.Forbidden, "approval.not_submitter",
		"Only the submitter can withdraw a request.", "仅提交人可撤回。")
	ErrReason = errs.Define(errs.Rule, "approval.reason_required",
		"Say why.", "请填写理由。")
	ErrAcknowledge = errs.Define(errs.Conflict, "approval.only_acknowledge",
		"This step only takes note; it can't be rejected or returned.", "该步骤仅需知悉,不能驳回或退回。")

	ErrNoVerbal = errs.Define(errs.Rule, "approval.verbal_not_allowed",
		"The authority matrix doesn't let this be approved by phone.", "授权矩阵不允许对此事项口头批准。", "ORG-05")
	ErrVerbalRecorder = errs.Define(errs.Forbidden, "approval.verbal_recorder",
		"A verbal approval is recorded by the submitter or by somebody who handles the request, never by the one who gave it.",
		"口头批准须由提交人或经办人登记,不得由批准人本人登记。", "ORG-05")
	ErrVerbalTime = errs.Define(errs.Rule, "approval.verbal_time",
		"A verbal approval can't be given in the future.", "口头批准时间不能晚于当前时间。", "ORG-05")
	ErrVerbalAnswered = errs.Define(errs.Conflict, "approval.verbal_answered",
		"There is no verbal approval of yours to confirm or deny.", "没有待您确认的口头批准。", "ORG-05")

	ErrAbsentTwice = pg.Constraint("approval_deputations_one", errs.Define(errs.Conflict, "approval.deputed_already",
		"Somebody acts for this person in part of that time already.", "该时间段内已有代理人。", "ORG-04"))
	ErrDeputyTime = pg.Constraint("approval_decisions_deputy_time", errs.Define(errs.Forbidden, "approval.deputy_time",
		"A deputy decides only while the leave runs.", "代理人仅可在请假期间代为审批。", "ORG-04"))

	ErrTooManyStreams = errs.Define(errs.TooMany, "approval.too_many_streams",
		"Too many event streams are open; close one or try again later.", "事件流连接过多,请稍后重试。")
)

// The constraints behind the rules: what the code refuses first, the database refuses too.
var (
	_ = pg.Constraint("approval_decisions_not_own", ErrOwn)
	_ = pg.Constraint("approval_decisions_own_reviewed", ErrOwn)
	_ = pg.Constraint("approval_decisions_deputation", ErrNotAsked)
	_ = pg.Constraint("approval_decisions_one_voice", ErrHasDecided)
	_ = pg.Constraint("approval_decisions_slot", ErrHasDecided)
	_ = pg.Constraint("approval_decisions_one_vote", ErrHasDecided)
	_ = pg.Constraint("approval_decisions_resolution", ErrResolution)
	_ = pg.Constraint("approval_decisions_by_resolution", ErrResolution)
	_ = pg.Constraint("verbal_approvals_persons", ErrVerbalRecorder)
	_ = pg.Constraint("authority_matrix_versions_pkey", errs.ErrStale)
)
