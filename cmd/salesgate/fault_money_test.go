package main

import "fmt"

// openBank opens the account that money comes to.
func (f *fault) openBank() {
	f.t.Helper()
	f.account = f.until(write{who: chief, path: "/v1/bank-accounts", key: "bank", request: object{"number": "330000000000001", "bank": "Example Bank", "name": "Fault Ltd"}}).id
}

// sold is an invoice of 10 kg that left on credit.
func (j *journey) sold() write {
	vehicle := fmt.Sprint("FM-", j.name, "-", j.steps)
	notice := j.notice(j.order("net_days", 10), "credit", 10, vehicle)
	at := "/v1/shipping-notices/" + notice.id
	j.step(office, "-", at+"/check", object{})
	j.step(manager, "-", at+"/release", object{})
	var note write
	j.inOneMonth(func() { note = j.left(notice, vehicle) })
	return j.invoiced(note)
}

// bank is an invoice that is paid in two lines of a bank's statement: imported, booked all at once; one receipt is reversed, and its line booked again by hand.
func (j *journey) bank() {
	invoice := j.sold()
	file := "date,credit,counterparty,counterparty account,reference,transaction id\n"
	for i, amount := range []string{"30.00", "70.00"} {
		file += fmt.Sprintf("2026-01-05,%s,Journey %s Ltd,330000000042,%v,BANK%s%08d\n", amount, j.code, invoice.answer["number"], j.name, i)
	}
	taken := j.write(write{list: "/v1/bank-imports", path: "/v1/bank-accounts/" + j.account + "/statements?file_name=fault.csv", file: file})
	j.want("lines", taken.answer["added"], 2)
	j.step(office, "-", "/v1/bank-lines/confirm-all", object{"import_id": taken.id})
	lines := rows(j.look(rep, "/v1/bank-lines?state=booked&import_id="+taken.id))
	if j.want("booked lines", len(lines), 2); j.failed {
		return
	}
	for _, l := range lines {
		j.learned("/v1/receipts", l["receipt_id"])
	}
	j.step(chief, "-", fmt.Sprint("/v1/receipts/", lines[0]["receipt_id"], "/reverse"), object{"reason": "fault"})
	again := j.step(office, "-", fmt.Sprint("/v1/bank-lines/", lines[0]["id"], "/confirm"), object{"customer_id": j.customer})
	if !j.failed {
		j.learned("/v1/receipts", again.answer["receipt_id"])
	}
	j.want("open amount", j.look(rep, "/v1/invoices/"+invoice.id)["open"], "0.00")
}

// prepaid is a notice that leaves because it was paid ahead (SHP-10); what was paid too much is paid back. Then an invoice that a bill pays, which bounces.
func (j *journey) prepaid() {
	order := j.order("prepaid", 10)
	receipt := j.paid("150.00")
	vehicle := "FP-" + j.name
	notice := j.notice(order, "prepaid", 10, vehicle)
	var note write
	j.inOneMonth(func() {
		checked := j.step(office, "-", "/v1/shipping-notices/"+notice.id+"/check", object{})
		j.want("notice", checked.answer["state"], "released")
		note = j.left(notice, vehicle)
	})
	j.want("open amount", j.invoiced(note).answer["open"], "0.00")
	back := j.step(chief, "-", "/v1/receipts/"+receipt.id+"/refunds", object{"amount": "50.00", "method": "bank_transfer", "reason": "fault"})
	j.want("rest of the receipt", back.answer["free"], "0.00")
	j.bounced(j.sold())
}

// bounced pays an invoice with a bill that bounces, and then with money.
func (j *journey) bounced(invoice write) {
	pays := object{"invoice_id": invoice.id, "amount": "100.00"}
	j.inOneMonth(func() {
		bill := j.step("", "", "/v1/receipts", object{
			"customer_id": j.customer, "amount": "100.00", "method": "acceptance_bill", "received_on": "2026-01-05", "allocations": []any{pays},
			"bill": object{"number": "BILL-" + j.name, "drawer": "Example", "acceptor": "Example Bank", "issued_on": "2026-01-01", "matures_on": j.day(0)},
		})
		if j.failed {
			return
		}
		j.learned("/v1/acceptance-bills", bill.answer["bill_id"])
		j.step(chief, "-", fmt.Sprint("/v1/acceptance-bills/", bill.answer["bill_id"], "/bounce"), object{"note": "fault"})
	})
	j.want("open amount", j.look(rep, "/v1/invoices/"+invoice.id)["open"], "100.00")
	j.paid("100.00", pays)
	j.want("open amount", j.look(rep, "/v1/invoices/"+invoice.id)["open"], "0.00")
}
