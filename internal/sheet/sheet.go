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
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

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
	detectBytes = 256 << 10 // the encoding is told by so much of the file
	unzipInRAM  = 8 << 20   // larger worksheets are unpacked to disk
	maxUnzipped = 1 << 30   // a workbook that unpacks to more is a bomb

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
	head := make([]byte, detectBytes)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		_ = f.Close()
		return nil, err
	}
	if bytes.HasPrefix(head[:n], []byte("PK\x03\x04")) {
		_ = f.Close()
		return openXLSX(path)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		_ = f.Close()
		return nil, err
	}
	return openCSV(f, head[:n])
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
		return cells, nil
	}
	return &Sheet{next: next, close: func() error { return errors.Join(rows.Close(), book.Close()) }}, nil
}

func openCSV(f *os.File, head []byte) (*Sheet, error) {
	if bytes.IndexByte(head, 0) >= 0 {
		_ = f.Close()
		return nil, ErrUnreadable
	}
	var in io.Reader = bufio.NewReaderSize(f, 64<<10)
	if !validPrefix(head) {
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

// validPrefix reports whether b is UTF-8, not counting a character cut off at its end.
func validPrefix(b []byte) bool {
	for cut := 0; cut < utf8.UTFMax && cut <= len(b); cut++ {
		if utf8.Valid(b[:len(b)-cut]) {
			return true
		}
	}
	return false
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

// Clean trims a cell, full-width spaces too.
func Clean(cell string) string { return strings.Trim(cell, " \t\r\n\u3000\u00a0") }

// Day reads a date as people and spreadsheets write it, with or without a time of day behind it.
func Day(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
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
