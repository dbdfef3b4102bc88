package httpapi_test

import (
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
)

// groupOf makes a credit group of two customers of rep1, and returns its id and that of its request.
func groupOf(e *apitest.Env) (group, request string) {
	made := e.As("manager").Post("/v1/credit-group-requests", object{
		"name": "云岭示例集团", "limit": "100000.00", "members": []string{customerOf(e), customerOf(e)}, "reasons": "合并授信",
	}).Want(201)
	for _, who := range []string{"finance", "gm"} {
		e.As(who).Post("/v1/approvals/"+made.String("approval_id")+"/approve", object{}).Want(200)
	}
	return made.String("group_id"), made.ID()
}

func TestCRD10_CreditGroupsComeFromApprovedRequests(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	group, _ := groupOf(e)
	read := e.As("gm").Get("/v1/credit-groups/" + group).Want(200)
	if read.Len("members") != 2 || read.String("limit") != "100000.00" || read.String("headroom") != "100000.00" {
		t.Fatalf("%s", read.Body)
	}
	member, other := read.String("members.0.customer_id"), read.String("members.1.customer_id")
	if got := e.As("rep1").Get("/v1/customers/" + member + "/credit").Want(200); got.String("group.number") != read.String("number") {
		t.Errorf("the customer's standing names %s", got.Body)
	}
	second := object{"name": "另一集团", "limit": "1", "members": []string{member}, "reasons": "x"}
	e.As("manager").Post("/v1/credit-group-requests", second).WantProblem(409, "credit.in_other_group")
	e.As("manager").Post("/v1/credit-group-requests", object{"name": "空集团", "limit": "1", "reasons": "x"}).WantProblem(422, "credit.group_form")
	e.As("manager").Post("/v1/credit-group-requests", object{"group_id": group, "members": []string{other, other}, "reasons": "x"}).WantProblem(422, "credit.group_form")
	change := object{"group_id": group, "limit": "50000.00", "members": []string{other}, "reasons": "一家退出"}
	asked := e.As("manager").Post("/v1/credit-group-requests", change).Want(201)
	e.As("manager").Post("/v1/credit-group-requests", change).WantProblem(409, "credit.group_request_pending")
	if got := e.As("gm").Get("/v1/credit-group-requests?state=pending&group_id=" + group).Want(200); got.Len("data") != 1 {
		t.Errorf("%d requests wait", got.Len("data"))
	}
	for _, who := range []string{"finance", "gm"} {
		e.As(who).Post("/v1/approvals/"+asked.String("approval_id")+"/approve", object{}).Want(200)
	}
	if got := e.As("rep1").Get("/v1/customers/" + member + "/credit").Want(200); got.At("group") != nil {
		t.Errorf("who left is still in it: %s", got.Body)
	}
	e.As("manager").Post("/v1/credit-group-requests", second).Want(201) // free for another
	ended := e.As("manager").Post("/v1/credit-group-requests", object{"group_id": group, "close": true, "reasons": "解散"}).Want(201)
	for _, who := range []string{"finance", "gm"} {
		e.As(who).Post("/v1/approvals/"+ended.String("approval_id")+"/approve", object{}).Want(200)
	}
	e.As("manager").Post("/v1/credit-group-requests", change).WantProblem(409, "resource.wrong_state")
	if got := e.As("gm").Get("/v1/credit-groups?state=closed").Want(200); got.Len("data") != 1 {
		t.Errorf("closed groups: %s", got.Body)
	}
}
