package collection

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of promises and contacts.
var (
	ErrPromiseDates = pg.Constraint("payment_promises_dates", errs.Define(errs.Rule, "promise.dates",
		"A promise was made today or before, and is for today or later.", "承诺日期不得晚于今天,承诺付款日不得早于今天。", "ARV-05"))
	ErrPromiseFar = errs.Define(errs.Rule, "promise.too_far",
		"A promise is for at most {days} days from today.", "承诺付款日不得超过 {days} 天。", "ARV-05")
	ErrNoAmount     = errs.Define(errs.Rule, "collection.no_amount", "The amount must be above 0.", "金额必须大于 0。")
	ErrPromisedMore = errs.Define(errs.Rule, "promise.more_than_open",
		"Of these items only {left} is open and not promised yet.", "所选款项未付且未承诺的金额仅 {left}。", "ARV-05")
	ErrPromiseSum = errs.Define(errs.Rule, "promise.items_differ",
		"The items add up to {sum}, not to the amount promised.", "明细合计 {sum},与承诺金额不符。", "ARV-05")
	ErrUnknownItem = errs.Define(errs.Rule, "collection.unknown_item",
		"This payer owes no such invoice.", "该付款方没有此未结发票。")
	ErrItemTwice   = errs.Define(errs.Rule, "collection.item_twice", "The same invoice is named twice.", "同一发票被重复引用。")
	ErrPromiseOver = errs.Define(errs.Conflict, "promise.ended",
		"This promise was judged or withdrawn already.", "该付款承诺已有结果或已撤销。", "ARV-05")
	ErrFuture = pg.Constraint("collection_contacts_happened", errs.Define(errs.Rule, "collection.future",
		"This lies in the future.", "时间不能晚于现在。"))

	_ = pg.Constraint("collection_contacts_channel", errs.ErrReferenced)
	_ = pg.Constraint("payment_promises_received", ErrPromiseOver)
	_ = pg.Constraint("payment_promises_judged", ErrPromiseOver)
	_ = pg.Constraint("payment_promises_kept", ErrPromiseOver)
)

// The refusals of dunning.
var (
	ErrSteps = pg.Constraint("dunning_steps_days", errs.Define(errs.Rule, "dunning.steps",
		"Steps are numbered from 1 on without a gap, and each is due later than the one before it.", "催款步骤须从 1 连续编号,且各步骤逾期天数递增。", "ARV-05"))
	ErrStepText = errs.Define(errs.Rule, "dunning.step_text",
		"The text names {word}, which no letter knows.", "文本中的 {word} 不是可用的占位符。", "ARV-05")
	ErrNotProposed = pg.Constraint("dunnings_immutable", errs.Define(errs.Conflict, "dunning.not_proposed",
		"This dunning was sent or called off already.", "该催款单已发出或已取消。", "ARV-05"))
	ErrNothingToDun = errs.Define(errs.Conflict, "dunning.nothing_left",
		"Nothing is left to dun: it was paid, promised, disputed or paused meanwhile. The proposal is called off.",
		"已无可催款项:期间已付款、承诺、争议或暂停,该建议已取消。", "ARV-05")
	ErrStepTwice = pg.Constraint("dunning_items_once", errs.Define(errs.Conflict, "dunning.step_twice",
		"An item of this letter was dunned with this step already.", "该款项已按此步骤催过。", "ARV-05"))
	ErrOneOpen = pg.Constraint("dunnings_one_open", errs.Define(errs.Conflict, "dunning.one_open",
		"This payer has a dunning that waits to be sent.", "该付款方已有待发催款单。", "ARV-05"))
	ErrPaused = pg.Constraint("dunning_pauses_one", errs.Define(errs.Conflict, "dunning.paused_already",
		"Dunning of this payer is paused already.", "该付款方催款已暂停。", "ARV-05"))
	ErrPauseEnd   = errs.Define(errs.Rule, "dunning.pause_end", "A pause ends today or later.", "暂停截止日不得早于今天。", "ARV-05")
	ErrPauseLong  = errs.Define(errs.Rule, "dunning.pause_too_long", "Dunning is paused for at most {days} days.", "暂停催款不得超过 {days} 天。", "ARV-05")
	ErrPauseEnded = errs.Define(errs.Conflict, "dunning.pause_ended", "This pause has ended.", "该暂停已结束。", "ARV-05")

	_ = pg.Constraint("dunnings_sent", ErrNotProposed)
	_ = pg.Constraint("dunnings_ended", ErrNotProposed)
	_ = pg.Constraint("dunning_steps_step", ErrSteps)
)

// The refusals about paying staff.
var (
	ErrNobody = pg.Constraint("paying_staff_changes_somebody", errs.Define(errs.Rule, "paying_staff.nobody",
		"A change names who left, who comes, or both.", "变动须说明离任人或接任人。", "ARV-09"))
	ErrStaffLeft = pg.Constraint("paying_staff_changes_left", errs.Define(errs.Conflict, "paying_staff.left_already",
		"This person has left already.", "该结算人员已离任。", "ARV-09"))
	ErrStaffDates = pg.Constraint("paying_staff_dates", errs.Define(errs.Rule, "paying_staff.dates",
		"The change lies before that person came.", "变动日期早于该人员到任日期。", "ARV-09"))
	ErrStaffTwice = pg.Constraint("paying_staff_once", errs.Define(errs.Conflict, "paying_staff.known",
		"This person pays for the customer already.", "该人员已是客户结算人员。", "ARV-09"))
	ErrUnknownStaff = errs.Define(errs.Rule, "paying_staff.unknown", "The customer has no such paying person.", "该客户没有此结算人员。", "ARV-09")
)
