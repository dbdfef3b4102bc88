package receivable

import (
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
)

func TestFromNotesAddsUpByDeliveryNoteOrFails(t *testing.T) {
	t.Parallel()
	a, b := uuid.New(), uuid.New()
	line := func(note uuid.UUID, amount string) Line {
		return Line{DeliveryNoteID: note, Amount: decimal.MustParse(amount)}
	}
	got, err := fromNotes([]Line{line(a, "1.10"), line(b, "2.00"), line(a, "0.05")})
	if err != nil || len(got) != 2 || got[0].Amount.String() != "1.15" || got[1].Amount.String() != "2.00" {
		t.Errorf("%+v, %v", got, err)
	}
	huge := "99999999999999999.99"
	if _, err := fromNotes([]Line{line(a, huge), line(a, huge)}); err == nil {
		t.Error("a sum that doesn't fit was left out without a word")
	}
}
