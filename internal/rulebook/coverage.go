//go:build ignore

// Coverage tells which rules of the catalogue have code and a test.
//
// A rule is enforced when its id (CRD-11) stands in a .go or .sql file that is neither a test nor generated, and tested
// when the id, or CRD11, stands in the name of a test or subtest.
//
//	go run internal/rulebook/coverage.go            lists per area what is missing
//	go run internal/rulebook/coverage.go FILE       fails when one of the rules that FILE claims lacks code or test,
//	                                                and on an id that isn't in the catalogue
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/salesgate/salesgate/internal/rulebook"
)

var (
	id       = regexp.MustCompile(`\b[A-Z]{3}-[0-9]{2}\b`)
	testName = regexp.MustCompile(`func (?:Test|Fuzz|Benchmark|Example)\w*|t\.Run\("[^"]*"|name: *"[^"]*"|"[A-Z]{3}-[0-9]{2}[^"]*"`)
	flatID   = regexp.MustCompile(`([A-Z]{3})-?([0-9]{2})(?:[^0-9]|$)`)
)

func main() {
	code, tests, err := scan(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	unknown := report(code, tests)
	if len(os.Args) < 2 {
		return
	}
	claimed, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	failed := unknown > 0
	for _, rule := range id.FindAllString(string(claimed), -1) {
		if code[rule] == "" || tests[rule] == "" {
			failed = true
			fmt.Printf("%s is claimed in %s: code in %q, test in %q\n", rule, os.Args[1], code[rule], tests[rule])
		}
	}
	if failed {
		os.Exit(1)
	}
}

// report prints a line per area and returns how many ids of the code aren't in the catalogue.
func report(code, tests map[string]string) (unknown int) {
	known := map[string]bool{}
	var areas []string
	total, done := map[string]int{}, map[string]int{}
	missing := map[string][]string{}
	for _, r := range rulebook.Rules("") {
		a := r.Area()
		if known[r.ID] = true; total[a] == 0 {
			areas = append(areas, a)
		}
		total[a]++
		hasCode, hasTest := code[r.ID] != "", tests[r.ID] != ""
		switch {
		case hasCode && hasTest:
			done[a]++
		case hasCode:
			missing[a] = append(missing[a], r.ID+" (no test)")
		case hasTest:
			missing[a] = append(missing[a], r.ID+" (no code)")
		default:
			missing[a] = append(missing[a], r.ID)
		}
	}
	all, ready := 0, 0
	for _, a := range areas {
		all, ready = all+total[a], ready+done[a]
		fmt.Printf("%s %3d of %3d", a, done[a], total[a])
		if len(missing[a]) > 0 {
			fmt.Print("   missing: ", strings.Join(missing[a], " "))
		}
		fmt.Println()
	}
	for _, r := range sorted(code) {
		if !known[r] {
			unknown++
			fmt.Printf("%s: %s isn't in the catalogue\n", code[r], r)
		}
	}
	fmt.Printf("rules with code and test: %d of %d\n", ready, all)
	return unknown
}

// scan returns for each rule id the first file that enforces it and the first that tests it.
func scan(root string) (code, tests map[string]string, err error) {
	code, tests = map[string]string{}, map[string]string{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch name := d.Name(); {
			case name == "data", name == "bin", name == "node_modules", name != "." && strings.HasPrefix(name, "."):
				return filepath.SkipDir
			}
			return nil
		}
		return scanFile(path, code, tests)
	})
	return code, tests, err
}

func scanFile(path string, code, tests map[string]string) error {
	ext := filepath.Ext(path)
	if ext != ".go" && ext != ".sql" || strings.HasSuffix(path, ".gen.go") || filepath.Base(path) == "schema.sql" || filepath.Base(path) == "coverage.go" {
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !strings.HasSuffix(path, "_test.go") {
		for _, r := range id.FindAllString(string(b), -1) {
			if code[r] == "" {
				code[r] = path
			}
		}
		return nil
	}
	for _, name := range testName.FindAllString(string(b), -1) {
		for _, m := range flatID.FindAllStringSubmatch(name, -1) {
			tests[m[1]+"-"+m[2]] = path
		}
	}
	return nil
}

func sorted(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
