package devpg

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

const (
	temporaryPrefix = "salesgate-pg-"
	socketPrefix    = "salesgate-socket-"
	maxSocketPath   = 80 // sun_path has 104 bytes on macOS, 108 on Linux, and the file's own name comes on top
	lockWait        = 3 * time.Second
	elsewhere       = "/var/lib/salesgate"

	inMemory   = "/dev/shm" // Linux: a file system in memory
	memoryRoom = 8 << 30    // bytes that must be free there; test databases are many small files, three times as fast there as on a disk
)

// home is the cluster's folder, the user who owns it, and where its socket is.
type home struct {
	dir       string // Options.Dir, "" for a temporary cluster
	folder    string // holds data/, log, and the socket if its path is short
	socket    string
	lock      *os.File
	uid, gid  int
	temporary []string // removed by close
}

func (h *home) path(rel string) string { return filepath.Join(h.folder, rel) }

// openHome locks dir and finds the cluster in it, if there is one.
func openHome(dir string) (*home, error) {
	h := &home{}
	if dir == "" {
		return h, nil
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the server's user must pass
		return nil, err
	}
	h.dir = dir
	h.lock, err = os.OpenFile(filepath.Join(dir, ".postgres.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrPermission) {
		return nil, fmt.Errorf("%w: the data folder belongs to another user; run as that user, or choose another folder", err)
	}
	if err != nil {
		return nil, err
	}
	// A predecessor that was just told to stop gets a moment.
	for end := time.Now().Add(lockWait); ; time.Sleep(50 * time.Millisecond) {
		if err = syscall.Flock(int(h.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil || time.Now().After(end) {
			break
		}
	}
	if err != nil {
		h.lock.Close()
		return nil, fmt.Errorf("another salesgate is running on %s: stop it first, or choose another data folder", dir)
	}
	h.folder = filepath.Join(dir, "postgres")
	if real, err := filepath.EvalSymlinks(h.folder); err == nil {
		h.folder = real
	}
	return h, nil
}

// settle chooses the user, makes the folder for him in a place that he can reach, and a place for the socket.
func (h *home) settle() error {
	if err := h.chooseUser(); err != nil {
		return err
	}
	var err error
	if h.dir == "" {
		err = h.settleTemporary()
	} else {
		err = h.settleIn()
	}
	if err != nil {
		return err
	}
	return h.chooseSocket()
}

func (h *home) settleIn() error {
	if h.usable(h.folder) {
		return nil
	}
	if os.Getuid() != 0 {
		return fmt.Errorf("%s isn't writable for %s; was it made by another user?", h.folder, userName(os.Getuid()))
	}
	if h.clusterVersion() != "" {
		return fmt.Errorf("user %s can't reach the cluster in %s any more", userName(h.uid), h.folder)
	}
	if err := os.MkdirAll(elsewhere, 0o755); err != nil { //nolint:gosec // the server's user must pass
		return err
	}
	folder, err := os.MkdirTemp(elsewhere, filepath.Base(filepath.Dir(h.dir))+"-")
	if err != nil {
		return err
	}
	if !h.usable(folder) {
		return fmt.Errorf("user %s can't write to %s", userName(h.uid), folder)
	}
	link := filepath.Join(h.dir, "postgres")
	if err := errors.Join(os.RemoveAll(link), os.Symlink(folder, link)); err != nil {
		return err
	}
	h.folder = folder
	return nil
}

func (h *home) settleTemporary() error {
	bases := []string{os.TempDir(), "/tmp", "/var/tmp"} // TMPDIR may be closed to other users
	if room(inMemory) >= memoryRoom {
		bases = append([]string{inMemory}, bases...)
	}
	var err error
	for _, base := range bases {
		if h.folder, err = os.MkdirTemp(base, temporaryPrefix); err != nil {
			continue
		}
		if h.usable(h.folder) {
			h.temporary = append(h.temporary, h.folder)
			sweep(base)
			return h.lockFolder()
		}
		_ = os.RemoveAll(h.folder)
	}
	return fmt.Errorf("no temporary folder that user %s can write to (%w)", userName(h.uid), err)
}

// room is how many bytes are free in a folder; 0 when there is no such folder.
func room(folder string) uint64 {
	var st syscall.Statfs_t
	if syscall.Statfs(folder, &st) != nil {
		return 0
	}
	return st.Bavail * uint64(st.Bsize)
}

// lockFolder marks a temporary cluster as in use for as long as this process lives.
func (h *home) lockFolder() error {
	var err error
	if h.lock, err = os.Open(h.folder); err != nil {
		return err
	}
	return syscall.Flock(int(h.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// sweep removes the temporary clusters of processes that were killed. Young ones are spared: their owner may not have
// come to lock them.
func sweep(base string) {
	folders, _ := filepath.Glob(filepath.Join(base, temporaryPrefix+"*"))
	for _, folder := range folders {
		info, err := os.Lstat(folder)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		left := &home{folder: folder}
		if left.lockFolder() == nil && stopOrphan(left) == nil {
			_ = os.RemoveAll(folder)
		}
		left.close()
	}
}

// usable makes the folder, hands it to the user and tries whether he can write there.
func (h *home) usable(folder string) bool {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return false
	}
	if os.Getuid() == 0 {
		if err := os.Chown(folder, h.uid, h.gid); err != nil {
			return false
		}
	}
	cmd := exec.Command("/bin/sh", "-c", `cd "$0" && : >.probe && rm .probe`, folder)
	cmd.Dir, cmd.Env = "/", environment()
	cmd.SysProcAttr = detached(h.credential())
	return cmd.Run() == nil
}

func (h *home) chooseSocket() error {
	h.socket = h.folder
	if len(h.socket) <= maxSocketPath {
		return nil
	}
	dir, err := os.MkdirTemp("/tmp", socketPrefix) // mode 0700
	if err != nil {
		return err
	}
	h.socket = dir
	h.temporary = append(h.temporary, dir)
	if os.Getuid() == 0 {
		return os.Chown(dir, h.uid, h.gid)
	}
	return nil
}

// chooseUser settles who runs the server: oneself, or for root the owner of the cluster, postgres or nobody.
func (h *home) chooseUser() error {
	h.uid, h.gid = os.Getuid(), os.Getgid()
	if h.uid != 0 {
		return nil
	}
	if info, err := os.Stat(h.path("data")); err == nil && h.folder != "" {
		if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
			h.uid, h.gid = int(st.Uid), int(st.Gid)
			return nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errU := strconv.Atoi(u.Uid)
		gid, errG := strconv.Atoi(u.Gid)
		if errU == nil && errG == nil && uid > 0 {
			h.uid, h.gid = uid, gid
			return nil
		}
	}
	return errors.New("PostgreSQL doesn't run as root, and there is neither a user postgres nor nobody to run it as")
}

// credential is what a child process runs as; nil when that is oneself.
func (h *home) credential() *syscall.Credential {
	if os.Getuid() != 0 || h.uid == 0 {
		return nil
	}
	return &syscall.Credential{Uid: uint32(h.uid), Gid: uint32(h.gid)}
}

// writeFile writes a file of the cluster that the server's user can read.
func (h *home) writeFile(rel, text string) error {
	if err := os.WriteFile(h.path(rel), []byte(text), 0o600); err != nil {
		return err
	}
	if os.Getuid() == 0 {
		return os.Chown(h.path(rel), h.uid, h.gid)
	}
	return nil
}

func (h *home) close() {
	for _, dir := range h.temporary {
		_ = os.RemoveAll(dir)
	}
	if h.lock != nil {
		_ = syscall.Flock(int(h.lock.Fd()), syscall.LOCK_UN) // a child that is just being forked may hold a copy
		_ = h.lock.Close()
	}
}

func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}
