package committee

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// OpenPriceMeeting opens a planned meeting: the roster is that of the day and stays so (PRC-11). Locks the meeting. Returns errs.ErrNotFound,
// errs.ErrStale, ErrState and ErrNoMembers.
func (s *Service) OpenPriceMeeting(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (Meeting, error) {
	return s.edit(tx, who, id, version, "openPriceMeeting", func(m *Meeting) error {
		if m.State != Planned {
			return ErrState.With("state", m.State)
		}
		members, err := s.roster(tx, clock.Today(tx.Now))
		if err != nil {
			return err
		}
		if len(members) == 0 {
			return ErrNoMembers
		}
		m.State, m.OpenedAt, m.Members = Open, &tx.Now, len(members)
		for _, p := range members {
			m.Roster = append(m.Roster, Attendance{MeetingID: id, UserID: p.UserID, Capacity: p.Capacity})
		}
		return pg.Insert(tx, &m.Roster)
	})
}

// RecordPriceMeetingAttendance says who of the roster attends: all of them at once. Locks the meeting. Returns errs.ErrNotFound, errs.ErrStale,
// ErrState, ErrNotOnRoster, and ErrAttending for who has voted and would be absent.
func (s *Service) RecordPriceMeetingAttendance(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, present []uuid.UUID) (Meeting, error) {
	return s.edit(tx, who, id, version, "recordPriceMeetingAttendance", func(m *Meeting) error {
		if m.State != Open {
			return ErrState.With("state", m.State)
		}
		for _, p := range present {
			if !slices.ContainsFunc(m.Roster, func(a Attendance) bool { return a.UserID == p }) {
				return ErrNotOnRoster.At("/present")
			}
		}
		m.Attended = 0
		for i := range m.Roster {
			a := &m.Roster[i]
			a.Attended = slices.Contains(present, a.UserID)
			if a.Attended {
				m.Attended++
			} else if m.voted(a.UserID) {
				return ErrAttending.At("/present")
			}
		}
		return storeAttendance(tx, id, present)
	})
}

func (m Meeting) voted(who uuid.UUID) bool {
	return slices.ContainsFunc(m.Items, func(it Item) bool {
		return slices.ContainsFunc(it.Votes, func(v Vote) bool { return v.UserID == who })
	})
}

// VotePriceMeetingItem votes for the caller, who may vote otherwise until the meeting is closed. Locks the meeting. Returns errs.ErrNotFound,
// ErrState, ErrNotMember, and ErrOwn for what the caller has submitted (ORG-03).
func (s *Service) VotePriceMeetingItem(tx pg.Tx, who identity.Principal, id, item uuid.UUID, choice Choice) (Meeting, error) {
	return s.edit(tx, who, id, nil, "votePriceMeetingItem", func(m *Meeting) error {
		it := m.item(item)
		switch {
		case it == nil:
			return errs.ErrNotFound
		case m.State != Open:
			return ErrState.With("state", m.State)
		case who.Kind != identity.KindUser || !slices.ContainsFunc(m.Roster, func(a Attendance) bool { return a.UserID == who.ID && a.Attended }):
			return ErrNotMember
		case who.ID == it.SubmittedBy:
			return ErrOwn
		}
		v := Vote{ItemID: item, MeetingID: id, UserID: who.ID, SubmittedBy: it.SubmittedBy, Attended: true, Vote: choice, At: tx.Now}
		before := slices.IndexFunc(it.Votes, func(v Vote) bool { return v.UserID == who.ID })
		entry := audit.Entry{Action: "castPriceVote", SubjectType: Subject, SubjectID: id, After: v}
		if before >= 0 {
			entry.Before, it.Votes[before] = it.Votes[before], v
		} else {
			it.Votes = append(it.Votes, v)
		}
		if err := storeVote(tx, v); err != nil {
			return err
		}
		return audit.Record(tx, entry)
	})
}

// ClosePriceMeeting closes an open meeting with its minutes, and freezes it. Of each item the votes are counted (PRC-11): a majority of the
// members is a resolution, numbered, and decides what it is about; what has changed since it was put on the agenda has lapsed.
//
// Locks the approval requests of the agenda and the meeting. Returns errs.ErrNotFound, errs.ErrStale, ErrState, ErrMinutes, ErrOwn for who has
// submitted what is resolved, and whatever the subjects refuse.
func (s *Service) ClosePriceMeeting(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, minutes string, files ...uuid.UUID) (Meeting, error) {
	seen, err := readMeeting(tx, id)
	if err != nil {
		return Meeting{}, err
	}
	var ids []uuid.UUID
	for _, it := range seen.Items {
		if it.ApprovalID != nil {
			ids = append(ids, *it.ApprovalID)
		}
	}
	requests, err := approval.LockAll(tx, ids)
	if err != nil {
		return Meeting{}, err
	}
	return s.edit(tx, who, id, version, "closePriceMeeting", func(m *Meeting) error {
		switch minutes = strings.TrimSpace(minutes); {
		case m.State != Open:
			return ErrState.With("state", m.State)
		case minutes == "":
			return ErrMinutes.At("/minutes")
		case len(m.Items) != len(seen.Items): // one came on meanwhile, and its request isn't locked
			return errs.ErrStale
		}
		for i := range m.Items {
			if err := s.conclude(tx, who, m, &m.Items[i], requests); err != nil {
				return err
			}
		}
		if err := s.files.Bind(tx, who, Subject, id, files...); err != nil {
			return err
		}
		m.State, m.Minutes, m.ClosedAt, m.ClosedBy = Closed, minutes, &tx.Now, tx.By.Actor()
		return uninvite(tx, *m)
	})
}

// conclude counts the votes on an item and brings about what they come to.
func (s *Service) conclude(tx pg.Tx, who identity.Principal, m *Meeting, it *Item, requests map[uuid.UUID]approval.Request) error {
	stands, err := s.stands(tx, *it, requests)
	if err != nil {
		return err
	}
	count := tally(m.Members, it.Votes)
	it.Outcome = count.Outcome()
	if !stands {
		it.Outcome = Lapsed
	}
	if err := storeOutcome(tx, *it); err != nil || it.Outcome == Lapsed || it.Outcome == Undecided {
		return err
	}
	if who.ID == it.SubmittedBy { // ORG-03
		return ErrOwn
	}
	r, err := resolve(tx, *it, count)
	if err != nil {
		return err
	}
	it.Resolution = &r
	if err := s.effect(tx, who, r); err != nil {
		return err
	}
	return r.tell(tx, it.SubmittedBy)
}

// resolve writes the resolution, with its number.
func resolve(tx pg.Tx, it Item, t Tally) (Resolution, error) {
	number, err := pg.NextNumber(tx, "PCR", tx.Now.In(clock.Shanghai))
	if err != nil {
		return Resolution{}, err
	}
	r := Resolution{
		ID: uuid.Must(uuid.NewV7()), Number: number, MeetingID: it.MeetingID, ItemID: it.ID, SubjectType: it.SubjectType, SubjectID: it.SubjectID,
		Subject: it.Number, TitleEN: it.TitleEN, TitleZH: it.TitleZH, ApprovalID: it.ApprovalID, Content: it.Content, Outcome: it.Outcome,
		Members: t.Members, VotesFor: t.For, VotesAgainst: t.Against, Abstentions: t.Abstain, At: tx.Now,
	}
	return r, pg.Insert(tx, &r)
}

// effect lets a resolution decide: the committee's step of an approval request, or what another module makes of it.
func (s *Service) effect(tx pg.Tx, who identity.Principal, r Resolution) error {
	if r.ApprovalID == nil {
		return s.kinds[r.SubjectType].CommitteeResolved(tx, r)
	}
	verb := approval.Approve
	if r.Outcome == Rejected {
		verb = approval.Reject
	}
	_, err := s.approvals.Resolve(tx, who, *r.ApprovalID, approval.Resolved{
		ID: r.ID, Outcome: verb, Comment: "价格委员会决议 · resolution " + r.Number, ContentHash: r.Content,
	})
	return err
}

// tell lets who submitted it know.
func (r Resolution) tell(tx pg.Tx, submitter uuid.UUID) error {
	if submitter == uuid.Nil {
		return nil
	}
	en, zh := "adopted", "通过"
	if r.Outcome == Rejected {
		en, zh = "rejected", "否决"
	}
	return followup.Open(tx, followup.Task{
		Kind: "price_meeting.resolution", SubjectType: r.SubjectType, SubjectID: r.SubjectID, Number: r.Subject, UserID: &submitter, Inform: true,
		TitleEN: "The price committee has " + en + " it: " + r.Number, TitleZH: "价格委员会决议" + zh + ":" + r.Number,
	})
}
