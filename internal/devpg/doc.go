// Package devpg runs a private PostgreSQL: the one that `make run` works on when no SALESGATE_DATABASE_URL is given,
// and the throw-away one below `make test`.
//
// It owns finding (or installing) the server binaries, the cluster's folder, the operating-system user that the server
// runs as, and the server process. It does not own the schema, and nothing in it is meant for production.
//
// # Where the binaries come from
//
// PATH, Debian's and Homebrew's folders, newest first, but the major version of an existing cluster before all others.
// With none there, root on a Debian-like system installs the package; everybody else gets a build that the
// embedded-postgres module fetches into the user's cache.
//
// # Who runs it
//
// PostgreSQL refuses to run as root. Root therefore drops to the owner of the existing cluster, else to `postgres`,
// else to `nobody`. When that user can't reach Options.Dir (a clone below /root, a 0700 temporary folder), the cluster
// is made below /var/lib/salesgate and Options.Dir/postgres is a symbolic link to it.
//
// # Who may connect
//
// The server listens on no TCP port, only on a socket in a folder of mode 0700. Authentication is `peer`: the kernel tells
// PostgreSQL who is on the other end, and only the user who started salesgate is let in. So there is no password to
// guess, to store or to leak, no port to collide on, and another user of the same machine stays outside, even one who
// runs as the same `nobody`.
//
// # Ends
//
// Stop is a fast shutdown. On Linux the kernel does the same when salesgate dies without a word (kill -9). If a server
// of a dead salesgate is met all the same, Start stops it first. A lock file keeps two living ones apart.
package devpg
