package credit

import "testing"

func TestCRD16_TermsAreRankedByGenerosity(t *testing.T) {
	t.Parallel()
	ranked := []Terms{
		{Cash, 0},
		{Prepay, 0},
		{COD, 0},
		{NetDays, 0},
		{NetDays, 29},
		{NetDays, 30},
		{MonthEndDays, 0},
		{NetDays, 31},
		{NetDays, 60},
		{MonthEndDays, 30},
		{MonthEndDays, 31},
		{NetDays, 365},
		{MonthEndDays, 365},
	}
	for i, less := range ranked {
		for j, more := range ranked {
			if got := more.MoreGenerousThan(less); got != (j > i) {
				t.Errorf("%s more generous than %s: %v", more, less, got)
			}
		}
	}
}
