package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
)

// lead is the registration of a prospect.
func lead(name, phone string) object {
	return object{
		"name": name, "industry": "染整", "region": "浙江", "need": "每月约 30 吨低弹丝", "source": "绍兴示例展会",
		"contacts": []object{{"name": "周示例", "position": "采购主管", "phone": phone}},
	}
}

// CUS-08: who may know is told the owner and since when; everybody else only that the company is taken, wherever they ask.
func TestCUS08_OnlyWhoMayKnowLearnsTheOwner(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	e.As("rep1").Post("/v1/customers", company("云岭示例纺织有限公司", "13800000042")).Want(201)
	e.As("rep1").Post("/v1/prospects", lead("海角示例染整有限公司", "13800000043")).Want(201)
	for _, name := range []string{"云岭示例纺织有限公司", "海角示例染整股份有限公司"} {
		for _, path := range []string{"/v1/customers", "/v1/customers?validate_only=true", "/v1/prospects", "/v1/prospects?validate_only=true"} {
			body := lead(name, "13900000001")
			if path[:6] == "/v1/cu" {
				body = company(name, "13900000001")
			}
			for who, code := range map[string]string{"rep2": "customer.taken", "rep3": "customer.taken", "rep1": "customer.taken_by", "supervisor": "customer.taken_by", "manager": "customer.taken_by", "director": "customer.taken_by"} {
				a := e.As(who).Post(path, body).WantProblem(409, code)
				if detail := a.String("detail"); (code == "customer.taken") == containsOwner(detail) {
					t.Errorf("%s at %s: %s", who, path, detail)
				}
			}
		}
		a := e.As("rep2").Put("/v1/customers/by-external-id/erp/K-9", "", company(name, "13900000001")).WantProblem(409, "customer.taken")
		if containsOwner(string(a.Body)) {
			t.Errorf("upsert: %s", a.Body)
		}
		check := e.As("rep2").Post("/v1/company-checks", object{"name": name}).Want(200)
		if check.At("free") != false || check.At("owner") != nil || check.At("since") != nil || check.At("same") != nil {
			t.Errorf("check: %s", check.Body)
		}
		if check := e.As("manager").Post("/v1/company-checks", object{"name": name}).Want(200); check.String("owner") != "REP1" || check.String("same") != "name" {
			t.Errorf("check: %s", check.Body)
		}
	}
	if a := e.As("rep2").Post("/v1/company-checks", object{"name": "无人示例有限公司", "phones": []string{"13700000000"}}).Want(200); a.At("free") != true {
		t.Errorf("%s", a.Body)
	}
}

func TestProspectLifeOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep := e.As("rep1")
	body := lead("云岭示例染整有限公司", "13800000142")
	body["purchase_window"] = object{"within_months": 2}
	made := rep.Post("/v1/prospects", body).Want(201)
	path := "/v1/prospects/" + made.ID()
	if made.String("state") != "active" || made.String("purchase_window.grade") != "B" || made.ETag() != `"1"` {
		t.Fatalf("%s", made.Body)
	}
	changed := rep.Patch(path, `"1"`, object{"size": "200 人", "contacts": []object{{"name": "吴示例", "position": "厂长", "phone": "13800000143"}}}).Want(200)
	if changed.Len("contacts") != 1 || changed.String("contacts.0.name") != "吴示例" || changed.String("size") != "200 人" {
		t.Fatalf("%s", changed.Body)
	}
	rep.Post("/v1/prospects", lead("别家示例有限公司", "13800000143")).WantProblem(409, "customer.taken_by")
	e.As("rep2").Get(path).WantProblem(404, "resource.not_found")
	e.As("rep2").Post("/v1/prospects", lead("另家示例有限公司", "13800000142")).Want(201) // the phone that was given up
	rep.Post(path+"/close", object{"reason": "转产"}).Want(200)
	rep.Patch(path, `"3"`, object{"size": "1"}).WantProblem(409, "resource.wrong_state")
	e.As("rep2").Post("/v1/prospects", lead("云岭示例染整有限公司", "13800000144")).Want(201) // free again
	if n := rep.Get(path + "/timeline").Want(200).Len("data"); n != 3 {
		t.Errorf("%d events", n)
	}
}

func containsOwner(text string) bool {
	return strings.Contains(text, "REP1") || strings.Contains(text, "since")
}

// planHalf is the running half-year.
func planHalf() string {
	now := time.Now().In(clock.Shanghai)
	return fmt.Sprintf("%dH%d", now.Year(), (int(now.Month())+5)/6)
}
