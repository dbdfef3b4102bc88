package devpg

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	role         = "salesgate" // superuser of the cluster and name of its database
	startTimeout = 90 * time.Second
	fastStop     = 30 * time.Second // then the server is told to stop at once, without a checkpoint
)

// Options say where the cluster lives and how careful it is with its data.
type Options struct {
	// Dir holds the cluster in its subfolder "postgres", and survives Stop. Empty: a temporary folder that Stop removes, in memory where there is room.
	Dir string
	// Durable keeps every committed transaction through a crash. Without it the server neither syncs nor vacuums:
	// for tests.
	Durable bool
	// Settings are further server parameters, e.g. {"shared_buffers": "1GB"}.
	Settings map[string]string
	// Log is told what takes long, e.g. that PostgreSQL is being installed. May be nil.
	Log func(format string, args ...any)
}

// Server is a running PostgreSQL that belongs to this process.
type Server struct {
	home  *home
	cmd   *exec.Cmd
	done  chan struct{} // closed when the process is gone
	stop  sync.Once
	err   error
	tools tools
}

// Start finds or installs PostgreSQL, makes the cluster if there is none, starts it and waits until it answers. The
// database "salesgate" exists afterwards. Fails when another living salesgate uses the same Dir.
func Start(ctx context.Context, opts Options) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute) // an installation may be part of it
	defer cancel()
	if opts.Log == nil {
		opts.Log = func(string, ...any) {}
	}
	h, err := openHome(opts.Dir)
	if err != nil {
		return nil, err
	}
	s, err := start(ctx, h, opts)
	if err != nil {
		h.close()
		return nil, fmt.Errorf("private PostgreSQL: %w", err)
	}
	return s, nil
}

func start(ctx context.Context, h *home, opts Options) (*Server, error) {
	if err := stopOrphan(h); err != nil {
		return nil, err
	}
	bin, err := findTools(ctx, h.clusterVersion(), opts.Log)
	if err != nil {
		return nil, err
	}
	// The package brings the user `postgres`, so the place is settled only now.
	if err := h.settle(); err != nil {
		return nil, err
	}
	if h.clusterVersion() == "" {
		if err := initCluster(ctx, bin, h); err != nil {
			return nil, err
		}
	}
	if err := h.writeAccess(); err != nil {
		return nil, err
	}
	s := &Server{home: h, tools: bin, done: make(chan struct{})}
	if err := s.launch(opts); err != nil {
		return nil, err
	}
	if err := s.waitReady(ctx); err != nil {
		_ = s.Stop()
		return nil, err
	}
	return s, nil
}

// URL is the address of the database, for pgx and for libpq's tools alike. It works for the user who started it.
func (s *Server) URL() string { return s.address(role) }

func (s *Server) address(database string) string {
	q := "host=" + strings.ReplaceAll(url.QueryEscape(s.home.socket), "+", "%20") // libpq doesn't read + as a space
	return "postgres://" + role + "@/" + database + "?" + q
}

// Tool is the path of one of the server's own programs, such as pg_dump or pgbench, in the server's version.
func (s *Server) Tool(name string) string { return filepath.Join(s.tools.dir, name) }

// PID is the process id of the postmaster.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Done is closed when the server process has ended, whoever ended it.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop disconnects all clients, writes a checkpoint and ends the server; a temporary cluster is removed. Safe to call
// more than once.
func (s *Server) Stop() error {
	s.stop.Do(func() {
		s.err = s.shutdown()
		s.home.close()
	})
	return s.err
}

func (s *Server) shutdown() error {
	_ = s.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-s.done:
		return nil
	case <-time.After(fastStop):
	}
	_ = s.cmd.Process.Signal(syscall.SIGQUIT)
	select {
	case <-s.done:
		return errors.New("private PostgreSQL: took too long to stop; it recovers at the next start")
	case <-time.After(fastStop):
		return fmt.Errorf("private PostgreSQL: process %d doesn't stop", s.PID())
	}
}

func (s *Server) launch(opts Options) error {
	log, err := os.OpenFile(s.home.path("log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	if os.Getuid() == 0 { // so that the owner of the cluster can run it without root again
		if err := log.Chown(s.home.uid, s.home.gid); err != nil {
			return err
		}
	}
	args := []string{"-D", s.home.path("data"), "-k", s.home.socket}
	params := settings(opts)
	for _, name := range slices.Sorted(maps.Keys(params)) {
		args = append(args, "-c", name+"="+params[name])
	}
	s.cmd = exec.Command(s.tools.path("postgres"), args...)
	s.cmd.Dir, s.cmd.Env = "/", environment()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = detached(s.home.credential())
	started := make(chan error)
	go run(s.cmd, started, s.done)
	return <-started
}

func settings(opts Options) map[string]string {
	all := map[string]string{"listen_addresses": "", "max_connections": "200", "shared_buffers": "256MB", "timezone": "UTC"}
	if !opts.Durable {
		maps.Copy(all, map[string]string{
			"max_connections": "500", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
			"wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off", "max_wal_size": "4GB", "checkpoint_timeout": "1h",
		})
	}
	maps.Copy(all, opts.Settings)
	return all
}

// waitReady connects until the server lets it in, and makes the database.
func (s *Server) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout) // recovery after a crash may take a while
	defer cancel()
	for {
		err := s.createDatabase(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.done:
			return fmt.Errorf("server ended at once:\n%s", s.home.logTail())
		case <-ctx.Done():
			return fmt.Errorf("server doesn't answer (%w):\n%s", err, s.home.logTail())
		case <-time.After(30 * time.Millisecond):
		}
	}
}

func (s *Server) createDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.address("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var there bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", role).Scan(&there)
	if err != nil || there {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+role)
	return err
}
