-- +goose Up

-- Emergency releases (紧急出货, SHP-15): the sales manager releases by phone through the heads of warehouse and quality; the papers follow.
CREATE TABLE emergency_releases (
    id              uuid PRIMARY KEY,
    number          text NOT NULL,
    notice_id       uuid NOT NULL REFERENCES shipping_notices,
    state           text NOT NULL CHECK (state IN ('open', 'complete', 'denied', 'void')),
    reason          text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    tried           jsonb NOT NULL CHECK (jsonb_typeof(tried) = 'array' AND jsonb_array_length(tried) BETWEEN 1 AND 20),
    warehouse_head  uuid NOT NULL REFERENCES users,
    quality_head    uuid NOT NULL REFERENCES users,
    warehouse_at    timestamptz, -- when they confirmed that they were asked and agreed
    quality_at      timestamptz,
    approval_id     uuid NOT NULL,
    approved_at     timestamptz,
    released_by     uuid NOT NULL REFERENCES users,
    released_at     timestamptz NOT NULL,
    due_at          timestamptz NOT NULL, -- of the papers
    late_at         timestamptz,
    ended_at        timestamptz,
    ended_by        uuid REFERENCES users,
    ended_reason    text NOT NULL CHECK (length(ended_reason) <= 2000),
    version         bigint NOT NULL,
    CONSTRAINT emergency_releases_number UNIQUE (number),
    CONSTRAINT emergency_releases_three_people CHECK (warehouse_head <> quality_head AND warehouse_head <> released_by AND quality_head <> released_by),
    CONSTRAINT emergency_releases_complete CHECK (state <> 'complete' OR warehouse_at IS NOT NULL AND quality_at IS NOT NULL AND approved_at IS NOT NULL),
    CONSTRAINT emergency_releases_ended CHECK ((state = 'open') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX emergency_releases_one_open ON emergency_releases (notice_id) WHERE state = 'open';
CREATE INDEX emergency_releases_notice ON emergency_releases (notice_id, id DESC);
CREATE INDEX emergency_releases_due ON emergency_releases (due_at, id) WHERE state = 'open' AND late_at IS NULL;

ALTER TABLE shipping_notices ADD COLUMN emergency_id uuid REFERENCES emergency_releases,
    DROP CONSTRAINT shipping_notices_checked_before_release,
    ADD CONSTRAINT shipping_notices_checked_before_release CHECK
        (state IN ('draft', 'submitted', 'cancelled') OR figures IS NOT NULL OR emergency_id IS NOT NULL);

-- +goose Down
ALTER TABLE shipping_notices DROP CONSTRAINT shipping_notices_checked_before_release, DROP COLUMN emergency_id;
ALTER TABLE shipping_notices ADD CONSTRAINT shipping_notices_checked_before_release CHECK
    (state IN ('draft', 'submitted', 'cancelled') OR figures IS NOT NULL);
DROP TABLE emergency_releases;
