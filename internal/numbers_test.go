package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Two kinds of documents with one series would both be called CA-202611-00007.
func TestNumberSeriesAreOneModules(t *testing.T) {
	t.Parallel()
	series := regexp.MustCompile(`(?:NextNumber\(tx, |NumberCTE\(|[sS]eries += )"([A-Z]+)"`)
	owner := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range series.FindAllStringSubmatch(string(b), -1) {
			module := filepath.Dir(path)
			if other, taken := owner[m[1]]; taken && other != module {
				t.Errorf("%s numbers documents of %s and of %s", m[1], other, module)
			}
			owner[m[1]] = module
		}
		return err
	})
	if err != nil || len(owner) < 20 {
		t.Errorf("%d series: %v", len(owner), err)
	}
}
