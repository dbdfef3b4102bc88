package devpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// initCluster makes an empty cluster in the folder. Sorting is bytewise (C), so that an index is worth the same on every
// machine; characters are UTF-8, or trigram search would not see Chinese letters.
func initCluster(ctx context.Context, bin tools, h *home) error {
	var out []byte
	var err error
	for _, ctype := range []string{"C.UTF-8", "en_US.UTF-8", "UTF-8"} { // the last is what macOS calls it
		if err = os.RemoveAll(h.path("data")); err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, bin.path("initdb"), "-D", h.path("data"), "-U", role, "--auth=peer",
			"--encoding=UTF8", "--locale=C", "--lc-ctype="+ctype, "--no-sync")
		cmd.Dir, cmd.Env = "/", environment()
		cmd.SysProcAttr = detached(h.credential())
		if out, err = cmd.CombinedOutput(); err == nil {
			return nil
		}
		if !bytes.Contains(out, []byte("invalid locale name")) {
			break
		}
	}
	return fmt.Errorf("initdb: %w\n%s", err, out)
}

// writeAccess lets in whoever runs salesgate, and nobody else. Written at each start: root may take over a cluster
// that an ordinary user made.
func (h *home) writeAccess() error {
	ident := fmt.Sprintf("salesgate %q %s\n", userName(os.Getuid()), role)
	if err := h.writeFile("data/pg_ident.conf", ident); err != nil {
		return err
	}
	return h.writeFile("data/pg_hba.conf", "local all all peer map=salesgate\n")
}

// stopOrphan ends a server that still runs in this folder. The caller holds the lock, so no living salesgate owns it.
func stopOrphan(h *home) error {
	pid, socket := h.postmaster()
	if pid == 0 {
		return nil
	}
	if socket != "" && socket != h.folder && strings.HasPrefix(filepath.Base(socket), socketPrefix) {
		defer os.RemoveAll(socket)
	}
	if !isPostmaster(pid, h.path("data")) {
		return nil // a leftover file; PostgreSQL itself clears it
	}
	for _, s := range []struct {
		sig  syscall.Signal
		wait time.Duration
	}{{syscall.SIGINT, fastStop}, {syscall.SIGQUIT, fastStop}} {
		if err := syscall.Kill(pid, s.sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the server left running as process %d: %w", pid, err)
		}
		for end := time.Now().Add(s.wait); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if !isPostmaster(pid, h.path("data")) {
				return nil
			}
		}
	}
	return fmt.Errorf("the server left running as process %d doesn't stop", pid)
}

// postmaster reads the process id and the socket folder from the file that a running (or killed) server leaves.
func (h *home) postmaster() (pid int, socket string) {
	b, err := os.ReadFile(h.path("data/postmaster.pid"))
	if err != nil {
		return 0, ""
	}
	lines := strings.Split(string(b), "\n")
	pid, _ = strconv.Atoi(strings.TrimSpace(lines[0]))
	if len(lines) > 4 {
		socket = lines[4]
	}
	return pid, socket
}

// isPostmaster tells a living server of this cluster from a stranger that got the same process id.
func isPostmaster(pid int, data string) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if errors.Is(err, exec.ErrNotFound) { // no ps in a minimal image
		out, err = os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		out = bytes.ReplaceAll(out, []byte{0}, []byte{' '})
	}
	return err == nil && bytes.Contains(out, []byte("postgres")) && bytes.Contains(out, []byte(data))
}

// clusterVersion is the major version of the cluster in the folder, "" when there is none (or only half of one).
func (h *home) clusterVersion() string {
	if _, err := os.Stat(h.path("data/global/pg_control")); err != nil {
		return ""
	}
	b, err := os.ReadFile(h.path("data/PG_VERSION"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func (h *home) logTail() string {
	b, err := os.ReadFile(h.path("log"))
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}
