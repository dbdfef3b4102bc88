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
	Kind       string // order_confirmation, delivery_note, …
	Title      Text
	Number     string
	Revision   int // 0: the document has none
	Date       time.Time
	State      Text // as people call it
	Watermark  Text // across every page; "" when the paper is in force
	Profile    Profile
	Parties    []Party
	Us         Text // what we are on it; none: the seller
	Facts      []Field
	Body       string // what a letter says, above its table
	Code       string // in a QR code
	Columns    []Column
	Rows       [][]string // a cell for each column
	Totals     []Field
	Amount     *decimal.Decimal // nil: without prices
	Terms      []Text
	Signatures []Text
	Copies     [3]string // who gets the parts of a three-part form; none: we, the customer, finance
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

// To is whom the paper goes to, nil for a paper without parties.
func (p Paper) To() *Party {
	if len(p.Parties) == 0 {
		return nil
	}
	return &p.Parties[0]
}

// Parts name the parts of a three-part form with the colours that the trade gives them. All are printed by one stroke, so that each sheet names all.
func (p Paper) Parts() []string {
	who := p.Copies
	if who == [3]string{} {
		who = [3]string{"存根", "客户", "财务"}
	}
	return []string{"第一联 " + who[0] + " 白色", "第二联 " + who[1] + " 红色", "第三联 " + who[2] + " 黄色"}
}

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
