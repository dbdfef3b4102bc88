-- +goose Up

-- CUS-09: where a rep sells. No row, or two empty lists: everywhere.
CREATE TABLE territories (
    user_id    uuid PRIMARY KEY REFERENCES users,
    industries text[] NOT NULL,
    regions    text[] NOT NULL,
    updated_at timestamptz NOT NULL,
    version    bigint NOT NULL
);

-- CUS-02: who was spoken to, what was said, what came of it. Append-only: a mistake is corrected by an entry that names it.
CREATE TABLE prospect_contact_log (
    id          uuid PRIMARY KEY,
    prospect_id uuid NOT NULL REFERENCES prospects,
    kind        text NOT NULL CHECK (kind IN ('visit', 'call', 'mail', 'message', 'meeting')),
    at          timestamptz NOT NULL, -- when it happened
    people      text NOT NULL,        -- who was met or spoken to
    content     text NOT NULL CHECK (content <> ''),
    outcome     text NOT NULL,
    problems    text NOT NULL,
    next_step   text NOT NULL,
    next_on     date,
    development boolean NOT NULL, -- important: a development record 潜在客户开发登记
    corrects_id uuid REFERENCES prospect_contact_log,
    logged_by   uuid NOT NULL,
    logged_at   timestamptz NOT NULL,
    CONSTRAINT prospect_contact_log_not_ahead CHECK (at <= logged_at)
);
CREATE INDEX prospect_contact_log_prospect ON prospect_contact_log (prospect_id, id);
CREATE UNIQUE INDEX prospect_contact_log_correction_key ON prospect_contact_log (corrects_id) WHERE corrects_id IS NOT NULL;
CREATE INDEX prospect_contact_log_development ON prospect_contact_log (id) WHERE development;
CREATE INDEX prospect_contact_log_author ON prospect_contact_log (logged_by, at);
CREATE TRIGGER prospect_contact_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON prospect_contact_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE prospect_contact_log, territories;
