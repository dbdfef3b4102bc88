-- +goose Up
-- CRD-15: what was signed about monthly settlement, and the superior's word that lets a first order pass before that.
CREATE TABLE settlement_agreements (
    id                   uuid PRIMARY KEY,
    number               text NOT NULL CONSTRAINT settlement_agreements_number UNIQUE,
    customer_id          uuid NOT NULL REFERENCES customers,
    settlement           text NOT NULL CHECK (settlement IN ('net_days', 'month_end_days')),
    terms_days           int NOT NULL CHECK (terms_days BETWEEN 0 AND 365),
    conditions           text NOT NULL CHECK (length(conditions) BETWEEN 1 AND 4000),
    valid_from           date NOT NULL,
    valid_until          date,
    signed_on            date NOT NULL,
    sealed               boolean NOT NULL CONSTRAINT settlement_agreements_sealed CHECK (sealed),
    original_holder      uuid,
    original_place       text NOT NULL CHECK (length(original_place) <= 200),
    original_received_at timestamptz,
    ended_at             timestamptz,
    ended_reason         text NOT NULL CHECK (length(ended_reason) <= 500),
    created_by           uuid NOT NULL,
    created_at           timestamptz NOT NULL,
    version              bigint NOT NULL,
    CONSTRAINT settlement_agreements_dates CHECK (valid_until >= valid_from),
    CONSTRAINT settlement_agreements_original CHECK (num_nonnulls(original_holder, original_received_at) IN (0, 2))
);
CREATE UNIQUE INDEX settlement_agreements_one ON settlement_agreements (customer_id) WHERE ended_at IS NULL;
CREATE INDEX settlement_agreements_customer ON settlement_agreements (customer_id, id DESC);
CREATE INDEX settlement_agreements_awaiting ON settlement_agreements (id DESC) WHERE original_received_at IS NULL AND ended_at IS NULL;

CREATE TABLE settlement_bridges (
    id                   uuid PRIMARY KEY,
    number               text NOT NULL CONSTRAINT settlement_bridges_number UNIQUE,
    customer_id          uuid NOT NULL REFERENCES customers,
    state                text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'used', 'signed', 'violated')),
    note                 text NOT NULL CHECK (length(note) BETWEEN 1 AND 1000),
    approval_id          uuid NOT NULL,
    requested_by         uuid NOT NULL,
    requested_at         timestamptz NOT NULL,
    order_id             uuid, -- the one that passed; stored after it, so without a foreign key
    rep_id               uuid, -- whose order it was
    used_at              timestamptz,
    deadline             date, -- the last day of the order's month in Shanghai
    jointly_liable_since timestamptz,
    version              bigint NOT NULL,
    CONSTRAINT settlement_bridges_used CHECK (num_nonnulls(order_id, rep_id, used_at, deadline) = CASE WHEN used_at IS NULL THEN 0 ELSE 4 END
        AND (state NOT IN ('used', 'violated') OR used_at IS NOT NULL)),
    CONSTRAINT settlement_bridges_liable CHECK ((state = 'violated') = (jointly_liable_since IS NOT NULL))
);
CREATE UNIQUE INDEX settlement_bridges_once ON settlement_bridges (customer_id) WHERE state <> 'rejected';
CREATE INDEX settlement_bridges_customer ON settlement_bridges (customer_id, id DESC);
CREATE INDEX settlement_bridges_deadline ON settlement_bridges (deadline, id) WHERE state = 'used';

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('terms.agreement_required', 'bool', '', NULL, NULL, 1),
    ('terms.original_days', 'int', 'working day', 0, 365, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('terms.agreement_required', 1, 'true', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('terms.original_days', 1, '10', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('terms.agreement_required', 'terms.original_days');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('terms.agreement_required', 'terms.original_days');
DROP TABLE settlement_bridges, settlement_agreements;
