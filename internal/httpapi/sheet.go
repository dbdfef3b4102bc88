package httpapi

import (
	"archive/zip"
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/govalues/decimal"
	"github.com/xuri/excelize/v2"
)

// sheet is a table on its way to somebody's spreadsheet. Cells are string, int, decimal.Decimal (an amount),
// unitPrice, time.Time (a date) or nil.
type sheet interface {
	row(cells []any) error
	finish() error // sends what is left
	discard()      // gives back what it holds, on every path
}

// unitPrice is a cell with up to 4 decimals: a price, a quantity, a percentage.
type unitPrice struct{ decimal.Decimal }

// precise is such a cell, or an empty one.
func precise(d *decimal.Decimal) any {
	if d == nil {
		return nil
	}
	return unitPrice{*d}
}

// column is one of a sheet: its header and how wide it is in characters.
type column struct {
	zh, en string
	width  float64
}

// newSheet begins a file with a row of headers (in zh, whatever language that is).
func newSheet(kind string, out *download, header []column) (sheet, error) {
	if kind == "xlsx" {
		return newWorkbook(out, header)
	}
	return newCSV(out, header)
}

// download is the answer that a sheet is written to. Its head goes out with the first bytes: until then there is still time
// for a problem. Each write has its own deadline, so that a client that stopped reading doesn't hold a snapshot open.
type download struct {
	w     http.ResponseWriter
	name  string
	media string
	begun bool
}

// Write implements io.Writer.
func (d *download) Write(p []byte) (int, error) {
	if !d.begun {
		h := d.w.Header()
		h.Set("Content-Type", d.media)
		h.Set("Content-Disposition", disposition(d.name))
		h.Set("X-Accel-Buffering", "no")
		d.w.WriteHeader(http.StatusOK)
		d.begun = true
	}
	rc := http.NewResponseController(d.w)
	_ = rc.SetWriteDeadline(time.Now().Add(streamWrite))
	n, err := d.w.Write(p)
	if err == nil {
		err = rc.Flush()
	}
	return n, err
}

// sheetBuffer is how much of a file waits to be sent at once.
const sheetBuffer = 64 << 10

// csvSheet is RFC 4180 with the byte order mark by which spreadsheets tell UTF-8.
type csvSheet struct {
	buf *bufio.Writer
	csv *csv.Writer
}

func newCSV(out *download, header []column) (sheet, error) {
	out.media = "text/csv; charset=utf-8"
	s := csvSheet{buf: bufio.NewWriterSize(out, sheetBuffer)}
	if _, err := s.buf.WriteString("\uFEFF"); err != nil {
		return nil, err
	}
	s.csv = csv.NewWriter(s.buf)
	s.csv.UseCRLF = true
	names := make([]string, len(header))
	for i, c := range header {
		names[i] = c.zh
	}
	return s, s.csv.Write(names)
}

func (s csvSheet) row(cells []any) error {
	record := make([]string, len(cells))
	for i, c := range cells {
		switch v := c.(type) {
		case nil:
		case string:
			record[i] = harmless(v)
		case time.Time:
			record[i] = v.Format(time.DateOnly)
		default: // numbers
			record[i] = fmt.Sprint(v)
		}
	}
	return s.csv.Write(record)
}

func (s csvSheet) finish() error {
	s.csv.Flush()
	if err := s.csv.Error(); err != nil {
		return err
	}
	return s.buf.Flush()
}

func (csvSheet) discard() {}

// harmless keeps a spreadsheet from taking what somebody typed for a formula; some take full-width signs for one, too.
func harmless(text string) string {
	if first, _ := utf8.DecodeRuneInString(text); text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + text
	}
	return text
}

// workbook is an XLSX file. Its rows wait in a temporary file until the last, since the archive can't be written before.
type workbook struct {
	out                 *download
	file                *excelize.File
	stream              *excelize.StreamWriter
	next                int
	date, amount, price int // styles
}

func newWorkbook(out *download, header []column) (sheet, error) {
	out.media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	file := excelize.NewFile()
	w, err := beginSheet(file, "Sheet1", header)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	w.out = out
	return w, nil
}

// beginSheet begins a sheet of a file with a row of headers that stays in sight.
func beginSheet(file *excelize.File, name string, header []column) (_ *workbook, err error) {
	w := &workbook{file: file, next: 1}
	day, yuan := "yyyy-mm-dd", "#,##0.00"
	if w.date, err = w.file.NewStyle(&excelize.Style{CustomNumFmt: &day}); err != nil {
		return nil, err
	}
	if w.amount, err = w.file.NewStyle(&excelize.Style{CustomNumFmt: &yuan}); err != nil {
		return nil, err
	}
	fine := "#,##0.00##"
	if w.price, err = w.file.NewStyle(&excelize.Style{CustomNumFmt: &fine}); err != nil {
		return nil, err
	}
	bold, err := w.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	if w.stream, err = w.file.NewStreamWriter(name); err != nil {
		return nil, err
	}
	if err = w.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	cells := make([]any, len(header))
	for i, c := range header {
		if err = w.stream.SetColWidth(i+1, i+1, c.width); err != nil {
			return nil, err
		}
		cells[i] = excelize.Cell{StyleID: bold, Value: c.zh}
	}
	return w, w.put(cells)
}

func (w *workbook) row(cells []any) error {
	for i, c := range cells {
		switch v := c.(type) {
		case time.Time:
			cells[i] = excelize.Cell{StyleID: w.date, Value: v}
		case unitPrice:
			f, _ := v.Float64()
			cells[i] = excelize.Cell{StyleID: w.price, Value: f}
		case decimal.Decimal:
			f, _ := v.Float64() //nolint:forbidigo // a cell of a spreadsheet is a float; nothing here counts with it
			cells[i] = excelize.Cell{StyleID: w.amount, Value: f}
		}
	}
	return w.put(cells)
}

func (w *workbook) put(cells []any) error {
	at, err := excelize.CoordinatesToCellName(1, w.next)
	if err != nil {
		return err
	}
	w.next++
	return w.stream.SetRow(at, cells)
}

// finish sends the archive as it is packed, instead of packing it in memory.
func (w *workbook) finish() error {
	if err := w.stream.Flush(); err != nil {
		return err
	}
	buf := bufio.NewWriterSize(w.out, sheetBuffer)
	w.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(buf) })
	if err := w.file.Write(io.Discard); err != nil {
		return err
	}
	return buf.Flush()
}

func (w *workbook) discard() { _ = w.file.Close() }
