package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/handover"
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/quote"
)

// tries counts the runs that transactions needed beyond their first: nobody who keeps the lock order is ever a deadlock's victim.
type tries struct {
	e     *apitest.Env
	again atomic.Int64
	wg    sync.WaitGroup
}

func (r *tries) do(who identity.Principal, fn func(tx pg.Tx) error) {
	r.wg.Go(func() { _ = r.now(who, fn) })
}

func (r *tries) now(who identity.Principal, fn func(tx pg.Tx) error) error {
	for {
		begun, waited := false, false
		err := r.e.DB.Tx(context.Background(), who.Origin("race"), func(tx pg.Tx) error {
			if begun && !waited {
				r.again.Add(1)
			}
			begun = true
			err := fn(tx)
			waited = pg.OutOfTurn(err)
			return err
		})
		if begun || !errors.Is(err, errs.ErrBusy) {
			return err
		} // no connection was free in time: as any client, once more
	}
}

// Customers change hands while their quotations are sent, and their quotations and contracts submitted and decided.
func TestORG06_RaceOfHandoverAndSubmissions(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep, manager := e.Principal("rep1"), e.Principal("manager")
	product := productAt(e, "10")
	var customers []uuid.UUID
	var sends, quotes, contracts, pending []uuid.UUID
	for range 4 {
		customer := customerOf(e)
		customers = append(customers, uuid.MustParse(customer))
		quotation := func(price string) uuid.UUID {
			inquiry := e.As("rep1").Post("/v1/inquiries", object{"channel": "fax", "customer_id": customer}).Want(201).ID()
			return uuid.MustParse(e.As("rep1").Post("/v1/quotations", object{
				"customer_id": customer, "inquiry_id": inquiry, "valid_from": onDay(0), "valid_until": onDay(30),
				"lines": []object{{"product_id": product, "min_quantity": "100", "price": price}},
			}).Want(201).ID())
		}
		contract := func() uuid.UUID {
			return uuid.MustParse(e.As("rep1").Post("/v1/contracts", contractBy(customer, goodsOf(product, "100", "8", 30))).Want(201).ID())
		}
		for range 3 {
			ready := quotation("10")
			e.As("rep1").Post("/v1/quotations/"+ready.String()+"/submit", nil).Want(200)
			sends, quotes, contracts = append(sends, ready), append(quotes, quotation("8")), append(contracts, contract())
		}
		asked := contract()
		e.As("rep1").Post("/v1/contracts/"+asked.String()+"/submit", nil).Want(200)
		pending = append(pending, asked)
	}
	s := e.App.Server
	race := &tries{e: e}
	race.wg.Go(func() {
		for i := range 6 {
			to := e.People[[]string{"rep3", "rep1"}[i%2]]
			err := race.now(manager, func(tx pg.Tx) error {
				_, err := s.Handovers.Create(tx, manager, handover.Draft{Customers: customers, To: &to, Reason: fmt.Sprint(i)})
				return err
			})
			if err != nil {
				t.Errorf("handover %d: %v", i, err)
			}
		}
	})
	for i := range sends {
		race.do(rep, func(tx pg.Tx) error {
			_, err := s.Quotes.Send(tx, rep, sends[i], nil, quote.Sending{Channel: "email", Recipient: "陈示例"})
			return err
		})
		race.do(rep, func(tx pg.Tx) error { _, _, err := s.Quotes.Submit(tx, rep, quotes[i], nil); return err })
		race.do(rep, func(tx pg.Tx) error { _, _, err := s.Contracts.Submit(tx, rep, contracts[i], nil); return err })
	}
	for _, id := range pending {
		race.do(rep, func(tx pg.Tx) error { return withdrawn(tx, s, rep, id) })
	}
	race.wg.Wait()
	if again := race.again.Load(); again != 0 {
		t.Errorf("%d transactions had to run again", again)
	}
	e.Tx(func(tx pg.Tx) error {
		var foreign, all int
		err := tx.Raw(`SELECT count(*) FILTER (WHERE r.owner_id IS DISTINCT FROM c.owner_id OR d.owner_id <> c.owner_id), count(*) FROM (
				SELECT 'quotation' AS type, id, owner_id, customer_id FROM quotations UNION ALL SELECT 'contract', id, owner_id, customer_id FROM contracts
			) d JOIN customers c ON c.id = d.customer_id JOIN approval_requests r ON r.subject_type = d.type AND r.subject_id = d.id`).Row().Scan(&foreign, &all)
		if foreign != 0 || all < len(customers) {
			t.Errorf("of %d requests %d are somebody else's", all, foreign)
		}
		return err
	})
}

func withdrawn(tx pg.Tx, s *httpapi.Server, who identity.Principal, contract uuid.UUID) error {
	r, err := s.Approvals.Latest(tx, "contract.sign", "contract", contract)
	if err != nil {
		return err
	}
	_, err = s.Approvals.WithdrawRequest(tx, who, r.ID, approval.Verdict{})
	return err
}

// during runs fn in a transaction that holds something, and hands the customer over meanwhile, as soon as it holds; resume is called when
// the handover waits. None of both has to run again.
func during(t *testing.T, e *apitest.Env, customer string, hold, resume func(tx pg.Tx) error) {
	t.Helper()
	rep, manager, to := e.Principal("rep1"), e.Principal("manager"), e.People["rep3"]
	race := &tries{e: e}
	moved := make(chan error, 1)
	err := race.now(rep, func(tx pg.Tx) error {
		if err := hold(tx); err != nil {
			return err
		}
		if race.again.Load() == 0 {
			go func() {
				moved <- race.now(manager, func(tx pg.Tx) error {
					_, err := e.App.Server.Handovers.Create(tx, manager, handover.Draft{Customers: []uuid.UUID{uuid.MustParse(customer)}, To: &to, Reason: "x"})
					return err
				})
			}()
		}
		return firstOf(waited(tx), resume(tx))
	})
	if err := firstOf(err, <-moved); err != nil {
		t.Error(err)
	}
	if again := race.again.Load(); again != 0 {
		t.Errorf("%d transactions had to run again", again)
	}
}

// A request that was being submitted while its customer moved belongs to the new owner.
func TestORG06_RequestSubmittedDuringAHandover(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.Principal("rep1")
	product, customer := productAt(e, "10"), customerOf(e)
	contract := uuid.MustParse(e.As("rep1").Post("/v1/contracts", contractBy(customer, goodsOf(product, "100", "8", 30))).Want(201).ID())
	during(t, e, customer, func(tx pg.Tx) error {
		_, _, err := e.App.Server.Contracts.Submit(tx, rep, contract, nil)
		return err
	}, func(pg.Tx) error { return nil })
	e.Tx(func(tx pg.Tx) error {
		var owner uuid.UUID
		err := tx.Raw(`SELECT owner_id FROM approval_requests WHERE subject_id = ?`, contract).Row().Scan(&owner)
		if owner != e.People["rep3"] {
			t.Errorf("the request is still %s's", owner)
		}
		return err
	})
}

// A handover that waits for a quotation holds nothing that whoever sends it needs, and likewise for the others in the lock order.
func TestORG06_AHandoverLocksInOrder(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.Principal("rep1")
	product, customer := productAt(e, "10"), customerOf(e)
	inquiry := e.As("rep1").Post("/v1/inquiries", object{"channel": "fax", "customer_id": customer}).Want(201).ID()
	quotation := uuid.MustParse(e.As("rep1").Post("/v1/quotations", object{
		"customer_id": customer, "inquiry_id": inquiry, "valid_from": onDay(0), "valid_until": onDay(30),
		"lines": []object{{"product_id": product, "min_quantity": "100", "price": "10"}},
	}).Want(201).ID())
	e.As("rep1").Post("/v1/quotations/"+quotation.String()+"/submit", nil).Want(200)
	contract := e.As("rep1").Post("/v1/contracts", contractBy(customer, goodsOf(product, "100", "8", 30))).Want(201).ID()
	asked := uuid.MustParse(contract)
	e.As("rep1").Post("/v1/contracts/"+contract+"/submit", nil).Want(200)
	during(t, e, customer, func(tx pg.Tx) error {
		return tx.Exec("SELECT FROM quotations WHERE id = ? FOR UPDATE", quotation).Error
	}, func(tx pg.Tx) error {
		_, err := e.App.Server.Quotes.Send(tx, rep, quotation, nil, quote.Sending{Channel: "email", Recipient: "陈示例"})
		return firstOf(err, tx.Exec("SELECT FROM contracts WHERE id = ? FOR UPDATE", asked).Error)
	})
	e.Tx(func(tx pg.Tx) error { // back to where it was
		return tx.Exec("UPDATE customers SET owner_id = ? WHERE id = ?", e.People["rep1"], customer).Error
	})
	during(t, e, customer, func(tx pg.Tx) error {
		return e.App.Server.Approvals.Lock(tx, "contract", asked)
	}, func(tx pg.Tx) error {
		return firstOf(tx.Exec("SELECT FROM customers WHERE id = ? FOR KEY SHARE", customer).Error, withdrawn(tx, e.App.Server, rep, asked))
	})
}

// waited returns when somebody waits for a lock of this transaction.
func waited(tx pg.Tx) error {
	for range 200 {
		var n int
		if err := tx.Raw(`SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))`).Scan(&n).Error; err != nil || n > 0 {
			return err
		}
		if err := tx.Exec(`SELECT pg_sleep(0.02)`).Error; err != nil {
			return err
		}
	}
	return errs.ErrNotFound
}

func firstOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}
