package main

import "fmt"

func (f *fault) customer(worker, n int) write {
	name := fmt.Sprintf("Fault %d-%d Ltd", worker, n)
	return write{path: "/v1/customers", key: "customer-" + name, request: object{"name": name, "status": "active", "contacts": []any{
		object{"name": "Example", "position": "buyer", "phone": fmt.Sprintf("139%02d%06d", worker, n)},
	}}}
}

func (f *fault) order(worker, n int) write {
	return write{path: "/v1/orders", key: fmt.Sprintf("order-%d-%d", worker, n), request: object{
		"customer_id": f.shop, "channel": "api", "settlement": "prepaid", "submit": true,
		"lines": []any{object{"product_id": f.product, "quantity": "10", "price": "10"}},
	}}
}

func (f *fault) receipt(worker, n int) write {
	return write{path: "/v1/receipts", key: fmt.Sprintf("receipt-%d-%d", worker, n), request: object{
		"customer_id": f.shop, "amount": "100.00", "method": "bank_transfer", "reference": fmt.Sprintf("B%d-%d", worker, n), "received_on": "2026-01-05",
	}}
}

// goods come in as an ERP says it: a movement of a lot that others move at the same time (SHP-16).
func (f *fault) goods(worker, n int) write {
	return write{path: "/v1/stock-movements", key: fmt.Sprintf("goods-%d-%d", worker, n), request: object{"movements": []any{
		object{"kind": "receipt", "product_code": "P-1", "lot_no": fmt.Sprint("L", n%3), "warehouse_code": "W1", "quantity": "10", "external_no": fmt.Sprintf("%d-%d", worker, n)},
	}}}
}
