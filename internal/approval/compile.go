package approval

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
)

// Bounds of one condition: of its source, and of the work of one evaluation (CEL's cost units; a comparison is about
// one). A condition on a handful of facts costs some dozens.
const (
	maxCondition  = 1000
	conditionCost = 5000
	maxWords      = 300
)

// program is a matrix version that is ready to be evaluated.
type program struct {
	version Version
	matters map[string]*matterProgram
}

type matterProgram struct {
	rules  MatterRules
	matter *Matter
	stages []stageProgram
}

type stageProgram struct {
	Stage
	when cel.Program // nil: always
	sees []string    // the facts that the condition names
}

// matters are the declared ones by name, with the CEL environment of each, made once.
var matters = sync.OnceValue(func() map[string]*declared {
	byName := make(map[string]*declared, len(Matters))
	for i := range Matters {
		m := &Matters[i]
		env, err := environment(m)
		if err != nil {
			panic(fmt.Sprintf("approval: facts of %s: %v", m.Name, err))
		}
		byName[m.Name] = &declared{Matter: m, env: env}
	}
	return byName
})

type declared struct {
	*Matter
	env *cel.Env
}

var celTypes = map[FactKind]*cel.Type{
	FactText: cel.StringType, FactBool: cel.BoolType, FactInt: cel.IntType, FactDecimal: decimalType,
	FactTexts: cel.ListType(cel.StringType),
}

// environment is what conditions of a matter may say: comparisons of its facts. There are no macros (all, exists, map …): a condition
// needs no loop, and nested ones can keep a processor busy for hours before the cost of what they compare is counted.
func environment(m *Matter) (*cel.Env, error) {
	opts := []cel.EnvOption{cel.ClearMacros(), decimals(), cel.Variable(submitterRoles, celTypes[FactTexts])}
	for _, f := range m.Facts {
		opts = append(opts, cel.Variable(f.Name, celTypes[f.Kind]))
	}
	return cel.NewEnv(opts...)
}

// words says where a condition is wrong in CEL's own words, without repeating the condition.
func words(issues *cel.Issues) error {
	var text []string
	for _, e := range issues.Errors() {
		text = append(text, fmt.Sprintf("%d:%d: %s", e.Location.Line(), e.Location.Column()+1, e.Message))
	}
	all := strings.Join(text, "; ")
	if len(all) > maxWords {
		all = strings.ToValidUTF8(all[:maxWords], "")
	}
	return errors.New(all)
}

// condition type-checks one condition and compiles it. The error says what is wrong at which line and column.
func (d *declared) condition(source string) (cel.Program, error) {
	if source == "" {
		return nil, nil
	}
	if len(source) > maxCondition {
		return nil, fmt.Errorf("longer than %d characters", maxCondition)
	}
	checked, issues := d.env.Compile(source)
	if issues.Err() != nil {
		return nil, words(issues)
	}
	if !checked.OutputType().IsExactType(cel.BoolType) {
		return nil, fmt.Errorf("a condition is true or false, this is a %s", checked.OutputType())
	}
	return d.env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(conditionCost))
}

// names returns the facts that a condition names, of one that compiles.
func (d *declared) names(source string) []string {
	if source == "" {
		return nil
	}
	checked, issues := d.env.Compile(source)
	if issues.Err() != nil {
		return nil
	}
	var facts []string
	for _, ref := range checked.NativeRep().ReferenceMap() {
		if ref.Name != "" && !slices.Contains(facts, ref.Name) {
			facts = append(facts, ref.Name)
		}
	}
	return facts
}

// compile makes a program of a version that was checked when it was saved; an error means that the program has lost a
// fact that the version still names.
func compile(v Version) (*program, error) {
	p := &program{version: v, matters: make(map[string]*matterProgram, len(v.Body.Matters))}
	for _, rules := range v.Body.Matters {
		d := matters()[rules.Matter]
		if d == nil {
			continue // a matter of an older release
		}
		mp := &matterProgram{rules: rules, matter: d.Matter}
		for _, st := range rules.Stages {
			when, err := d.condition(st.When)
			if err != nil {
				return nil, fmt.Errorf("approval: matrix version %d, %s, stage %s: %w", v.Version, rules.Matter, st.Key, err)
			}
			mp.stages = append(mp.stages, stageProgram{Stage: st, when: when, sees: d.names(st.When)})
		}
		p.matters[rules.Matter] = mp
	}
	return p, nil
}

// applying returns the stages whose conditions hold. A condition that can't be evaluated is an error: it must not count
// as one that doesn't hold.
func (m *matterProgram) applying(vars map[string]any) ([]Stage, error) {
	var stages []Stage
	for _, st := range m.stages {
		holds, err := st.holds(vars)
		if err != nil {
			return nil, ErrCondition.Wrap(fmt.Errorf("%s, stage %s: %w", m.rules.Matter, st.Key, err))
		}
		if holds {
			stages = append(stages, st.Stage)
		}
	}
	return stages, nil
}

func (st stageProgram) holds(vars map[string]any) (bool, error) {
	if st.when == nil {
		return true, nil
	}
	out, _, err := st.when.Eval(vars)
	if err != nil {
		return false, err
	}
	b, ok := out.Value().(bool)
	if !ok {
		return false, fmt.Errorf("result is %v", out.Type())
	}
	return b, nil
}
