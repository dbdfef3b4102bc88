package httpapi

import (
	"archive/zip"
	"bufio"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"github.com/xuri/excelize/v2"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/statement"
)

// statementBook is a statement as a workbook of three sheets. It is made whole before its first byte is sent.
type statementBook struct {
	ctx    context.Context
	server *Server
	id     uuid.UUID
}

// ExportStatement implements the operation of that name.
func (s *Server) ExportStatement(ctx context.Context, r api.ExportStatementRequestObject) (api.ExportStatementResponseObject, error) {
	return statementBook{ctx, s, r.StatementID}, nil
}

// VisitExportStatementResponse writes the file.
func (b statementBook) VisitExportStatementResponse(w http.ResponseWriter) error {
	s := b.server
	defer s.exporting.Add(-1)
	if s.exporting.Add(1) > maxExports {
		return errs.ErrBusy.With()
	}
	out := &download{w: w}
	file := excelize.NewFile()
	defer func() { _ = file.Close() }()
	c := current(b.ctx)
	err := s.DB.Snapshot(b.ctx, c.origin(), func(tx pg.Tx) error { return b.fill(tx, c, out, file) })
	if err != nil {
		return err
	}
	out.media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	buf := bufio.NewWriterSize(out, sheetBuffer)
	file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(buf) })
	if err := file.Write(io.Discard); err != nil {
		return err
	}
	return buf.Flush()
}

// fill writes the three sheets.
func (b statementBook) fill(tx pg.Tx, c *call, out *download, file *excelize.File) error {
	v, _, err := b.server.Statements.Get(tx, c.who, b.id)
	if err != nil {
		return err
	}
	buyer, err := customer.Brief(tx, v.CustomerID)
	if err != nil {
		return err
	}
	out.name = named(c, "对账单", "statement", v.Number+"-"+harmlessName(buyer.Code)) + ".xlsx"
	if err := b.lines(tx, c, file, v, buyer); err != nil {
		return err
	}
	if err := b.ageing(c, file, v); err != nil {
		return err
	}
	return b.usage(tx, c, file, v)
}

// harmlessName leaves of a customer's code what may stand in a file's name.
func harmlessName(code string) string {
	kept := []rune{}
	for _, r := range code {
		if r == '/' || r == '\\' || r == ':' || r < ' ' {
			r = '-'
		}
		kept = append(kept, r)
	}
	return string(kept)
}

// page begins one of the sheets; the first takes the place of the one that a new file has.
func (b statementBook) page(c *call, file *excelize.File, zh, en string, header []column) (*workbook, error) {
	name := zh
	if c.lang == "en" {
		name = en
		translated := make([]column, len(header))
		for i, h := range header {
			h.zh = h.en
			translated[i] = h
		}
		header = translated
	}
	if file.GetSheetName(0) == "Sheet1" {
		if err := file.SetSheetName("Sheet1", name); err != nil {
			return nil, err
		}
	} else if _, err := file.NewSheet(name); err != nil {
		return nil, err
	}
	return beginSheet(file, name, header)
}

func (b statementBook) lines(tx pg.Tx, c *call, file *excelize.File, v statement.Statement, buyer customer.Customer) error {
	w, err := b.page(c, file, "往来明细", "Lines", []column{
		{"日期", "Date", 12},
		{"类别", "Kind", 12},
		{"单号", "Number", 20},
		{"开票金额", "Invoiced (CNY)", 14},
		{"金额", "Amount (CNY)", 14},
		{"余额", "Balance (CNY)", 14},
		{"到期日", "Due", 12},
		{"说明", "Remarks", 40},
	})
	if err != nil {
		return err
	}
	opening := word(c.lang, "期初余额", "Opening balance")
	if err := w.row([]any{v.StartsOn, opening, v.Number, nil, nil, v.Opening, nil, buyer.Name}); err != nil {
		return err
	}
	for p := (pg.Page{Limit: 1000}); ; {
		rows, next, err := b.server.Statements.Lines(tx, c.who, v.ID, p)
		if err != nil {
			return err
		}
		for _, l := range rows {
			said := ""
			if l.Late {
				said = word(c.lang, "以前月份单据,本期入账", "of an earlier month")
			}
			if err := w.row([]any{l.HappenedOn, lineWord(l.Kind, c.lang), l.Number, l.Invoiced, l.Amount, l.Balance, cell(l.DueOn), said}); err != nil {
				return err
			}
		}
		if p.Cursor = next; next == "" {
			break
		}
	}
	if err := w.row([]any{v.EndsOn, word(c.lang, "期末余额", "Closing balance"), v.Number, nil, nil, v.Closing, nil, nil}); err != nil {
		return err
	}
	if !v.AdjustedAfter.IsZero() {
		if err := w.row([]any{v.EndsOn, word(c.lang, "期后调整", "Agreed adjustments"), v.Number, nil, v.AdjustedAfter, v.Agreed, nil, nil}); err != nil {
			return err
		}
	}
	return w.stream.Flush()
}

func (b statementBook) ageing(c *call, file *excelize.File, v statement.Statement) error {
	w, err := b.page(c, file, "账龄", "Ageing", []column{{"账龄", "Days late", 20}, {"金额", "Amount (CNY)", 16}})
	if err != nil {
		return err
	}
	for _, row := range ageRows(v, c.lang) {
		if err := w.row([]any{row.word, row.amount}); err != nil {
			return err
		}
	}
	return w.stream.Flush()
}

func (b statementBook) usage(tx pg.Tx, c *call, file *excelize.File, v statement.Statement) error {
	w, err := b.page(c, file, "用量", "Usage", usageHeader(c.who))
	if err != nil {
		return err
	}
	f := statement.UsageFilter{From: firstOf(v.StartsOn), To: firstOf(v.EndsOn), CustomerID: &v.CustomerID}
	err = b.server.Statements.EachUsage(tx, c.who, f, func(u statement.Usage) error { return w.row(usageCells(c.who, u)) })
	if err != nil {
		return err
	}
	return w.stream.Flush()
}

func firstOf(day time.Time) time.Time { return day.AddDate(0, 0, 1-day.Day()) }

// word says something in the language of the caller.
func word(lang, zh, en string) string {
	if lang == "en" {
		return en
	}
	return zh
}

// lineWord names a kind of line as people do.
func lineWord(kind, lang string) string {
	said, ok := map[string][2]string{
		"opening": {"期初欠款", "brought forward"}, "delivery": {"送货", "delivery"}, "invoice": {"开票", "invoice"}, "credit_note": {"红字/折让", "credit note"},
		"receipt": {"收款", "receipt"}, "write_off": {"核销坏账", "write-off"}, "adjustment": {"调整", "adjustment"},
	}[kind]
	if !ok {
		return kind
	}
	return word(lang, said[0], said[1])
}

// ageRow is a figure of the closing balance, with its name.
type ageRow struct {
	word   string
	amount decimal.Decimal
}

// ageRows are the buckets with their bounds in words, what they add up to, and what else the closing balance consists of.
func ageRows(v statement.Statement, lang string) []ageRow {
	texts := bucketWords(v.Bounds, lang)
	return []ageRow{
		{texts[0], v.NotDue},
		{texts[1], v.LateFirst},
		{texts[2], v.LateSecond},
		{texts[3], v.LateThird},
		{texts[4], v.LateBeyond},
		{word(lang, "应收合计", "Receivable"), v.ClosingReceivable},
		{word(lang, "已发货未开票", "Delivered, not invoiced"), v.ClosingShipped},
		{word(lang, "预收", "Prepaid"), v.ClosingPrepaid},
	}
}
