package customer

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/salesgate/salesgate/internal/audit"
)

// suffixes say what form a company has, not which one it is. Longer ones come first.
var suffixes = []string{
	"股份有限责任公司", "有限责任公司", "股份有限公司", "有限公司", "股份公司", "集团公司", "总公司", "分公司", "公司",
	"coltd", "companylimited", "limited", "corporation", "company", "corp", "inc", "ltd", "llc", "co",
}

// NameKey normalises a company name, so that two spellings of one company are equal (CUS-08): full- and half-width,
// case, spaces, punctuation and the suffix of the company's form don't count. It returns "" for a name that has
// nothing else.
func NameKey(name string) string {
	key := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(name))
	for _, s := range suffixes {
		if cut, ok := strings.CutSuffix(key, s); ok {
			return cut
		}
	}
	return key
}

// PhoneKey keeps the digits of a phone number, without the country code of China, so that two spellings are equal.
// It returns "" for less than five digits.
func PhoneKey(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	if plus := strings.HasPrefix(strings.TrimSpace(phone), "+"); plus {
		digits = strings.TrimPrefix(digits, "86")
	} else {
		digits = strings.TrimPrefix(digits, "0086")
	}
	if len(digits) < 5 {
		return ""
	}
	return digits
}

// Grams returns the characters and pairs of neighbouring characters of a key, sorted. A key that contains another
// contains all its grams, which is what the search index looks for before it compares.
func Grams(key string) []string {
	runes := []rune(key)
	var out []string
	for i := range runes {
		out = append(out, string(runes[i]))
		if i > 0 {
			out = append(out, string(runes[i-1:i+1]))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Mask hides the middle of a phone number; see audit.Mask.
func Mask(phone string) string { return audit.Mask(phone) }
