package allotment

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/money"
)

// Want is an order line that wants a short product, and what it gets (ORD-08).
type Want struct {
	OrderLineID  uuid.UUID
	OrderID      uuid.UUID
	OrderNumber  string `gorm:"->"`
	LineNo       int    `gorm:"->"`
	CustomerID   uuid.UUID
	CustomerName string    `gorm:"->"`
	OwnerID      uuid.UUID `gorm:"->"`
	Rank         int
	Grade        credit.Grade
	Priority     int // of the grade: 1 is served first (CUS-15)
	PromisedOn   *time.Time
	ConfirmedAt  time.Time
	Taken        decimal.Decimal // shipped or on live notices
	Wanted       decimal.Decimal // open
	Proposed     decimal.Decimal
	Allotted     decimal.Decimal
	ChangeReason string
	Used         decimal.Decimal `gorm:"->"` // of what is allotted: shipped or on live notices since
}

// before ranks who is served first: by the priority of the grade, then by promise (a line without one last), then by age, and to
// the last by id, so that any order of the lines gives one ranking (ORD-08, CUS-15).
func (w Want) before(v Want) int {
	return cmp.Or(
		cmp.Compare(w.Priority, v.Priority), compareDates(w.PromisedOn, v.PromisedOn), w.ConfirmedAt.Compare(v.ConfirmedAt),
		strings.Compare(w.OrderID.String(), v.OrderID.String()), strings.Compare(w.OrderLineID.String(), v.OrderLineID.String()),
	)
}

func compareDates(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}

// propose ranks the lines and serves them one after the other, each in full as long as there is something left. It is pure.
func propose(available decimal.Decimal, wants []Want) []Want {
	ranked := slices.Clone(wants)
	slices.SortFunc(ranked, Want.before)
	left := available
	for i := range ranked {
		w := &ranked[i]
		w.Rank, w.Proposed = i+1, smaller(w.Wanted, left)
		w.Allotted = w.Proposed
		left = money.Add(left, w.Proposed.Neg())
	}
	return ranked
}

// Explain says in a sentence why the line gets what was proposed for it. Grades are for those who may know them.
func (w Want) Explain(grades bool) (en, zh string) {
	enWhy, zhWhy := fmt.Sprintf("rank %d", w.Rank), fmt.Sprintf("第 %d 位", w.Rank)
	if grades {
		grade := string(w.Grade)
		if w.Grade == credit.NoGrade {
			grade = "-"
		}
		enWhy, zhWhy = enWhy+fmt.Sprintf(": grade %s (priority %d)", grade, w.Priority), zhWhy+fmt.Sprintf(":信用等级 %s(优先级 %d)", grade, w.Priority)
	}
	if w.PromisedOn != nil {
		enWhy, zhWhy = enWhy+", promised for "+day(w.PromisedOn), zhWhy+",交期 "+day(w.PromisedOn)
	}
	at := clock.Today(w.ConfirmedAt).Format(time.DateOnly)
	enWhy, zhWhy = enWhy+", ordered "+at, zhWhy+",订单确认于 "+at
	switch {
	case w.Proposed.Cmp(w.Wanted) == 0:
		return fmt.Sprintf("All of %s: %s.", w.Wanted, enWhy), fmt.Sprintf("全部满足 %s:%s。", w.Wanted, zhWhy)
	case w.Proposed.IsPos():
		return fmt.Sprintf("%s of %s, which is what was left after those before: %s.", w.Proposed, w.Wanted, enWhy),
			fmt.Sprintf("需求 %s,满足靠前订单后余 %s:%s。", w.Wanted, w.Proposed, zhWhy)
	}
	return fmt.Sprintf("Nothing of %s: those before want all there is; %s.", w.Wanted, enWhy), fmt.Sprintf("需求 %s,靠前订单已分完:%s。", w.Wanted, zhWhy)
}

// frozen is a line of the snapshot that a proposal is bound to.
type frozen struct {
	Line      uuid.UUID `json:"order_line_id"`
	Rank      int       `json:"rank"`
	Grade     string    `json:"grade"`
	Priority  int       `json:"priority"`
	Promised  string    `json:"promised_on"`
	Confirmed time.Time `json:"confirmed_at"`
	Taken     string    `json:"taken"`
	Wanted    string    `json:"wanted"`
	Proposed  string    `json:"proposed"`
}

// snapshot is what a proposal says, as it is frozen.
type snapshot struct {
	Product   uuid.UUID `json:"product_id"`
	Available string    `json:"available"`
	Lines     []frozen  `json:"lines"`
}

func freeze(product uuid.UUID, available decimal.Decimal, wants []Want) (snapshot, []byte) {
	s := snapshot{Product: product, Available: quantity(available).String(), Lines: make([]frozen, len(wants))}
	for i, w := range wants {
		s.Lines[i] = frozen{
			w.OrderLineID, w.Rank, string(w.Grade), w.Priority, day(w.PromisedOn), w.ConfirmedAt.UTC(), quantity(w.Taken).String(), quantity(w.Wanted).String(),
			quantity(w.Proposed).String(),
		}
	}
	return s, approval.ContentHash(s)
}

// total adds up what a field says of all lines.
func total(wants []Want, of func(Want) decimal.Decimal) decimal.Decimal {
	sum := none()
	for _, w := range wants {
		sum = money.Add(sum, of(w))
	}
	return sum
}
