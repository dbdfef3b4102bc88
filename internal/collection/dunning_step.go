package collection

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Policy is one version of the dunning steps.
type Policy struct {
	Version int64
	SetBy   *uuid.UUID
	SetAt   time.Time
	Reason  string

	Steps []Step `gorm:"-"`
}

// TableName implements gorm's Tabler.
func (Policy) TableName() string { return "dunning_policies" }

// Step is one rung: when an item is due for it, and what the letter says. The texts may name {customer}, {amount}, {count}, {days} and
// {deadline}.
type Step struct {
	Version     int64
	Step        int
	NameEN      string `gorm:"column:name_en"`
	NameZH      string `gorm:"column:name_zh"`
	DaysOverdue int
	PayWithin   int    // days that the letter gives
	TextEN      string `gorm:"column:text_en"`
	TextZH      string `gorm:"column:text_zh"`
}

// TableName implements gorm's Tabler.
func (Step) TableName() string { return "dunning_steps" }

var (
	placeholder = regexp.MustCompile(`\{[^{}]*\}`)
	knownWords  = []string{"{customer}", "{amount}", "{count}", "{days}", "{deadline}"}
)

// checkSteps refuses steps with a gap, or that aren't each later than the one before, and texts that name what no letter knows.
func checkSteps(steps []Step) error {
	if len(steps) == 0 || len(steps) > 9 {
		return ErrSteps.At("/steps")
	}
	for i, st := range steps {
		at := "/steps/" + strconv.Itoa(i)
		if st.Step != i+1 {
			return ErrSteps.At(at + "/step")
		}
		if i > 0 && st.DaysOverdue <= steps[i-1].DaysOverdue {
			return ErrSteps.At(at + "/days_overdue")
		}
		for field, text := range map[string]string{"/text_en": st.TextEN, "/text_zh": st.TextZH} {
			for _, word := range placeholder.FindAllString(text, -1) {
				if !slices.Contains(knownWords, word) {
					return ErrStepText.With("word", word).At(at + field)
				}
			}
		}
	}
	return nil
}

// letter fills in a text.
func letter(text, customer string, amount decimal.Decimal, count, days int, deadline time.Time) string {
	return strings.NewReplacer("{customer}", customer, "{amount}", amount.String(), "{count}", strconv.Itoa(count),
		"{days}", strconv.Itoa(days), "{deadline}", deadline.Format(time.DateOnly)).Replace(text)
}

// GetPolicy returns the steps in force.
func (s *Service) GetPolicy(tx pg.Tx) (Policy, error) { return policy(tx, 0) }

// ReplacePolicy sets new steps from the next run on; letters that were sent keep theirs. version is what the caller saw. Returns
// errs.ErrStale, ErrSteps and ErrStepText.
func (s *Service) ReplacePolicy(tx pg.Tx, who identity.Principal, version int64, steps []Step, reason string) (Policy, error) {
	before, err := policy(tx, 0)
	if err != nil {
		return Policy{}, err
	}
	if before.Version != version {
		return Policy{}, errs.ErrStale
	}
	if err := checkSteps(steps); err != nil {
		return Policy{}, err
	}
	p := Policy{Version: version + 1, SetBy: &who.ID, SetAt: tx.Now, Reason: reason, Steps: steps}
	for i := range p.Steps {
		p.Steps[i].Version = p.Version
	}
	if err := pg.Insert(tx, &p); err != nil { // the version is the key: of two at once one wins
		return Policy{}, err
	}
	if err := pg.Insert(tx, &p.Steps); err != nil {
		return Policy{}, err
	}
	return p, record(tx, "replaceDunningSteps", SubjectPolicy, policyID, before.trace(), p.trace())
}

// policyID is what events call the one policy.
var policyID = uuid.NewSHA1(uuid.NameSpaceOID, []byte("salesgate dunning policy"))

func (p Policy) trace() map[string]any {
	days := map[string]int{}
	for _, st := range p.Steps {
		days[st.NameZH] = st.DaysOverdue
	}
	return map[string]any{"version": p.Version, "days_overdue": days, "reason": p.Reason}
}
