package devpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

const oldest = 15 // the first major version that has everything salesgate uses

// tools are the server programs of one installation.
type tools struct {
	dir   string
	major int
}

func (t tools) path(name string) string { return filepath.Join(t.dir, name) }

// findTools returns installed server programs, or installs some. version is that of an existing cluster, or "".
func findTools(ctx context.Context, version string, log func(string, ...any)) (tools, error) {
	found := installed()
	if t, ok := choose(found, version); ok {
		return t, nil
	}
	if version != "" && len(found) > 0 {
		return tools{}, fmt.Errorf("the cluster is of PostgreSQL %s, which isn't installed; install it, or remove the data folder", version)
	}
	if os.Getuid() == 0 && hasApt() {
		log("no PostgreSQL here: installing the package postgresql")
		if err := aptInstall(ctx); err != nil {
			return tools{}, err
		}
		if t, ok := choose(installed(), version); ok {
			return t, nil
		}
		return tools{}, errors.New("the package postgresql is installed, but brought no server of version 15 or later")
	}
	log("no PostgreSQL here: fetching a private copy")
	return fetch()
}

// choose takes the newest, or the one of the cluster's version.
func choose(found []tools, version string) (tools, bool) {
	for _, t := range found {
		if version == "" || strconv.Itoa(t.major) == version {
			return t, true
		}
	}
	return tools{}, false
}

// installed lists the installations of this machine, newest first.
func installed() []tools {
	var dirs []string
	if p, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql@*/bin", "/opt/homebrew/opt/postgresql/bin",
		"/usr/local/opt/postgresql@*/bin", "/usr/local/opt/postgresql/bin", "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
		filepath.Join(cacheDir(), "bin"),
	} {
		more, _ := filepath.Glob(pattern)
		dirs = append(dirs, more...)
	}
	var found []tools
	for _, dir := range dirs {
		if t, ok := inspect(dir); ok {
			found = append(found, t)
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].major > found[j].major })
	return found
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspect asks the folder's postgres for its version; ok is false when it is too old or initdb is missing.
func inspect(dir string) (t tools, ok bool) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return tools{}, false
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return tools{}, false
	}
	m := versionPattern.FindSubmatch(out)
	if m == nil {
		return tools{}, false
	}
	major, err := strconv.Atoi(string(m[1]))
	return tools{dir: dir, major: major}, err == nil && major >= oldest
}

func hasApt() bool {
	_, errGet := exec.LookPath("apt-get")
	_, errDeb := os.Stat("/etc/debian_version")
	return errGet == nil && errDeb == nil
}

// aptInstall installs the server without the system-wide cluster that the package would make and start.
func aptInstall(ctx context.Context) error {
	const conf = "/etc/postgresql-common/createcluster.d/salesgate.conf"
	if err := os.MkdirAll(filepath.Dir(conf), 0o755); err != nil { //nolint:gosec // the server's user must pass
		return err
	}
	if err := os.WriteFile(conf, []byte("create_main_cluster = false\n"), 0o644); err != nil { //nolint:gosec // read by the package's scripts
		return err
	}
	var out []byte
	var err error
	for _, args := range [][]string{
		{"update", "-q"},
		{"install", "-q", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", "postgresql"},
	} {
		cmd := exec.CommandContext(ctx, "apt-get", args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		out, err = cmd.CombinedOutput() // an update that fails in part is no reason to give up
	}
	if err != nil {
		return fmt.Errorf("apt-get install postgresql: %w\n%s", err, out[max(0, len(out)-1500):])
	}
	return nil
}

// cacheDir is where fetched binaries are kept. Root's own cache is closed to the user that the server runs as.
func cacheDir() string {
	if os.Getuid() == 0 {
		return filepath.Join(elsewhere, "binaries")
	}
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	return filepath.Join(base, "salesgate", "postgres")
}

// fetch lets the embedded-postgres module download a build. The module can't download without starting a server, so
// one is started beside; what counts is whether the programs are there afterwards (as root its start must fail).
// SALESGATE_POSTGRES_MIRROR names another Maven repository to take them from.
func fetch() (tools, error) {
	scratch, err := os.MkdirTemp("", "salesgate-fetch-")
	if err != nil {
		return tools{}, err
	}
	defer os.RemoveAll(scratch)
	dir := cacheDir()
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the server's user must pass
		return tools{}, err
	}
	cfg := embeddedpostgres.DefaultConfig().Version(embeddedpostgres.V17).BinariesPath(dir).
		CachePath(filepath.Join(scratch, "cache")).RuntimePath(filepath.Join(scratch, "run")).
		Logger(&strings.Builder{}).StartTimeout(30 * time.Second).Port(uint32(40000 + os.Getpid()%20000))
	if mirror := os.Getenv("SALESGATE_POSTGRES_MIRROR"); mirror != "" {
		cfg = cfg.BinaryRepositoryURL(mirror)
	}
	server := embeddedpostgres.NewDatabase(cfg)
	startErr := server.Start()
	if startErr == nil {
		_ = server.Stop()
	}
	if t, ok := inspect(filepath.Join(dir, "bin")); ok {
		return t, nil
	}
	return tools{}, fmt.Errorf("no PostgreSQL on this machine and none could be fetched: install PostgreSQL 15 or later, or set SALESGATE_DATABASE_URL (%w)",
		startErr)
}

// environment is the caller's without what would redirect a PostgreSQL program, and with messages in English.
func environment() []string {
	env := []string{"LC_ALL=C"}
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "PG") && !strings.HasPrefix(kv, "LC_") && !strings.HasPrefix(kv, "LANG") {
			env = append(env, kv)
		}
	}
	return env
}
