package main

import "fmt"

// sale is one order of 10 kg from its beginning to its end: released by the manager, laid out from a lot that passed, loaded, let out by the gate,
// found one short by the customer and corrected, invoiced, disputed in part, and paid by a receipt that is allocated when it is booked or afterwards; two come
// back and are credited.
func (j *journey) sale() {
	order := j.order("net_days", 10)
	vehicle := "FA-" + j.name
	notice := j.notice(order, "credit", 10, vehicle)
	j.released(notice)
	var note write
	j.inOneMonth(func() {
		note = j.loaded(notice, 10, nil)
		j.out(note, vehicle, 10)
	})
	short := j.step("", "/v1/delivery-corrections", "/v1/delivery-corrections", object{
		"delivery_note_id": note.id, "cause": "customer", "reason": "fault", "lines": []any{object{"delivery_line_id": lineOf(note), "quantity": "9"}},
	})
	j.step(chief, "-", "/v1/delivery-corrections/"+short.id+"/post", object{})
	invoice := j.invoiced(note)
	j.step("", "/v1/disputed-items", "/v1/disputed-items", object{
		"invoice_id": invoice.id, "reason": "price", "amount": "10.00", "raised_by": "Example", "note": "fault",
	})
	receipt := j.paid("100.00", object{"invoice_id": invoice.id, "amount": "60.00"})
	j.step("", "-", "/v1/receipts/"+receipt.id+"/allocate", object{"allocations": []any{object{"invoice_id": invoice.id, "amount": "30.00"}}})
	j.step(chief, "/v1/goods-returns", "/v1/goods-returns", object{
		"delivery_note_id": note.id, "lines": []any{object{"delivery_line_id": lineOf(note), "quantity": "2"}}, "reason": "fault",
	})
}

// invoiced bills a delivery note.
func (j *journey) invoiced(note write) write {
	return j.step("", "", "/v1/invoices", object{"delivery_note_ids": []any{note.id}, "ahead_of_statement": "n"})
}

// paid books money of the customer's, and what it pays.
func (j *journey) paid(amount string, pays ...any) write {
	request := object{"customer_id": j.customer, "amount": amount, "method": "bank_transfer", "reference": fmt.Sprint("W", j.name, "-", j.steps), "received_on": "2026-01-05"}
	if len(pays) > 0 {
		request["allocations"] = pays
	}
	return j.step("", "", "/v1/receipts", request)
}
