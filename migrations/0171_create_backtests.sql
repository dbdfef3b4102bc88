-- +goose Up

-- Drafts of rules replayed over what was decided. A run reads business data and writes only here.
CREATE TABLE backtest_runs (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('matrix', 'limit_rule', 'price_authority')),
    title       text NOT NULL CHECK (length(title) <= 200),
    state       text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    started_by  uuid NOT NULL REFERENCES users,
    owners      jsonb,                   -- whose documents it replays: those that its starter saw; null is everybody's
    from_at     timestamptz NOT NULL,
    to_at       timestamptz NOT NULL,
    draft       jsonb NOT NULL,
    total       int NOT NULL CHECK (total >= 0),
    scanned     int NOT NULL CHECK (scanned >= 0),
    replayed    int NOT NULL CHECK (replayed >= 0),
    differing   int NOT NULL CHECK (differing >= 0),
    stricter    int NOT NULL CHECK (stricter >= 0),
    looser      int NOT NULL CHECK (looser >= 0),
    other       int NOT NULL CHECK (other >= 0),
    skipped     int NOT NULL CHECK (skipped >= 0),
    mark        jsonb NOT NULL,         -- the case up to which it has come: an interrupted run goes on there
    message     text NOT NULL CHECK (length(message) <= 2000),
    created_at  timestamptz NOT NULL,
    finished_at timestamptz,
    version     bigint NOT NULL,
    CONSTRAINT backtest_runs_period CHECK (from_at < to_at),
    CONSTRAINT backtest_runs_sums CHECK (differing = stricter + looser + other AND differing <= replayed AND replayed + skipped <= scanned),
    CONSTRAINT backtest_runs_ended CHECK ((state IN ('done', 'failed')) = (finished_at IS NOT NULL))
);
CREATE UNIQUE INDEX backtest_runs_one_live ON backtest_runs (started_by) WHERE state IN ('queued', 'running');
CREATE INDEX backtest_runs_starter ON backtest_runs (started_by, id DESC);
CREATE INDEX backtest_runs_created ON backtest_runs (created_at);

CREATE TABLE backtest_counts (
    run_id    uuid NOT NULL REFERENCES backtest_runs ON DELETE CASCADE,
    dimension text NOT NULL CHECK (dimension IN ('matter', 'grade', 'team')),
    key       text NOT NULL,
    replayed  int NOT NULL,
    stricter  int NOT NULL,
    looser    int NOT NULL,
    other     int NOT NULL,
    PRIMARY KEY (run_id, dimension, key)
);

CREATE TABLE backtest_skips (
    run_id  uuid NOT NULL REFERENCES backtest_runs ON DELETE CASCADE,
    reason  text NOT NULL,
    detail  text NOT NULL,
    count   int NOT NULL,
    PRIMARY KEY (run_id, reason, detail)
);

-- The cases that differ, in the order of their time.
CREATE TABLE backtest_results (
    run_id       uuid NOT NULL REFERENCES backtest_runs ON DELETE CASCADE,
    no           int NOT NULL,
    case_id      uuid NOT NULL,          -- of the approval request or the decision
    matter       text NOT NULL,
    subject_type text NOT NULL,
    subject_id   uuid NOT NULL,
    number       text NOT NULL,
    customer_id  uuid,
    owner_id     uuid NOT NULL,          -- whose document it is (ORG-06)
    team_id      uuid,
    grade        text NOT NULL,
    at           timestamptz NOT NULL,
    direction    text NOT NULL CHECK (direction IN ('stricter', 'looser', 'other')),
    before       jsonb NOT NULL,
    after        jsonb NOT NULL,
    why_en       text NOT NULL,
    why_zh       text NOT NULL,
    PRIMARY KEY (run_id, no),
    CONSTRAINT backtest_results_once UNIQUE (run_id, case_id)
);

-- How long runs are kept.
INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES ('backtest.keep_days', 'int', 'day', 1, 3650, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
VALUES ('backtest.keep_days', 1, '90', '2000-01-01Z', '2000-01-01Z', 'Default');

-- +goose Down
DROP TABLE backtest_results, backtest_skips, backtest_counts, backtest_runs;
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name = 'backtest.keep_days';
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name = 'backtest.keep_days';
