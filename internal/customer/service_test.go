package customer_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

func draft(name, uscc, phone string) customer.Draft {
	return customer.Draft{
		Profile:  customer.Profile{Name: name, USCC: uscc, Status: customer.Active},
		Contacts: []customer.Contact{{Name: "陈示例", Position: "采购", Phone: phone}},
	}
}

func create(e *apitest.Env, username string, d customer.Draft) (customer.Customer, error) {
	who := e.Principal(username)
	var c customer.Customer
	err := e.DB.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) (err error) {
		c, err = customer.New().Create(tx, who, d)
		return err
	})
	return c, err
}

func TestCUS08_SecondRegistrationTellsOwnerAndDateToThoseWhoMayKnow(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	if _, err := create(e, "rep1", draft("云岭示例纺织有限公司", "91330782MA2EXAMP0C", "13800000042")); err != nil {
		t.Fatal(err)
	}
	for what, d := range map[string]customer.Draft{
		"uscc":  draft("别名示例有限公司", "91330782MA2EXAMP0C", "13800000050"),
		"name":  draft("云岭 示例纺织股份有限公司", "", "13800000051"),
		"phone": draft("另名示例有限公司", "", "+86 138-0000-0042"),
	} {
		_, err := create(e, "manager", d)
		taken, ok := errs.As(err)
		if !errors.Is(err, customer.ErrTaken) || !ok || taken.Params["owner"] != "REP1" || taken.Params["same"] != what || taken.Params["since"] == "" {
			t.Errorf("same %s: %v %+v", what, err, taken)
		}
		_, err = create(e, "rep2", d)
		taken, ok = errs.As(err)
		if !errors.Is(err, customer.ErrTaken) || !ok || len(taken.Params) != 0 {
			t.Errorf("same %s, rep2: %v %+v", what, err, taken)
		}
	}
	if _, err := create(e, "rep2", draft("远山示例纺织有限公司", "", "13800000099")); err != nil {
		t.Errorf("another company is refused: %v", err)
	}
}

func TestCUS08_RaceOfTwoRegistrationsHasOneWinner(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for round := range 10 {
		var wg sync.WaitGroup
		results := make([]error, 8)
		for i := range results {
			wg.Go(func() {
				_, results[i] = create(e, "rep1", draft(fmt.Sprintf("竞争%d示例有限公司", round), "", fmt.Sprintf("1390000%02d%02d", round, i)))
			})
		}
		wg.Wait()
		won := 0
		for _, err := range results {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, customer.ErrTaken):
				t.Fatalf("round %d: %v", round, err)
			}
		}
		if won != 1 {
			t.Fatalf("round %d: %d winners", round, won)
		}
	}
}

func TestCUS12_ContactWithNamePositionPhoneIsMandatory(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	d := draft("云岭示例纺织有限公司", "", "13800000042")
	d.Contacts = nil
	if _, err := create(e, "rep1", d); !errors.Is(err, customer.ErrLastContact) {
		t.Errorf("no contact: %v", err)
	}
	if _, err := create(e, "rep1", draft("云岭示例纺织有限公司", "", "1234")); !errors.Is(err, customer.ErrBadPhone) {
		t.Errorf("four digits: %v", err)
	}
	if _, err := create(e, "rep1", draft("云岭示例纺织有限公司", "", "12345")); err != nil {
		t.Errorf("five digits: %v", err)
	}
}

func TestCRD11_PayerPaysForItself(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	payer, err := create(e, "rep1", draft("总部示例有限公司", "", "13800000001"))
	if err != nil {
		t.Fatal(err)
	}
	d := draft("分厂示例有限公司", "", "13800000002")
	d.BillToID = &payer.ID
	if _, err := create(e, "rep1", d); !errors.Is(err, customer.ErrPayerByLeader) {
		t.Errorf("a rep named the payer: %v", err)
	}
	branch, err := create(e, "manager", d)
	if err != nil || branch.PayerID() != payer.ID || payer.PayerID() != payer.ID {
		t.Fatalf("%v, %s", err, branch.PayerID())
	}
	chain := draft("三级示例有限公司", "", "13800000003")
	chain.BillToID = &branch.ID
	if _, err := create(e, "manager", chain); !errors.Is(err, customer.ErrBadPayer) {
		t.Errorf("chain: %v", err)
	}
	nobody := uuid.New()
	chain.BillToID = &nobody
	if _, err := create(e, "manager", chain); !errors.Is(err, customer.ErrBadPayer) {
		t.Errorf("unknown payer: %v", err)
	}
}

func TestAssignNeedsAPersonInSales(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	c, err := create(e, "rep1", draft("云岭示例纺织有限公司", "", "13800000042"))
	if err != nil {
		t.Fatal(err)
	}
	manager := e.Principal("manager")
	assign := func(to string) error {
		return e.DB.Tx(context.Background(), manager.Origin("test"), func(tx pg.Tx) error {
			_, err := customer.New().Assign(tx, manager, c.ID, nil, e.People[to], "区域调整")
			return err
		})
	}
	if err := assign("guard"); !errors.Is(err, customer.ErrBadOwner) {
		t.Errorf("guard: %v", err)
	}
	if err := assign("rep3"); err != nil {
		t.Errorf("rep3: %v", err)
	}
	for who, want := range map[string]error{"rep1": errs.ErrNotFound, "rep3": nil} {
		p := e.Principal(who)
		err := e.DB.View(context.Background(), p.Origin("test"), func(tx pg.Tx) error {
			_, err := customer.New().Get(tx, p, c.ID)
			return err
		})
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", who, err)
		}
	}
}

// TestFaultAtEveryStatementLeavesNothing fails the registration at each of its statements in turn.
func TestFaultAtEveryStatementLeavesNothing(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	who := e.Principal("rep1")
	for n := int64(1); ; n++ {
		ctx, probe := pg.WithProbe(context.Background(), n)
		err := e.DB.Tx(ctx, who.Origin("test"), func(tx pg.Tx) error {
			_, err := customer.New().Create(tx, who, draft("云岭示例纺织有限公司", "", "13800000042"))
			return err
		})
		if err == nil {
			if n < 5 {
				t.Fatalf("only %d statements", probe.Statements())
			}
			return
		}
		if !errors.Is(err, pg.ErrInjected) {
			t.Fatalf("statement %d: %v", n, err)
		}
		e.Tx(func(tx pg.Tx) error {
			var left int64
			err := tx.Raw(`SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM customer_contacts)
				+ (SELECT count(*) FROM events) + (SELECT count(*) FROM number_series)`).Scan(&left).Error
			if left != 0 {
				t.Fatalf("statement %d left %d rows", n, left)
			}
			return err
		})
	}
}

func TestListIsOneStatement(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for i := range 5 {
		if _, err := create(e, "rep1", draft(fmt.Sprintf("列表%d示例有限公司", i), "", fmt.Sprintf("1370000000%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	who := e.Principal("rep1")
	ctx, probe := pg.WithProbe(context.Background(), 0)
	var seen []uuid.UUID
	for cursor := ""; ; {
		var rows []customer.Summary
		err := e.DB.View(ctx, who.Origin("test"), func(tx pg.Tx) (err error) {
			rows, cursor, err = customer.New().List(tx, who, customer.Filter{}, pg.Page{Limit: 2, Cursor: cursor})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			seen = append(seen, r.ID)
		}
		if cursor == "" {
			break
		}
	}
	if len(seen) != 5 || probe.Statements() != 3 {
		t.Fatalf("%d customers in %d statements", len(seen), probe.Statements())
	}
}
