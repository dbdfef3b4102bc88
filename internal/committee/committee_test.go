package committee_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/committee"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

type object = map[string]any

// board is a company whose committee is the five of PRC-11: gm, manager, finance, auditor and committee, who is of the sales staff.
type board struct {
	*apitest.Env
	t *testing.T
}

func newBoard(t *testing.T) board {
	t.Helper()
	return board{apitest.New(t), t}
}

var everybody = []string{"gm", "manager", "finance", "auditor", "committee"}

func (b board) do(who string, fn func(tx pg.Tx, who identity.Principal) error) error {
	b.t.Helper()
	p := b.Principal(who)
	return b.DB.Tx(b.t.Context(), p.Origin("test"), func(tx pg.Tx) error { return fn(tx, p) })
}

func wants(t *testing.T, what string, err error, want *errs.Def) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

// table drafts a price authority table of the manager and submits it; it waits for the committee then.
func (b board) table() (table, approvalID string) {
	b.t.Helper()
	entry := func(role string, below any) object { return object{"role": role, "max_below": below, "max_above": nil} }
	made := b.As("manager").Post("/v1/price-authority-tables", object{
		"reason": "季度修订", "entries": []object{entry("sales_rep", "3"), entry("general_manager", nil)},
	}).Want(201)
	sent := b.As("manager").Post("/v1/price-authority-tables/"+made.ID()+"/submit", nil).Want(200)
	return made.ID(), sent.String("approval_id")
}

func subject(id string) object {
	return object{"subject_type": "price_authority_table", "subject_id": id}
}

// meeting is an open one about these tables, with these members present.
func (b board) meeting(present []string, tables ...string) apitest.Answer {
	b.t.Helper()
	subjects := []object{}
	for _, id := range tables {
		subjects = append(subjects, subject(id))
	}
	made := b.As("committee").Post("/v1/price-meetings", object{
		"title": "价格评审", "scheduled_at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339), "subjects": subjects,
	}).Want(201)
	b.As("committee").Post("/v1/price-meetings/"+made.ID()+"/open", nil).Want(200)
	return b.attend(made.ID(), present)
}

func (b board) attend(meeting string, present []string) apitest.Answer {
	b.t.Helper()
	ids := []uuid.UUID{}
	for _, p := range present {
		ids = append(ids, b.People[p])
	}
	return b.As("committee").Put("/v1/price-meetings/"+meeting+"/attendance", "", object{"present": ids}).Want(200)
}

func (b board) vote(who string, meeting apitest.Answer, vote string) apitest.Answer {
	b.t.Helper()
	return b.As(who).Put(fmt.Sprintf("/v1/price-meetings/%s/items/%s/vote", meeting.ID(), meeting.String("items.0.id")), "", object{"vote": vote})
}

func (b board) close(who string, meeting apitest.Answer) apitest.Answer {
	b.t.Helper()
	return b.As(who).Post("/v1/price-meetings/"+meeting.ID()+"/close", object{"minutes": "表决完毕"})
}

func (b board) approval(id string) apitest.Answer {
	b.t.Helper()
	return b.As("gm").Get("/v1/approvals/" + id).Want(200)
}

func TestPRC11_AMajorityIsMoreThanHalfOfTheMembers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tally committee.Tally
		want  committee.Outcome
	}{
		{committee.Tally{Members: 5, For: 3}, committee.Adopted},
		{committee.Tally{Members: 5, For: 2}, committee.Undecided}, // all of those present, and not half of the members
		{committee.Tally{Members: 5, For: 2, Against: 1}, committee.Undecided},
		{committee.Tally{Members: 6, For: 3}, committee.Undecided}, // half isn't more than half
		{committee.Tally{Members: 6, For: 3, Against: 3}, committee.Undecided},
		{committee.Tally{Members: 6, For: 4}, committee.Adopted},
		{committee.Tally{Members: 5, Against: 3, For: 2}, committee.Rejected},
		{committee.Tally{Members: 5, Against: 2, Abstain: 3}, committee.Undecided},
		{committee.Tally{Members: 1, For: 1}, committee.Adopted},
		{committee.Tally{}, committee.Undecided},
	} {
		if got := c.tally.Outcome(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.tally, got, c.want)
		}
	}
	for attended, want := range map[int]bool{2: false, 3: true, 4: true} {
		if got := (committee.Meeting{Members: 5, Attended: attended}).Quorate(); got != want {
			t.Errorf("%d of 5: quorate %v", attended, got)
		}
	}
}

func TestPRC11_AResolutionDecidesTheCommitteesStepAndTheTableGoesOnToTheGeneralManager(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	table, request := b.table()
	if got := b.As("committee").Get("/v1/price-committee-agenda").Want(200); got.String("data.0.subject_id") != table {
		t.Fatal("it doesn't wait for the committee")
	}
	for _, who := range []string{"committee", "gm"} { // no click of one person
		b.As(who).Post("/v1/approvals/"+request+"/approve", object{"comment": "同意"}).WantProblem(403, "approval.by_resolution")
	}
	m := b.meeting([]string{"gm", "finance", "committee", "manager"}, table)
	if m.At("members") != 5.0 || m.At("attended") != 4.0 || m.At("quorate") != true {
		t.Fatalf("members %v, attended %v", m.At("members"), m.At("attended"))
	}
	b.vote("manager", m, "for").WantProblem(403, "committee.own_submission") // ORG-03
	b.vote("auditor", m, "for").WantProblem(403, "committee.not_a_member")   // absent
	b.vote("rep1", m, "for").WantProblem(404, "resource.not_found")
	b.vote("gm", m, "for").Want(200)
	b.vote("finance", m, "against").Want(200)
	b.vote("finance", m, "for").Want(200) // votes change until the meeting is closed
	b.vote("committee", m, "for").Want(200)
	b.close("manager", m).WantProblem(403, "committee.own_submission")
	closed := b.close("committee", m).Want(200)
	if closed.String("items.0.outcome") != "adopted" || closed.At("items.0.resolution.votes_for") != 3.0 || closed.At("items.0.resolution.members") != 5.0 ||
		!strings.HasPrefix(closed.String("items.0.resolution.number"), "PCR-") {
		t.Errorf("%s, %v", closed.String("items.0.outcome"), closed.At("items.0.resolution"))
	}
	if got := b.approval(request); got.String("approval.state") != "pending" || got.At("approval.step") != 1.0 ||
		got.String("decisions.0.resolution_id") != closed.String("items.0.resolution.id") {
		t.Fatalf("request %s at step %v", got.String("approval.state"), got.At("approval.step"))
	}
	b.As("gm").Post("/v1/approvals/"+request+"/approve", object{"comment": "同意"}).Want(200)
	if got := b.As("gm").Get("/v1/price-authority").Want(200); got.ID() != table {
		t.Error("the table isn't in force")
	}
	if got := b.As("auditor").Get("/v1/price-resolutions?subject_id=" + table).Want(200); got.Len("data") != 1 {
		t.Error("the resolution isn't listed")
	}
	b.As("rep1").Get("/v1/price-meetings/"+m.ID()).WantProblem(404, "resource.not_found")
}

func TestPRC11_WithoutAMajorityItWaitsOnAndAgainstEndsIt(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	table, request := b.table()
	for name, votes := range map[string]map[string]string{
		"a tie":               {"gm": "for", "finance": "for", "auditor": "against", "committee": "against"},
		"two of two present":  {"gm": "for", "finance": "for"},
		"abstentions":         {"gm": "for", "finance": "for", "auditor": "abstain", "committee": "abstain"},
		"nobody says a thing": {},
	} {
		present := []string{}
		for who := range votes {
			present = append(present, who)
		}
		m := b.meeting(present, table)
		for who, vote := range votes {
			b.vote(who, m, vote).Want(200)
		}
		if got := b.close("committee", m).Want(200); got.String("items.0.outcome") != "undecided" || got.At("items.0.resolution") != nil {
			t.Errorf("%s: %s", name, got.String("items.0.outcome"))
		}
		if got := b.approval(request); got.At("approval.step") != 0.0 || got.String("approval.state") != "pending" {
			t.Errorf("%s moved the request", name)
		}
	}
	b.Resolve(request, "against")
	if got := b.approval(request); got.String("approval.state") != "rejected" {
		t.Errorf("rejected by the committee: %s", got.String("approval.state"))
	}
	if got := b.As("manager").Get("/v1/price-authority-tables/" + table).Want(200); got.String("state") != "rejected" {
		t.Errorf("table %s", got.String("state"))
	}
}

func TestPRC11_VotesAboutWhatHasChangedCountForNothing(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	table, request := b.table()
	m := b.meeting(everybody, table)
	for _, who := range []string{"gm", "finance", "auditor"} {
		b.vote(who, m, "for").Want(200)
	}
	read := b.As("manager").Get("/v1/price-authority-tables/" + table).Want(200)
	b.As("manager").Patch("/v1/price-authority-tables/"+table, read.ETag(), object{"reason": "季度修订,二稿"}).Want(200)
	b.As("manager").Post("/v1/price-authority-tables/"+table+"/submit", nil).Want(200)
	if got := b.close("committee", m).Want(200); got.String("items.0.outcome") != "lapsed" || got.At("items.0.resolution") != nil {
		t.Errorf("outcome %s", got.String("items.0.outcome"))
	}
	if got := b.approval(request); got.String("approval.state") != "void" {
		t.Errorf("the first request is %s", got.String("approval.state"))
	}
	if got := b.As("committee").Get("/v1/price-committee-agenda").Want(200); got.Len("data") != 1 {
		t.Error("the new one doesn't wait")
	}
}

func TestPRC11_TheRosterIsThatOfTheOpening(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	table, _ := b.table()
	m := b.meeting([]string{"gm", "finance", "auditor"}, table)
	members := b.As("gm").Get("/v1/price-committee-members?on_date=" + time.Now().In(time.FixedZone("", 8*3600)).Format("2006-01-02")).Want(200)
	if members.Len("data") != 5 {
		t.Fatalf("%d members of the positions", members.Len("data"))
	}
	today := time.Now().In(time.FixedZone("", 8*3600))
	for i := range 5 { // two leave in the middle of the meeting
		id, who := members.String(fmt.Sprintf("data.%d.id", i)), members.String(fmt.Sprintf("data.%d.user_id", i))
		if who == b.People["auditor"].String() || who == b.People["committee"].String() {
			b.As("gm").Post("/v1/price-committee-members/"+id+"/end", object{"to": today.Format("2006-01-02")}).Want(200)
			b.As("gm").Post("/v1/price-committee-members/"+id+"/end", object{"to": today.AddDate(0, 0, -1).Format("2006-01-02")}).WantProblem(422, "committee.member_dates")
		}
	}
	b.vote("gm", m, "for").Want(200)
	b.vote("finance", m, "for").Want(200)
	b.vote("auditor", m, "for").Want(200)
	if got := b.close("committee", m).Want(200); got.At("members") != 5.0 || got.String("items.0.outcome") != "adopted" {
		t.Errorf("members %v, %s", got.At("members"), got.String("items.0.outcome"))
	}
	next, _ := b.table()
	if m = b.meeting([]string{"gm", "finance"}, next); m.At("members") != 3.0 {
		t.Errorf("the next roster has %v", m.At("members"))
	}
	b.As("gm").Post("/v1/price-committee-members", object{"user_id": b.People["gm"], "capacity": "other", "from": today.Format("2006-01-02")}).
		WantProblem(409, "committee.member_twice")
	b.As("gm").Post("/v1/price-committee-members", object{"user_id": uuid.NewString(), "capacity": "other", "from": today.Format("2006-01-02")}).
		WantProblem(422, "committee.not_a_person")
}

func TestPRC11_RaceOfTwoWhoCloseOneMeeting(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	table, request := b.table()
	m := b.meeting(everybody, table)
	for _, who := range []string{"gm", "finance", "auditor"} {
		b.vote(who, m, "for").Want(200)
	}
	id, item := uuid.MustParse(m.ID()), uuid.MustParse(m.String("items.0.id"))
	var wg sync.WaitGroup
	var mu sync.Mutex
	won, voted := 0, 0
	for i := range 8 {
		wg.Go(func() {
			who := []string{"committee", "finance", "auditor", "gm"}[i%4]
			err := b.do(who, func(tx pg.Tx, p identity.Principal) error {
				_, err := b.App.Server.PriceCommittee.ClosePriceMeeting(tx, p, id, nil, "纪要")
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case !errors.Is(err, committee.ErrState) && !errors.Is(err, errs.ErrStale):
				t.Errorf("close: %v", err)
			}
		})
		wg.Go(func() { // and votes at the same time
			err := b.do("committee", func(tx pg.Tx, p identity.Principal) error {
				_, err := b.App.Server.PriceCommittee.VotePriceMeetingItem(tx, p, id, item, committee.Against)
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				voted++
			case !errors.Is(err, committee.ErrState):
				t.Errorf("vote: %v", err)
			}
		})
	}
	wg.Wait()
	got := b.As("gm").Get("/v1/price-meetings/" + m.ID()).Want(200)
	against := 0.0
	if voted > 0 {
		against = 1
	}
	if won != 1 || got.String("items.0.outcome") != "adopted" || got.At("items.0.resolution.votes_against") != against {
		t.Errorf("%d closed it, %d votes went in, resolution %v", won, voted, got.At("items.0.resolution"))
	}
	if a := b.approval(request); a.At("approval.step") != 1.0 || a.Len("decisions") != 1 {
		t.Errorf("step %v with %d decisions", a.At("approval.step"), a.Len("decisions"))
	}
}

func TestPRC08_TheQuartersMeetingIsCalledOnceAndOverdueOnesAreSeen(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	table, _ := b.table()
	quarter := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for range 2 {
		b.Tx(func(tx pg.Tx) error { return b.App.Server.PriceCommittee.CallOrdinary(tx, quarter) })
	}
	list := b.As("auditor").Get("/v1/price-meetings?kind=ordinary").Want(200)
	if list.Len("data") != 1 || list.String("data.0.quarter") != "2026-10-01" {
		t.Fatalf("%d ordinary meetings", list.Len("data"))
	}
	m := b.As("auditor").Get("/v1/price-meetings/" + list.String("data.0.id")).Want(200)
	if m.String("items.0.subject_id") != table {
		t.Error("what waits isn't on the agenda")
	}
	asked := func(who, kind string) int {
		return b.As(who).Get("/v1/me/follow-ups?kind=" + kind).Want(200).Len("data")
	}
	if asked("finance", "price_meeting.invitation") != 1 || asked("manager", "price_meeting.revise_authority") != 1 {
		t.Error("nobody is invited, or nobody revises the authority table")
	}
	sweep := func() {
		b.Tx(func(tx pg.Tx) error { _, err := b.App.Server.PriceCommittee.Watch(tx, 100); return err })
	}
	b.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE price_meetings SET scheduled_at = ? WHERE id = ?", tx.Now.Add(-time.Second), m.ID()).Error
	})
	sweep()
	sweep()
	if asked("gm", "price_meeting.overdue") != 1 || b.As("gm").Get("/v1/price-meetings?overdue=true").Want(200).Len("data") != 1 {
		t.Error("the overdue meeting isn't told")
	}
	b.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE price_meetings SET scheduled_at = ? WHERE id = ?", tx.Now.Add(time.Minute), m.ID()).Error
	})
	sweep()
	sweep()
	if asked("finance", "price_meeting.reminder") != 1 {
		t.Error("nobody is reminded")
	}
}

// What the code refuses first the database refuses too.
func TestPRC11_TheDatabaseHoldsVotesAndMinutes(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	table, request := b.table()
	m := b.meeting([]string{"gm", "finance"}, table)
	b.vote("gm", m, "for").Want(200)
	item := m.String("items.0.id")
	vote := `INSERT INTO price_votes (item_id, meeting_id, user_id, submitted_by, attended, vote, at) VALUES (?, ?, ?, ?, true, 'for', now())`
	resolution := `INSERT INTO price_resolutions (id, number, meeting_id, item_id, subject_type, subject_id, subject, title_en, title_zh, approval_id, content,
		outcome, members, votes_for, votes_against, abstentions, at) SELECT gen_random_uuid(), 'PCR-X', meeting_id, id, subject_type, subject_id, number, title_en,
		title_zh, approval_id, content, 'adopted', ?, ?, 0, 0, now() FROM price_meeting_items WHERE id = ?`
	decision := `INSERT INTO approval_decisions (id, request_id, submitted_by, step, slot, mode, stage, role, outcome, comment, decided_by, verbal, recorded_by,
		content_hash, decided_at, resolution_id) SELECT gen_random_uuid(), id, submitted_by, 0, 0, 'resolution', 'price_committee', 'price_committee', 'approve', '',
		?, false, ?, content_hash, now(), CAST(? AS uuid) FROM approval_requests WHERE id = ?`
	gm := b.People["gm"]
	for what, c := range map[string]struct {
		query string
		args  []any
		want  error
	}{
		"a vote on one's own":           {vote, []any{item, m.ID(), b.People["manager"], b.People["manager"]}, committee.ErrOwn},
		"a vote of an absent member":    {vote, []any{item, m.ID(), b.People["auditor"], b.People["manager"]}, committee.ErrAttending},
		"absent after a vote":           {"UPDATE price_meeting_members SET attended = false WHERE user_id = ?", []any{gm}, committee.ErrAttending},
		"counts that nobody voted":      {resolution, []any{5, 3, item}, committee.ErrSubject},
		"one vote of five":              {resolution, []any{5, 1, item}, committee.ErrSubject},
		"a decision without resolution": {decision, []any{gm, gm, nil, request}, approval.ErrResolution},
		"a decision of another one":     {decision, []any{gm, gm, uuid.NewString(), request}, approval.ErrResolution},
		"closed without minutes":        {"UPDATE price_meetings SET state = 'closed', closed_at = now()", nil, committee.ErrMinutes},
		"cancelled without reason":      {"UPDATE price_meetings SET state = 'cancelled', opened_at = NULL", nil, committee.ErrReason},
		"opened without members":        {"UPDATE price_meetings SET members = 0, attended = 0", nil, committee.ErrNoMembers},
		"the same item twice":           {"INSERT INTO price_meeting_items SELECT gen_random_uuid(), meeting_id, subject_type, subject_id, number, title_en, title_zh, submitted_by, approval_id, content, added_at, added_by, '' FROM price_meeting_items", nil, committee.ErrItemTwice},
		"membership that ends too soon": {"UPDATE price_committee_members SET to_date = from_date - 1", nil, committee.ErrMemberDates},
	} {
		err := b.DB.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(c.query, c.args...).Error })
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	b.close("committee", m).Want(200)
	for what, query := range map[string]string{
		"minutes": "UPDATE price_meetings SET minutes = 'x'", "meeting": "DELETE FROM price_meetings", "votes": "UPDATE price_votes SET vote = 'against'",
		"roster": "DELETE FROM price_meeting_members", "agenda": "UPDATE price_meeting_items SET outcome = 'adopted'",
	} {
		err := b.DB.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(query).Error })
		wants(t, what+" of a closed meeting", err, committee.ErrFrozen)
	}
}

func TestPRC11_WhatCantBeDoneInAState(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	table, _ := b.table()
	at := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	secretary := b.As("committee")
	secretary.Post("/v1/price-meetings", object{"title": "过去", "scheduled_at": "2026-01-01T00:00:00Z"}).WantProblem(422, "committee.scheduled_in_past")
	secretary.Post("/v1/price-meetings", object{"title": "无关", "scheduled_at": at, "subjects": []object{subject(uuid.NewString())}}).WantProblem(422, "committee.not_waiting")
	m := secretary.Post("/v1/price-meetings", object{"title": "评审", "scheduled_at": at}).Want(201)
	path := "/v1/price-meetings/" + m.ID()
	item := secretary.Post(path+"/items", subject(table)).Want(201)
	secretary.Post(path+"/items", subject(table)).WantProblem(409, "committee.item_twice")
	gone := path + "/items/" + item.String("items.0.id")
	secretary.Do("DELETE", gone, nil).Want(204)
	secretary.Do("DELETE", gone, nil).WantProblem(404, "resource.not_found")
	secretary.Post(path+"/close", object{"minutes": "x"}).WantProblem(409, "committee.wrong_state")
	secretary.Put(path+"/attendance", "", object{"present": []string{}}).WantProblem(409, "committee.wrong_state")
	read := secretary.Get(path).Want(200)
	secretary.Patch(path, read.ETag(), object{"place": "三楼"}).Want(200)
	secretary.Patch(path, read.ETag(), object{"place": "四楼"}).WantProblem(412, "resource.stale")
	secretary.Post(path+"/open", nil).Want(200)
	secretary.Put(path+"/attendance", "", object{"present": []uuid.UUID{b.People["rep1"]}}).WantProblem(422, "committee.not_on_roster")
	b.attend(m.ID(), []string{"gm"})
	added := secretary.Post(path+"/items", subject(table)).Want(201)
	b.vote("gm", added, "abstain").Want(200)
	secretary.Put(path+"/attendance", "", object{"present": []string{}}).WantProblem(409, "committee.has_voted")
	secretary.Post(path+"/cancel", object{"reason": "x"}).WantProblem(409, "committee.wrong_state")
	secretary.Do("DELETE", path+"/items/"+added.String("items.0.id"), nil).WantProblem(409, "committee.wrong_state")
	b.close("committee", added).Want(200)
	b.close("committee", added).WantProblem(409, "committee.wrong_state")
	b.vote("gm", added, "for").WantProblem(409, "committee.wrong_state")
	secretary.Get(path + "/timeline").Want(200)

	other := secretary.Post("/v1/price-meetings", object{"title": "取消", "scheduled_at": at}).Want(201)
	secretary.Post("/v1/price-meetings/"+other.ID()+"/cancel", object{"reason": "合并"}).Want(200)
	secretary.Post("/v1/price-meetings/"+other.ID()+"/open", nil).WantProblem(409, "committee.wrong_state")
}
