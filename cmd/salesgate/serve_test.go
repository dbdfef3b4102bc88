package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// output is a buffer that a server writes and a test reads.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// command runs the program in process and returns what it printed.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out output
	cmd := root()
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// dataFolder is a data folder for one test. Root's server user can't reach a test's folder, so the cluster lies elsewhere
// and is removed from there.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() {
		if real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil {
			_ = os.RemoveAll(real)
		}
	})
	return dir
}

var servesOn = regexp.MustCompile(`serves on (\S+),`)

// serve runs `salesgate serve` until stop is called, which waits for its end.
func serve(t *testing.T, data string) (url string, stop func()) {
	t.Helper()
	var out output
	ctx, cancel := context.WithCancel(t.Context())
	cmd := root()
	cmd.SetArgs([]string{"serve", "--addr", "127.0.0.1:0", "--data", data})
	cmd.SetErr(&out)
	ended := make(chan error, 1)
	go func() { ended <- cmd.ExecuteContext(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve ended with %v\n%s", err, out.String())
		}
	})
	t.Cleanup(stop)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if m := servesOn.FindStringSubmatch(out.String()); m != nil {
			return m[1], stop
		}
		if len(ended) > 0 {
			t.Fatalf("serve ended at once: %v\n%s", <-ended, out.String())
		}
	}
	t.Fatalf("serve doesn't serve\n%s", out.String())
	return "", nil
}

// What a new user does: start, look, stop, start again; and the commands beside it on the same data.
func TestServe_OnItsOwnDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server; -short leaves it out")
	}
	t.Setenv("SALESGATE_DATABASE_URL", "")
	data := dataFolder(t)
	for range 2 {
		url, stop := serve(t, data)
		for _, path := range []string{"/healthz", "/readyz", "/metrics", "/docs", "/openapi.yaml", "/openapi.json"} {
			res, err := http.Get(url + path)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", path, res.Status)
			}
		}
		if out, err := command(t, "migrate", "--data", data); err == nil {
			t.Errorf("a second program took the data folder of a living server: %s", out)
		}
		stop()
		if _, err := http.Get(url + "/healthz"); err == nil {
			t.Error("the server still answers after it was stopped")
		}
	}
	for _, c := range []struct{ args, want string }{
		{"migrate", "up to date"},
		{"user create first.admin", "Password: "},
		{"verify", "events sealed"},
	} {
		if out, err := command(t, append(strings.Fields(c.args), "--data", data)...); err != nil || !strings.Contains(out, c.want) {
			t.Errorf("%s: %v\n%s", c.args, err, out)
		}
	}
	if _, err := command(t, "user", "create", "first.admin", "--data", data); err == nil {
		t.Error("the same user name was given twice")
	}
}

func TestBase(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"[::]:8080": "http://localhost:8080", "0.0.0.0:80": "http://localhost:80", "127.0.0.1:9": "http://127.0.0.1:9",
		"[::1]:9": "http://[::1]:9",
	} {
		if got := base(addr); got != want {
			t.Errorf("base(%q) = %q, want %q", addr, got, want)
		}
	}
}
