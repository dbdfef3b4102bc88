package httpapi_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// spoken is an accepted quotation far below base, which stands only by what the general manager is said to have said on the phone.
type spoken struct {
	e                                           *apitest.Env
	customer, product, quotation, line, request string
}

func spokenQuote(e *apitest.Env) spoken {
	s := spoken{e: e, customer: customerOf(e), product: productAt(e, "10")}
	rep := e.As("rep1")
	q := rep.Post("/v1/quotations", object{
		"customer_id": s.customer, "valid_from": onDay(0), "valid_until": onDay(30), "settlement": "cash",
		"lines": []object{{"product_id": s.product, "min_quantity": "10", "max_quantity": "100000", "price": "6"}},
	}).Want(201)
	s.quotation, s.line = q.ID(), q.String("lines.0.id")
	path := "/v1/quotations/" + s.quotation
	s.request = rep.Post(path+"/submit", nil).Want(200).String("approval_id")
	rep.Post("/v1/approvals/"+s.request+"/verbal-approval", object{
		"given_by": e.People["gm"], "given_at": time.Now().Add(e.DB.Clock().Offset() - time.Minute).UTC().Format(time.RFC3339), "purpose": "谈判现场",
	}).Want(201)
	rep.Post(path+"/send", object{"channel": "email", "recipient": "陈示例"}).Want(200)
	file := upload(rep, "signed.pdf", "%PDF-1.7 "+uuid.NewString()).Want(201).ID()
	rep.Post(path+"/accept", object{"accepted_by": "陈示例", "attachment_ids": []string{file}}).Want(200)
	return s
}

func (s spoken) deny() apitest.Answer {
	return s.e.As("gm").Post("/v1/approvals/"+s.request+"/deny", object{"comment": "从未同意"})
}

func (s spoken) order(quantity string, submit bool) apitest.Answer {
	body := orderBy(s.customer, s.product, quantity, "6")
	body["quotation_id"], body["submit"] = s.quotation, submit
	body["lines"].([]object)[0]["quotation_line_id"] = s.line
	return s.e.As("rep1").Post("/v1/orders", body)
}

func (s spoken) contract(quantity string) object {
	l := goodsOf(s.product, quantity, "6", 30)
	l["quotation_line_id"] = s.line
	b := contractBy(s.customer, l)
	b["quotation_id"] = s.quotation
	return b
}

// violations counts the deals without approval that are recorded of a document.
func (s spoken) violations(subject string) int {
	return s.e.As("gm").Get("/v1/violations?kind=quote.beyond_authority&subject_id=" + subject).Want(200).Len("data")
}

func (s spoken) followUps(kind string) int {
	return s.e.As("manager").Get("/v1/me/follow-ups?kind=" + kind).Want(200).Len("data")
}

// approved lets whoever an approval asks agree, one after the other.
func approvedBy(e *apitest.Env, request string, people ...string) {
	for _, who := range people {
		e.As(who).Post("/v1/approvals/"+request+"/approve", object{}).Want(200)
	}
}

func TestQUO06_DeniedApprovalTakesOrdersBack(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	s, rep := spokenQuote(e), e.As("rep1")
	confirmed := s.order("1000", true).Want(201)
	waiting := s.order("20000", true).Want(201) // its amount is the general manager's
	draft := s.order("100", false).Want(201)
	partly, shipped := s.order("200", true).Want(201), s.order("50", true).Want(201)
	shipPart(e, partly, "80")
	shipPart(e, shipped, "50")
	if confirmed.String("state") != "confirmed" || waiting.String("state") != "submitted" {
		t.Fatalf("%s %s", confirmed.Body, waiting.Body)
	}
	s.deny().Want(200)
	for name, c := range map[string]struct {
		order      apitest.Answer
		state      string
		revision   int
		violations int
	}{
		"confirmed": {confirmed, "draft", 2, 1}, "waiting": {waiting, "draft", 1, 0}, "draft": {draft, "draft", 1, 0},
		"partly": {partly, "draft", 2, 1}, "shipped": {shipped, "shipped", 1, 1},
	} {
		got := rep.Get("/v1/orders/" + c.order.ID()).Want(200)
		if got.String("state") != c.state || fmt.Sprint(got.At("revision")) != fmt.Sprint(c.revision) {
			t.Errorf("%s: %s", name, got.Body)
		}
		if n := s.violations(c.order.ID()); n != c.violations { // QUO-07: once for what stood
			t.Errorf("%s: %d violations", name, n)
		}
	}
	if got := rep.Get("/v1/orders/" + partly.ID()).Want(200); got.String("lines.0.shipped") != "80.0000" {
		t.Errorf("%s", got.Body)
	}
	if n := s.violations(s.quotation); n != 1 {
		t.Errorf("%d violations of the quotation", n)
	}
	if n := s.followUps("order.price_base_gone"); n != 4 {
		t.Errorf("the sales manager is told of %d orders", n)
	}
	if r := e.As("gm").Get("/v1/approvals/" + waiting.String("approval_id")).Want(200); r.String("approval.state") != "void" {
		t.Errorf("%s", r.Body)
	}
	for _, o := range []apitest.Answer{confirmed, waiting, draft} { // not by this quotation again
		rep.Post("/v1/orders/"+o.ID()+"/submit", nil).WantProblem(422, "quote.unapproved")
	}
}

// shipPart plants that so much of an order's first line has left.
func shipPart(e *apitest.Env, o apitest.Answer, quantity string) {
	e.Tx(func(tx pg.Tx) error {
		orders := e.App.Server.Orders
		locked, err := orders.LockOpen(tx, uuid.MustParse(o.ID()))
		if err != nil {
			return err
		}
		parts := []order.Shipped{{LineID: locked.Lines[0].ID, Quantity: decimal.MustParse(quantity)}}
		if err := orders.Reserve(tx, locked, parts); err != nil {
			return err
		}
		return orders.Ship(tx, locked, parts)
	})
}

func TestQUO06_DeniedApprovalTakesContractsBack(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	s, rep := spokenQuote(e), e.As("rep1")
	waiting := submitted(e, s.contract("1000"))
	done := submitted(e, s.contract("2000"))
	capacityYes(e, done.ID())
	approvedBy(e, done.String("approval_id"), "manager")
	if got := rep.Get("/v1/contracts/" + done.ID()); got.String("state") != "approved" {
		t.Fatalf("%s", got.Body)
	}
	s.deny().Want(200)
	for _, c := range []struct {
		contract   apitest.Answer
		revision   int
		violations int
	}{{waiting, 1, 0}, {done, 2, 1}} {
		got := rep.Get("/v1/contracts/" + c.contract.ID()).Want(200)
		if got.String("state") != "draft" || fmt.Sprint(got.At("revision")) != fmt.Sprint(c.revision) || s.violations(c.contract.ID()) != c.violations {
			t.Errorf("%d: %s", s.violations(c.contract.ID()), got.Body)
		}
		if r := e.As("gm").Get("/v1/approvals/" + c.contract.String("approval_id")).Want(200); r.String("approval.state") != "void" {
			t.Errorf("%s", r.Body)
		}
		rep.Post("/v1/contracts/"+c.contract.ID()+"/submit", nil).WantProblem(422, "quote.unapproved")
	}
	if n := s.followUps("contract.price_base_gone"); n != 2 {
		t.Errorf("the sales manager is told of %d contracts", n)
	}
}

// inForce brings a contract at the quotation's prices in force.
func (s spoken) inForce(quantity string) apitest.Answer {
	made := submitted(s.e, s.contract(quantity))
	capacityYes(s.e, made.ID())
	approvedBy(s.e, made.String("approval_id"), "manager")
	return s.e.As("rep1").Post("/v1/contracts/"+made.ID()+"/sign", signed(s.e, "manager")).Want(200)
}

// stands is the state and the revision of an order.
func stands(e *apitest.Env, o apitest.Answer) string {
	got := e.As("rep1").Get("/v1/orders/" + o.ID()).Want(200)
	return fmt.Sprint(got.String("state"), " ", got.At("revision"))
}

// Orders that name only the contract stand by the quotation through it.
func TestQUO06_DeniedApprovalTakesCallOffsBack(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	s, rep := spokenQuote(e), e.As("rep1")
	c := s.inForce("1000")
	place := func(quantity, price string) apitest.Answer {
		return rep.Post("/v1/orders", onContract(c, quantity, price)).Want(201)
	}
	confirmed, partly, waiting := place("100", "6"), place("200", "6"), place("100", "5.5")
	shipPart(e, partly, "80")
	if confirmed.String("state") != "confirmed" || waiting.String("state") != "submitted" {
		t.Fatalf("%s %s", confirmed.Body, waiting.Body)
	}
	s.deny().Want(200)
	for _, o := range []struct {
		order      apitest.Answer
		stands     string
		violations int
	}{{confirmed, "draft 2", 1}, {partly, "draft 2", 1}, {waiting, "draft 1", 0}} {
		if got := stands(e, o.order); got != o.stands || s.violations(o.order.ID()) != o.violations {
			t.Errorf("%s, %d violations", got, s.violations(o.order.ID()))
		}
	}
	if n := s.followUps("order.price_base_gone"); n != 3 {
		t.Errorf("the sales manager is told of %d orders", n)
	}
	if r := e.As("gm").Get("/v1/approvals/" + waiting.String("approval_id")).Want(200); r.String("approval.state") != "void" {
		t.Errorf("%s", r.Body)
	}
	if got := rep.Get("/v1/contracts/" + c.ID()).Want(200); got.String("called_amount") != "480.00" { // what has left
		t.Errorf("%s", got.Body)
	}
	rep.Post("/v1/orders/"+confirmed.ID()+"/submit", nil).WantProblem(409, "contract.price_base_gone")
}

// A change that is being decided ends with the order that it is of.
func TestORD05_ChangeOfAnOrderThatIsTakenBackEnds(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	s, rep := spokenQuote(e), e.As("rep1")
	o := s.order("1000", true).Want(201)
	lines := changedLine(o.String("lines.0.id"), s.product, "900", "6")
	lines[0]["quotation_line_id"] = s.line
	asked := rep.Post("/v1/orders/"+o.ID()+"/changes", object{"reason": "减量", "lines": lines}).Want(201)
	s.deny().Want(200)
	got := rep.Get("/v1/order-changes/" + asked.ID()).Want(200)
	if got.String("state") != "rejected" || !strings.Contains(got.String("end_reason"), "QUO-06") {
		t.Errorf("%s", got.Body)
	}
	if r := e.As("gm").Get("/v1/approvals/" + asked.String("approval_id")).Want(200); r.String("approval.state") != "void" {
		t.Errorf("%s", r.Body)
	}
	if n := e.As("production").Get("/v1/me/follow-ups?kind=order_change.consequence").Want(200).Len("data"); n != 0 {
		t.Errorf("production is still asked")
	}
}

// byPhone is a contract in force only because of what the sales manager is said to have said.
func byPhone(e *apitest.Env) (c apitest.Answer, deny func()) {
	sent := submitted(e, contractBy(customerOf(e), goodsOf(productAt(e, "10"), "1000", "10", 30)))
	capacityYes(e, sent.ID())
	phoned(e, sent.String("approval_id"))
	c = e.As("rep1").Post("/v1/contracts/"+sent.ID()+"/sign", signed(e, "manager")).Want(200)
	return c, func() {
		e.As("manager").Post("/v1/approvals/"+sent.String("approval_id")+"/deny", object{"comment": "未同意"}).Want(200)
	}
}

// A contract that nobody approved is no price base: what calls it off is taken back with it (ORG-05).
func TestCON09_DeniedContractTakesCallOffsBack(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	c, deny := byPhone(e)
	place := func(quantity, price string) apitest.Answer {
		return rep.Post("/v1/orders", onContract(c, quantity, price)).Want(201)
	}
	confirmed, partly, waiting, draft := place("100", "10"), place("200", "10"), place("100", "9.75"), place("50", "9.75")
	rep.Post("/v1/orders/"+draft.ID()+"/revise", object{"reason": "待定"}).Want(200)
	shipPart(e, partly, "80")
	deny()
	for name, o := range map[string]struct {
		order  apitest.Answer
		stands string
	}{"confirmed": {confirmed, "draft 2"}, "partly": {partly, "draft 2"}, "waiting": {waiting, "draft 1"}, "draft": {draft, stands(e, draft)}} {
		if got := stands(e, o.order); got != o.stands {
			t.Errorf("%s: %s", name, got)
		}
	}
	told := e.As("manager").Get("/v1/me/follow-ups?kind=order.price_base_gone").Want(200)
	if told.Len("data") != 3 {
		t.Errorf("%s", told.Body)
	}
	if r := e.As("gm").Get("/v1/approvals/" + waiting.String("approval_id")).Want(200); r.String("approval.state") != "void" {
		t.Errorf("%s", r.Body)
	}
	if got := rep.Get("/v1/contracts/" + c.ID()).Want(200); got.String("state") != "draft" || got.String("called_amount") != "800.00" {
		t.Errorf("%s", got.Body)
	}
	rep.Post("/v1/orders/"+confirmed.ID()+"/submit", nil).WantProblem(409, "contract.not_in_force")
}

// What is decided about an order is held against its contract again.
func TestCON09_ApprovalAsksWhetherTheContractIsInForce(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	c, _ := byPhone(e)
	waiting := rep.Post("/v1/orders", onContract(c, "100", "9.75")).Want(201)
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE contracts SET state = 'draft', in_force_at = NULL, approved_at = NULL WHERE id = ?", c.ID()).Error
	})
	approvedBy(e, waiting.String("approval_id"), "supervisor")
	if got := stands(e, waiting); got != "draft 1" {
		t.Errorf("%s", got)
	}
}

// A contract in force stays what both have signed, but nothing more is called off at prices that nobody approved, until an amendment whose
// prices were decided on is in force.
func TestQUO06_DeniedApprovalStopsCallOffs(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	s, rep := spokenQuote(e), e.As("rep1")
	made := submitted(e, s.contract("1000"))
	path := "/v1/contracts/" + made.ID()
	capacityYes(e, made.ID())
	approvedBy(e, made.String("approval_id"), "manager")
	sign := func(path, by string) {
		rep.Post(path+"/sign", object{
			"signed_on": onDay(0), "customer_signed_on": onDay(0), "signed_by": e.People[by],
			"attachment_ids": []string{upload(rep, "signed.pdf", "%PDF-1.7 "+uuid.NewString()).Want(201).ID()},
		}).Want(200)
	}
	sign(path, "manager")
	line := rep.Get(path).Want(200).String("lines.0.id")
	callOff := func(quantity, price string) apitest.Answer {
		body := orderBy(s.customer, s.product, quantity, price)
		body["contract_id"], body["submit"] = made.ID(), true
		body["lines"].([]object)[0]["contract_line_id"] = line
		return rep.Post("/v1/orders", body)
	}
	callOff("100", "6").Want(201)
	open := rep.Post(path+"/amendments", object{"reason": "加量", "lines": []object{amendedLine(s, line, "1100", "6")}}).Want(201)
	amendment := path + "/amendments/" + open.ID()
	sent := rep.Post(amendment+"/submit", nil).Want(200)
	s.deny().Want(200)
	if got := rep.Get(path).Want(200); got.String("state") != "in_force" || got.At("callable") != false || got.At("price_base_gone") != true {
		t.Errorf("%s", got.Body)
	}
	if s.violations(made.ID()) != 1 || s.followUps("contract.price_base_gone") != 1 {
		t.Errorf("%d violations, %d follow-ups", s.violations(made.ID()), s.followUps("contract.price_base_gone"))
	}
	callOff("100", "6").WantProblem(409, "contract.price_base_gone")
	capacityYes(e, made.ID())
	if request := sent.String("approval_id"); e.As("gm").Get("/v1/approvals/"+request).String("approval.state") == "pending" {
		approvedBy(e, request, "manager")
	}
	if got := rep.Get(amendment).Want(200); got.String("state") != "draft" {
		t.Errorf("%s", got.Body)
	}
	rep.Post(amendment+"/submit", nil).WantProblem(422, "quote.unapproved")

	// what was agreed there is asked about now: of the general manager, at that price
	plain := amendedLine(s, line, "1000", "6")
	delete(plain, "quotation_line_id")
	rep.Patch(amendment, rep.Get(amendment).Want(200).ETag(), object{"reason": "价格重新审批", "quotation_id": nil, "lines": []object{plain}}).Want(200)
	sent = rep.Post(amendment+"/submit", nil).Want(200)
	if route := routeOf(e, sent.String("approval_id")); route != "production general_manager" { // production's answer counts on
		t.Errorf("asks %s", route)
	}
	approvedBy(e, sent.String("approval_id"), "gm")
	sign(amendment, "gm")
	if got := rep.Get(path).Want(200); got.At("callable") != true || got.At("price_base_gone") != nil {
		t.Errorf("%s", got.Body)
	}
	callOff("100", "6").Want(201)
}

func amendedLine(s spoken, line, quantity, price string) object {
	l := goodsOf(s.product, quantity, price, 30)
	l["id"], l["quotation_line_id"] = line, s.line
	return l
}

// What is decided is held against the quotation again: an approval of what was agreed there counts only while that stands.
func TestQUO06_ApprovalsAskWhetherTheQuotationStillStands(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	s, rep := spokenQuote(e), e.As("rep1")
	waiting, contract := s.order("20000", true).Want(201), submitted(e, s.contract("1000"))
	capacityYes(e, contract.ID())
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE quotations SET unapproved = true WHERE id = ?", s.quotation).Error
	})
	approvedBy(e, waiting.String("approval_id"), "gm")
	approvedBy(e, contract.String("approval_id"), "manager")
	for _, path := range []string{"/v1/orders/" + waiting.ID(), "/v1/contracts/" + contract.ID()} {
		if got := rep.Get(path).Want(200); got.String("state") != "draft" {
			t.Errorf("%s", got.Body)
		}
	}
	if n := s.violations(waiting.ID()) + s.violations(contract.ID()); n != 0 {
		t.Errorf("%d violations of what never stood", n)
	}
}

// What was submitted in time is decided after the quotation's last day: the customer ordered when it was valid.
func TestQUO05_ApprovedAfterTheQuotationsLastDay(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	s := spokenQuote(e)
	e.As("gm").Post("/v1/approvals/"+s.request+"/confirm", object{}).Want(200)
	waiting := s.order("20000", true).Want(201)
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE quotations SET valid_from = valid_from - 5, valid_until = ?::date - 1 WHERE id = ?", onDay(0), s.quotation).Error
	})
	s.order("100", true).WantProblem(422, "quote.expired")
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE orders SET submitted_at = submitted_at - interval '1 day' WHERE id = ?", waiting.ID()).Error
	})
	approvedBy(e, waiting.String("approval_id"), "gm")
	if got := e.As("rep1").Get("/v1/orders/" + waiting.ID()).Want(200); got.String("state") != "confirmed" {
		t.Errorf("%s", got.Body)
	}
}

// Not confirmed in time, it is no price base of anything new until it is confirmed; what stands by it stands until it is denied.
func TestQUO06_UnconfirmedApprovalIsNoPriceBaseAfterItsDeadline(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	s := spokenQuote(e)
	first := s.order("100", true).Want(201)
	late := s.contract("100")
	e.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE verbal_approvals SET confirm_by = now() - interval '1 minute', given_at = given_at - interval '9 days' WHERE request_id = ?", s.request).Error
	})
	s.order("100", true).WantProblem(422, "quote.unconfirmed")
	rep := e.As("rep1")
	made := rep.Post("/v1/contracts", late).Want(201)
	rep.Post("/v1/contracts/"+made.ID()+"/submit", nil).WantProblem(422, "quote.unconfirmed")
	if got := rep.Get("/v1/orders/" + first.ID()).Want(200); got.String("state") != "confirmed" {
		t.Errorf("%s", got.Body)
	}
	e.As("gm").Post("/v1/approvals/"+s.request+"/confirm", object{}).Want(200)
	s.order("100", true).Want(201)
	rep.Post("/v1/contracts/"+made.ID()+"/submit", nil).Want(200)
}

// However a denial and what builds on the quotation meet, nothing stands by it in the end.
func TestRaceQUO06_DenialAgainstWhatBuildsOnIt(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for round := range 4 {
		s := spokenQuote(e)
		drafts, contracts := make([]string, 3), make([]apitest.Answer, 2)
		for i := range drafts {
			drafts[i] = s.order("100", false).Want(201).ID()
		}
		for i := range contracts {
			contracts[i] = submitted(e, s.contract("1000"))
			capacityYes(e, contracts[i].ID())
		}
		var wg sync.WaitGroup
		start := make(chan struct{})
		together := func(fn func()) {
			wg.Go(func() {
				<-start
				fn()
			})
		}
		together(func() { s.deny().Want(200) })
		for _, id := range drafts {
			together(func() { e.As("rep1").Post("/v1/orders/"+id+"/submit", nil) })
			together(func() { s.order("100", true) })
		}
		for _, c := range contracts {
			together(func() { e.As("manager").Post("/v1/approvals/"+c.String("approval_id")+"/approve", object{}) })
		}
		close(start)
		wg.Wait()
		var standing []string
		e.Tx(func(tx pg.Tx) error {
			return tx.Raw(`SELECT number || ' ' || state FROM orders WHERE quotation_id = ? AND state NOT IN ('draft', 'cancelled')
				UNION ALL SELECT number || ' ' || state FROM contracts WHERE quotation_id = ? AND state NOT IN ('draft', 'cancelled')`, s.quotation, s.quotation).Scan(&standing).Error
		})
		if len(standing) > 0 {
			t.Fatalf("round %d: %v", round, standing)
		}
	}
}
