package identity

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

var errForbidden = errs.ErrForbidden

// What can be wrong with a caller's proof of who they are.
var (
	ErrNoToken        = errs.Define(errs.Unauthenticated, "auth.token_required", "Log in first: this needs an access token.", "请先登录:此操作需要访问令牌。")
	ErrToken          = errs.Define(errs.Unauthenticated, "auth.token_invalid", "This access token isn't valid.", "访问令牌无效。")
	ErrTokenExpired   = errs.Define(errs.Unauthenticated, "auth.token_expired", "This access token has expired; refresh it.", "访问令牌已过期,请刷新。")
	ErrRevoked        = errs.Define(errs.Unauthenticated, "auth.session_ended", "This session has ended; log in again.", "会话已结束,请重新登录。")
	ErrCredentials    = errs.Define(errs.Unauthenticated, "auth.bad_credentials", "User name or password is wrong.", "用户名或密码错误。")
	ErrRefresh        = errs.Define(errs.Unauthenticated, "auth.refresh_invalid", "This refresh token isn't valid; log in again.", "刷新令牌无效,请重新登录。")
	ErrRefreshReused  = errs.Define(errs.Unauthenticated, "auth.refresh_reused", "This refresh token was used before; its session was ended for safety.", "刷新令牌被重复使用,为安全起见会话已终止。")
	ErrThrottled      = errs.Define(errs.TooMany, "auth.too_many_attempts", "Too many attempts; try again in {retry_after} seconds.", "尝试次数过多,请在 {retry_after} 秒后重试。")
	ErrClient         = errs.Define(errs.Unauthenticated, "auth.invalid_client", "Client id or secret is wrong.", "客户端标识或密钥错误。")
	ErrScope          = errs.Define(errs.Malformed, "auth.invalid_scope", "This client wasn't granted that scope.", "该客户端未获授此权限范围。")
	ErrPasswordChange = errs.Define(errs.Forbidden, "auth.password_change_required", "Change your password first.", "请先修改密码。")
)

// What the rules on people and machines refuse.
var (
	ErrUsernameTaken     = pg.Constraint("users_username", errs.Define(errs.Conflict, "user.username_taken", "This user name is taken.", "用户名已被占用。"))
	ErrTeamNotInDept     = pg.Constraint("users_team_in_department", errs.Define(errs.Rule, "user.team_not_in_department", "The team doesn't belong to the user's department.", "该小组不属于用户所在部门。"))
	ErrUnknownRole       = pg.Constraint("users_roles", errs.Define(errs.Rule, "user.unknown_role", "There is no such role for a person.", "角色不存在。"))
	ErrUsernameFormat    = pg.Constraint("users_username_format", errs.Define(errs.Rule, "user.bad_username", "A user name has 2 to 64 of a–z, 0–9, dot, dash and underscore, and starts with a letter or digit.", "用户名为 2 至 64 位小写字母、数字、点、横线或下划线,且以字母或数字开头。"))
	ErrWeakPassword      = errs.Define(errs.Rule, "user.weak_password", "A password has 10 to 128 characters, is no common one and doesn't contain the user name.", "密码须为 10 至 128 个字符,不能是常见密码,也不能包含用户名。")
	ErrSamePassword      = errs.Define(errs.Rule, "user.same_password", "The new password is the old one.", "新密码与旧密码相同。")
	ErrWrongPassword     = errs.Define(errs.Rule, "user.wrong_password", "The present password is wrong.", "当前密码错误。")
	ErrLeads             = errs.Define(errs.Conflict, "user.leads", "This person heads a department or leads a team; name a successor first.", "该人员是部门负责人或小组组长,请先指定继任者。")
	ErrLastAdmin         = errs.Define(errs.Conflict, "user.last_admin", "There must remain an active administrator.", "必须保留至少一名在职管理员。")
	ErrLeaderUnfit       = errs.Define(errs.Rule, "team.unfit_leader", "A head or leader is an active person of the same department.", "负责人或组长须为本部门的在职人员。")
	ErrDepartmentCode    = pg.Constraint("departments_code", errs.Define(errs.Conflict, "department.code_taken", "This department code is taken.", "部门编码已被占用。"))
	ErrTeamCode          = pg.Constraint("teams_code", errs.Define(errs.Conflict, "team.code_taken", "This team code is taken.", "小组编码已被占用。"))
	ErrNotEmpty          = errs.Define(errs.Conflict, "department.not_empty", "Active people or teams still belong to it.", "仍有在职人员或小组隶属于此。")
	ErrClientName        = pg.Constraint("machine_clients_name", errs.Define(errs.Conflict, "machine_client.name_taken", "A machine client of this name exists.", "同名机器客户端已存在。"))
	ErrTwoSecrets        = pg.Constraint("client_secrets_two_live", errs.Define(errs.Conflict, "machine_client.two_secrets", "Two secrets are live already; revoke one first.", "已有两个有效密钥,请先吊销其中一个。"))
	ErrScopeNotGrantable = errs.Define(errs.Rule, "machine_client.scope_not_grantable", "There is no permission {scope} that a machine could have.", "权限 {scope} 不存在或不可授予机器客户端。")
	ErrInactive          = errs.Define(errs.Conflict, "identity.inactive", "It is deactivated.", "已停用。")
)
