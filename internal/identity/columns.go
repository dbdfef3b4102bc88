package identity

import (
	"database/sql/driver"
	"fmt"
	"strings"
)

// Roles is a text[] column of roles. Their names have no character that an array literal would have to quote.
type Roles []Role

// Value implements driver.Valuer.
func (r Roles) Value() (driver.Value, error) { return arrayLiteral(r), nil }

// Scan implements sql.Scanner.
func (r *Roles) Scan(src any) error { return scanArray((*[]Role)(r), src) }

// Scopes is a text[] column of permissions that a machine client was granted.
type Scopes []string

// Value implements driver.Valuer.
func (s Scopes) Value() (driver.Value, error) { return arrayLiteral(s), nil }

// Scan implements sql.Scanner.
func (s *Scopes) Scan(src any) error { return scanArray((*[]string)(s), src) }

func arrayLiteral[T ~string](items []T) string {
	words := make([]string, len(items))
	for i, it := range items {
		words[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(string(it)) + `"`
	}
	return "{" + strings.Join(words, ",") + "}"
}

// scanArray reads an array of words; PostgreSQL leaves words without special characters unquoted.
func scanArray[T ~string](into *[]T, src any) error {
	var text string
	switch src := src.(type) {
	case string:
		text = src
	case []byte:
		text = string(src)
	default:
		return fmt.Errorf("identity: can't read an array from %T", src)
	}
	*into = []T{}
	text = strings.Trim(text, "{}")
	if text == "" {
		return nil
	}
	for word := range strings.SplitSeq(text, ",") {
		*into = append(*into, T(strings.Trim(word, `"`)))
	}
	return nil
}
