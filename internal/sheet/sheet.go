// Package sheet reads tables that people bring: CSV in UTF-8 or GB18030, with commas or tabs, and the first sheet of an XLSX workbook. It
// doesn't know what the cells mean.
package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/govalues/decimal"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
	"golang.org/x/text/width"

	"github.com/salesgate/salesgate/internal/errs"
)

// The ways in which a file can be unreadable.
var (
	ErrUnreadable = errs.Define(errs.Rule, "import.unreadable", "This is neither CSV (UTF-8 or GB18030) nor an XLSX workbook.", "文件不是 CSV(UTF-8 或 GB18030)或 XLSX。")
	ErrEmpty      = errs.Define(errs.Rule, "import.empty", "The file has no rows below its headers.", "文件除表头外没有数据。")
	ErrTooWide    = errs.Define(errs.Rule, "import.too_many_columns", "A file has at most {max} columns.", "单个文件最多 {max} 列。")
	ErrTooLong    = errs.Define(errs.Rule, "import.too_many_rows", "A file holds at most {max} rows.", "单个文件最多 {max} 行。")
)

// The bounds of a file.
const (
	MaxRows    = 200_000
	MaxColumns = 100
)

const (
	archive = "PK\x03\x04" // how a workbook begins

	unzipInRAM  = 8 << 20 // larger worksheets are unpacked to disk
	maxUnzipped = 1 << 30 // a workbook that unpacks to more is a bomb

	maxParts     = 2000
	maxPart      = 16 << 20 // of what isn't rows or their texts, which would be unpacked in memory
	freeUnzipped = 64 << 20 // up to here nobody asks how well it was packed
	maxRatio     = 100      // beyond, what packs better than this isn't a table
)

// Sheet reads a file row by row, in memory that doesn't grow with it.
type Sheet struct {
	next  func() ([]string, error)
	close func() error
}

// Open tells the format by its content. Returns ErrUnreadable.
func Open(path string) (*Sheet, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	head := make([]byte, len(archive))
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		_ = f.Close()
		return nil, err
	}
	if string(head[:n]) == archive {
		_ = f.Close()
		return openXLSX(path)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		_ = f.Close()
		return nil, err
	}
	return openCSV(f)
}

// Next returns the cells of the next row, io.EOF after the last. Returns ErrTooWide for a row of more than MaxColumns,
// since whoever looks for headers compares cells with each other.
func (s *Sheet) Next() ([]string, error) {
	cells, err := s.next()
	if len(cells) <= MaxColumns || err != nil {
		return cells, err
	}
	for len(cells) > MaxColumns && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) > MaxColumns {
		return nil, ErrTooWide.With("max", MaxColumns)
	}
	return cells, nil
}

// Close ends the reading.
func (s *Sheet) Close() error { return s.close() }

// bomb reports whether a workbook would unpack to more than its like: into memory, or from a small file to a huge one. What the archive says of its sizes
// is held against what it really unpacks to when it is read.
func bomb(path string) (bool, error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return false, err
	}
	defer archive.Close() //nolint:errcheck // read only
	if len(archive.File) > maxParts {
		return true, nil
	}
	var packed, unpacked uint64
	for _, part := range archive.File {
		name := strings.ToLower(strings.ReplaceAll(part.Name, "\\", "/"))
		streamed := strings.HasPrefix(name, "xl/worksheets/sheet") || name == "xl/sharedstrings.xml"
		if part.UncompressedSize64 > maxUnzipped || !streamed && part.UncompressedSize64 > maxPart {
			return true, nil
		}
		packed, unpacked = packed+part.CompressedSize64, unpacked+part.UncompressedSize64
	}
	return unpacked > maxUnzipped || unpacked > freeUnzipped && unpacked/max(packed, 1) > maxRatio, nil
}

func openXLSX(path string) (*Sheet, error) {
	if is, err := bomb(path); err != nil || is {
		return nil, ErrUnreadable.Wrap(err)
	}
	book, err := excelize.OpenFile(path, excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: unzipInRAM, RawCellValue: true})
	if err != nil {
		return nil, ErrUnreadable.Wrap(err)
	}
	rows, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		_ = book.Close()
		return nil, ErrUnreadable.Wrap(err)
	}
	next := func() ([]string, error) {
		if !rows.Next() {
			if err := rows.Error(); err != nil {
				return nil, ErrUnreadable.Wrap(err)
			}
			return nil, io.EOF
		}
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, ErrUnreadable.Wrap(err)
		}
		for i, c := range cells {
			cells[i] = shown(c)
		}
		return cells, nil
	}
	return &Sheet{next: next, close: func() error { return errors.Join(rows.Close(), book.Close()) }}, nil
}

// binaryFraction is a number with more digits than a spreadsheet counts with, as Excel stores 1234.56.
var binaryFraction = regexp.MustCompile(`^-?[0-9]+\.[0-9]{6,}(E[-+]?[0-9]+)?$`)

// shown is a raw cell as the spreadsheet shows it: fractions are stored with 17 digits, of which 15 count.
func shown(cell string) string {
	if len(cell) < 16 || !binaryFraction.MatchString(cell) {
		return cell
	}
	f, err := strconv.ParseFloat(cell, 64)
	if err == nil {
		f, err = strconv.ParseFloat(strconv.FormatFloat(f, 'e', 14, 64), 64)
	}
	if err != nil {
		return cell
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func openCSV(f *os.File) (*Sheet, error) {
	head, utf, err := survey(f)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	var in io.Reader = bufio.NewReaderSize(f, 64<<10)
	if !utf {
		in = transform.NewReader(in, simplifiedchinese.GB18030.NewDecoder())
	}
	r := csv.NewReader(&skipBOM{r: in})
	r.FieldsPerRecord, r.ReuseRecord, r.LazyQuotes = -1, false, false
	if first, _, _ := bytes.Cut(head, []byte("\n")); bytes.Count(first, []byte("\t")) > bytes.Count(first, []byte(",")) {
		r.Comma = '\t'
	}
	next := func() ([]string, error) {
		cells, err := r.Read()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, ErrUnreadable.Wrap(err)
		}
		return cells, err
	}
	return &Sheet{next: next, close: f.Close}, nil
}

// survey reads a file to its end: its beginning, and whether all of it is UTF-8, since the first name in Chinese may come late. Returns ErrUnreadable
// for a file with U+0000, which no text has.
func survey(f io.Reader) (head []byte, utf bool, err error) {
	utf = true
	buf, kept := make([]byte, 64<<10), 0
	for {
		n, err := io.ReadFull(f, buf[kept:])
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return nil, false, err
		}
		part := buf[:kept+n]
		if bytes.IndexByte(part, 0) >= 0 {
			return nil, false, ErrUnreadable
		}
		if head == nil {
			head = bytes.Clone(part)
		}
		cut := len(part)
		if !end {
			cut = wholeCharacters(part)
		}
		utf = utf && utf8.Valid(part[:cut])
		if end {
			return head, utf, nil
		}
		kept = copy(buf, part[cut:])
	}
}

// wholeCharacters is how much of b there is without a character of UTF-8 that is cut off at its end.
func wholeCharacters(b []byte) int {
	for cut := 1; cut < utf8.UTFMax && cut <= len(b); cut++ {
		if utf8.RuneStart(b[len(b)-cut]) {
			if utf8.FullRune(b[len(b)-cut:]) {
				return len(b)
			}
			return len(b) - cut
		}
	}
	return len(b)
}

// skipBOM leaves out a byte order mark at the start.
type skipBOM struct {
	r     io.Reader
	begun bool
}

// Read implements io.Reader.
func (s *skipBOM) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if !s.begun && n > 0 {
		s.begun = true
		if rest, ok := bytes.CutPrefix(p[:n], []byte("\xef\xbb\xbf")); ok {
			n = copy(p, rest)
		}
	}
	return n, err
}

// Clean trims a cell, full-width spaces too, and leaves out what can't be seen: control characters, and those that turn the direction of writing or
// have no width, which come along from web pages and make a name or an amount read otherwise than it is.
func Clean(cell string) string {
	if strings.IndexFunc(cell, unseen) >= 0 {
		cell = strings.Map(func(r rune) rune {
			if unseen(r) {
				return -1
			}
			return r
		}, cell)
	}
	return strings.Trim(cell, " \t\r\n\u3000\u00a0")
}

func unseen(r rune) bool {
	return unicode.IsControl(r) && r != '\t' && r != '\r' && r != '\n' || unicode.Is(unicode.Cf, r)
}

var number = regexp.MustCompile(`^[-+]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]*)?$|^[-+]?\.[0-9]+$`)

// Number reads a number as people and spreadsheets write it: full-width digits, separators between thousands, a sign of money before it or behind.
// A comma anywhere else may be a decimal one, and digits in two groups are two numbers: neither is read.
func Number(text string) (decimal.Decimal, bool) {
	text = strings.ToUpper(strings.TrimSpace(width.Narrow.String(Clean(text))))
	for _, sign := range []string{"¥", "CNY", "RMB", "元"} {
		text = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, sign), sign))
	}
	if !number.MatchString(text) {
		return decimal.Zero, false
	}
	d, err := decimal.Parse(strings.ReplaceAll(strings.TrimPrefix(text, "+"), ",", ""))
	return d, err == nil
}

// Day reads a date as people and spreadsheets write it, with or without a time of day behind it.
func Day(text string) (time.Time, bool) {
	text = width.Narrow.String(Clean(text))
	if day, _, timed := strings.Cut(text, " "); timed {
		text = day
	}
	if day, _, timed := strings.Cut(text, "T"); timed {
		text = day
	}
	for _, layout := range []string{"2006-01-02", "2006/1/2", "2006-1-2", "20060102", "2006年1月2日", "2006.1.2"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	whole, _, _ := strings.Cut(text, ".")
	if days, err := strconv.Atoi(whole); err == nil && days > 20000 && days < 80000 { // as spreadsheets count days
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days), true
	}
	return time.Time{}, false
}
