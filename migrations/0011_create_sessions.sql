-- +goose Up

-- One login; the family of its refresh tokens. Lock it before its tokens.
CREATE TABLE sessions (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users,
    address      text NOT NULL,
    user_agent   text NOT NULL CHECK (length(user_agent) <= 300),
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    ended_why    text CHECK (ended_why IN ('logout', 'logout_everywhere', 'password', 'deactivated', 'reuse')),
    CHECK ((ended_at IS NULL) = (ended_why IS NULL))
);
CREATE INDEX sessions_user ON sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Refresh tokens are kept as SHA-256 only. used_at marks the one exchange; a second one after the grace is a theft.
CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    siblings   int NOT NULL CHECK (siblings >= 0)
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

-- GCRA per account and per address: tat is the theoretical arrival time of the next attempt.
CREATE TABLE login_throttles (
    key text PRIMARY KEY CHECK (length(key) <= 200),
    tat timestamptz NOT NULL
);
CREATE INDEX login_throttles_tat ON login_throttles (tat);

-- Keys that sign access tokens. private_key is sealed with the master key when there is one.
CREATE TABLE signing_keys (
    kid         text PRIMARY KEY,
    public_key  bytea NOT NULL CHECK (length(public_key) = 32),
    private_key bytea NOT NULL,
    sealed      boolean NOT NULL,
    created_at  timestamptz NOT NULL,
    retired_at  timestamptz
);
CREATE UNIQUE INDEX signing_keys_one_active ON signing_keys ((true)) WHERE retired_at IS NULL;

-- +goose Down
DROP TABLE signing_keys;
DROP TABLE login_throttles;
DROP TABLE refresh_tokens;
DROP TABLE sessions;
