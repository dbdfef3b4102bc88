package errs

// The codes that belong to no module: every operation can answer them.
var (
	ErrMalformed      = Define(Malformed, "request.malformed", "The request can't be read.", "请求无法解析。")
	ErrInvalid        = Define(Malformed, "request.invalid", "The request doesn't fit the contract; see errors.", "请求不符合接口约定,详见 errors。")
	ErrNotFound       = Define(NotFound, "resource.not_found", "There is nothing here that you may see.", "资源不存在或无权查看。")
	ErrForbidden      = Define(Forbidden, "auth.forbidden", "Your role doesn't allow this operation.", "您的角色无权执行此操作。")
	ErrStale          = Define(Stale, "resource.stale", "Someone changed this in the meantime; read it again.", "数据已被他人修改,请重新读取。")
	ErrNeedsIfMatch   = Define(PreconditionRequired, "request.if_match_required", "Send the ETag that you read as If-Match.", "请在 If-Match 中携带读取时的 ETag。")
	ErrState          = Define(Conflict, "resource.wrong_state", "This can't be done in the state {state}.", "当前状态({state})不允许此操作。")
	ErrDuplicate      = Define(Conflict, "resource.duplicate", "This exists already.", "记录已存在。")
	ErrReferenced     = Define(Rule, "resource.unknown_reference", "The request names something that doesn't exist.", "引用的数据不存在。")
	ErrConstraint     = Define(Rule, "resource.constraint", "The database refused values that no rule allows.", "数据不满足约束。")
	ErrOutcomeUnknown = Define(Unavailable, "outcome_unknown", "The connection broke during commit. Repeat with the same Idempotency-Key to learn the outcome.", "提交时连接中断,请使用相同的 Idempotency-Key 重试以确认结果。")
	ErrBusy           = Define(Unavailable, "server.busy", "The server can't take this now; try again shortly.", "服务器繁忙,请稍后重试。")
	ErrTimeout        = Define(Unavailable, "server.timeout", "This took too long and was given up; nothing was changed.", "处理超时,未做任何更改。")
	ErrInternal       = Define(Internal, "server.internal", "Something failed on our side; quote the request id.", "服务器内部错误,请提供请求编号。")
)
