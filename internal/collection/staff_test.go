package collection_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// Finance knows in the same moment who left, who comes and since when.
func TestARV09_AChangeOfPayingStaffIsToldToFinanceAtOnce(t *testing.T) {
	t.Parallel()
	d := open(t)
	rep, clerk := d.As("rep1"), d.As("clerk").With("Accept-Language", "zh-CN")
	path := "/v1/paying-staff/changes"
	body := object{"customer_id": d.customer.ID}
	rep.Post(path, body).WantProblem(422, "paying_staff.nobody")
	body["comes"] = object{"name": "吴示例", "position": "出纳", "phone": "13800000050"}
	body["since"] = d.onDay(-20)
	first := rep.Post(path, body).Want(201)
	told := clerk.Get("/v1/me/follow-ups?kind=collection.paying_staff").Want(200)
	if told.Len("data") != 1 || !strings.Contains(told.String("data.0.title"), "吴示例") || !strings.Contains(told.String("data.0.title"), d.onDay(-20)) {
		t.Fatalf("%s", told.Body)
	}
	rep.Post(path, body).WantProblem(409, "paying_staff.known")
	body["leaves_id"], body["since"] = first.String("came.id"), d.onDay(-21)
	body["comes"] = object{"name": "周示例", "phone": "13800000051"}
	rep.Post(path, body).WantProblem(422, "paying_staff.dates")
	body["since"] = d.onDay(0)
	clerk.Post(path, body).Want(201) // by anybody
	rep.Post(path, body).WantProblem(409, "paying_staff.left_already")
	told = clerk.Get("/v1/me/follow-ups?kind=collection.paying_staff").Want(200)
	if told.Len("data") != 2 || !strings.Contains(told.String("data.1.title"), "离任 吴示例,接任 周示例") {
		t.Errorf("%s", told.Body)
	}
	who := "/v1/paying-staff?customer_id=" + d.customer.ID.String()
	if l := rep.Get(who).Want(200); l.Len("data") != 1 || l.String("data.0.name") != "周示例" || l.String("data.0.phone") != "13800000051" {
		t.Errorf("%s", l.Body)
	}
	if l := clerk.Get(who + "&all=true").Want(200); l.Len("data") != 2 || l.String("data.0.phone") != "13800000051" {
		t.Errorf("%s", l.Body)
	}
	if l := d.As("auditor").Get(path).Want(200); l.Len("data") != 2 || strings.Contains(string(l.Body), "13800000051") {
		t.Errorf("phones for somebody who doesn't call: %s", l.Body)
	}
	if l := d.As("rep3").Get(who).Want(200); l.Len("data") != 0 { // ORG-06
		t.Errorf("%s", l.Body)
	}
	body["customer_id"] = d.company("rep3").ID
	rep.Post(path, body).WantProblem(422, "resource.unknown_reference")
	d.As("keeper").Get(who).Want(403)
}

// Reported on the working day after, it is in time; one working day later it is late.
func TestARV09_AtOnceIsCountedInWorkingDays(t *testing.T) {
	t.Parallel()
	d := open(t)
	for since, late := range map[int]bool{1: false, 0: false, -20: true} {
		a := d.As("rep1").Post("/v1/paying-staff/changes", object{
			"customer_id": d.customer.ID, "since": d.onDay(since), "comes": object{"name": "周示例" + d.onDay(since)},
		}).Want(201)
		if a.At("late") != late {
			t.Errorf("since %d days: late %v", since, a.At("late"))
		}
	}
	d.Tx(func(tx pg.Tx) error {
		today := d.day(0)
		for n := 1; n <= 2; n++ { // the first working day back, and the second
			since := tx.Calendar().AddWorkingDays(today, -n)
			ch, err := d.svc.ChangePayingStaff(tx, d.rep, collection.NewStaffChange{
				CustomerID: d.customer.ID, Since: since, Comes: &collection.PayingPerson{Name: since.String()[:10]},
			})
			if err != nil {
				return err
			}
			if between := tx.Calendar().WorkingDaysBetween(since, today); ch.Late != (between > 1) {
				t.Errorf("%d working days: late %v", between, ch.Late)
			}
		}
		return nil
	})
}

func TestARV09_RaceOfTwoWhoReportTheSameDeparture(t *testing.T) {
	t.Parallel()
	d := open(t)
	first := d.As("rep1").Post("/v1/paying-staff/changes", object{"customer_id": d.customer.ID, "comes": object{"name": "吴示例"}}).Want(201).String("came.id")
	const n = 6
	var wg sync.WaitGroup
	codes := make(chan int, n)
	for range n {
		wg.Go(func() {
			codes <- d.As("rep1").Post("/v1/paying-staff/changes", object{"customer_id": d.customer.ID, "leaves_id": first}).Status
		})
	}
	wg.Wait()
	close(codes)
	won := 0
	for c := range codes {
		if c == 201 {
			won++
		} else if c != 409 {
			t.Errorf("%d", c)
		}
	}
	if won != 1 {
		t.Errorf("%d reports of one departure", won)
	}
}

func TestStaffConstraints(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.As("rep1").Post("/v1/paying-staff/changes", object{"customer_id": d.customer.ID, "comes": object{"name": "吴示例"}}).Want(201)
	for q, refused := range map[string]*errs.Def{
		"UPDATE paying_staff SET until = since - 1": collection.ErrStaffDates,
		"INSERT INTO paying_staff SELECT gen_random_uuid(), customer_id, name, '', phone, '', since, NULL, 1 FROM paying_staff":                                                                                                                                                collection.ErrStaffTwice,
		"INSERT INTO paying_staff_changes SELECT gen_random_uuid(), customer_id, NULL, NULL, since, '', false, NULL, now() FROM paying_staff":                                                                                                                                  collection.ErrNobody,
		"INSERT INTO paying_staff_changes SELECT gen_random_uuid(), customer_id, id, NULL, since, '', false, NULL, now() FROM paying_staff; INSERT INTO paying_staff_changes SELECT gen_random_uuid(), customer_id, id, NULL, since, '', false, NULL, now() FROM paying_staff": collection.ErrStaffLeft,
	} {
		if err := d.as(d.rep, func(tx pg.Tx) error { return tx.Exec(q).Error }); !errors.Is(err, refused) {
			t.Errorf("%s: %v", q, err)
		}
	}
	if err := d.as(d.rep, func(tx pg.Tx) error { return tx.Exec("DELETE FROM paying_staff_changes").Error }); err == nil {
		t.Error("changes aren't append-only")
	}
}
