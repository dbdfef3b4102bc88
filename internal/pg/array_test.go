package pg

import (
	"slices"
	"sync"
	"testing"
)

// TestRaceTextArray is a fault that could stop a server: requests wrote at once to one memory of how an array is written.
func TestRaceTextArray(t *testing.T) {
	t.Parallel()
	want := TextArray{"a", `quo"te`, `back\slash`, "逗,号", "{}", "NULL", ""}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				text, err := want.Value()
				if err != nil {
					t.Error(err)
					return
				}
				var got TextArray
				if err := got.Scan(text); err != nil || !slices.Equal(got, want) {
					t.Errorf("%q came back as %q: %v", text, got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}
