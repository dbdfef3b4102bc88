package importing

import (
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pricelist"
)

// The columns of each kind. Templates, headers and errors all come from here.
var columnsOf = map[Kind][]column{
	Customers: {
		{"code", []string{"客户编码", "customer code"}, true, 30},
		{"name", []string{"客户名称", "customer name"}, true, 120},
		{"uscc", []string{"统一社会信用代码", "unified social credit code"}, false, 18},
		{"industry", []string{"行业", "industry"}, false, 60},
		{"region", []string{"区域", "region"}, false, 60},
		{"status", []string{"状态", "status"}, true, 20},
		{"owner", []string{"负责人", "业务员", "owner", "sales rep"}, true, 64},
		{"contact", []string{"联系人", "contact"}, true, 60},
		{"position", []string{"职务", "position"}, true, 60},
		{"phone", []string{"电话", "手机", "phone"}, true, 30},
		{"email", []string{"邮箱", "email"}, false, 120},
		{"delivery_address", []string{"收货地址", "delivery address"}, false, 200},
		{"grade", []string{"信用等级", "grade"}, false, 1},
		{"limit", []string{"信用额度", "credit limit"}, false, 30},
		{"settlement", []string{"结算方式", "settlement"}, false, 20},
		{"days", []string{"账期天数", "terms days"}, false, 5},
		{"remarks", []string{"备注", "remarks"}, false, 2000},
	},
	Products: {
		{"code", []string{"产品编码", "product code"}, true, 60},
		{"name", []string{"产品名称", "product name"}, true, 200},
		{"name_en", []string{"英文名称", "english name"}, false, 200},
		{"spec", []string{"规格", "specification"}, false, 200},
		{"unit", []string{"单位", "unit"}, true, 20},
		{"kind", []string{"类别", "kind"}, false, 20},
		{"lifecycle", []string{"产品状态", "lifecycle"}, false, 20},
		{"category", []string{"产品大类", "category"}, false, 40},
		{"tax_rate", []string{"税率", "tax rate"}, true, 10},
		{"tonnes_per_unit", []string{"每单位吨数", "tonnes per unit"}, false, 20},
	},
	Prices: {
		{"code", []string{"产品编码", "product code"}, true, 60},
		{"price", []string{"基准价", "base price"}, true, 20},
		{"floor_price", []string{"底价", "floor price"}, false, 20},
		{"reason", []string{"原因", "reason"}, false, 200},
		{"unit", []string{"单位", "unit"}, false, 20},
	},
	Receivables: {
		{"number", []string{"发票号", "invoice number"}, true, 60},
		{"customer", []string{"客户编码", "customer code"}, true, 30},
		{"invoiced_on", []string{"开票日期", "invoice date"}, true, 30},
		{"due_on", []string{"到期日", "due date"}, true, 30},
		{"amount", []string{"未收金额", "open amount"}, true, 30},
	},
}

// record is one row, read: one of the four is meant.
type record struct {
	row
	customer customer.Draft
	owner    string
	profile  *credit.Opening // nil when the file says nothing of credit
	product  catalog.Input
	category string
	price    pricelist.PriceLine
	opening  openItem
	key      string // the natural key, unique in the file
}

type openItem struct {
	customer   string
	number     string
	invoicedOn time.Time
	dueOn      time.Time
	amount     decimal.Decimal
}

// read makes the record of a filled row. What is wrong is noted on the row.
func (k Kind) read(rec *record) {
	switch k {
	case Customers:
		rec.readCustomer()
	case Products:
		rec.readProduct()
	case Prices:
		rec.readPrice()
	case Receivables:
		rec.readReceivable()
	}
}

func (rec *record) readCustomer() {
	c := rec.cells
	rec.key, rec.owner = c["code"], c["owner"]
	rec.customer = customer.Draft{
		Profile: customer.Profile{
			Name: c["name"], USCC: c["uscc"], Industry: c["industry"], Region: c["region"], Remarks: c["remarks"],
			Status: customer.Status(rec.choice("status", "active", map[string][]string{
				"active": {"正常", "启用"}, "suspended": {"暂停", "冻结"}, "closed": {"关闭", "停用"},
			})),
		},
		Code:     c["code"],
		Contacts: []customer.Contact{{Name: c["contact"], Position: c["position"], Phone: c["phone"], Email: c["email"]}},
	}
	if c["delivery_address"] != "" {
		rec.customer.Addresses = []customer.Address{{Kind: "delivery", Line: c["delivery_address"]}}
	}
	if c["uscc"] != "" && !customer.ValidUSCC(c["uscc"]) {
		rec.fail("uscc", customer.ErrBadUSCC.With())
	}
	if c["name"] != "" && customer.NameKey(c["name"]) == "" {
		rec.fail("name", customer.ErrBadName.With())
	}
	if c["phone"] != "" && customer.PhoneKey(c["phone"]) == "" {
		rec.fail("phone", customer.ErrBadPhone.With())
	}
	rec.readProfile()
}

// readProfile reads the credit columns. An empty limit is "none set", "0" is a limit of 0, and 不限 is unlimited: three
// different things.
func (rec *record) readProfile() {
	c := rec.cells
	if c["grade"] == "" && c["limit"] == "" && c["settlement"] == "" {
		return
	}
	o := &credit.Opening{Grade: credit.Grade(rec.choice("grade", "", map[string][]string{"A": {"A"}, "B": {"B"}, "C": {"C"}, "D": {"D"}})), Limit: credit.NoLimit()}
	switch headerKey(c["limit"]) {
	case "":
	case "不限", "unlimited", "无上限":
		o.Limit = credit.Unlimited()
	default:
		if d, ok := rec.decimal("limit", 2); ok {
			if d.IsNeg() {
				rec.fail("limit", errNegative.With())
			}
			o.Limit = credit.LimitOf(d.Pad(2))
		}
	}
	o.Terms.Settlement = credit.Settlement(rec.choice("settlement", "cash", map[string][]string{
		"cash": {"现款"}, "prepaid": {"款到发货"}, "cod": {"货到付款", "货到收款"}, "net_days": {"账期"}, "month_end_days": {"月结"},
	}))
	if d, ok := rec.decimal("days", 0); ok {
		if n, _, fits := d.Int64(0); fits && n >= 0 && n <= 365 {
			o.Terms.Days = int(n)
		} else {
			rec.fail("days", errNumber.With("scale", 0))
		}
	}
	if e, wrong := errs.As(o.Check()); wrong && !rec.bad { // CRD-02 to CRD-06
		for _, f := range e.Fields {
			rec.fail(profileFields[f.Pointer], e)
		}
	}
	if !rec.bad {
		rec.profile = o
	}
}

// profileFields are the columns that credit's refusals are about.
var profileFields = map[string]string{
	"/grade": "grade", "/limit_kind": "limit", "/limit_amount": "limit", "/settlement": "settlement", "/terms_days": "days",
}

func (rec *record) readProduct() {
	c := rec.cells
	rec.key, rec.category = c["code"], c["category"]
	rec.product = catalog.Input{
		Code: c["code"], Name: c["name"], NameEN: c["name_en"], Spec: c["spec"], Unit: c["unit"],
		Kind: catalog.Kind(rec.choice("kind", string(catalog.KindFinished), map[string][]string{
			"finished": {"自产成品", "成品"}, "bought_in": {"外购品", "外购"}, "material": {"原辅料", "原料"}, "service": {"服务"},
		})),
		Lifecycle: catalog.Lifecycle(rec.choice("lifecycle", string(catalog.LifecycleStandard), map[string][]string{
			"new": {"新产品", "新品"}, "standard": {"常规"}, "dormant": {"停产"},
		})),
	}
	rate, _ := rec.decimal("tax_rate", 4)
	if rate.Cmp(decimal.One) >= 0 { // written as 13 or 13%
		if q, err := rate.Quo(decimal.Hundred); err == nil {
			rate = q.Trim(0)
		}
	}
	if rate.IsNeg() || rate.Cmp(decimal.One) >= 0 || rate.Scale() > 4 {
		rec.fail("tax_rate", errNumber.With("scale", 4))
	}
	rec.product.TaxRate = rate.Pad(4)
	if c["tonnes_per_unit"] != "" { // empty: what the unit itself says
		tonnes := rec.positive("tonnes_per_unit", 9)
		rec.product.TonnesPerUnit = &tonnes
	}
}

func (rec *record) readPrice() {
	rec.key = rec.cells["code"]
	rec.price = pricelist.PriceLine{Price: rec.positive("price", 4), Reason: rec.cells["reason"]}
	if rec.cells["floor_price"] != "" {
		floor := rec.positive("floor_price", 4)
		rec.price.FloorPrice = &floor
	}
}

func (rec *record) readReceivable() {
	c := rec.cells
	rec.key = c["number"]
	rec.opening = openItem{
		customer: c["customer"], number: c["number"], invoicedOn: rec.date("invoiced_on"), dueOn: rec.date("due_on"),
		amount: rec.positive("amount", 2).Pad(2),
	}
	if !rec.bad && rec.opening.dueOn.Before(rec.opening.invoicedOn) {
		rec.fail("due_on", errDate.With())
	}
}
