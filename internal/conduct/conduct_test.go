package conduct_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/conduct"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/violation"
)

type object = map[string]any

// recorded is a violation of a person.
func recorded(e *apitest.Env, rule, kind, person string) string {
	source := uuid.Must(uuid.NewV7())
	var id string
	e.Tx(func(tx pg.Tx) error {
		err := violation.Record(tx, violation.Violation{
			Rule: rule, Kind: kind, PersonID: e.People[person], SubjectType: "quotation", SubjectID: uuid.New(), Number: "QT-1", SourceID: source,
		})
		if err != nil {
			return err
		}
		return tx.Raw("SELECT id FROM violations WHERE source_id = ?", source).Scan(&id).Error
	})
	return "/v1/violations/" + id
}

func penalty(amount string) object {
	return object{"outcome": "penalty", "amount": amount, "reason": "首次"}
}

func TestQUO07_CON08_TheHeadOfSalesSetsAnAmountWithinTheRange(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for rule, c := range map[string]struct{ kind, below, least, most, above string }{
		"QUO-07": {violation.QuoteBeyond, "49.99", "50.00", "500.00", "500.01"},
		"CON-08": {violation.ContractOutside, "19.99", "20.00", "100.00", "100.01"},
	} {
		at := recorded(e, rule, c.kind, "rep1")
		e.As("rep1").Post(at+"/decide", penalty(c.least)).WantProblem(403, "auth.forbidden")
		for _, amount := range []string{c.below, c.above} {
			e.As("manager").Post(at+"/decide", penalty(amount)).WantProblem(422, "conduct.amount_out_of_range")
		}
		e.As("manager").Post(at+"/decide", object{"outcome": "noted", "amount": c.least, "reason": "x"}).WantProblem(422, "conduct.amount_needed")
		e.As("rep1").Post(at+"/answers", object{"body": "已电话请示"}).Want(201)
		e.As("rep2").Get(at).WantProblem(404, "resource.not_found")
		e.As("manager").Post(at+"/answers", object{"body": "x"}).WantProblem(403, "conduct.not_yours")
		got := e.As("manager").Post(at+"/decide", penalty(c.least)).Want(200)
		if got.String("decisions.0.amount") != c.least || got.Len("answers") != 1 {
			t.Errorf("%s: %s", rule, got.Body)
		}
		e.As("director").Post(at+"/decide", penalty(c.most)).WantProblem(409, "conduct.decided")
		e.As("rep1").Post(at+"/answers", object{"body": "再议"}).WantProblem(409, "conduct.decided")
		e.As("manager").Post(recorded(e, rule, c.kind, "rep1")+"/decide", penalty(c.most)).Want(200)
		own := recorded(e, rule, c.kind, "manager") // ORG-03
		e.As("manager").Post(own+"/decide", penalty(c.least)).WantProblem(403, "conduct.own_violation")
		e.As("gm").Post(own+"/decide", penalty(c.least)).Want(200)
	}
	if n := e.As("manager").Get("/v1/me/follow-ups?kind=violation.decide").Want(200).Len("data"); n != 0 {
		t.Errorf("%d are still to be decided", n)
	}
}

func TestCON08_SigningBeyondAuthorityIsReportedToTheCompany(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	at := recorded(e, "CON-08", violation.ContractBeyond, "rep1")
	if e.As("gm").Get("/v1/me/follow-ups?kind=violation.decide").Want(200).Len("data") != 1 || e.As("gm").Get(at).Want(200).At("reported") != true {
		t.Error("the general manager isn't asked")
	}
	e.As("manager").Post(at+"/decide", penalty("20.00")).WantProblem(409, "conduct.reported")
	e.As("gm").Post(at+"/decide", object{"outcome": "reported", "reason": "x"}).WantProblem(422, "conduct.reported_already")
	e.As("gm").Post(at+"/decide", penalty("2000.00")).Want(200)

	grave := recorded(e, "QUO-07", violation.QuoteBeyond, "rep1") // the head of sales reports what is grave
	e.As("manager").Post(grave+"/decide", object{"outcome": "reported", "reason": "造成严重后果"}).Want(200)
	e.As("manager").Post(grave+"/decide", penalty("50.00")).WantProblem(409, "conduct.reported")
	e.As("gm").Post(grave+"/decide", object{"outcome": "noted", "reason": "从轻"}).Want(200)
	other := recorded(e, "ORG-05", "verbal_late", "rep1")
	e.As("manager").Post(other+"/decide", penalty("50.00")).WantProblem(422, "conduct.no_amount")
}

func TestCND02_TheDatabaseHoldsDecisions(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	at := recorded(e, "QUO-07", violation.QuoteBeyond, "rep1")
	id := at[len("/v1/violations/"):]
	insert := `INSERT INTO violation_decisions (id, violation_id, person_id, level, outcome, amount, minimum, maximum, reason, decided_by, at)
		VALUES (gen_random_uuid(), ?, ?, 'department', ?, CAST(? AS numeric), 50, 500, 'x', ?, now())`
	rep, manager := e.People["rep1"], e.People["manager"]
	for what, c := range map[string]struct {
		args []any
		want error
	}{
		"beyond the range": {[]any{id, rep, "penalty", "500.01", manager}, conduct.ErrRange},
		"one's own":        {[]any{id, rep, "penalty", "50", rep}, conduct.ErrOwn},
		"without amount":   {[]any{id, rep, "penalty", nil, manager}, conduct.ErrAmount},
	} {
		err := e.DB.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(insert, c.args...).Error })
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	e.As("manager").Post(at+"/decide", penalty("50.00")).Want(200)
	err := e.DB.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(insert, id, rep, "noted", nil, manager).Error })
	if !errors.Is(err, conduct.ErrDecided) {
		t.Errorf("twice: %v", err)
	}
}
