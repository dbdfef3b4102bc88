package approval

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
)

func TestORG02_DefaultMatrixIsValid(t *testing.T) {
	t.Parallel()
	if err := Default().Check(); err != nil {
		e, _ := errs.As(err)
		t.Fatalf("%+v", e.Fields)
	}
	b, err := json.Marshal(Default())
	if err != nil {
		t.Fatal(err)
	}
	var again Matrix
	if err := json.Unmarshal(b, &again); err != nil || again.Check() != nil {
		t.Errorf("the matrix doesn't survive being stored: %v", err)
	}
}

// clone returns the default matrix, free to change.
func clone(t *testing.T) Matrix {
	t.Helper()
	b, err := json.Marshal(Default())
	if err != nil {
		t.Fatal(err)
	}
	var m Matrix
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestORG01_MatrixThatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("true && ", 130) + "true"
	at := func(m *Matrix, when string) { m.Matters[3].Stages[0].When = when } // order.confirm
	for name, c := range map[string]struct {
		change  func(*Matrix)
		pointer string
	}{
		"not CEL":                {func(m *Matrix) { at(m, "total >") }, "/matters/3/stages/0/when"},
		"unknown fact":           {func(m *Matrix) { at(m, "colour == 'red'") }, "/matters/3/stages/0/when"},
		"fact of another matter": {func(m *Matrix) { at(m, "over_limit") }, "/matters/3/stages/0/when"},
		"no bool":                {func(m *Matrix) { at(m, "currency") }, "/matters/3/stages/0/when"},
		"money against a double": {func(m *Matrix) { at(m, "total > 0.5") }, "/matters/3/stages/0/when"},
		"money equals an int":    {func(m *Matrix) { at(m, "total == 5") }, "/matters/3/stages/0/when"},
		"no decimal":             {func(m *Matrix) { at(m, `total > decimal("ten")`) }, "/matters/3/stages/0/when"},
		"decimal of a fact":      {func(m *Matrix) { at(m, `total > decimal(currency)`) }, "/matters/3/stages/0/when"},
		"bad pattern":            {func(m *Matrix) { at(m, `currency.matches("(")`) }, "/matters/3/stages/0/when"},
		"too long":               {func(m *Matrix) { at(m, long) }, "/matters/3/stages/0/when"},
		"missing matter":         {func(m *Matrix) { m.Matters = m.Matters[1:] }, "/matters"},
		"matter twice":           {func(m *Matrix) { m.Matters = append(m.Matters, m.Matters[0]) }, "/matters/" + strconv.Itoa(len(Matters)) + "/matter"},
		"unknown matter":         {func(m *Matrix) { m.Matters[0].Matter = "lunch" }, "/matters/0/matter"},
		"key twice":              {func(m *Matrix) { m.Matters[0].Stages[1].Key = "sales_manager" }, "/matters/0/stages/1/key"},
		"reserved key":           {func(m *Matrix) { m.Matters[0].Stages[1].Key = FinanceReview }, "/matters/0/stages/1/key"},
		"nobody decides":         {func(m *Matrix) { m.Matters[0].Stages[0].Who = nil }, "/matters/0/stages/0/who"},
		"unknown role":           {func(m *Matrix) { m.Matters[0].Stages[0].Who[0].Role = "king" }, "/matters/0/stages/0/who/0"},
		"machine decides":        {func(m *Matrix) { m.Matters[0].Stages[0].Who[0].Role = identity.Integration }, "/matters/0/stages/0/who/0"},
		"unknown position":       {func(m *Matrix) { m.Matters[0].Stages[0].Who[0] = Holder{Position: "uncle"} }, "/matters/0/stages/0/who/0"},
		"role and position":      {func(m *Matrix) { m.Matters[0].Stages[0].Who[0].Position = TeamLeader }, "/matters/0/stages/0/who/0"},
		"unknown kind":           {func(m *Matrix) { m.Matters[0].Stages[0].Kind = "guess" }, "/matters/0/stages/0/kind"},
		"confirm is no stage":    {func(m *Matrix) { m.Matters[0].Stages[0].Kind = Confirm }, "/matters/0/stages/0/kind"},
		"unknown mode":           {func(m *Matrix) { m.Matters[0].Stages[0].Mode = "most" }, "/matters/0/stages/0/mode"},
		"quorum of nobody":       {func(m *Matrix) { m.Matters[0].Stages[0].Mode = Quorum }, "/matters/0/stages/0/quorum"},
		"quorum without mode":    {func(m *Matrix) { m.Matters[0].Stages[0].Quorum = 2 }, "/matters/0/stages/0/quorum"},
		"no title":               {func(m *Matrix) { m.Matters[0].Stages[0].TitleZH = "" }, "/matters/0/stages/0"},
		"due before it opens":    {func(m *Matrix) { m.Matters[0].Stages[0].DueHours = -1 }, "/matters/0/stages/0/due_hours"},
		"unknown escalation":     {func(m *Matrix) { m.Matters[0].Stages[0].Escalation = "king" }, "/matters/0/stages/0/escalation"},
		"unknown starter":        {func(m *Matrix) { m.Matters[0].Starters = []identity.Role{"king"} }, "/matters/0/starters"},
		"ladder in a circle":     {func(m *Matrix) { m.Ladder[identity.GeneralManager] = identity.SalesRep }, "/ladder/sales_rep"},
		"ladder to nowhere":      {func(m *Matrix) { m.Ladder[identity.HR] = "king" }, "/ladder/hr"},
	} {
		m := clone(t)
		for i, first := range []string{"credit.limit", "price.base_list", "price.authority", "order.confirm"} { // the indexes above
			at := slices.IndexFunc(m.Matters, func(r MatterRules) bool { return r.Matter == first })
			m.Matters[i], m.Matters[at] = m.Matters[at], m.Matters[i]
		}
		c.change(&m)
		e, ok := errs.As(m.Check())
		if !ok || e.Def != ErrMatrix {
			t.Errorf("%s: saved", name)
			continue
		}
		found := false
		for _, f := range e.Fields {
			found = found || f.Pointer == c.pointer
			if len(f.EN) > 500 {
				t.Errorf("%s: a message of %d bytes", name, len(f.EN))
			}
		}
		if !found {
			t.Errorf("%s: nothing at %s in %+v", name, c.pointer, e.Fields)
		}
	}
}

func TestConditionsOnDecimals(t *testing.T) {
	t.Parallel()
	d := matters()["order.confirm"]
	vars := map[string]any{
		"total": amount{decimal.MustParse("100000.01")}, "gm_amount": amount{decimal.MustParse("100000")}, "currency": "CNY",
		"within_submitter_authority": true, "required_role": "", "department_authority": true, "special_terms": false,
		"customer_grade": "", "reason": "", submitterRoles: []string{"sales_rep"},
	}
	for source, want := range map[string]bool{
		`total > gm_amount`:                                 true,
		`total - gm_amount == decimal("0.010")`:             true,
		`total - gm_amount != decimal("0.01")`:              false,
		`gm_amount + gm_amount >= decimal("200000.0")`:      true,
		`gm_amount > 99999 && gm_amount < 100001`:           true,
		`gm_amount >= 100000 && gm_amount <= 100000`:        true,
		`total <= 100000`:                                   false,
		`decimal("0.1") + decimal("0.2") == decimal("0.3")`: true, // what a double gets wrong
		`"sales_rep" in submitter_roles`:                    true,
		`type(total) == type(gm_amount)`:                    true,
	} {
		p, err := d.condition(source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got, err := (stageProgram{when: p}).holds(vars); err != nil || got != want {
			t.Errorf("%s is %v, %v", source, got, err)
		}
	}
}

// A condition that can't be evaluated must stop the submission: as "doesn't hold" it would let it pass.
func TestConditionThatFailsOrCostsTooMuchIsAnError(t *testing.T) {
	t.Parallel()
	d := matters()["order.confirm"]
	list := "[" + strings.Repeat("1,", 60) + "1]"
	for name, source := range map[string]string{
		"costs too much":                   list + ".all(a, " + list + ".all(b, " + list + ".all(c, a + b + c > 0)))",
		"costs too much in one comparison": "[[1, 2, 3]].exists(a, [a + a + a].exists(b, [b + b + b].exists(c, c == c)))",
		"divides by 0":                     "1 / 0 == 1",
		"out of range":                     "submitter_roles[5] == 'x'",
	} {
		p, err := d.condition(source)
		if err != nil {
			if name == "divides by 0" || strings.HasPrefix(name, "costs too much") {
				continue // refused already when it is saved
			}
			t.Fatalf("%s: %v", name, err)
		}
		m := matterProgram{stages: []stageProgram{{when: p}}}
		if _, err := m.applying(map[string]any{submitterRoles: []string{}}); !errors.Is(err, ErrCondition) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestContentHashIsCanonical(t *testing.T) {
	t.Parallel()
	a := ContentHash(map[string]any{"b": 1, "a": "x"})
	if string(a) != string(ContentHash(map[string]any{"a": "x", "b": 1})) || string(a) == string(ContentHash(map[string]any{"a": "x", "b": 2})) {
		t.Error("equal content, other hash, or the other way round")
	}
	r := Request{Content: digest(a)}
	if !r.Covers(a) || r.Covers(ContentHash(3)) {
		t.Error("Covers")
	}
	long := []byte(strings.Repeat("x", 100))
	if r := (Request{Content: digest(long)}); !r.Covers(long) || len(r.Content) != 32 {
		t.Error("long content isn't hashed")
	}
}

func TestHeadInForce(t *testing.T) {
	t.Parallel()
	if _, ok := headInForce(nil, Version{}.CreatedAt); ok {
		t.Error("nothing is in force of nothing")
	}
}
