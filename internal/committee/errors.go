package committee

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The refusals of this module.
var (
	ErrState = errs.Define(errs.Conflict, "committee.wrong_state",
		"This can't be done with a meeting that is {state}.", "会议当前状态({state})不能进行此操作。", "PRC-11")
	ErrFrozen = pg.Constraint("price_meetings_frozen", errs.Define(errs.Conflict, "committee.frozen",
		"A meeting that has ended is frozen.", "会议已结束,记录不能更改。", "PRC-11"))
	ErrNoMembers = errs.Define(errs.Rule, "committee.no_members",
		"The price committee has no members on that day; name them first.", "该日价格委员会没有成员,请先任命。", "PRC-11")
	ErrMemberTwice = pg.Constraint("price_committee_members_once", errs.Define(errs.Conflict, "committee.member_twice",
		"This person belongs to the committee in part of that time already.", "该人员在此期间已是委员会成员。", "PRC-11"))
	ErrMemberDates = pg.Constraint("price_committee_members_dates", errs.Define(errs.Rule, "committee.member_dates",
		"A membership doesn't end before it begins, and what is past isn't changed.", "任期结束不能早于开始,且不能更改过去的任期。", "PRC-11"))
	ErrPerson = errs.Define(errs.Rule, "committee.not_a_person",
		"Only active people belong to the committee.", "委员会成员须为在职人员。", "PRC-11")
	ErrNotMember = errs.Define(errs.Forbidden, "committee.not_a_member",
		"Only members of the committee who attend the meeting vote.", "只有出席会议的委员会成员可以表决。", "PRC-11")
	ErrAttending = pg.Constraint("price_votes_attending", errs.Define(errs.Conflict, "committee.has_voted",
		"Who has voted was there.", "已表决的成员不能标记为缺席。", "PRC-11"))
	ErrOwn = pg.Constraint("price_votes_not_own", errs.Define(errs.Forbidden, "committee.own_submission",
		"Nobody votes on what they have submitted, nor closes the meeting that decides on it.", "不得对本人提交的议题表决,也不得由本人结束该会议。", "ORG-03", "PRC-11"))
	ErrSubject = errs.Define(errs.Rule, "committee.not_waiting",
		"This doesn't wait for the price committee.", "该事项未在等待价格委员会审议。", "PRC-11")
	ErrItemTwice = pg.Constraint("price_meeting_items_once", errs.Define(errs.Conflict, "committee.item_twice",
		"This is on the agenda already.", "该议题已在议程中。", "PRC-11"))
	ErrPast = errs.Define(errs.Rule, "committee.scheduled_in_past",
		"A meeting isn't called for a time that has passed.", "会议时间不能早于当前时间。", "PRC-11")
	ErrMinutes = errs.Define(errs.Rule, "committee.minutes_required",
		"A meeting is closed with its minutes.", "结束会议须有会议纪要。", "PRC-11")
	ErrReason      = errs.Define(errs.Rule, "committee.reason_required", "Say why.", "请填写理由。", "PRC-11")
	ErrNotOnRoster = errs.Define(errs.Rule, "committee.not_on_roster",
		"Only members of the committee attend as such.", "只有委员会成员可以记为出席。", "PRC-11")
	ErrOrdinary = pg.Constraint("price_meetings_one_ordinary", errs.Define(errs.Conflict, "committee.ordinary_twice",
		"This quarter has its ordinary meeting.", "本季度的例会已召集。", "PRC-11"))
)

// What the constraints guard again.
var (
	_ = pg.Constraint("price_meetings_opened", ErrNoMembers)
	_ = pg.Constraint("price_meetings_closed", ErrMinutes)
	_ = pg.Constraint("price_meetings_cancelled", ErrReason)
	_ = pg.Constraint("price_resolutions_majority", ErrSubject)
	_ = pg.Constraint("price_resolutions_counted", ErrSubject)
	_ = pg.Constraint("price_resolutions_item", ErrFrozen)
)
