package demo

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"regexp"
	"time"
)

//go:embed data
var files embed.FS

// base is the day that the dates in the files are as of.
var base = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// content returns a file, as it is.
func content(name string) ([]byte, error) { return files.ReadFile("data/" + name) }

var isoDate = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}\b`)

// moved returns a UTF-8 file with its dates moved from base to today.
func moved(name string, today time.Time) ([]byte, error) {
	b, err := content(name)
	if err != nil {
		return nil, err
	}
	days := int(today.Sub(base) / (24 * time.Hour))
	return isoDate.ReplaceAllFunc(b, func(text []byte) []byte {
		d, err := time.Parse(time.DateOnly, string(text))
		if err != nil {
			return text
		}
		return []byte(d.AddDate(0, 0, days).Format(time.DateOnly))
	}), nil
}

// rows returns the rows of a CSV file below its header, each with the number of columns given.
func rows(name string, columns int) ([][]string, error) {
	b, err := content(name)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = columns
	all, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("demo: %s: %w", name, err)
	}
	return all[1:], nil
}
