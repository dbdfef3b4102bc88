// Package identity knows who is calling: people with their roles, departments and teams, machine clients, sessions,
// and the tokens that prove it.
//
// It owns users, departments, teams, sessions, refresh tokens, signing keys, machine clients and their secrets, the
// login throttle, and the matrix of permissions (permissions.go). It does not own what a role means to a module: which
// fields a role sees, or who decides an approval. Those ask Principal.Has, Principal.Owners and Holders.
//
// # Proof
//
// A person proves themselves by password (argon2id) and gets an access token (a JWT signed with Ed25519, valid for
// AccessTTL) and a refresh token (256 random bits, of which only the hash is kept). Each refresh token is exchanged
// once. Browser tabs race, so for Grace after the exchange the same token yields a sibling; later use means that somebody
// has a copy, and ends the session. A machine proves itself by client id and secret (OAuth 2 client credentials).
//
// A token carries the epoch of its owner. Raising the epoch (password change, logout everywhere, deactivation, a revoked
// secret) ends all of the owner's tokens at once; ending a session ends that session's. The Authenticator verifies the
// signature on every request and remembers the rest for CacheTTL, so another process may honour an ended token that
// much longer, and this process not at all.
//
// # Who opens transactions
//
// Login, refresh, password change and the client's token are themselves the edge: they compute argon2 between two
// short transactions, and must not hold a connection while 100 logins wait for memory. So they begin their own. All
// else takes a pg.Tx as everywhere.
//
// # Invariants
//
//   - A user name is lower case and unique, also among concurrent creations (users_username).
//   - A person's team belongs to the person's department (users_team_in_department).
//   - The head of a department, and the leader of a team, is an active person of that department.
//   - At least one active administrator remains once there was one.
//   - At most two secrets of a machine client are live (client_secrets_two_live).
//   - One signing key is active; a retired one verifies, and stands in the JWKS, until its last token has expired.
//   - No password, secret, token or hash of one gets into the event log.
//
// # Lock order
//
//	department → team → user (many in id order) → session → refresh token; machine client → secret
package identity
