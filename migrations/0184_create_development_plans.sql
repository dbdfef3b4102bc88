-- +goose Up

-- CUS-01: each June and December a rep submits the prospects they will work on in the next half-year, and what they aim at in
-- each of its quarters. In effect when the sales manager approves; a later plan for the same half-year takes its place then.
CREATE TABLE development_plans (
    id           uuid PRIMARY KEY,
    number       text NOT NULL,
    owner_id     uuid NOT NULL CONSTRAINT development_plans_owner_fkey REFERENCES users,
    half         text NOT NULL CONSTRAINT development_plans_half CHECK (half ~ '^20[0-9]{2}H[12]$'),
    state        text NOT NULL CONSTRAINT development_plans_state
        CHECK (state IN ('pending', 'approved', 'rejected', 'returned', 'withdrawn', 'superseded')),
    note         text NOT NULL,
    reason       text NOT NULL, -- of the decision
    submitted_at timestamptz NOT NULL,
    decided_at   timestamptz,
    version      bigint NOT NULL,
    CONSTRAINT development_plans_decided CHECK ((state = 'pending') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX development_plans_number_key ON development_plans (number);
CREATE UNIQUE INDEX development_plans_pending_key ON development_plans (owner_id, half) WHERE state = 'pending';
CREATE UNIQUE INDEX development_plans_approved_key ON development_plans (owner_id, half) WHERE state = 'approved';
CREATE INDEX development_plans_owner ON development_plans (owner_id, id);

CREATE TABLE development_plan_targets (
    plan_id    uuid NOT NULL REFERENCES development_plans,
    quarter    text NOT NULL CHECK (quarter ~ '^20[0-9]{2}Q[1-4]$'),
    registered int NOT NULL CHECK (registered >= 0),
    contacted  int NOT NULL CHECK (contacted >= 0),
    converted  int NOT NULL CHECK (converted >= 0),
    amount     numeric(18, 2) NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (plan_id, quarter)
);

CREATE TABLE development_plan_prospects (
    plan_id     uuid NOT NULL REFERENCES development_plans,
    prospect_id uuid NOT NULL REFERENCES prospects,
    quarter     text NOT NULL CHECK (quarter ~ '^20[0-9]{2}Q[1-4]$'),
    amount      numeric(18, 2) NOT NULL CHECK (amount >= 0),
    aim         text NOT NULL,
    PRIMARY KEY (plan_id, prospect_id)
);
-- +goose StatementBegin
CREATE FUNCTION freeze_development_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a development plan says is never changed' USING ERRCODE = 'check_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER development_plan_targets_frozen BEFORE UPDATE OR DELETE ON development_plan_targets
    FOR EACH ROW EXECUTE FUNCTION freeze_development_plan();
CREATE TRIGGER development_plan_prospects_frozen BEFORE UPDATE OR DELETE ON development_plan_prospects
    FOR EACH ROW EXECUTE FUNCTION freeze_development_plan();

-- CUS-04: what the sales manager said about a rep's quarter, with the figures as they were: append-only.
CREATE TABLE development_reviews (
    id          uuid PRIMARY KEY,
    owner_id    uuid NOT NULL REFERENCES users,
    quarter     text NOT NULL CHECK (quarter ~ '^20[0-9]{2}Q[1-4]$'),
    verdict     text NOT NULL CHECK (verdict IN ('met', 'partly', 'missed')),
    comment     text NOT NULL CHECK (comment <> ''),
    figures     jsonb NOT NULL,
    reviewed_by uuid NOT NULL REFERENCES users,
    reviewed_at timestamptz NOT NULL,
    CONSTRAINT development_reviews_key UNIQUE (owner_id, quarter),
    CONSTRAINT development_reviews_not_own CHECK (reviewed_by <> owner_id)
);
CREATE TRIGGER development_reviews_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON development_reviews
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE development_reviews, development_plan_prospects, development_plan_targets, development_plans;
DROP FUNCTION freeze_development_plan();
