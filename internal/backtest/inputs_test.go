package backtest_test

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/shipping"
)

var write = flag.Bool("write", false, "add new names to testdata/inputs.txt")

// names returns the JSON path of each field that a type stores.
func names(t reflect.Type, path string) []string {
	marshals := reflect.TypeFor[json.Marshaler]()
	switch {
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice && !t.Implements(marshals):
		return names(t.Elem(), path)
	case t.Kind() != reflect.Struct || t.Implements(marshals) || reflect.PointerTo(t).Implements(marshals):
		return []string{path}
	}
	var all []string
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		all = append(all, names(f.Type, path+"."+name)...)
	}
	return all
}

// Gates store what they judged by, and a backtest reads it years later: a field that is renamed or dropped would be read as nothing, and
// cases of the past would be judged wrongly without anybody noticing. Names are added (go test -run StoredInputs -write), never removed.
func TestStoredInputsKeepTheirNames(t *testing.T) {
	t.Parallel()
	const golden = "testdata/inputs.txt"
	now := append(names(reflect.TypeFor[shipping.Basis](), "shipping"), names(reflect.TypeFor[pricing.Basis](), "pricing")...)
	if *write {
		if err := os.WriteFile(golden, []byte(strings.Join(now, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	kept := strings.Fields(string(b))
	for _, n := range kept {
		if !slices.Contains(now, n) {
			t.Errorf("%s was stored, and isn't read any more", n)
		}
	}
	for _, n := range now {
		if !slices.Contains(kept, n) {
			t.Errorf("%s is new: add it with -write", n)
		}
	}
}
