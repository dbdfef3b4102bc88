package printing

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the template and its style
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/salesgate/salesgate/internal/clock"
)

// Form is a sheet that papers are printed on.
type Form string

// The forms.
const (
	A4        Form = "html"
	ThreePart Form = "three_part" // continuous form of 241 mm × 140 mm in three parts (三联单)
)

var (
	//go:embed paper.html
	paperLayout string
	//go:embed paper.css
	paperStyle string
	//go:embed form.html
	formLayout string
	//go:embed form.css
	formStyle string
)

// layout is how a form is laid out.
type layout struct {
	sheet  string // the whole style, the classes of the columns' widths included: a style attribute would need a hole in the policy
	policy string
	page   *template.Template
}

var layouts = map[Form]func() layout{
	A4:        sync.OnceValue(func() layout { return layOut(paperLayout, paperStyle, 26) }),
	ThreePart: sync.OnceValue(func() layout { return layOut(formLayout, formStyle, 16) }),
}

// layOut makes a layout in which a fact of longText characters has a line of its own.
func layOut(markup, style string, longText int) layout {
	var b strings.Builder
	b.WriteString("\n" + style)
	for n := 1; n <= 100; n++ {
		fmt.Fprintf(&b, ".w%d{width:%d%%}", n, n)
	}
	b.WriteString("\n")
	l := layout{sheet: b.String()}
	sum := sha256.Sum256([]byte(l.sheet))
	l.policy = "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	l.page = template.Must(template.New("paper").Funcs(template.FuncMap{
		"css":     func() template.CSS { return template.CSS(l.sheet) }, //nolint:gosec // constant, made above
		"day":     Day,
		"printed": func(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04") },
		"long":    func(s string) bool { return utf8.RuneCountInString(s) >= longText },
		"right":   func(p Paper, i int) bool { return i < len(p.Columns) && p.Columns[i].Right },
		"share":   func(p Paper, width int) int { return p.share(width) },
		"code":    draw,
	}).Parse(markup))
	return l
}

// Policy is the Content-Security-Policy of the HTML of a form: its one style sheet and nothing else.
func Policy(f Form) string { return layouts[f]().policy }

// share is what part of the table's width a column has, in percent.
func (p Paper) share(width int) int {
	whole := 0
	for _, c := range p.Columns {
		whole += c.Width
	}
	return max(1, width*100/max(1, whole))
}

// HTML lays the paper out for a form.
func (p Paper) HTML(f Form) ([]byte, error) {
	var b bytes.Buffer
	if err := layouts[f]().page.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("paper %s: %w", p.Number, err)
	}
	return b.Bytes(), nil
}
