package leave

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
)

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

func at(s string) time.Time {
	d, err := time.ParseInLocation("2006-01-02 15:04:05", s, clock.Shanghai)
	if err != nil {
		panic(err)
	}
	return d.UTC()
}

var figures = notices{shortDays: 3, shortNotice: 2, mediumDays: 7, mediumNotice: 5, longNotice: 15, suddenHour: 10, handoverDays: 7}

func TestHRA01_NoticeByLength(t *testing.T) {
	t.Parallel()
	now := at("2027-03-01 23:59:59") // a Monday
	for name, c := range map[string]struct {
		first, last string
		days        int
		handover    bool
		want        *errs.Def
	}{
		"3 days, 2 ahead":           {"2027-03-03", "2027-03-05", 3, false, nil},
		"3 days, 1 ahead":           {"2027-03-02", "2027-03-04", 3, false, ErrNotice},
		"3 days, 3 ahead":           {"2027-03-04", "2027-03-08", 3, false, nil},
		"4 days, 4 ahead":           {"2027-03-05", "2027-03-10", 4, false, ErrNotice},
		"4 days, 5 ahead, from Sat": {"2027-03-06", "2027-03-11", 4, false, nil},
		"7 days, 7 ahead":           {"2027-03-08", "2027-03-16", 7, false, nil},
		"7 days, 4 ahead":           {"2027-03-05", "2027-03-15", 7, false, ErrNotice},
		"8 days, 14 ahead":          {"2027-03-15", "2027-03-24", 8, true, ErrNotice},
		"8 days, 15 ahead":          {"2027-03-16", "2027-03-25", 8, true, nil},
		"8 days, 16 ahead":          {"2027-03-17", "2027-03-26", 8, true, nil},
		"a weekend":                 {"2027-03-06", "2027-03-07", 0, false, ErrNoDays},
		"backwards":                 {"2027-03-05", "2027-03-04", 0, false, ErrPast},
		"yesterday":                 {"2027-02-28", "2027-03-04", 0, false, ErrPast},
		"366 days":                  {"2027-04-01", "2028-03-31", 0, true, nil},
		"367 days":                  {"2027-04-01", "2028-04-01", 0, false, ErrTooLong},
	} {
		l := Leave{FirstDay: day(c.first), LastDay: day(c.last)}
		err := l.inTime(clock.Calendar{}, now, figures)
		if c.want == nil && err != nil || c.want != nil && (err == nil || err.Def != c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if c.days > 0 && l.Days != c.days || l.Handover != c.handover {
			t.Errorf("%s: %d days, handover %v", name, l.Days, l.Handover)
		}
	}
}

func TestHRA01_SuddenLeaveIsToldByTen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		now, first string
		ok         bool
	}{
		"before ten":    {"2027-03-01 09:59:59", "2027-03-01", true},
		"at ten":        {"2027-03-01 10:00:00", "2027-03-01", true},
		"after ten":     {"2027-03-01 10:00:01", "2027-03-01", false},
		"from tomorrow": {"2027-03-01 09:00:00", "2027-03-02", false},
		"just midnight": {"2027-03-01 00:00:00", "2027-03-01", true},
	} {
		l := Leave{FirstDay: day(c.first), LastDay: day("2027-03-12"), Sudden: true}
		if err := l.inTime(clock.Calendar{}, at(c.now), figures); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if l.Handover {
			t.Errorf("%s: who falls ill can't hand over first", name)
		}
	}
}

func TestORG04_WhoCanBeADeputy(t *testing.T) {
	t.Parallel()
	a, b, c := uuid.New(), uuid.New(), uuid.New()
	mine := Leave{ID: uuid.New(), PersonID: a, DeputyID: b, FirstDay: day("2027-03-08"), LastDay: day("2027-03-10")}
	other := func(person, deputy uuid.UUID, state State, first, last string) []Leave {
		return []Leave{{ID: uuid.New(), PersonID: person, DeputyID: deputy, State: state, FirstDay: day(first), LastDay: day(last)}}
	}
	for name, x := range map[string]struct {
		others   []Leave
		want     *errs.Def
		standsIn int
	}{
		"nobody":                    {nil, nil, 0},
		"the deputy away on a day":  {other(b, c, StateApproved, "2027-03-10", "2027-03-12"), ErrAway, 0},
		"away the day after":        {other(b, c, StateApproved, "2027-03-11", "2027-03-12"), nil, 0},
		"away until the day before": {other(b, c, StateSubmitted, "2027-03-01", "2027-03-07"), nil, 0},
		"a circle of two":           {other(b, a, StateSubmitted, "2027-03-08", "2027-03-08"), ErrCircle, 0},
		"cancelled":                 {other(b, c, StateCancelled, "2027-03-08", "2027-03-09"), nil, 0},
		"acts for somebody":         {other(c, a, StateApproved, "2027-03-09", "2027-03-09"), nil, 1},
	} {
		err, standsIn := mine.standing(x.others)
		if (x.want == nil) != (err == nil) || err != nil && err.Def != x.want || len(standsIn) != x.standsIn {
			t.Errorf("%s: %v, %d", name, err, len(standsIn))
		}
	}
}
