package httpapi_test

import (
	"maps"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/pg"
)

// What is stated, disputed, promised, given up or let out by mistake of a customer is asked of who takes the customer over, and listed.
func TestCUS13_WhatIsChasedMovesAlong(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep1, rep3 := e.People["rep1"], e.People["rep3"]
	owe := func(more object) object {
		customer := customerOf(e)
		all := object{"customer_id": customer, "payer_id": customer}
		maps.Copy(all, more)
		return all
	}
	about := map[string]string{
		"statement": plant(e, "statements", owe(object{"kind": "manual", "revision": 1, "state": "sent", "from_seq": 0, "to_seq": 1})),
		"disputed_item": plant(e, "disputed_items", owe(object{
			"invoice_id": invoiceOf(e), "reason": "price", "amount": "10", "raised_by": "李示例", "note": "单价", "state": "open", "opened_by": rep1,
		})),
		"payment_promise": plant(e, "payment_promises", owe(object{
			"state": "open", "promised_by": "李示例", "channel": "phone", "amount": "10", "created_by": rep1,
		})),
		"bad_debt":      plant(e, "bad_debts", owe(object{"state": "pending", "amount": "10", "grounds": "bankrupt", "reason": "破产", "applied_by": rep1})),
		"gate_conflict": owned["gate-conflicts"](e),
	}
	e.Tx(func(tx pg.Tx) error {
		for subject, id := range about {
			err := followup.Open(tx, followup.Task{
				Kind: "test.ask", SubjectType: subject, SubjectID: uuid.MustParse(id), Number: subject, TitleEN: "Ask", TitleZH: "请跟进", UserID: &rep1,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	h := e.As("manager").Post("/v1/handovers", object{"leaving_id": rep1, "to_id": rep3, "reason": "离职"}).Want(201)
	if h.At("follow_ups") != float64(len(about)) {
		t.Errorf("%v follow-ups are listed", h.At("follow_ups"))
	}
	for subject, id := range about {
		if subject != "gate_conflict" { // which belongs to its delivery note
			items := e.As("manager").Get("/v1/handovers/" + h.ID() + "/items?kind=" + subject).Want(200)
			if items.Len("data") != 1 || items.String("data.0.document_id") != id {
				t.Errorf("%s: %s", subject, items.Body)
			}
		}
		e.Tx(func(tx pg.Tx) error {
			var asked uuid.UUID
			err := tx.Raw("SELECT user_id FROM follow_ups WHERE kind = 'test.ask' AND subject_id = ?", id).Row().Scan(&asked)
			if asked != rep3 {
				t.Errorf("who left is still asked about the %s", subject)
			}
			return err
		})
	}
}

// The approval of an emergency release goes with its customer.
func TestORG06_TheApprovalOfAnEmergencyReleaseMoves(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	release := owned["emergency-releases"](e)
	request := plant(e, "approval_requests", object{
		"subject_type": "emergency_release", "subject_id": release, "matter": "shipping.emergency_release", "state": "pending", "facts": "{}", "route": "[]",
		"submitted_by": e.People["manager"], "submitter_kind": "user", "submitter_roles": "{}", "content_hash": make([]byte, 32), "step": 0,
	})
	e.As("manager").Post("/v1/handovers", object{"leaving_id": e.People["rep1"], "to_id": e.People["rep3"], "reason": "离职"}).Want(201)
	e.Tx(func(tx pg.Tx) error {
		var owner uuid.UUID
		err := tx.Raw("SELECT owner_id FROM approval_requests WHERE id = ?", request).Row().Scan(&owner)
		if owner != e.People["rep3"] {
			t.Error("the approval stays with who had the customer")
		}
		return err
	})
}
