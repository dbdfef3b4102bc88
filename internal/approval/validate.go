package approval

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
)

// FinanceReview is the key of the step that ORG-03 puts before the general manager's own submissions. No stage may have it.
const FinanceReview = "finance_review"

// Bounds of a matrix.
const (
	maxStages  = 20
	maxHolders = 10
	maxHours   = 2000
)

var keyFormat = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// deciding are the roles that a person can hold, and so decide by.
var deciding = []identity.Role{
	identity.SalesRep, identity.SalesAssistant, identity.SalesSupervisor, identity.SalesManager, identity.SalesDirector,
	identity.FinanceClerk, identity.FinanceManager, identity.ProductionManager, identity.Purchasing,
	identity.QualityManager, identity.WarehouseKeeper, identity.GateGuard, identity.PriceCommittee, identity.Auditor,
	identity.HR, identity.GeneralManager, identity.Admin,
}

// faults collects what is wrong with a matrix, each at its place.
type faults []errs.Field

func (f *faults) add(pointer, en, zh string) {
	*f = append(*f, errs.Field{Pointer: pointer, Code: ErrMatrix.Code, EN: en, ZH: zh})
}

// check adds a fault unless ok.
func (f *faults) check(ok bool, pointer, en, zh string) {
	if !ok {
		f.add(pointer, en, zh)
	}
}

// Check returns ErrMatrix with every fault of the matrix at its place, nil when it can be used. It has all declared
// matters, and each condition compiles over its matter's facts.
func (m Matrix) Check() error {
	var f faults
	m.checkLadder(&f)
	seen := map[string]bool{}
	for i, rules := range m.Matters {
		at := fmt.Sprintf("/matters/%d", i)
		d := matters()[rules.Matter]
		if d == nil || seen[rules.Matter] {
			f.add(at+"/matter", "This matter is unknown or listed twice.", "事项未知或重复。")
			continue
		}
		seen[rules.Matter] = true
		rules.check(&f, at, d)
	}
	for _, d := range Matters {
		f.check(seen[d.Name], "/matters", "The matter "+d.Name+" is missing.", "缺少事项 "+d.Name+"。")
	}
	if len(f) == 0 {
		return nil
	}
	e := ErrMatrix.With()
	e.Fields = f
	return e
}

// checkLadder: known roles, and each way up ends.
func (m Matrix) checkLadder(f *faults) {
	for low := range m.Ladder {
		role, steps := low, 0
		for ; steps <= len(m.Ladder); steps++ {
			f.check(slices.Contains(deciding, role), "/ladder/"+string(low), "This role is unknown.", "角色未知。")
			next, higher := m.Ladder[role]
			if !higher {
				break
			}
			role = next
		}
		f.check(steps <= len(m.Ladder), "/ladder/"+string(low), "The ladder runs in a circle.", "角色阶梯成环。")
	}
}

func (r MatterRules) check(f *faults, at string, d *declared) {
	f.check(title(r.TitleEN) && title(r.TitleZH), at, "Titles are needed in both languages.", "须有中英文标题。")
	f.check(len(r.Stages) <= maxStages, at+"/stages", "These are too many stages.", "审批环节过多。")
	for _, role := range r.Starters {
		f.check(slices.Contains(deciding, role) || role == identity.Integration, at+"/starters", "This role is unknown.", "角色未知。")
	}
	keys := map[string]bool{FinanceReview: true}
	for i, st := range r.Stages {
		place := fmt.Sprintf("%s/stages/%d", at, i)
		f.check(keyFormat.MatchString(st.Key) && !keys[st.Key], place+"/key", "The key is malformed, reserved or used twice.", "环节键无效、保留或重复。")
		keys[st.Key] = true
		st.check(f, place)
		if _, err := d.condition(st.When); err != nil {
			f.add(place+"/when", err.Error(), "条件无法编译:"+err.Error())
		}
	}
}

func (st Stage) check(f *faults, at string) {
	f.check(title(st.TitleEN) && title(st.TitleZH), at, "Titles are needed in both languages.", "须有中英文标题。")
	f.check(slices.Contains([]Kind{Review, Decide, Acknowledge}, st.Kind), at+"/kind", "This kind is unknown.", "环节类型未知。")
	f.check(slices.Contains([]Mode{Any, All, Quorum, Resolution}, st.Mode), at+"/mode", "This mode is unknown.", "会签方式未知。")
	f.check((st.Mode == Quorum) == (st.Quorum > 0) && st.Quorum <= 100, at+"/quorum",
		"A quorum goes with the mode quorum.", "仅 quorum 方式须给出人数。")
	f.check(st.DueHours >= 0 && st.DueHours <= maxHours, at+"/due_hours", "This is no due time.", "时限无效。")
	f.check(st.Escalation == "" || slices.Contains(deciding, identity.Role(st.Escalation)), at+"/escalation", "This role is unknown.", "角色未知。")
	f.check(len(st.Who) > 0 && len(st.Who) <= maxHolders, at+"/who", "A stage has one to ten deciders.", "环节须有一至十个处理角色。")
	if st.Mode == Resolution {
		f.check(st.Kind == Decide && len(st.Who) == 1 && slices.Contains(bodies, st.Who[0].Role) && st.Who[0].Of == "" && st.DueHours == 0 && st.Escalation == "",
			at+"/mode", "A resolution is the price committee's decision, without due time and escalation: its meetings have their own.",
			"决议环节须由价格委员会决定,且不设时限与升级。")
	}
	for i, h := range st.Who {
		f.check(h.valid(), fmt.Sprintf("%s/who/%d", at, i), "Name a known role, or a position.", "须为已知角色或职位。")
	}
}

func (h Holder) valid() bool {
	if h.Position != "" {
		return h.Role == "" && h.Of == "" && (h.Position == DepartmentHead || h.Position == TeamLeader)
	}
	return slices.Contains(deciding, h.Role) && (h.Of == "" || h.Of == OfDepartment)
}

func title(s string) bool { return s != "" && len(s) <= 200 }
