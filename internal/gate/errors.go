package gate

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What the gate refuses.
var (
	ErrForged = errs.Define(errs.Rule, "gate.forged_pass",
		"This gate pass wasn't issued by us.", "该出门证不是本厂签发。", "SHP-09")
	ErrUnknownPass = errs.Define(errs.Rule, "gate.unknown_pass",
		"There is no such gate pass.", "出门证不存在。", "SHP-09")
	ErrPassUsed = errs.Define(errs.Conflict, "gate.pass_used",
		"Gate pass {number} was used already, at {at}.", "出门证 {number} 已于 {at} 使用。", "SHP-09")
	ErrPassDead = errs.Define(errs.Conflict, "gate.pass_cancelled",
		"Gate pass {number} is cancelled.", "出门证 {number} 已作废。", "SHP-09", "SHP-21")
	ErrPassExpired = errs.Define(errs.Rule, "gate.pass_expired",
		"Gate pass {number} expired at {at}.", "出门证 {number} 已于 {at} 过期。", "SHP-09")
	ErrGateVehicle = errs.Define(errs.Rule, "gate.other_vehicle",
		"Gate pass {number} is for vehicle {expected}.", "出门证 {number} 的车辆为 {expected},与实际不符。", "SHP-09")
	ErrGateGoods = errs.Define(errs.Rule, "gate.other_goods",
		"The goods aren't those of gate pass {number}: {difference}.", "货物与出门证 {number} 不符:{difference}。", "SHP-09")
	ErrUnpaid = errs.Define(errs.Rule, "gate.unpaid",
		"The payment for the goods of gate pass {number} was reversed: unload them, or wait until it is there again.", "出门证 {number} 所列货物的款项已冲销:请卸货,或待重新到款后放行。", "SHP-10")
	_ = pg.Constraint("gate_checks_once", errs.Define(errs.Conflict, "gate.pass_used_meanwhile",
		"This gate pass was used a moment ago.", "该出门证刚刚已被使用。", "SHP-09"))
)

// What is refused about conflicts.
var (
	ErrResolved = errs.Define(errs.Conflict, "gate.conflict_resolved",
		"This conflict is resolved already.", "该冲突已处理。", "SHP-09")
	ErrOwnConflict = errs.Define(errs.Forbidden, "gate.own_conflict",
		"Who let the vehicle out doesn't resolve the conflict about it.", "放行人不得自行处理该冲突。", "ORG-03", "SHP-09")
)
