package sheet_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/salesgate/salesgate/internal/sheet"
)

// last reads a file and returns its last row.
func last(t *testing.T, name string, content []byte) ([]string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := sheet.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var row []string
	for {
		cells, err := in.Next()
		if errors.Is(err, io.EOF) {
			return row, nil
		}
		if err != nil {
			return nil, err
		}
		row = append(row[:0], cells...)
	}
}

// The first name in Chinese may stand far behind headers and rows in ASCII: the encoding is that of the whole file.
func TestTheEncodingIsThatOfTheWholeFile(t *testing.T) {
	t.Parallel()
	const rows = 40_000
	ascii := "date,credit,payer\n" + strings.Repeat("2026-11-20,1.00,ACME\n", rows)
	for cut := range 4 { // wherever a character is cut by a buffer's end
		text := strings.Repeat("x", cut) + ascii + "2026-11-20,1.00,云岭示例\n"
		gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		many := strings.Repeat("y", cut) + strings.Repeat("云", 100_000) + "\na,b,云岭示例\n"
		for name, content := range map[string][]byte{"GB18030": gb, "UTF-8": []byte(text), "BOM": []byte("\ufeff" + text), "Chinese": []byte(many)} {
			if row, err := last(t, "a.csv", content); err != nil || len(row) != 3 || row[2] != "云岭示例" {
				t.Errorf("%s, %d: %q %v", name, cut, row, err)
			}
		}
	}
	if _, err := last(t, "a.csv", []byte(ascii+"2026-11-20,1.00,a\x00b\n")); !errors.Is(err, sheet.ErrUnreadable) {
		t.Errorf("U+0000 at the end: %v", err)
	}
}

// Excel stores fractions with 17 digits: 1234.56 as 1234.5599999999999. A bank's number that is as long is left alone.
func TestFractionsAreReadAsTheyAreShown(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	defer book.Close()
	row := []any{1234.5599999999999, 8.1199999999999992, "1234.5599999999999", 0.1 + 0.2, "6222021234567890123", "1.2.3", 46346.5, 100}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := errors.Join(book.SetSheetRow("Sheet1", "A1", &row), book.SaveAs(path)); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := last(t, "b.xlsx", content)
	if want := "1234.56|8.12|1234.56|0.3|6222021234567890123|1.2.3|46346.5|100"; err != nil || strings.Join(got, "|") != want {
		t.Errorf("%q %v", got, err)
	}
}

// What people type as a number, and what may be another one than it seems.
func TestNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1234.5": "1234.5", "1,234,567.89": "1234567.89", "１，２３４．５０": "1234.50", "¥12": "12", "12 元": "12", "CNY 1,000": "1000", "-3": "-3", "+3": "3", ".5": "0.5", "5.": "5",
		"\u200b7\u202c": "7",
		"1,5":           "", "1234,56": "", "1,2345.00": "", ",123": "", "1 000": "", "1e3": "", "5-5": "", "1.2.3": "", "": "", "NaN": "", "0x10": "", "٣": "", "(5)": "",
	} {
		d, ok := sheet.Number(text)
		if ok != (want != "") || ok && d.String() != want {
			t.Errorf("%q: %s %t", text, d, ok)
		}
	}
}

// Days are read whatever the digits' width, and with characters that can't be seen.
func TestDays(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for _, text := range []string{"2026-11-20", "２０２６-１１-２０", "\u200e2026/11/20\u200e", "2026年11月20日", "46346", "46346.5", "20261120 101112", "2026-11-20T10:11:12+08:00"} {
		if d, ok := sheet.Day(text); !ok || !d.Equal(want) {
			t.Errorf("%q: %s %t", text, d, ok)
		}
	}
	if got := sheet.Clean("\ufeff\u3000云岭\u202e示例\x00\u200b "); got != "云岭示例" {
		t.Errorf("%q", got)
	}
}
