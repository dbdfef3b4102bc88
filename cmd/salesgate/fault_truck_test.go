package main

// trucks is one notice on two trucks of a carrier of its own: planned, compared at loading, signed by both sides, their vouchers adjusted and settled with the
// carrier, from the draft to the payment; one truck arrives short, which finance posts.
func (j *journey) trucks() {
	carrier := j.carrier()
	notice := j.notice(j.order("net_days", 20), "credit", 20, "")
	plans := []write{j.planned(notice, carrier, "A"), j.planned(notice, carrier, "B")}
	j.released(notice)
	j.inOneMonth(func() {
		first := j.carried(notice, carrier, "A")
		second := j.carried(notice, carrier, "B")
		for _, plan := range plans {
			j.step("", "-", "/v1/transport-notices/"+plan.id+"/complete", object{})
		}
		j.step(lab, "-", "/v1/freight-vouchers/"+j.signed(first)+"/adjust", object{"kind": "waiting", "amount": "20.00", "reason": "fault"})
		j.signed(second)
		j.arrived(second)
		j.settled(carrier)
	})
}

// carrier keeps a carrier that asks 100.00 for a trip.
func (j *journey) carrier() write {
	carrier := j.step(office, "", "/v1/carriers", object{"name": "Carrier " + j.name})
	j.step(lab, "-", "/v1/freight-rates", object{"rates": []any{
		object{"carrier_id": carrier.id, "basis": "trip", "to_region": "Fault", "price": "100", "tax_rate": "0.09", "valid_from": "2026-01-01"},
	}})
	return carrier
}

func (j *journey) truck(which string) string { return "FT-" + j.name + which }

// planned plans a truck for half of the notice.
func (j *journey) planned(notice, carrier write, which string) write {
	lines, _ := notice.request["lines"].([]any)
	line, _ := lines[0].(object)
	return j.step("", "", "/v1/transport-notices", object{
		"shipping_notice_id": notice.id, "carrier_id": carrier.id, "vehicle": j.truck(which), "driver": "Example", "to_region": "Fault",
		"pickup_on": notice.request["ship_date"], "lines": []any{object{"order_line_id": line["order_line_id"], "quantity": "10"}},
	})
}

// carried loads the truck that was planned, and lets it out.
func (j *journey) carried(notice, carrier write, which string) write {
	note := j.loaded(notice, 10, object{"vehicle": j.truck(which), "carrier": carrier.request["name"], "driver": "Example"})
	j.out(note, j.truck(which), 10)
	return note
}

// signed has both sides sign delivery note and voucher, and returns the voucher.
func (j *journey) signed(note write) string {
	j.step(office, "-", "/v1/delivery-notes/"+note.id+"/sign", object{"carrier_signer": "Example", "attachment_ids": []any{j.upload(office)}})
	found := rows(j.look(rep, "/v1/freight-vouchers?delivery_note_id="+note.id))
	j.want("number of vouchers", len(found), 1)
	if j.failed {
		return ""
	}
	voucher, _ := found[0]["id"].(string)
	j.learned("/v1/freight-vouchers", voucher)
	j.step(office, "-", "/v1/freight-vouchers/"+voucher+"/sign", object{"carrier_signer": "Example", "attachment_ids": []any{j.upload(office)}})
	return voucher
}

// arrived is a proof of delivery with one kg less than was loaded; finance posts the correction that it proposes.
func (j *journey) arrived(note write) {
	j.step("", "-", "/v1/delivery-notes/"+note.id+"/proof", object{
		"signer": "Example", "received_on": j.day(0), "lines": []any{object{"delivery_line_id": lineOf(note), "received": "9"}},
	})
	found := rows(j.look(rep, "/v1/delivery-corrections?delivery_note_id="+note.id))
	j.want("number of corrections", len(found), 1)
	if j.failed {
		return
	}
	j.learned("/v1/delivery-corrections", found[0]["id"])
	j.step(chief, "-", "/v1/delivery-corrections/"+found[0]["id"].(string)+"/post", object{})
}

// settled is the carrier's month: drafted, held against the carrier's bill, confirmed by somebody else, paid.
func (j *journey) settled(carrier write) {
	draft := j.step("", "", "/v1/carrier-settlements", object{"carrier_id": carrier.id, "month": j.day(0)[:7]})
	at := "/v1/carrier-settlements/" + draft.id
	j.want("settlement's amount", draft.answer["amount"], "220.00")
	j.step("", "-", at+"/bill", object{"bill_number": "B-" + j.name, "amount": "220.00"})
	j.step(chief, "-", at+"/confirm", object{})
	paid := j.step(office, "-", at+"/pay", object{"paid_on": j.day(0), "bank_reference": "P-" + j.name})
	j.want("settlement's state", paid.answer["state"], "paid")
}
