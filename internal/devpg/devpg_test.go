package devpg

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// begin starts a server on dir and returns a connection to it; both end with the test.
func begin(t *testing.T, dir string) (*Server, *pgx.Conn) {
	t.Helper()
	s, err := Start(t.Context(), Options{Dir: dir, Durable: dir != "", Log: t.Logf, Settings: map[string]string{"shared_buffers": "16MB"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	conn, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return s, conn
}

func exec1(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, conn *pgx.Conn) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM kept").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// folder is a data folder; t.TempDir's has mode 0700 above it, so root's server user can't reach it.
func folder(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts servers; -short leaves it out")
	}
	dir := filepath.Join(t.TempDir(), "clone with space", "data")
	t.Cleanup(func() { // what was put elsewhere for root
		if real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil {
			_ = os.RemoveAll(real)
		}
	})
	return dir
}

func TestStart_KeepsDataFromRunToRun(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s, conn := begin(t, dir)
	exec1(t, conn, "CREATE TABLE kept AS SELECT 1")
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatalf("second Stop: %v", err)
	}
	_, conn = begin(t, dir)
	if n := count(t, conn); n != 1 {
		t.Fatalf("%d rows, want 1", n)
	}
}

func TestStart_RefusesASecondOwnerAndServesItsNeighbour(t *testing.T) {
	t.Parallel()
	dir, other := folder(t), folder(t)
	begin(t, dir)
	if _, err := Start(t.Context(), Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "another salesgate is running") {
		t.Fatalf("second server on the same folder: %v", err)
	}
	begin(t, other)
}

func TestStart_AfterTheServerWasKilled(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s, conn := begin(t, dir)
	exec1(t, conn, "CREATE TABLE kept AS SELECT 1")
	if err := syscall.Kill(s.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
	s.home.close() // as the kernel does for a dead process
	_, conn = begin(t, dir)
	if n := count(t, conn); n != 1 {
		t.Fatalf("%d rows, want 1", n)
	}
}

// A salesgate that died without a word leaves a server behind where the kernel doesn't stop it.
func TestStart_StopsAServerLeftRunning(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s, conn := begin(t, dir)
	exec1(t, conn, "CREATE TABLE kept AS SELECT 1")
	s.home.close()
	_, conn = begin(t, dir)
	select {
	case <-s.Done():
	case <-time.After(5 * time.Second):
		t.Fatal("the old server still runs")
	}
	if n := count(t, conn); n != 1 {
		t.Fatalf("%d rows, want 1", n)
	}
}

// A process id in a leftover file may have gone to somebody else by now.
func TestIsPostmaster_NotAStranger(t *testing.T) {
	t.Parallel()
	stranger := exec.Command("sleep", "60")
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stranger.Process.Kill(); _ = stranger.Wait() }()
	if isPostmaster(stranger.Process.Pid, t.TempDir()) {
		t.Fatal("took a stranger for our server")
	}
}

func TestTemporaryClusterIsRemoved(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts servers; -short leaves it out")
	}
	s, _ := begin(t, "")
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.home.folder); !os.IsNotExist(err) {
		t.Fatalf("%s is still there (%v)", s.home.folder, err)
	}
}

func TestOtherUsersStayOutside(t *testing.T) {
	t.Parallel()
	if testing.Short() || os.Getuid() != 0 {
		t.Skip("needs root to be another user")
	}
	s, _ := begin(t, "")
	for _, uid := range []int{s.home.uid, 65534} { // the server's own user, and nobody
		psql := exec.Command(s.Tool("psql"), s.URL(), "-c", "SELECT 1")
		psql.Dir = "/"
		psql.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
		if out, err := psql.CombinedOutput(); err == nil {
			t.Errorf("user %d got in: %s", uid, out)
		}
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	found := []tools{{dir: "a", major: 17}, {dir: "b", major: 15}}
	for _, c := range []struct {
		version, dir string
		ok           bool
	}{{"", "a", true}, {"15", "b", true}, {"17", "a", true}, {"16", "", false}} {
		if got, ok := choose(found, c.version); ok != c.ok || got.dir != c.dir {
			t.Errorf("choose(%q) = %q, %t", c.version, got.dir, ok)
		}
	}
}
