// Package decision owns the record of what the gates decided: for every pass through a gate one decision with each
// check that was made, the rule it comes from, its inputs and its result, in words that a person who was stopped
// understands, in en and zh-CN.
//
// It does not decide anything: the gate is code of the module concerned. It does not own approvals; a decision that
// asks for one names the matter, the matrix version and the approval.
//
// A decision is never changed or removed. A gate that is passed again writes another one.
//
// A module collects checks and records the decision in the transaction of the effect:
//
//	d := decision.New("shipment", "shipping_notice", notice.ID)
//	d.Check("SHP-06", ok, inputs, "Exposure after this notice …", "本次发货后欠款额度 …")
//	d.Outcome = decision.ApprovalRequired
//	err := decision.Record(tx, &d)
//
// A refusal that must leave its trace commits through pg.Keep: return pg.Keep(ErrX.With(…).Deciding(d)).
package decision
