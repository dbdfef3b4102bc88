package demo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/pkg/client"
)

// Story plays the way of some orders through every gate, over HTTP, as the people concerned. It works on customers of its
// own, which it registers first, so it can be played again and again on one server.
type Story struct {
	Base string       // of the server
	Lang string       // "zh" or "en": in which the gates speak
	Out  io.Writer    // where they speak
	HTTP *http.Client // nil for an ordinary one

	ctx      context.Context //nolint:containedctx // a story lives as long as its Play
	people   map[string]*client.Conn
	names    map[string]string // user name → name
	tag      string            // makes names unique
	heard    map[client.UUID]bool
	goods    client.BasePrice // what is sold
	today    time.Time        // on the server
	ahead    time.Duration    // of the server's clock
	scene    int
	customer map[string]client.Customer
}

// errStory is what a story ends with when a gate decided otherwise than it should.
var errStory = errors.New("the story went otherwise")

// the figures of the story, in CNY, tax included.
var (
	storyLimit  = decimal.MustParse("60000.00") // of the customer who buys on credit
	storyRaised = decimal.MustParse("150000.00")
	storyOrder  = decimal.MustParse("40000") // about, for each of that customer's orders
	storySample = decimal.MustParse("8000")  // about, for the others'
	storyTonnes = decimal.MustParse("60")    // a month, of the customer who buys on credit (CRD-14)

	two = decimal.MustParse("2")
)

// Play plays it. An error says in which scene it went otherwise than it should.
func (s *Story) Play(ctx context.Context) error {
	s.ctx, s.people, s.names = ctx, map[string]*client.Conn{}, map[string]string{}
	s.heard, s.customer = map[client.UUID]bool{}, map[string]client.Customer{}
	s.tag = strings.ToUpper(hex.EncodeToString(random()))
	people, err := People()
	if err != nil {
		return err
	}
	for _, p := range people {
		s.names[p.Username] = p.Name
	}
	for _, scene := range []struct {
		zh, en string
		play   func() error
	}{
		{"客户建档与首次授信", "Customers, and a first credit limit", s.begin},
		{"权限内的订单:当场生效", "An order within the rep's authority stands at once", s.within},
		{"低于权限的订单:由有权的最低一级审批", "An order below it goes to the lowest role that covers it", s.below},
		{"额度内信用发货,门卫放行一次", "A shipment on credit within the limit; the gate lets it out once", s.credit},
		{"超额度发货:总经理放行", "A shipment over the limit, which the general manager lets through", s.overLimit},
		{"再次超额度:总经理不同意", "Another one, which the general manager refuses", s.refused},
		{"款到发货:未到款不放行,到款即放行", "Payment first: nothing leaves before the money is there", s.prepaid},
		{"货到收款:由总经理审批", "Cash on delivery: the general manager decides", s.cod},
		{"新客户首次发货", "A new customer's first shipment", s.newCustomer},
		{"开票与收款:占用下降", "Invoice and receipt: the exposure falls", s.money},
		{"客户归属:先登记者得", "Whose a company is: first come, first served", s.ownership},
		{"半年信用评审:批量确认,个别调整", "The half-yearly credit review: most confirmed together, one changed", s.review},
		{"提高额度:等待中的发货立即重新判定", "The limit rises: a waiting shipment is judged anew at once", s.raised},
		{"紧急放行:电话经仓库与质检负责人,次日补手续", "An emergency release by phone, and the papers that follow", s.emergency},
		{"一单两车:出门证合计等于通知,短少一处更正", "One notice on two trucks: the passes come to it, one arrives short", s.trucks},
		{"门卫手机离线:凭公钥放行,恢复后同步,冲突可见", "The gate offline: decided by the published key, handed in later, a conflict shown", s.offline},
		{"从询价到报价、合同、订单与变更", "From an inquiry to a quotation, a contract, an order and its change", s.deal},
		{"生产:无价委托、排产、缺料、交期核对、延误告知与缺货分配", "Production: asked without prices, a schedule, a shortage, a promise checked, a delay told, a product allotted", s.made},
		{"新产品:样品、定价、首单与转正", "A new product: sample, price, first order, and what makes it a regular one", s.product},
		{"回测:规则改了会怎样", "A backtest: what other rules would have decided", s.backtest},
		{"月末对账:链接发送、逐行异议、确认后开票", "Month-end: statements by link, a disputed line, invoiced once confirmed", s.monthEnd},
		{"坏账:申请、审批、核销与日后收回", "A bad debt: applied for, agreed, written off, and some of it recovered", s.badDebt},
	} {
		s.scene++
		s.sayf("\n%d. %s\n", s.scene, s.in(scene.zh, scene.en))
		if err := scene.play(); err != nil {
			return fmt.Errorf("scene %d, %s: %w", s.scene, scene.en, err)
		}
	}
	s.sayf("\n%s\n", s.in("演示结束。", "The end."))
	return nil
}

func random() []byte {
	b := make([]byte, 3)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}

// begin registers four customers and has a limit approved for the first.
func (s *Story) begin() error {
	list, err := s.as("rep").ListBasePricesWithResponse(s.ctx, &client.ListBasePricesParams{Limit: new(1)})
	if err != nil {
		return err
	}
	if list.JSON200 == nil || len(list.JSON200.Data) == 0 {
		return fmt.Errorf("%w: the server has no base prices; is it the demo company's?", errStory)
	}
	s.goods = list.JSON200.Data[0]
	for _, who := range []struct{ key, zh string }{{"credit", "锦程"}, {"prepaid", "先达"}, {"cod", "兑现"}, {"new", "初识"}} {
		if err := s.register(who.key, who.zh); err != nil {
			return err
		}
	}
	return s.applyForLimit()
}

func (s *Story) register(key, name string) error {
	res, err := s.as("rep").CreateCustomerWithResponse(s.ctx, &client.CreateCustomerParams{}, client.CustomerCreate{
		Name: "云岭" + name + s.tag + "织造有限公司", Status: client.CustomerStatusActive,
		Contacts: []client.ContactInput{{Name: "采购部", Position: "采购经理", Phone: fmt.Sprintf("1380%07d", number(random())%10000000)}},
	})
	if err != nil {
		return err
	}
	c := *res.JSON201
	s.customer[key], s.today, s.ahead = c, clock.Today(c.CreatedAt), time.Until(c.CreatedAt)
	s.tell("rep", "登记客户 %s", "registers the customer %s", c.Name)
	return s.applyForCustomer(key)
}

// applyForCustomer hands in the application that a customer's first order needs, and has it approved.
func (s *Story) applyForCustomer(key string) error {
	res, err := s.as("rep").ApplyForCustomerWithResponse(s.ctx, s.customer[key].ID, &client.ApplyForCustomerParams{}, client.CustomerApplicationCreate{
		Needs: s.goods.ProductName,
	})
	if err != nil {
		return err
	}
	s.tell("rep", "提交新客户申请 %s", "hands in the new-customer application %s", res.JSON201.Number)
	return s.decide(res.JSON201.ApprovalID, true)
}

func number(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }

func (s *Story) applyForLimit() error {
	if err := s.askForLimit(storyLimit, "两年来现款交易正常,申请首次授信"); err != nil {
		return err
	}
	return s.signAgreement()
}

// askForLimit applies for a limit of the customer who buys on credit, and has it approved.
func (s *Story) askForLimit(limit decimal.Decimal, why string) error {
	grade := client.CreditGrade("B")
	res, err := s.as("rep").CreateCreditLimitRequestWithResponse(s.ctx, &client.CreateCreditLimitRequestParams{}, client.CreditLimitRequestCreate{
		CustomerID: s.customer["credit"].ID, Grade: &grade, LimitKind: client.CreditLimitKindAmount, LimitAmount: &limit,
		Settlement: client.SettlementNetDays, TermsDays: new(30), Reasons: why,
		MonthlyBasis: &client.MonthlyBasisInput{Kind: client.Volume, MonthlyTonnes: new(storyTonnes), Note: new("上季度月均用量")},
	})
	if err != nil {
		return err
	}
	s.tell("rep", "为其申请信用额度 %s 元", "applies for a credit limit of %s CNY", limit)
	return s.decide(res.JSON201.ApprovalID, true)
}

// within is an order at 1 % below the base price, which a rep may.
func (s *Story) within() error {
	o, err := s.order("credit", storyOrder, "0.99")
	if err != nil {
		return err
	}
	return want("order", o.State, "confirmed")
}

// below is an order at 2.5 % below, which takes a supervisor.
func (s *Story) below() error {
	o, err := s.order("cod", storySample, "0.975")
	if err != nil {
		return err
	}
	if err := want("order", o.State, "submitted"); err != nil {
		return err
	}
	return s.decide(*o.ApprovalID, true)
}

// credit ships within the limit, all the way through the gate, and shows the pass a second time.
func (s *Story) credit() error {
	n, err := s.ordered("credit", client.ShippingFlowCredit, storyOrder)
	if err != nil {
		return err
	}
	if err := s.decide(*n.ApprovalID, true); err != nil {
		return err
	}
	note, err := s.dispatch(n)
	if err != nil {
		return err
	}
	if err := s.gate(note, nil); err != nil {
		return err
	}
	s.tell("guard", "再次出示同一张出门证", "is shown the same gate pass again")
	if err := s.gate(note, new(http.StatusConflict)); err != nil {
		return err
	}
	return s.invoice(note)
}

// overLimit takes the customer above the limit.
func (s *Story) overLimit() error {
	n, err := s.ordered("credit", client.ShippingFlowCredit, storyOrder)
	if err != nil {
		return err
	}
	if err := s.decide(*n.ApprovalID, true); err != nil {
		return err
	}
	note, err := s.dispatch(n)
	if err != nil {
		return err
	}
	return s.gate(note, nil)
}

func (s *Story) refused() error {
	n, err := s.ordered("credit", client.ShippingFlowCredit, storyOrder)
	if err != nil {
		return err
	}
	if err := s.decide(*n.ApprovalID, false); err != nil {
		return err
	}
	return s.noticeIs(n, "refused")
}

// prepaid is refused by finance's check until the money is there, and then needs nobody.
func (s *Story) prepaid() error {
	o, err := s.order("prepaid", storySample, "1")
	if err != nil {
		return err
	}
	n, err := s.notice(o, client.ShippingFlowPrepaid)
	if err != nil {
		return err
	}
	_, err = s.check(n, false)
	if err := s.refusedWith(err, http.StatusUnprocessableEntity); err != nil {
		return err
	}
	if err := s.receipt("prepaid", *o.Total, nil); err != nil {
		return err
	}
	if n, err = s.check(n, false); err != nil {
		return err
	}
	if err := want("notice", string(n.State), "released"); err != nil {
		return err
	}
	return s.leave(n)
}

func (s *Story) cod() error {
	n, err := s.ordered("cod", client.ShippingFlowCod, storySample)
	if err != nil {
		return err
	}
	if err := s.decide(*n.ApprovalID, true); err != nil {
		return err
	}
	return s.leave(n)
}

func (s *Story) newCustomer() error {
	n, err := s.ordered("new", client.ShippingFlowNewCustomer, storySample)
	if err != nil {
		return err
	}
	if err := s.decide(*n.ApprovalID, true); err != nil {
		return err
	}
	return s.leave(n)
}

// money pays what the customer with the limit owes by invoice.
func (s *Story) money() error {
	id := s.customer["credit"].ID
	res, err := s.as("clerk").ListInvoicesWithResponse(s.ctx, &client.ListInvoicesParams{CustomerID: &id, Open: new(true)})
	if err != nil {
		return err
	}
	if err := s.standing(); err != nil {
		return err
	}
	for _, v := range res.JSON200.Data {
		if err := s.receipt("credit", v.Open, &v.ID); err != nil {
			return err
		}
	}
	return s.standing()
}
