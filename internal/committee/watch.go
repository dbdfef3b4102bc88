package committee

import (
	"fmt"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Watch reminds the members of meetings that come up within committee.remind_days working days, and the general manager of those that are overdue:
// each once, at most so many. It returns how many it found. Locks the meetings.
func (s *Service) Watch(tx pg.Tx, limit int) (int, error) {
	days, err := s.rules.Int(tx, "committee.remind_days")
	if err != nil {
		return 0, err
	}
	soon, err := dueMeetings(tx, tx.Calendar().EndOfWorkingDay(tx.Now, days), false, limit)
	if err != nil {
		return 0, err
	}
	for i := range soon {
		if err := s.remind(tx, &soon[i]); err != nil {
			return 0, err
		}
	}
	late, err := dueMeetings(tx, tx.Now, true, limit)
	if err != nil {
		return 0, err
	}
	for i := range late {
		if err := s.press(tx, &late[i]); err != nil {
			return 0, err
		}
	}
	return max(len(soon), len(late)), nil
}

func (s *Service) remind(tx pg.Tx, m *Meeting) error {
	at := m.ScheduledAt.In(clock.Shanghai).Format("2006-01-02 15:04")
	err := s.tell(tx, *m, "price_meeting.reminder", fmt.Sprintf("The price committee meets on %s: %s", at, m.Number),
		fmt.Sprintf("价格委员会将于 %s 开会:%s", at, m.Number))
	if err != nil {
		return err
	}
	m.RemindedAt = &tx.Now
	return s.watched(tx, m, "remindPriceMeeting")
}

func (s *Service) press(tx pg.Tx, m *Meeting) error {
	err := followup.Open(tx, followup.Task{
		Kind: "price_meeting.overdue", SubjectType: Subject, SubjectID: m.ID, Number: m.Number, Role: identity.GeneralManager,
		TitleEN: "The price committee's meeting " + m.Number + " is overdue: hold it or call it for another day",
		TitleZH: "价格委员会会议 " + m.Number + " 已逾期,请召开或改期",
	})
	if err != nil {
		return err
	}
	m.OverdueAt = &tx.Now
	return s.watched(tx, m, "pressPriceMeeting")
}

func (s *Service) watched(tx pg.Tx, m *Meeting, action string) error {
	if err := storeMeeting(tx, m); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: Subject, SubjectID: m.ID, After: m.trace()})
}
