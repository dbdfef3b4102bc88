package rulebook

import (
	_ "embed"
	"fmt"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/salesgate/salesgate/internal/errs"
)

// Rule is one rule of the catalogue.
type Rule struct {
	ID         string   `yaml:"id"`     // "SHP-06"
	Clause     string   `yaml:"clause"` // where the source policies say it: "B5.4.2.1C"
	EN         string   `yaml:"en"`
	ZH         string   `yaml:"zh"`
	Parameters []string `yaml:"parameters"`
}

// Area returns the letters of the rule's id: "SHP".
func (r Rule) Area() string { return r.ID[:3] }

//go:embed rules.yaml
var source []byte

// catalogue parses the embedded file once. A file that doesn't parse is a fault of the build, so it panics.
var catalogue = sync.OnceValue(func() catalogueFile {
	var f catalogueFile
	if err := yaml.Unmarshal(source, &f); err != nil {
		panic(fmt.Sprintf("rulebook: rules.yaml: %v", err))
	}
	f.byID = make(map[string]Rule, len(f.Rules))
	for _, r := range f.Rules {
		f.byID[r.ID] = r
	}
	return f
})

type catalogueFile struct {
	Rules      []Rule           `yaml:"rules"`
	Parameters map[string]Title `yaml:"parameters"`
	byID       map[string]Rule
}

// Title names a thing in both languages.
type Title struct {
	EN string `yaml:"en"`
	ZH string `yaml:"zh"`
}

// Rules returns the catalogue in its order; area ("SHP") narrows it, "" doesn't.
func Rules(area string) []Rule {
	var rules []Rule
	for _, r := range catalogue().Rules {
		if area == "" || r.Area() == area {
			rules = append(rules, r)
		}
	}
	return rules
}

// GetRule returns one rule. Returns errs.ErrNotFound for an id that the catalogue doesn't have.
func GetRule(id string) (Rule, error) {
	r, ok := catalogue().byID[id]
	if !ok {
		return Rule{}, errs.ErrNotFound
	}
	return r, nil
}

// Clause returns the clause of a rule, "" for an id that the catalogue doesn't have.
func Clause(id string) string { return catalogue().byID[id].Clause }
