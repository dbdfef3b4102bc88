package shipping

// Flow is one of the four ways of shipping (SHP-01).
type Flow string

// The flows.
const (
	Credit      Flow = "credit"       // 常规
	Prepaid     Flow = "prepaid"      // 款到
	COD         Flow = "cod"          // 货到收款
	NewCustomer Flow = "new_customer" // 新客户
)

// SubjectNotice is what events, decisions and approvals call a shipping notice, SubjectDelivery a delivery note.
const (
	SubjectNotice   = "shipping_notice"
	SubjectDelivery = "delivery_note"
)

// Matter is the matter of the authority matrix that releases.
const Matter = "shipment.release"
