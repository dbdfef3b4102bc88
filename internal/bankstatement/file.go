package bankstatement

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/govalues/decimal"
	"golang.org/x/text/width"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/sheet"
)

const (
	maxLines  = 20_000
	maxFaults = 100
	titleRows = 30 // banks print as many rows above their table at most
)

// Fault is one thing wrong with one cell of a file.
type Fault struct {
	Row    int    // as a spreadsheet counts
	Column string // its header
	Err    *errs.Error
}

// headers are what banks call their columns, in Chinese and English.
var headers = map[string][]string{
	"date":        {"交易日期", "记账日期", "入账日期", "交易时间", "日期", "记账日", "date", "transaction date", "booking date", "value date", "posting date"},
	"in":          {"收入", "收入金额", "贷方发生额", "贷方金额", "贷方", "存入金额", "转入金额", "credit", "credit amount", "deposit", "money in", "paid in"},
	"out":         {"支出", "支出金额", "借方发生额", "借方金额", "借方", "支取金额", "转出金额", "debit", "debit amount", "withdrawal", "money out", "paid out"},
	"amount":      {"金额", "交易金额", "发生额", "amount", "transaction amount"},
	"direction":   {"借贷标志", "借贷方向", "收支方向", "收/支", "借/贷", "方向", "direction", "dr/cr", "type"},
	"party":       {"对方户名", "对方名称", "对方账户名称", "付款人名称", "付款方户名", "交易对方", "对手方名称", "counterparty", "counterparty name", "payer", "payer name", "name"},
	"account":     {"对方账号", "对方账户", "付款人账号", "付款方账号", "对手方账号", "counterparty account", "payer account", "account number", "from account"},
	"reference":   {"摘要", "附言", "用途", "备注", "交易附言", "摘要/用途", "reference", "description", "remittance information", "purpose", "memo", "details"},
	"transaction": {"交易流水号", "流水号", "凭证号", "交易编号", "银行流水号", "transaction id", "transaction no", "bank reference", "serial no"},
	"currency":    {"币种", "currency", "ccy"},
}

// table is where the columns of a file are.
type table struct {
	at    map[string][]int // what a column means → where it is; a reference may stand in several
	names []string         // headers as the file has them
}

// find reads a row of headers; ok unless a date, an amount or a counter-party is missing.
func find(cells []string) (t table, ok bool) {
	t = table{at: map[string][]int{}, names: slices.Clone(cells)}
	for i, cell := range cells {
		for meaning, names := range headers {
			if slices.ContainsFunc(names, func(n string) bool { return key(n) == key(cell) }) {
				t.at[meaning] = append(t.at[meaning], i)
			}
		}
	}
	has := func(meaning string) bool { return len(t.at[meaning]) > 0 }
	return t, has("date") && (has("in") || has("amount")) && (has("party") || has("account"))
}

// key is a header without what banks write differently.
func key(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '_' || r == '-' || r == '*' || r == '.' {
			return -1
		}
		return r
	}, strings.ToLower(width.Narrow.String(sheet.Clean(s))))
}

// Read reads the lines of a file, or all that is wrong with it. Returns ErrNoTable, ErrTooMany, sheet.ErrUnreadable, sheet.ErrEmpty.
func Read(path, currency string, today time.Time) ([]Line, []Fault, error) {
	in, err := sheet.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer in.Close() //nolint:errcheck // read only
	row, t := 0, table{}
	for found := false; !found; {
		cells, err := in.Next()
		if errors.Is(err, io.EOF) || row == titleRows {
			return nil, nil, ErrNoTable
		}
		if err != nil {
			return nil, nil, err
		}
		row++
		t, found = find(cells)
	}
	r := reader{table: t, currency: currency, today: today, seen: map[string]int{}}
	for {
		cells, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		if row++; len(r.lines) == maxLines {
			return nil, nil, ErrTooMany.With("max", maxLines)
		}
		if r.row(row, cells); len(r.faults) >= maxFaults {
			break
		}
	}
	if len(r.lines) == 0 && len(r.faults) == 0 {
		return nil, nil, sheet.ErrEmpty
	}
	return r.lines, r.faults, nil
}

// reader collects lines and faults.
type reader struct {
	table
	currency string
	today    time.Time
	lines    []Line
	faults   []Fault
	seen     map[string]int // equal lines so far
}

func (r *reader) cell(cells []string, meaning string) string {
	var parts []string
	for _, i := range r.at[meaning] {
		if i < len(cells) {
			if c := sheet.Clean(cells[i]); c != "" && !slices.Contains(parts, c) {
				parts = append(parts, c)
			}
		}
	}
	return strings.Join(parts, " ")
}

func (r *reader) fault(row int, meaning string, e *errs.Error) {
	name := ""
	if at := r.at[meaning]; len(at) > 0 {
		name = sheet.Clean(r.names[at[0]])
	}
	r.faults = append(r.faults, Fault{row, name, e})
}

// row reads one line. Rows without a date and without an amount are the bank's sums and remarks: passed over.
func (r *reader) row(no int, cells []string) {
	date := r.cell(cells, "date")
	if date == "" && r.cell(cells, "in")+r.cell(cells, "out")+r.cell(cells, "amount") == "" || strings.HasPrefix(date, "合计") {
		return
	}
	l := Line{
		RowNo: no, PartyName: r.cell(cells, "party"), PartyAccount: digits(r.cell(cells, "account")), Reference: r.cell(cells, "reference"),
		TransactionID: r.cell(cells, "transaction"), Currency: r.currency, State: Open, Version: 1,
	}
	before := len(r.faults)
	var ok bool
	if l.BookedOn, ok = sheet.Day(date); !ok || l.BookedOn.After(r.today) {
		r.fault(no, "date", ErrDate.With())
	}
	r.amount(no, cells, &l)
	if c := r.cell(cells, "currency"); c != "" && !sameCurrency(c, r.currency) {
		r.fault(no, "currency", ErrCurrency.With())
	}
	for _, long := range []struct {
		meaning, text string
		most          int
	}{{"party", l.PartyName, 200}, {"account", l.PartyAccount, 60}, {"reference", l.Reference, 500}, {"transaction", l.TransactionID, 100}} {
		if utf8.RuneCountInString(long.text) > long.most {
			r.fault(no, long.meaning, ErrLong.With("max", long.most))
		}
	}
	if len(r.faults) > before {
		return
	}
	if !l.Incoming {
		l.State, l.IgnoredReason = Ignored, "支出 · outgoing"
	}
	l.Fingerprint = r.fingerprint(l)
	r.lines = append(r.lines, l)
}

// What banks say of a movement whose amount stands in one column.
var (
	saysIn  = []string{"贷", "贷方", "收", "收入", "收款", "存入", "转入", "入账", "来账", "credit", "cr", "c", "in", "deposit"}
	saysOut = []string{"借", "借方", "支", "支出", "付", "付款", "支取", "转出", "出账", "往账", "debit", "dr", "d", "out", "withdrawal"}
)

// amount reads what came in or went out, from one column or two. A line is money that came in only where the file says so: what is negative went out in
// whatever column it stands, and neither both columns filled nor an unknown direction is guessed at (ARV-01).
func (r *reader) amount(no int, cells []string, l *Line) {
	in, out, meaning := r.cell(cells, "in"), r.cell(cells, "out"), "in"
	text := in
	l.Incoming = true
	switch {
	case !nothing(in) && !nothing(out):
		r.fault(no, "out", ErrDirection.With())
		return
	case nothing(in) && !nothing(out):
		meaning, text, l.Incoming = "out", out, false
	case nothing(in) && r.cell(cells, "amount") != "":
		meaning, text = "amount", r.cell(cells, "amount")
		var ok bool
		if l.Incoming, ok = r.direction(cells); !ok {
			r.fault(no, "direction", ErrDirection.With())
			return
		}
	}
	amount, ok := parseAmount(text)
	if ok && amount.IsNeg() {
		amount, l.Incoming = amount.Neg(), false
	}
	if !ok || !amount.IsPos() {
		r.fault(no, meaning, ErrAmount.With())
		return
	}
	l.Amount = amount
}

// direction says whether a line's money came in, by the columns that tell; of several, one that doesn't know may stand beside one that does. Without any, the
// amount's sign tells.
func (r *reader) direction(cells []string) (in, ok bool) {
	var came, went bool
	for _, i := range r.at["direction"] {
		if i < len(cells) {
			came = came || slices.Contains(saysIn, key(cells[i]))
			went = went || slices.Contains(saysOut, key(cells[i]))
		}
	}
	return !went, came != went || len(r.at["direction"]) == 0
}

// nothing is an empty cell, as banks leave it: blank, 0, or a dash.
func nothing(text string) bool {
	d, ok := parseAmount(text)
	return strings.Trim(text, "-—–") == "" || ok && d.IsZero()
}

// fingerprint tells a line from all others: by the bank's own id with day, direction, amount and counter-party, since many banks number
// a payment and its fee, or a batch, alike; where it gives no id, by what the line says. Equal lines are told apart by which of them it is.
func (r *reader) fingerprint(l Line) []byte {
	told := l.Reference
	kind := "line"
	if l.TransactionID != "" {
		kind, told = "id", l.TransactionID
	}
	text := fmt.Sprintf("%s\x00%s\x00%t\x00%s\x00%s\x00%s\x00%s", kind, l.BookedOn.Format(time.DateOnly), l.Incoming, l.Amount, l.PartyName, l.PartyAccount, told)
	r.seen[text]++
	if n := r.seen[text]; n > 1 {
		text += "\x00" + strconv.Itoa(n)
	}
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

func parseAmount(text string) (decimal.Decimal, bool) {
	d, ok := sheet.Number(text)
	if !ok || d.Trim(0).Scale() > money.AmountScale || d.Prec() > 18 {
		return decimal.Zero, false
	}
	return money.Fen(d), true
}

func sameCurrency(text, currency string) bool {
	text = strings.ToUpper(strings.TrimSpace(text))
	return text == currency || currency == "CNY" && slices.Contains([]string{"人民币", "人民币元", "RMB", "156", "01"}, text)
}

// digits is an account's number without what banks put between its digits.
func digits(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "'", "", "\t", "").Replace(width.Narrow.String(s)))
}
