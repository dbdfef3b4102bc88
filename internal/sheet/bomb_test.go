package sheet_test

import (
	"archive/zip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/salesgate/salesgate/internal/sheet"
)

// packed is a workbook that anybody can open, with so many blanks at the end of a part of it, or in a part of its own.
func packed(t *testing.T, part string, size int) string {
	t.Helper()
	dir := t.TempDir()
	plain, path := filepath.Join(dir, "plain.xlsx"), filepath.Join(dir, "bomb.xlsx")
	book := excelize.NewFile()
	if err := errors.Join(book.SetCellValue(book.GetSheetName(0), "A1", "日期"), book.SaveAs(plain)); err != nil {
		t.Fatal(err)
	}
	in, err := zip.OpenReader(plain)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := zip.NewWriter(out)
	blanks, found := strings.Repeat(" ", size), false
	add := func(name string, texts ...io.Reader) {
		f, err := w.Create(name)
		if err == nil {
			_, err = io.Copy(f, io.MultiReader(texts...))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range in.File {
		text, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == part {
			add(f.Name, text, strings.NewReader(blanks))
			found = true
		} else {
			add(f.Name, text)
		}
	}
	if !found {
		add(part, strings.NewReader(blanks))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// A small file that unpacks to a huge one is refused before anything of it is unpacked; a workbook of many rows isn't.
func TestAZipBombIsRefusedUnopened(t *testing.T) {
	t.Parallel()
	for part, size := range map[string]int{
		"xl/media/image1.png": 17 << 20, "xl/styles.xml": 17 << 20, "docProps/core.xml": 17 << 20, "xl/worksheets/sheet1.xml": 65 << 20, "xl/sharedStrings.xml": 65 << 20,
	} {
		path := packed(t, part, size)
		_, err := sheet.Open(path)
		if !errors.Is(err, sheet.ErrUnreadable) {
			t.Errorf("%s of %d MiB: %v", part, size>>20, err)
		}
	}
	book := excelize.NewFile()
	rows, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	const n = 5000
	for i := range n {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = rows.SetRow(cell, []any{"同一个客户同一个客户同一个客户", "100.00", "2026-11-20", "货款", "", "", "", ""})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "rows.xlsx")
	if err := errors.Join(rows.Flush(), book.SaveAs(path)); err != nil {
		t.Fatal(err)
	}
	s, err := sheet.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	read := 0
	for ; ; read++ {
		if _, err := s.Next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if read != n {
		t.Errorf("%d rows", read)
	}
}
