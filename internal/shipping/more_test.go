package shipping_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// What was released on an approval by phone that its giver denies, comes back; what has left, has left.
func TestORG05_DeniedVerbalApprovalTakesTheReleaseBack(t *testing.T) {
	w := open(t, "1000")
	whole, part := w.checked("credit", "100"), w.checked("credit", "100")
	trucks := map[string]string{}
	for _, n := range []string{whole, part} {
		approval := "/v1/approvals/" + w.As("rep1").Get(notices+n).String("approval_id")
		w.As("rep1").Post(approval+"/verbal-approval", object{
			"given_by": w.People["manager"], "given_at": w.DB.Clock().Now().Format(time.RFC3339), "purpose": "客户当日停产待料",
		}).Want(201)
		w.wantState(n, "released")
		if n == part {
			w.dispatch(n, "30").Want(201)
		}
		trucks[n] = w.truck(n)
		w.As("manager").Post(approval+"/deny", object{"comment": "当日未接到电话"}).Want(200)
	}
	for n, truck := range trucks { // none comes
		if got := w.As("keeper").Get("/v1/transport-notices/" + truck).Want(200).String("state"); got != "cancelled" {
			t.Errorf("the truck of %s is %s", n, got)
		}
	}
	w.wantState(whole, "refused")
	w.wantState(part, "closed")
	w.wantExposure("0", "30", "0", "0")
	w.dispatch(whole, "1").WantProblem(409, "shipping.not_released")
}

func TestCRD11_ThePayerCarriesTheExposure(t *testing.T) {
	w := open(t, "1000")
	payer := w.As("rep1").Post("/v1/customers", object{
		"name": "海角示例集团有限公司", "status": "active", "contacts": []object{{"name": "林示例", "position": "财务", "phone": "13800000043"}},
	}).Want(201)
	etag := w.As("manager").Get("/v1/customers/" + w.customer.String()).ETag()
	w.As("manager").Patch("/v1/customers/"+w.customer.String(), etag, object{"bill_to_id": payer.ID()}).Want(200)
	n := w.checked("credit", "100") // the payer has no limit: it counts as 0
	if got := w.As("rep1").Get(notices + n).Want(200); got.String("payer_id") != payer.ID() || got.String("figures.limit_kind") != "none" {
		t.Fatalf("%s", got.Body)
	}
	w.verb("manager", n, "release", object{}).Want(200)
	w.verb("gm", n, "release", object{}).Want(200)
	w.view(func(tx pg.Tx) error {
		p, err := w.App.Server.Credits.Position(tx, uuid.MustParse(payer.ID()))
		if p.Account.Released.Cmp(amount("100")) != 0 {
			t.Errorf("the payer has %s released", p.Account.Released)
		}
		return err
	})
	w.agree()
}

func TestORG03_NobodyChecksOrReleasesTheirOwn(t *testing.T) {
	w := open(t, "1000")
	w.Tx(func(tx pg.Tx) error {
		return tx.Exec(`UPDATE users SET roles = '{sales_rep,finance_clerk,sales_manager}' WHERE username = 'rep1'`).Error
	})
	n := w.write(w.draft("credit", "1"))
	w.verb("rep1", n, "check", object{}).WantProblem(403, "shipping.own_check")
	w.verb("clerk", n, "check", object{}).Want(200)
	w.verb("rep1", n, "release", object{}).WantProblem(403, "approval.own_submission")
}

func TestReturnedNoticeIsADraftAgain(t *testing.T) {
	w := open(t, "1000")
	n := w.checked("credit", "1")
	approval := "/v1/approvals/" + w.As("rep1").Get(notices+n).String("approval_id")
	w.As("manager").Post(approval+"/return", object{"comment": "请改日期"}).Want(200)
	got := w.As("rep1").Get(notices + n).Want(200)
	if got.String("state") != "draft" || got.At("figures") != nil || got.At("revision") != 2.0 {
		t.Fatalf("%s", got.Body)
	}
	w.verb("rep1", n, "submit", nil).Want(200)
	w.verb("clerk", n, "check", object{}).Want(200)
	w.verb("manager", n, "release", object{}).Want(200)
	w.wantExposure("0", "0", "1", "0")
}

func TestNoticesFollowTheCustomersOwner(t *testing.T) {
	w := open(t, "1000")
	n := w.released("10")
	note := w.dispatch(n, "5").Want(201)
	w.As("manager").Post("/v1/customers/"+w.customer.String()+"/assign", object{"owner_id": w.People["rep3"], "reason": "区域调整"}).Want(200)
	for who, want := range map[string]int{"rep1": 404, "rep3": 200} {
		if got := w.As(who).Get(notices + n).Status; got != want {
			t.Errorf("%s reads the notice with %d", who, got)
		}
		if got := w.As(who).Get("/v1/delivery-notes/" + note.ID()).Status; got != want {
			t.Errorf("%s reads the delivery note with %d", who, got)
		}
	}
}

func TestStaleVersionsAreRefused(t *testing.T) {
	w := open(t, "1000")
	n := w.released("10")
	stale := w.As("rep1").With("If-Match", `"1"`)
	for _, verb := range []string{"cancel", "revise", "close"} {
		stale.Post(notices+n+"/"+verb, object{"reason": "x"}).WantProblem(412, "resource.stale")
	}
	w.As("rep1").Patch(notices+n, `"1"`, object{"remarks": "x"}).WantProblem(412, "resource.stale")
	etag := w.As("rep1").Get(notices + n).ETag()
	w.As("rep1").Patch(notices+n, etag, object{"remarks": "x"}).WantProblem(409, "resource.wrong_state")
}
