-- +goose Up
-- CRD-11: what comparing ledgers and documents found, night by night.
CREATE TABLE verifications (
    id          uuid PRIMARY KEY,
    began_at    timestamptz NOT NULL,
    ended_at    timestamptz NOT NULL,
    source      text NOT NULL CHECK (source IN ('job', 'command')),
    checks      int NOT NULL CHECK (checks > 0),
    differences int NOT NULL CHECK (differences >= 0),
    CONSTRAINT verifications_order CHECK (ended_at >= began_at)
);
CREATE TABLE verification_differences (
    verification_id uuid NOT NULL REFERENCES verifications,
    no              int NOT NULL CHECK (no > 0),
    check_name      text NOT NULL CHECK (length(check_name) <= 60),
    subject_type    text NOT NULL CHECK (length(subject_type) <= 40),
    subject_id      uuid,
    number          text NOT NULL CHECK (length(number) <= 100),
    what            text NOT NULL CHECK (length(what) BETWEEN 1 AND 500),
    PRIMARY KEY (verification_id, no)
);
CREATE TRIGGER verifications_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON verifications FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER verification_differences_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON verification_differences
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE verification_differences, verifications;
