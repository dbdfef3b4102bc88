package sample

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// The follow-ups that a sample gives rise to, one in each state that waits for somebody.
const (
	taskMake   = "sample.make"
	taskSign   = "sample.sign"
	taskSend   = "sample.send"
	taskResult = "sample.result"
)

// waiting is the follow-up that a state waits for.
var waiting = map[State]string{Approved: taskMake, Made: taskSign, Signed: taskSend, Sent: taskResult}

// tasks opens the follow-up of the sample's state and closes the others.
func (s *Service) tasks(tx pg.Tx, x Sample) error {
	kind := waiting[x.State]
	for _, k := range []string{taskMake, taskSign, taskSend, taskResult} {
		if k == kind {
			continue
		}
		if err := closeTasks(tx, x.ID, k); err != nil {
			return err
		}
	}
	if kind == "" {
		return nil
	}
	t, err := s.task(tx, x, kind)
	if err != nil {
		return err
	}
	return followup.Open(tx, t)
}

func (s *Service) task(tx pg.Tx, x Sample, kind string) (followup.Task, error) {
	t := followup.Task{Kind: kind, SubjectType: Subject, SubjectID: x.ID, Number: x.Number}
	hours, err := s.rules.Int(tx, "sample.make_hours")
	if err != nil {
		return t, err
	}
	title := func(en, zh string) { t.TitleEN, t.TitleZH = fmt.Sprintf(en, x.Number), fmt.Sprintf(zh, x.Number) }
	switch kind {
	case taskMake:
		title("Make sample %s", "请制作样品 %s")
		t.Role, t.EscalateTo, t.Within = identity.ProductionManager, identity.GeneralManager, &clock.Term{From: *x.ApprovedAt, Hours: hours}
	case taskSign:
		title("Sign the finished sample order %s", "请在样品完工单 %s 上签字")
		t.Role, t.EscalateTo, t.Within = identity.ProductionManager, identity.GeneralManager, &clock.Term{From: *x.MadeAt, Days: 1}
	case taskSend:
		title("Send sample %s to the customer", "请将样品 %s 寄送客户")
		t.UserID, t.EscalateTo, t.Within = &x.OwnerID, identity.SalesManager, &clock.Term{From: *x.SignedAt, Days: 1}
	case taskResult:
		title("Ask the customer for the result of sample %s", "请跟进样品 %s 的客户试样结果")
		t.UserID, t.EscalateTo = &x.OwnerID, identity.SalesManager
		if x.FollowFrom == nil {
			t.DueAt = x.FollowUpAt
			return t, nil
		}
		days, err := s.rules.Int(tx, "sample.follow_up_days")
		t.Within = &clock.Term{From: *x.FollowFrom, Days: days}
		return t, err
	}
	return t, nil
}

func closeTasks(tx pg.Tx, id uuid.UUID, kind string) error {
	return followup.Close(tx, kind, Subject, id)
}

// RecomputeDeadlines recomputes by when samples are made and results are asked for: the calendar has changed. Follow-ups see to theirs.
func (s *Service) RecomputeDeadlines(tx pg.Tx) error {
	open, err := lockDue(tx)
	if err != nil {
		return err
	}
	hours, err := s.rules.Int(tx, "sample.make_hours")
	if err != nil {
		return err
	}
	days, err := s.rules.Int(tx, "sample.follow_up_days")
	if err != nil {
		return err
	}
	ids, due := make([]uuid.UUID, len(open)), make([]time.Time, len(open))
	for i, x := range open {
		ids[i] = x.ID
		if x.State == Approved {
			due[i] = tx.Calendar().Due(clock.Term{From: *x.ApprovedAt, Hours: hours})
		} else {
			due[i] = tx.Calendar().Due(clock.Term{From: *x.FollowFrom, Days: days})
		}
	}
	return storeDue(tx, ids, due)
}
