package httpapi_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/pg"
)

// sold makes a new product that the price committee has to adopt, and returns its adoption.
func sold(e *apitest.Env, code string) (product, adoption string) {
	product = pricedNew(e, code, "kg", "28.80")
	ship(e, product, "kg", "10000", e.DB.Clock().Now().In(time.FixedZone("", 8*3600)).Format(time.DateOnly))
	watch(e)
	return product, adoptions(e, "?state=open&product_id="+product).String("data.0.id")
}

// decideMeeting has three of five vote on the items of these types, and closes the meeting.
func decideMeeting(e *apitest.Env, path, vote string, types ...string) apitest.Answer {
	c := e.As("committee")
	c.Post(path+"/open", nil).Want(200)
	voters := []string{"committee", "finance", "auditor"}
	m := c.Put(path+"/attendance", "", object{"present": []any{e.People["committee"], e.People["finance"], e.People["auditor"]}}).Want(200)
	for i := range m.Len("items") {
		if !slices.Contains(types, m.String(fmt.Sprintf("items.%d.subject_type", i))) {
			continue
		}
		for _, v := range voters {
			e.As(v).Put(fmt.Sprintf("%s/items/%s/vote", path, m.String(fmt.Sprintf("items.%d.id", i))), "", object{"vote": vote}).Want(200)
		}
	}
	return c.Post(path+"/close", object{"minutes": "逐项表决。"}).Want(200)
}

func itemOf(t *testing.T, m apitest.Answer, subject string) string {
	t.Helper()
	for i := range m.Len("items") {
		if m.String(fmt.Sprintf("items.%d.subject_type", i)) == subject {
			return fmt.Sprintf("items.%d.", i)
		}
	}
	t.Fatalf("no %s among %s", subject, m.Body)
	return ""
}

func waitsFor(e *apitest.Env, subject string) bool {
	a := e.As("committee").Get("/v1/price-committee-agenda").Want(200)
	for i := range a.Len("data") {
		if a.String(fmt.Sprintf("data.%d.subject_type", i)) == subject {
			return true
		}
	}
	return false
}

// The quarter's review, what sells by its initial price, and lists and tables that wait are on the ordinary meeting's agenda by themselves; what the
// committee resolves leads to a base price list that names the resolution, and its publication closes the adoption.
func TestPRC08_TheOrdinaryMeetingsAgendaFillsItselfAndLeadsToABasePrice(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	ids := priced(t, e, "100", "50")
	product, adoption := sold(e, "NP-AG")
	m := e.As("manager")
	table := m.Post("/v1/price-authority-tables", object{"reason": "季度修订", "entries": []object{
		{"role": "sales_rep", "max_below": "3", "max_above": nil}, {"role": "general_manager", "max_below": nil, "max_above": nil},
	}}).Want(201).ID()
	m.Post("/v1/price-authority-tables/"+table+"/submit", nil).Want(200)
	list := m.Post("/v1/base-price-lists", object{"reason_kind": "market", "reason": "原料上涨"}).Want(201)
	m.Put("/v1/base-price-lists/"+list.ID()+"/lines", list.ETag(), object{"lines": []object{{"product_id": ids[0], "price": "101"}}}).Want(200)
	m.Post("/v1/base-price-lists/"+list.ID()+"/submit", nil).Want(200)

	for range 2 { // what the job does, and does again
		e.Tx(func(tx pg.Tx) error { return e.App.BeginQuarter(tx, jobs.Quarterly.Start(tx.Now)) })
	}
	meetings := e.As("auditor").Get("/v1/price-meetings?kind=ordinary").Want(200)
	if meetings.Len("data") != 1 {
		t.Fatalf("%s", meetings.Body)
	}
	path := "/v1/price-meetings/" + meetings.String("data.0.id")
	meeting := e.As("auditor").Get(path).Want(200)
	for _, subject := range []string{"price_authority_table", "base_price_list", "price_review", "price_adoption"} {
		if itemOf(t, meeting, subject); !waitsFor(e, subject) {
			t.Errorf("%s doesn't wait", subject)
		}
	}
	if meeting.Len("items") != 4 {
		t.Errorf("%d items", meeting.Len("items"))
	}
	closed := decideMeeting(e, path, "for", "price_review", "price_adoption", "price_authority_table")
	resolution := closed.String(itemOf(t, closed, "price_adoption") + "resolution.id")
	reviewed := closed.String(itemOf(t, closed, "price_review") + "resolution.id")
	tabled := closed.String(itemOf(t, closed, "price_authority_table") + "resolution.id")
	if closed.String(itemOf(t, closed, "base_price_list")+"outcome") != "undecided" {
		t.Errorf("%s", closed.Body)
	}

	one := e.As("rep1").Get("/v1/price-adoptions/" + adoption).Want(200)
	if one.String("state") != "open" || one.String("resolution_id") != resolution || waitsFor(e, "price_adoption") {
		t.Errorf("adoption %s", one.Body)
	}
	review := m.Get("/v1/price-reviews").Want(200)
	if review.String("data.0.resolution_id") != reviewed || review.String("data.0.state") != "open" || waitsFor(e, "price_review") {
		t.Errorf("review %s", review.Body)
	}
	for who, kinds := range map[string]map[string]int{
		"manager":   {"price.adopt_draft": 1, "pricing.review_resolved": 1},
		"committee": {"price.adopt": 0},
	} {
		for kind, want := range kinds {
			if got := e.As(who).Get("/v1/me/follow-ups?kind=" + kind).Want(200).Len("data"); got != want {
				t.Errorf("%s has %d of %s", who, got, kind)
			}
		}
	}

	body := func(resolution string) object {
		return object{"reason_kind": "first_price", "reason": "新产品转正", "resolution_id": resolution}
	}
	m.Post("/v1/base-price-lists", body(newID())).WantProblem(422, "pricing.no_such_resolution")
	m.Post("/v1/base-price-lists", body(tabled)).WantProblem(422, "pricing.no_such_resolution")
	m.Post("/v1/base-price-lists", body(reviewed)).Want(201)
	made := m.Post("/v1/base-price-lists", body(resolution)).Want(201)
	m.Put("/v1/base-price-lists/"+made.ID()+"/lines", made.ETag(), object{"lines": []object{{"product_id": product, "price": "29.5"}}}).Want(200)
	m.Post("/v1/base-price-lists/"+made.ID()+"/submit", nil).Want(200)
	decideList(e, made.ID())
	watch(e)
	if l := m.Get("/v1/base-price-lists/" + made.ID()).Want(200); l.String("state") != "published" || l.String("resolution_id") != resolution {
		t.Errorf("%s", l.Body)
	}
	if l := m.Get("/v1/base-price-lists?resolution_id=" + resolution).Want(200); l.Len("data") != 1 || l.String("data.0.id") != made.ID() {
		t.Errorf("%s", l.Body)
	}
	one = e.As("rep1").Get("/v1/price-adoptions/" + adoption).Want(200)
	if one.String("state") != "open" || one.String("list_id") != made.ID() || one.String("resolution_id") != resolution {
		t.Errorf("a base price without an authority: %s", one.Body)
	}
	if m.Get("/v1/me/follow-ups?kind=price.adopt_authority").Want(200).Len("data") != 1 {
		t.Error("nobody is asked for the authority")
	}
	set := authorityTable(e, object{"role": "sales_rep", "product_id": product, "max_below": "1", "max_above": nil})
	one = e.As("rep1").Get("/v1/price-adoptions/" + adoption).Want(200)
	if one.String("state") != "adopted" || one.String("list_id") != made.ID() || one.String("authority_table_id") != set || one.String("resolution_id") != resolution {
		t.Errorf("%s", one.Body)
	}
	if m.Get("/v1/me/follow-ups?kind=price.adopt_authority").Want(200).Len("data") != 0 {
		t.Error("the sales manager is still asked for the authority")
	}
	if e.As("manager").Get("/v1/me/follow-ups?kind=price.adopt_draft").Want(200).Len("data") != 0 {
		t.Error("the sales manager is still asked to draft")
	}
}

// authorityTable has a table approved with these entries besides the general ones.
func authorityTable(e *apitest.Env, entries ...object) string {
	m := e.As("manager")
	general := []object{{"role": "sales_rep", "max_below": "2", "max_above": nil}, {"role": "general_manager", "max_below": nil, "max_above": nil}}
	id := m.Post("/v1/price-authority-tables", object{"reason": "新产品权限", "entries": append(general, entries...)}).Want(201).ID()
	request := m.Post("/v1/price-authority-tables/"+id+"/submit", nil).Want(200).String("approval_id")
	e.Resolve(request, "for")
	e.As("gm").Post("/v1/approvals/"+request+"/approve", object{"comment": "同意"}).Want(200)
	return id
}

// firstListed has a first base price of a product approved; general says whether the general entries of the authority table hold for it.
func firstListed(e *apitest.Env, product string, general bool) string {
	m := e.As("manager")
	l := m.Post("/v1/base-price-lists", object{"reason_kind": "first_price", "reason": "新产品转正", "general_authority": general}).Want(201)
	m.Put("/v1/base-price-lists/"+l.ID()+"/lines", l.ETag(), object{"lines": []object{{"product_id": product, "price": "29.5"}}}).Want(200)
	m.Post("/v1/base-price-lists/"+l.ID()+"/submit", nil).Want(200)
	decideList(e, l.ID())
	return l.ID()
}

// A product is adopted with base price and authority, whichever comes first: an entry for the product in the table that is in force, one for
// its category in a table approved since, or a list that says that the general entries hold. Other tables say nothing of it.
func TestPRC04_AdoptedIsWhatHasBasePriceAndAuthority(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	priced(t, e, "100")
	state := func(adoption string) string {
		t.Helper()
		watch(e)
		return e.As("rep1").Get("/v1/price-adoptions/" + adoption).Want(200).String("state")
	}
	general, generally := sold(e, "NP-GE")
	if firstListed(e, general, true); state(generally) != "adopted" {
		t.Error("a list that says that the general entries hold")
	}
	if got := e.As("rep1").Get("/v1/price-adoptions/" + generally).Want(200); got.At("general_authority") != true || got.At("authority_table_id") != nil {
		t.Errorf("%s", got.Body)
	}

	grouped, inGroup := sold(e, "NP-CA")
	category := e.As("manager").Post("/v1/product-categories", object{"code": "NPC", "name": "功能丝"}).Want(201).ID()
	p := e.As("manager").Get("/v1/products/" + grouped).Want(200)
	e.As("manager").Patch("/v1/products/"+grouped, p.ETag(), object{"category_id": category}).Want(200)
	own, owned := sold(e, "NP-OW")
	authorityTable(e, object{"role": "general_manager", "product_id": own, "max_below": nil, "max_above": nil}) // says nothing that wasn't so
	firstListed(e, own, false)
	firstListed(e, grouped, false)
	if state(owned) != "open" || state(inGroup) != "open" {
		t.Error("a base price alone")
	}
	authorityTable(e, object{"role": "sales_rep", "category_id": category, "max_below": "1", "max_above": nil})
	if state(inGroup) != "adopted" || state(owned) != "open" {
		t.Errorf("%s %s", state(inGroup), state(owned))
	}
	authorityTable(e, object{"role": "sales_rep", "product_id": own, "max_below": "1", "max_above": nil})
	if state(owned) != "adopted" {
		t.Error("an entry of its own")
	}

	early, first := sold(e, "NP-EA") // the authority first
	authorityTable(e, object{"role": "sales_rep", "product_id": early, "max_below": "1", "max_above": nil})
	if state(first) != "open" {
		t.Error("an authority alone")
	}
	if firstListed(e, early, false); state(first) != "adopted" {
		t.Error("authority, then base price")
	}
}

// What the committee rejects waits on, and asks for no list; what was priced meanwhile lapses.
func TestPRC04_ARejectedAdoptionWaitsOnAndOneThatIsDoneLapses(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	product, adoption := sold(e, "NP-RJ")
	call := func() string {
		return "/v1/price-meetings/" + e.As("committee").Post("/v1/price-meetings", object{
			"title": "新产品转正", "scheduled_at": e.DB.Clock().Now().Add(time.Hour).Format(time.RFC3339),
			"subjects": []object{{"subject_type": "price_adoption", "subject_id": adoption}},
		}).Want(201).ID()
	}
	closed := decideMeeting(e, call(), "against", "price_adoption")
	if closed.String("items.0.outcome") != "rejected" || !waitsFor(e, "price_adoption") || adoptions(e, "?state=open").String("data.0.resolution_id") != "" {
		t.Errorf("%s", closed.Body)
	}
	e.As("manager").Post("/v1/base-price-lists", object{
		"reason_kind": "first_price", "reason": "x", "resolution_id": closed.String("items.0.resolution.id"),
	}).WantProblem(422, "pricing.no_such_resolution")
	path := call()
	e.Tx(func(tx pg.Tx) error { return publishBasePrice(tx, e, product) })
	if closed := decideMeeting(e, path, "for", "price_adoption"); closed.String("items.0.outcome") != "lapsed" {
		t.Errorf("%s", closed.Body)
	}
	e.As("committee").Post("/v1/price-meetings", object{
		"title": "x", "scheduled_at": e.DB.Clock().Now().Add(time.Hour).Format(time.RFC3339),
		"subjects": []object{{"subject_type": "price_adoption", "subject_id": adoption}},
	}).WantProblem(422, "committee.not_waiting")
}
