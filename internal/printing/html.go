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

var (
	//go:embed paper.html
	layout string
	//go:embed paper.css
	style string
)

// sheet is the whole style, the classes of the columns' widths included: a style attribute would need a hole in the policy.
var sheet = sync.OnceValue(func() string {
	var b strings.Builder
	b.WriteString("\n" + style)
	for n := 1; n <= 100; n++ {
		fmt.Fprintf(&b, ".w%d{width:%d%%}", n, n)
	}
	b.WriteString("\n")
	return b.String()
})

// Policy is the Content-Security-Policy of the HTML: this one style sheet and nothing else.
var Policy = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(sheet()))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
})

// longText is from how many characters on a fact has a line of its own.
const longText = 26

var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("paper").Funcs(template.FuncMap{
		"css":     func() template.CSS { return template.CSS(sheet()) }, //nolint:gosec // constant, made above
		"day":     Day,
		"printed": func(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04") },
		"long":    func(s string) bool { return utf8.RuneCountInString(s) >= longText },
		"right":   func(p Paper, i int) bool { return i < len(p.Columns) && p.Columns[i].Right },
		"share":   func(p Paper, width int) int { return p.share(width) },
	}).Parse(layout))
})

// share is what part of the table's width a column has, in percent.
func (p Paper) share(width int) int {
	whole := 0
	for _, c := range p.Columns {
		whole += c.Width
	}
	return max(1, width*100/max(1, whole))
}

// HTML lays the paper out for A4.
func (p Paper) HTML() ([]byte, error) {
	var b bytes.Buffer
	if err := page().Execute(&b, p); err != nil {
		return nil, fmt.Errorf("paper %s: %w", p.Number, err)
	}
	return b.Bytes(), nil
}
