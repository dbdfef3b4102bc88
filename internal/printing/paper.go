package printing

import (
	"strings"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
)

// Text is something said in Chinese, and in English where the paper is bilingual.
type Text struct {
	ZH string
	EN string
}

// Paper is a document as it is printed and as clients get it.
type Paper struct {
	Kind       string // order_confirmation, quotation, contract, production_request
	Title      Text
	Number     string
	Revision   int // 0: the document has none
	Date       time.Time
	State      Text // as people call it
	Watermark  Text // across every page; "" when the paper is in force
	Profile    Profile
	Parties    []Party
	Facts      []Field
	Columns    []Column
	Rows       [][]string // a cell for each column
	Totals     []Field
	Amount     *decimal.Decimal // nil: without prices
	Terms      []Text
	Signatures []Text
	PrintedAt  time.Time
	PrintedBy  string
}

// Party is one side of the document.
type Party struct {
	Role   Text // 需方, 供方
	Name   string
	Fields []Field
}

// Field is a label with its value.
type Field struct {
	Label Text
	Value string
}

// Column is one of the table. Widths are parts of the whole; they needn't add up to anything.
type Column struct {
	Key   string
	Title Text
	Width int
	Right bool // figures
}

// Words is the amount in Chinese capital numerals; "" without one.
func (p Paper) Words() string {
	if p.Amount == nil {
		return ""
	}
	return money.Capital(*p.Amount)
}

// FileName is what the paper is saved as, without an ending.
func (p Paper) FileName() string { return p.Title.ZH + " " + p.Number }

// Add appends a fact that says something.
func Add(fields []Field, zh, en, value string) []Field {
	if strings.TrimSpace(value) == "" {
		return fields
	}
	return append(fields, Field{Text{zh, en}, value})
}

// Day writes a business date as Chinese papers do.
func Day(d time.Time) string { return d.Format("2006年1月2日") }

// Figure writes a price or a quantity: thousands grouped, with at least so many decimals, and no zeros behind those.
func Figure(d decimal.Decimal, decimals int) string {
	s := d.Trim(decimals).Pad(decimals).String()
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, rest, _ := strings.Cut(s, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	if rest != "" {
		b.WriteString("." + rest)
	}
	return b.String()
}
