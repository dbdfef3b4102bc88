package apitest

import (
	"os"
	"sync"

	"github.com/salesgate/salesgate/internal/errs"
)

// Rounds is how often a race is run: few times, and 100 in the long tests.
func Rounds(few int) int {
	if os.Getenv("SALESGATE_LONG") != "" {
		return 100
	}
	return few
}

// Race runs fn n times at once and counts the errors by code; "" is success.
func Race(n int, fn func(i int) error) map[string]int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	start, codes := make(chan struct{}), map[string]int{}
	for i := range n {
		wg.Go(func() {
			<-start
			err := fn(i)
			code := ""
			if e, ok := errs.As(err); ok {
				code = e.Code
			} else if err != nil {
				code = err.Error()
			}
			mu.Lock()
			codes[code]++
			mu.Unlock()
		})
	}
	close(start)
	wg.Wait()
	return codes
}
