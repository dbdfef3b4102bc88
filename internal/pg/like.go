package pg

import "strings"

// Containing is a LIKE pattern for lower-case text that contains s, whatever s holds.
func Containing(s string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(s)) + "%"
}
