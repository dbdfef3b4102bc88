package committee

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// lockMeeting locks a meeting and reads all of it.
func lockMeeting(tx pg.Tx, id uuid.UUID) (Meeting, error) {
	m, err := pg.TakeForUpdate[Meeting](tx, "id = ?", id)
	if err != nil {
		return Meeting{}, err
	}
	return m, fill(tx, &m)
}

func readMeeting(tx pg.Tx, id uuid.UUID) (Meeting, error) {
	m, err := pg.Take[Meeting](tx, "id = ?", id)
	if err != nil {
		return Meeting{}, err
	}
	return m, fill(tx, &m)
}

// fill reads agenda, roster, votes and resolutions of a meeting.
func fill(tx pg.Tx, m *Meeting) error {
	if err := tx.Where("meeting_id = ?", m.ID).Order("id").Find(&m.Items).Error; err != nil {
		return err
	}
	if err := tx.Where("meeting_id = ?", m.ID).Order("user_id").Find(&m.Roster).Error; err != nil {
		return err
	}
	var votes []Vote
	if err := tx.Where("item_id IN (SELECT id FROM price_meeting_items WHERE meeting_id = ?)", m.ID).Order("item_id, user_id").Find(&votes).Error; err != nil {
		return err
	}
	var resolutions []Resolution
	if err := tx.Where("meeting_id = ?", m.ID).Find(&resolutions).Error; err != nil {
		return err
	}
	for _, v := range votes {
		it := m.item(v.ItemID)
		it.Votes = append(it.Votes, v)
	}
	for _, r := range resolutions {
		m.item(r.ItemID).Resolution = &r
	}
	return nil
}

func storeMeeting(tx pg.Tx, m *Meeting) error {
	err := pg.Update(tx, "price_meetings", m.ID, m.Version, map[string]any{
		"title": m.Title, "place": m.Place, "scheduled_at": m.ScheduledAt, "state": m.State, "opened_at": m.OpenedAt, "members": m.Members,
		"attended": m.Attended, "minutes": m.Minutes, "closed_at": m.ClosedAt, "closed_by": m.ClosedBy, "cancel_reason": m.CancelReason,
		"reminded_at": m.RemindedAt, "overdue_at": m.OverdueAt,
	})
	m.Version++
	return err
}

func removeItem(tx pg.Tx, m *Meeting, id uuid.UUID) error {
	for i, it := range m.Items {
		if it.ID == id {
			m.Items = append(m.Items[:i:i], m.Items[i+1:]...)
			break
		}
	}
	return pg.One(tx.Exec("DELETE FROM price_meeting_items WHERE id = ? AND meeting_id = ?", id, m.ID))
}

func storeAttendance(tx pg.Tx, meeting uuid.UUID, present []uuid.UUID) error {
	ids := pg.TextArray{}
	for _, p := range present {
		ids = append(ids, p.String())
	}
	_, err := pg.Exec(tx, `UPDATE price_meeting_members SET attended = user_id = ANY (CAST(? AS uuid[])) WHERE meeting_id = ?`, ids, meeting)
	return err
}

func storeVote(tx pg.Tx, v Vote) error {
	_, err := pg.Exec(tx, `INSERT INTO price_votes (item_id, meeting_id, user_id, submitted_by, attended, vote, at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (item_id, user_id) DO UPDATE SET vote = excluded.vote, at = excluded.at`,
		v.ItemID, v.MeetingID, v.UserID, v.SubmittedBy, v.Attended, v.Vote, v.At)
	return err
}

func storeOutcome(tx pg.Tx, it Item) error {
	return pg.One(tx.Exec("UPDATE price_meeting_items SET outcome = ? WHERE id = ?", it.Outcome, it.ID))
}

func hasOrdinary(tx pg.Tx, quarter time.Time) (found bool, err error) {
	err = tx.Raw("SELECT EXISTS (SELECT FROM price_meetings WHERE quarter = ? AND state <> 'cancelled')", quarter).Scan(&found).Error
	return found, err
}

func anybodyNamed(tx pg.Tx) (found bool, err error) {
	err = tx.Raw("SELECT EXISTS (SELECT FROM price_committee_members)").Scan(&found).Error
	return found, err
}

func everMember(tx pg.Tx, id uuid.UUID) (found bool, err error) {
	err = tx.Raw("SELECT EXISTS (SELECT FROM price_committee_members WHERE user_id = ?)", id).Scan(&found).Error
	return found, err
}

// holders are the active people who hold one of the positions of PRC-11.
func holders(tx pg.Tx) ([]identity.User, error) {
	roles := pg.TextArray{}
	for _, p := range positions {
		roles = append(roles, string(p.role))
	}
	var people []identity.User
	return people, tx.Raw("SELECT * FROM users WHERE active AND roles && CAST(? AS text[]) ORDER BY id", roles).Scan(&people).Error
}

func memberPage(tx pg.Tx, on *time.Time, p pg.Page) ([]Member, string, error) {
	q := tx.Order("id").Limit(p.Limit + 1)
	if on != nil {
		q = q.Where("from_date <= ? AND (to_date IS NULL OR to_date > ?)", *on, *on)
	}
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("id > ?", last)
	}
	var rows []Member
	if err := q.Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(m Member) any { return m.ID })
}

// dueMeetings locks meetings to be told about: planned ones that come up before until and nobody was reminded of, or, with overdue, those whose
// time has passed.
func dueMeetings(tx pg.Tx, until time.Time, overdue bool, limit int) ([]Meeting, error) {
	cond := "state = 'planned' AND reminded_at IS NULL AND scheduled_at >= @now AND scheduled_at <= @until"
	if overdue {
		cond = "state IN ('planned', 'open') AND overdue_at IS NULL AND scheduled_at < @now"
	}
	var rows []Meeting
	return rows, tx.Raw("SELECT * FROM price_meetings WHERE "+cond+" ORDER BY id LIMIT @limit FOR UPDATE SKIP LOCKED",
		map[string]any{"now": tx.Now, "until": until, "limit": limit}).Scan(&rows).Error
}
