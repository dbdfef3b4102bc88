package clock

import "time"

// AddMonths returns the date n months later, in a shorter month its last day: 31 August and six months are 28 (or 29)
// February, as PostgreSQL counts too. n may be negative.
func AddMonths(date time.Time, n int) time.Time {
	y, m, d := date.Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(y, m+time.Month(n), min(d, last), 0, 0, 0, 0, time.UTC)
}

// WholeMonths returns how many whole months have passed between two dates: AddMonths(from, n) isn't after to. It is 0 when
// to lies before from.
func WholeMonths(from, to time.Time) int {
	n := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	if AddMonths(from, n).After(to) {
		n--
	}
	return max(0, n)
}
