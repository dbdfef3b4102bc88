package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const faultPassword = "a long enough phrase"

// TestFault_KillNine kills server and database by turns under load and starts them again. Workers repeat a request with
// its key until it is answered. In the end every acknowledged write is there, once, under the id that was acknowledged.
// make fault runs twenty rounds.
func TestFault_KillNine(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers; -short leaves it out")
	}
	rounds := 2
	if os.Getenv("SALESGATE_LONG") != "" {
		rounds = 20
	}
	f := newFault(t)
	f.start()
	f.login()
	var workers sync.WaitGroup
	done := make(chan struct{})
	for w := range 4 {
		workers.Go(func() { f.work(w, done) })
	}
	for round := range rounds {
		time.Sleep(time.Duration(400+100*(round%5)) * time.Millisecond)
		if round%2 == 0 {
			_ = f.server.Process.Kill()
		} else {
			_ = syscall.Kill(f.postmaster(), syscall.SIGKILL)
		}
		_ = f.server.Wait() // the server ends by itself when its database is gone
		f.start()
	}
	time.Sleep(300 * time.Millisecond)
	close(done)
	workers.Wait()
	f.compare(rounds)
	_ = f.server.Process.Signal(syscall.SIGTERM)
	if err := f.server.Wait(); err != nil {
		t.Errorf("the server didn't stop cleanly: %v", err)
	}
	if out, err := f.command("verify").CombinedOutput(); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
}

// fault is a server that is killed, and what its clients know.
type fault struct {
	t                       *testing.T
	binary, data, url, addr string
	server                  *exec.Cmd
	token                   string

	mu    sync.Mutex
	acked map[string]string // name of the customer → id
}

func newFault(t *testing.T) *fault {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fault{t: t, data: dataFolder(t), addr: ln.Addr().String(), acked: map[string]string{}}
	ln.Close()
	f.url, f.binary = "http://"+f.addr, filepath.Join(t.TempDir(), "salesgate")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", f.binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	create := f.command("user", "create", "fault.rep", "--role", "sales_rep", "--password-stdin")
	create.Stdin = strings.NewReader(faultPassword + "\n")
	if out, err := create.CombinedOutput(); err != nil {
		t.Fatalf("create user: %v\n%s", err, out)
	}
	return f
}

func (f *fault) command(args ...string) *exec.Cmd {
	cmd := exec.Command(f.binary, append(args, "--data", f.data)...)
	cmd.Env = append(os.Environ(), "SALESGATE_DATABASE_URL=")
	return cmd
}

func (f *fault) start() {
	f.t.Helper()
	var log output
	f.server = f.command("serve", "--addr", f.addr)
	f.server.Stderr = &log
	if err := f.server.Start(); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = f.server.Process.Kill() })
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if res, err := http.Get(f.url + "/readyz"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
	}
	f.t.Fatalf("the server isn't ready again after a minute\n%s", log.String())
}

func (f *fault) postmaster() int {
	b, err := os.ReadFile(filepath.Join(f.data, "postgres", "data", "postmaster.pid"))
	if err != nil {
		f.t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil || pid < 2 {
		f.t.Fatalf("postmaster.pid says %q", line)
	}
	return pid
}

// login logs in and replaces the first password, which the command line has made known to two people.
func (f *fault) login() {
	f.t.Helper()
	for _, step := range []struct {
		path string
		body map[string]any
	}{
		{"/v1/auth/login", map[string]any{"username": "fault.rep", "password": faultPassword}},
		{"/v1/me/password", map[string]any{"old_password": faultPassword, "new_password": faultPassword + " two"}},
	} {
		status, body := f.post(step.path, "", step.body)
		f.token, _ = body["access_token"].(string)
		if status != http.StatusOK || f.token == "" {
			f.t.Fatalf("%s: %d %v", step.path, status, body)
		}
	}
}

// work registers customers one after the other until done, each until it is acknowledged.
func (f *fault) work(worker int, done <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-done:
			return
		default:
		}
		name := fmt.Sprintf("Fault %d-%d Ltd", worker, n)
		id := f.register(name, fmt.Sprintf("139%02d%06d", worker, n))
		f.mu.Lock()
		f.acked[name] = id
		f.mu.Unlock()
	}
}

// register repeats the request with the same key until it is answered for good, and then once more.
func (f *fault) register(name, phone string) string {
	request := map[string]any{"name": name, "status": "active", "contacts": []any{
		map[string]any{"name": "Example", "position": "buyer", "phone": phone},
	}}
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); {
		status, body := f.post("/v1/customers", name, request)
		switch {
		case status == http.StatusCreated:
			return fmt.Sprint(body["id"])
		case status == 0 || status >= 500 || body["code"] == "idempotency.in_flight":
			time.Sleep(20 * time.Millisecond) // dead, dying or just back: the key makes repeating safe
		default:
			f.t.Errorf("%s: %d %v", name, status, body)
			return ""
		}
	}
	f.t.Errorf("%s: no answer in two minutes", name)
	return ""
}

// post returns status 0 when there was no answer.
func (f *fault) post(path, key string, request any) (int, map[string]any) {
	b, err := json.Marshal(request)
	if err != nil {
		f.t.Error(err)
	}
	return f.do(http.MethodPost, path, key, bytes.NewReader(b))
}

func (f *fault) do(method, path, key string, request io.Reader) (int, map[string]any) {
	req, err := http.NewRequest(method, f.url+path, request)
	if err != nil {
		f.t.Error(err)
		return 0, nil
	}
	req.Header.Set("Content-Type", "application/json")
	if f.token != "" {
		req.Header.Set("Authorization", "Bearer "+f.token)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", strings.ReplaceAll(key, " ", "-"))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	var body map[string]any
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
		return 0, nil
	}
	return res.StatusCode, body
}

// compare reads all customers and holds them against what was acknowledged.
func (f *fault) compare(rounds int) {
	f.t.Helper()
	found := map[string]string{}
	for cursor := ""; ; {
		status, page := f.do(http.MethodGet, "/v1/customers?limit=200"+cursor, "", nil)
		if status != http.StatusOK {
			f.t.Fatalf("list: %d %v", status, page)
		}
		rows, _ := page["data"].([]any)
		for _, row := range rows {
			c, _ := row.(map[string]any)
			name, id := fmt.Sprint(c["name"]), fmt.Sprint(c["id"])
			if found[name] != "" {
				f.t.Errorf("%s is there twice", name)
			}
			found[name] = id
		}
		next, more := page["next_cursor"].(string)
		if !more || next == "" {
			break
		}
		cursor = "&cursor=" + next
	}
	for name, id := range f.acked {
		if found[name] != id {
			f.t.Errorf("%s was acknowledged as %s, and is %q", name, id, found[name])
		}
	}
	if len(found) != len(f.acked) {
		f.t.Errorf("%d customers are there, %d were acknowledged", len(found), len(f.acked))
	}
	f.t.Logf("%d rounds of kill -9, %d writes acknowledged, all there once", rounds, len(found))
}
