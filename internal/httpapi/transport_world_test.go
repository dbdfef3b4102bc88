package httpapi_test

import (
	"github.com/salesgate/salesgate/internal/apitest"
)

// carrierOf keeps a carrier with a rate per tonne to 海角.
func carrierOf(e *apitest.Env, name, price string) string {
	carrier := e.As("keeper").Post("/v1/carriers", object{"name": name, "tax_number": "91330000MA2EXAMPL7"}).Want(201).ID()
	e.As("purchasing").Post("/v1/freight-rates", object{"rates": []object{
		{"carrier_id": carrier, "basis": "tonne", "to_region": "海角", "price": price, "minimum_charge": "88.00", "tax_rate": "0.09", "valid_from": "2026-01-01"},
	}}).Want(201)
	return carrier
}

// paperSigned is what a keeper sends who signs with a driver.
func paperSigned(e *apitest.Env) object {
	return object{"carrier_signer": "吴示例", "carrier_phone": "13800000077", "attachment_ids": []string{upload(e.As("keeper"), "signed.pdf", scan).Want(201).ID()}}
}

// carried plans a truck for a released notice, loads 10 of its first line, and brings the freight to a settlement. It returns the delivery note.
func carried(e *apitest.Env, notice string) apitest.Answer {
	at := "/v1/shipping-notices/" + notice
	carrier := carrierOf(e, "云岭示例物流有限公司", "180")
	e.As("keeper").Post("/v1/freight-distances", object{"region": "海角", "km": "85.5"}).Want(200)
	planned := e.As("rep1").Post("/v1/transport-notices", object{
		"shipping_notice_id": notice, "carrier_id": carrier, "vehicle": "浙A·12345", "driver": "吴示例", "pickup_on": onDay(3), "to_region": "海角",
	}).Want(201)
	line := e.As("keeper").Get(at).Want(200).String("lines.0.id")
	left := e.As("keeper").Post(at+"/dispatch", object{
		"vehicle": "浙A·12345", "carrier": "云岭示例物流有限公司", "driver": "吴示例", "lines": []object{{"notice_line_id": line, "quantity": "10"}},
	}).Want(201)
	e.As("rep1").Post("/v1/transport-notices/"+planned.ID()+"/complete", nil).Want(200)
	e.As("keeper").Post("/v1/delivery-notes/"+left.ID()+"/sign", paperSigned(e)).Want(201)
	voucher := "/v1/freight-vouchers/" + e.As("keeper").Get("/v1/freight-vouchers?delivery_note_id="+left.ID()).Want(200).String("data.0.id")
	e.As("keeper").Post(voucher+"/sign", paperSigned(e)).Want(200)
	e.As("purchasing").Post(voucher+"/adjust", object{"kind": "waiting", "amount": "20.00", "reason": "卸货等待"}).Want(200)
	e.As("clerk").Post("/v1/carrier-settlements", object{"carrier_id": carrier, "month": onDay(0)[:7]}).Want(201)
	return left
}
