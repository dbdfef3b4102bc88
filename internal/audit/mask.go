package audit

import "strings"

// Mask hides the middle of a phone number, 138****0042: events are read by more people than the documents.
func Mask(phone string) string {
	runes := []rune(phone)
	if len(runes) < 8 {
		return strings.Repeat("*", len(runes))
	}
	return string(runes[:3]) + "****" + string(runes[len(runes)-4:])
}
