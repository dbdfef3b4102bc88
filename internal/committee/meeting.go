package committee

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/attachment"
)

// Subject is what events and attachments call a meeting; MemberSubject a membership.
const (
	Subject       = "price_meeting"
	MemberSubject = "price_committee_member"
)

// MeetingKind says why a meeting is held.
type MeetingKind string

// The kinds: the quarter's, and any other.
const (
	Ordinary MeetingKind = "ordinary"
	Extra    MeetingKind = "extra"
)

// State is where a meeting stands.
type State string

// The states.
const (
	Planned   State = "planned"
	Open      State = "open"
	Closed    State = "closed"
	Cancelled State = "cancelled"
)

// Meeting is one meeting of the committee.
type Meeting struct {
	ID           uuid.UUID
	Number       string
	Kind         MeetingKind
	Quarter      *time.Time // the first day of the quarter, of an ordinary one
	Title        string
	Place        string
	ScheduledAt  time.Time
	State        State
	CalledAt     time.Time
	CalledBy     *uuid.UUID
	OpenedAt     *time.Time
	Members      int // who belonged to the committee when it was opened
	Attended     int
	Minutes      string
	ClosedAt     *time.Time
	ClosedBy     *uuid.UUID
	CancelReason string
	RemindedAt   *time.Time
	OverdueAt    *time.Time
	Version      int64

	Items  []Item                  `gorm:"-"`
	Roster []Attendance            `gorm:"-"`
	Files  []attachment.Attachment `gorm:"-"`
}

// TableName implements gorm's Tabler.
func (Meeting) TableName() string { return "price_meetings" }

// Overdue reports whether the meeting's time has passed without its having been closed.
func (m Meeting) Overdue(now time.Time) bool {
	return (m.State == Planned || m.State == Open) && m.ScheduledAt.Before(now)
}

// Quorate reports whether more than half of the members attend: fewer can't resolve anything (PRC-11).
func (m Meeting) Quorate() bool { return 2*m.Attended > m.Members }

func (m Meeting) item(id uuid.UUID) *Item {
	i := slices.IndexFunc(m.Items, func(it Item) bool { return it.ID == id })
	if i < 0 {
		return nil
	}
	return &m.Items[i]
}

// trace is what events keep of a meeting.
func (m Meeting) trace() map[string]any {
	return map[string]any{
		"number": m.Number, "kind": m.Kind, "state": m.State, "title": m.Title, "place": m.Place, "scheduled_at": m.ScheduledAt,
		"members": m.Members, "attended": m.Attended, "cancel_reason": m.CancelReason, "version": m.Version,
	}
}

// Outcome is what became of an item.
type Outcome string

// The outcomes; "" while the meeting isn't closed.
const (
	Adopted   Outcome = "adopted"   // by more than half of the members
	Rejected  Outcome = "rejected"  // by more than half of the members
	Undecided Outcome = "undecided" // no majority either way: it waits for another meeting
	Lapsed    Outcome = "lapsed"    // what was put to the vote is not there any more
)

// Item is a point of a meeting's agenda.
type Item struct {
	ID          uuid.UUID
	MeetingID   uuid.UUID
	SubjectType string
	SubjectID   uuid.UUID
	Number      string
	TitleEN     string    `gorm:"column:title_en"`
	TitleZH     string    `gorm:"column:title_zh"`
	SubmittedBy uuid.UUID // uuid.Nil: nobody's own
	ApprovalID  *uuid.UUID
	Content     []byte
	AddedAt     time.Time
	AddedBy     *uuid.UUID
	Outcome     Outcome

	Votes      []Vote      `gorm:"-"`
	Resolution *Resolution `gorm:"-"`
}

// Tally is how the members have voted on the item so far, without how many there are.
func (it Item) Tally() Tally { return tally(0, it.Votes) }

// TableName implements gorm's Tabler.
func (Item) TableName() string { return "price_meeting_items" }

// Choice is what a member votes.
type Choice string

// The choices.
const (
	For     Choice = "for"
	Against Choice = "against"
	Abstain Choice = "abstain"
)

// Vote is one member's vote on one item.
type Vote struct {
	ItemID      uuid.UUID
	MeetingID   uuid.UUID
	UserID      uuid.UUID
	SubmittedBy uuid.UUID
	Attended    bool
	Vote        Choice
	At          time.Time
}

// TableName implements gorm's Tabler.
func (Vote) TableName() string { return "price_votes" }

// Attendance is a member of the meeting's roster, and whether they attend.
type Attendance struct {
	MeetingID uuid.UUID
	UserID    uuid.UUID
	Capacity  Capacity
	Attended  bool
}

// TableName implements gorm's Tabler.
func (Attendance) TableName() string { return "price_meeting_members" }

// Tally is how the members voted on an item.
type Tally struct{ Members, For, Against, Abstain int }

func tally(members int, votes []Vote) Tally {
	t := Tally{Members: members}
	for _, v := range votes {
		switch v.Vote {
		case For:
			t.For++
		case Against:
			t.Against++
		case Abstain:
			t.Abstain++
		}
	}
	return t
}

// Outcome is what the votes come to: more than half of the members, not of those present (PRC-11).
func (t Tally) Outcome() Outcome {
	switch {
	case 2*t.For > t.Members:
		return Adopted
	case 2*t.Against > t.Members:
		return Rejected
	}
	return Undecided
}

// Resolution is what a majority of the members resolved. It never changes.
type Resolution struct {
	ID           uuid.UUID
	Number       string
	MeetingID    uuid.UUID
	ItemID       uuid.UUID
	SubjectType  string
	SubjectID    uuid.UUID
	Subject      string // its number, for people
	TitleEN      string `gorm:"column:title_en"`
	TitleZH      string `gorm:"column:title_zh"`
	ApprovalID   *uuid.UUID
	Content      []byte
	Outcome      Outcome
	Members      int
	VotesFor     int
	VotesAgainst int
	Abstentions  int
	At           time.Time
}

// TableName implements gorm's Tabler.
func (Resolution) TableName() string { return "price_resolutions" }
