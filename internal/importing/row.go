package importing

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/govalues/decimal"
	"golang.org/x/text/width"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/sheet"
)

// What can be wrong with a cell or a row.
var (
	errUnknownColumn = errs.Define(errs.Rule, "import.unknown_column", "No column of this import has this header.", "未识别的表头。")
	errMissingColumn = errs.Define(errs.Rule, "import.missing_column", "This mandatory column is missing: {column}.", "缺少必填列:{column}。")
	errTwiceColumn   = errs.Define(errs.Rule, "import.column_twice", "Two columns have this meaning.", "表头重复。")
	errMandatory     = errs.Define(errs.Rule, "import.mandatory", "This is required.", "此项必填。")
	errCellTooLong   = errs.Define(errs.Rule, "import.too_long", "This is longer than {max} characters.", "长度超过 {max} 个字符。")
	errNumber        = errs.Define(errs.Rule, "import.bad_number", "This is no number with at most {scale} decimals.", "不是有效数字(最多 {scale} 位小数)。")
	errNegative      = errs.Define(errs.Rule, "import.negative", "This must be above 0.", "必须大于 0。")
	errDate          = errs.Define(errs.Rule, "import.bad_date", "This is no date; write 2026-11-20.", "日期格式不正确,应为 2026-11-20。")
	errChoice        = errs.Define(errs.Rule, "import.bad_choice", "This is none of: {choices}.", "取值应为:{choices}。")
	errSameKey       = errs.Define(errs.Rule, "import.key_twice", "Row {row} has the same {column}.", "与第 {row} 行的{column}重复。")
	errUnknownPerson = errs.Define(errs.Rule, "import.unknown_person", "There is no active person in sales with this user name.", "没有此用户名的在职销售人员。")
	errUnknownRef    = errs.Define(errs.Rule, "import.unknown_code", "There is no record with this code.", "编码不存在。")
	errCreditColumn  = errs.Define(errs.Rule, "import.credit_needs_approval", "Credit isn't imported here: a limit comes from an approved request. Leave the column out.", "信用数据不能在此导入:额度须经审批,请删除该列。", "CRD-10")
	errUnit          = errs.Define(errs.Rule, "import.wrong_unit", "The product's unit is {unit}.", "产品的计量单位是 {unit}。")
	errAbsurd        = errs.Define(errs.Rule, "import.large_change", "This changes the base price by {percent} %; send the file with accept_large_changes=true if it is meant.", "该价格与现行基准价相差 {percent}%;如确认无误,请以 accept_large_changes=true 重新上传。", "PRC-05")
	errNUL           = errs.Define(errs.Rule, "import.bad_character", "This holds a character that can't be stored.", "包含无法保存的字符。")
)

// column is one column of a kind. The first header is the one that errors and templates show.
type column struct {
	key       string
	headers   []string // Chinese first, then English and other spellings
	mandatory bool
	max       int // characters
}

// Problem is one thing wrong with one place in the file.
type Problem struct {
	Row   int    // as a spreadsheet counts: the headers are row 1
	Field string // header of the column, "" for the whole row
	Code  string
	EN    string
	ZH    string
}

// row is one line of the file with its cells by column key.
type row struct {
	no       int
	cells    map[string]string
	headers  map[string]string // column key → header as the file has it
	problems *[]Problem
	bad      bool
}

// fail notes what is wrong with a column of the row ("" for the row).
func (r *row) fail(key string, e *errs.Error) {
	r.bad = true
	*r.problems = append(*r.problems, Problem{Row: r.no, Field: r.headers[key], Code: e.Code, EN: e.Text("en"), ZH: e.Text("zh-CN")})
}

// mapHeaders finds the columns that the headers of a file mean. It returns column index → key and what is wrong.
func mapHeaders(columns []column, cells []string) (byIndex map[int]column, headers map[string]string, problems []Problem) {
	byIndex, headers = map[int]column{}, map[string]string{}
	at := &row{no: 1, headers: map[string]string{}, problems: &problems}
	for i, cell := range cells {
		name := sheet.Clean(cell)
		if name == "" {
			continue
		}
		c, ok := columnNamed(columns, name)
		at.headers[name] = name
		switch {
		case !ok:
			at.fail(name, errUnknownColumn.With())
		case headers[c.key] != "":
			at.fail(name, errTwiceColumn.With())
		default:
			byIndex[i], headers[c.key] = c, name
		}
	}
	for _, c := range columns {
		if c.mandatory && headers[c.key] == "" {
			at.fail("", errMissingColumn.With("column", c.headers[0]))
		}
	}
	return byIndex, headers, problems
}

// columnNamed finds a column by header, whatever its case, width and spacing.
func columnNamed(columns []column, name string) (column, bool) {
	want := headerKey(name)
	for _, c := range columns {
		for _, h := range append(c.headers, c.key) {
			if headerKey(h) == want {
				return c, true
			}
		}
	}
	return column{}, false
}

func headerKey(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '_' || r == '-' || r == '*' {
			return -1
		}
		return r
	}, strings.ToLower(width.Narrow.String(sheet.Clean(s))))
}

// fill puts the cells of a line in the row, and checks that mandatory ones are there and none is too long.
func (r *row) fill(columns []column, byIndex map[int]column, cells []string) {
	for i, cell := range cells {
		if c, ok := byIndex[i]; ok {
			r.cells[c.key] = sheet.Clean(cell)
		}
	}
	for _, c := range columns {
		v := r.cells[c.key]
		switch {
		case v == "" && c.mandatory:
			r.fail(c.key, errMandatory.With())
		case utf8.RuneCountInString(v) > c.max:
			r.fail(c.key, errCellTooLong.With("max", c.max))
		case strings.ContainsRune(v, 0) || !utf8.ValidString(v):
			r.fail(c.key, errNUL.With())
		}
	}
}

// empty reports a line without any content, which is passed over.
func empty(cells []string) bool {
	for _, c := range cells {
		if sheet.Clean(c) != "" {
			return false
		}
	}
	return true
}

// decimal reads a number with at most scale decimals, thousands separators allowed.
func (r *row) decimal(key string, scale int) (d decimal.Decimal, ok bool) {
	text := strings.TrimSpace(strings.TrimSuffix(width.Narrow.String(r.cells[key]), "%"))
	if text == "" {
		return decimal.Zero, false
	}
	if d, ok = sheet.Number(text); !ok || d.Trim(0).Scale() > scale || d.Prec() > 18 {
		r.fail(key, errNumber.With("scale", scale))
		return decimal.Zero, false
	}
	return d.Trim(0).Pad(min(scale, 4)), true
}

// positive is decimal for what must be above 0.
func (r *row) positive(key string, scale int) decimal.Decimal {
	d, ok := r.decimal(key, scale)
	if ok && !d.IsPos() {
		r.fail(key, errNegative.With())
	}
	return d
}

// date reads a date as people and spreadsheets write it: 2026-11-20, 2026/11/20, 20261120, 2026年11月20日, or Excel's
// day number.
func (r *row) date(key string) time.Time {
	text := r.cells[key]
	if text == "" {
		return time.Time{}
	}
	for _, layout := range []string{"2006-01-02", "2006/1/2", "2006-1-2", "20060102", "2006年1月2日", "2006.1.2", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t
		}
	}
	if days, err := strconv.Atoi(text); err == nil && days > 20000 && days < 80000 {
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days)
	}
	r.fail(key, errDate.With())
	return time.Time{}
}

// choice reads one of a few values, by any of its spellings; def when the cell is empty.
func (r *row) choice(key, def string, spellings map[string][]string) string {
	text := headerKey(r.cells[key])
	if text == "" {
		return def
	}
	var known []string
	for value, names := range spellings {
		for _, n := range append(names, value) {
			if headerKey(n) == text {
				return value
			}
		}
		known = append(known, names[0])
	}
	r.fail(key, errChoice.With("choices", strings.Join(known, "、")))
	return def
}
