-- +goose Up
-- ORD-03: what a confirmed order asks of production (生产委托单), one for each order, made anew by revision. No prices: they aren't here.
CREATE TABLE production_requests (
    id                 uuid PRIMARY KEY,
    number             text NOT NULL CONSTRAINT production_requests_number UNIQUE,
    order_id           uuid NOT NULL CONSTRAINT production_requests_order UNIQUE REFERENCES orders,
    order_number       text NOT NULL,
    customer_id        uuid NOT NULL REFERENCES customers,
    owner_id           uuid NOT NULL,
    state              text NOT NULL CONSTRAINT production_requests_state CHECK (state IN ('open', 'held', 'closed', 'cancelled')),
    state_reason       text NOT NULL CHECK (length(state_reason) <= 2000),
    revision           int NOT NULL CHECK (revision > 0),
    order_revision     int NOT NULL CHECK (order_revision > 0),
    unscheduled        int NOT NULL CHECK (unscheduled >= 0), -- lines whose lots don't cover them
    materials_revision int NOT NULL,                          -- of which purchasing has answered
    short              int NOT NULL CHECK (short >= 0),       -- materials that are short
    at_risk            int NOT NULL CHECK (at_risk >= 0),     -- lines whose promise is at risk
    expected_on        date,                                  -- when all of it is expected; null while that isn't known
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    ended_at           timestamptz,
    version            bigint NOT NULL,
    CONSTRAINT production_requests_answered CHECK (materials_revision BETWEEN 0 AND revision),
    CONSTRAINT production_requests_ended CHECK ((state IN ('closed', 'cancelled')) = (ended_at IS NOT NULL))
);
CREATE INDEX production_requests_state ON production_requests (state, id);
CREATE INDEX production_requests_owner ON production_requests (owner_id, id);
CREATE INDEX production_requests_customer ON production_requests (customer_id, id);
CREATE INDEX production_requests_unscheduled ON production_requests (id) WHERE state = 'open' AND unscheduled > 0;
CREATE INDEX production_requests_materials ON production_requests (id) WHERE state = 'open' AND materials_revision < revision;

-- A line of the order as production makes it; it has the order line's id, and stays when the order drops it.
CREATE TABLE production_lines (
    id              uuid PRIMARY KEY,
    request_id      uuid NOT NULL REFERENCES production_requests,
    customer_id     uuid NOT NULL,
    owner_id        uuid NOT NULL,
    line_no         int NOT NULL,
    product_id      uuid NOT NULL REFERENCES products,
    unit            text NOT NULL,
    quantity        numeric(18, 4) NOT NULL CHECK (quantity > 0),
    promised_on     date,
    agreed_on       date, -- a later date that the customer accepted when a delay was told (ORD-07)
    wanted_on       date NOT NULL GENERATED ALWAYS AS (coalesce(agreed_on, promised_on, DATE '9999-12-31')) STORED,
    delivery_place  text NOT NULL CHECK (length(delivery_place) <= 300),
    packing         text NOT NULL CHECK (length(packing) <= 300),
    transport       text NOT NULL CHECK (length(transport) <= 300),
    special_demands text NOT NULL CHECK (length(special_demands) <= 1000),
    removed         boolean NOT NULL,
    live            boolean NOT NULL, -- to be made: its request is open, and the order has it
    planned         numeric(18, 4) NOT NULL CHECK (planned >= 0),
    planned_start   date,
    planned_finish  date,
    finished        numeric(18, 4) NOT NULL CONSTRAINT production_lines_finished CHECK (finished >= 0),
    finished_on     date,
    material_short  boolean NOT NULL,
    material_on     date, -- when all that is short is here; null when nothing is, or nobody knows
    expected_on     date,
    risk            text NOT NULL CHECK (risk IN ('none', 'late', 'material', 'behind')),
    checked_for     date, -- the promised date for which a check was opened (ORD-07)
    CONSTRAINT production_lines_live CHECK (NOT (live AND removed))
);
CREATE INDEX production_lines_request ON production_lines (request_id, line_no);
CREATE INDEX production_lines_to_schedule ON production_lines (wanted_on, id) WHERE live AND planned < quantity;
CREATE INDEX production_lines_to_report ON production_lines (wanted_on, id) WHERE live AND planned > 0 AND finished < quantity;
CREATE INDEX production_lines_at_risk ON production_lines (wanted_on, id) WHERE live AND risk <> 'none';
CREATE INDEX production_lines_open ON production_lines (wanted_on, id) WHERE live AND finished < quantity;
CREATE INDEX production_lines_to_check ON production_lines (wanted_on, id) WHERE live AND checked_for IS DISTINCT FROM wanted_on;
CREATE INDEX production_lines_product ON production_lines (product_id) WHERE live;

-- What was asked with each revision, and how it differs from the one before.
CREATE TABLE production_revisions (
    request_id     uuid NOT NULL REFERENCES production_requests,
    revision       int NOT NULL CHECK (revision > 0),
    order_revision int NOT NULL,
    content        jsonb NOT NULL,
    differences    jsonb NOT NULL,
    made_at        timestamptz NOT NULL,
    made_by        uuid,
    PRIMARY KEY (request_id, revision)
);
CREATE TRIGGER production_revisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON production_revisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who has to say, and said, that they have seen a revision.
CREATE TABLE production_acknowledgements (
    request_id      uuid NOT NULL REFERENCES production_requests,
    revision        int NOT NULL,
    department      text NOT NULL CHECK (department IN ('production', 'management', 'finance')),
    asked_at        timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,
    due_hours       int NOT NULL CHECK (due_hours > 0), -- working hours, by which due_at follows the calendar
    superseded      boolean NOT NULL, -- another revision came, or the order ended, before it was said
    acknowledged_at timestamptz,
    acknowledged_by uuid REFERENCES users,
    note            text NOT NULL CHECK (length(note) <= 500),
    PRIMARY KEY (request_id, revision, department),
    CONSTRAINT production_acknowledgements_by CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL)),
    CONSTRAINT production_acknowledgements_once CHECK (NOT (superseded AND acknowledged_at IS NOT NULL))
);
CREATE INDEX production_acknowledgements_open ON production_acknowledgements (department, request_id) WHERE acknowledged_at IS NULL AND NOT superseded;

-- ORD-04: what production makes when, in lots.
CREATE TABLE production_lots (
    id         uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES production_requests,
    line_id    uuid NOT NULL CONSTRAINT production_lots_line_fkey REFERENCES production_lines,
    start_on   date NOT NULL,
    finish_on  date NOT NULL,
    quantity   numeric(18, 4) NOT NULL CHECK (quantity > 0),
    note       text NOT NULL CHECK (length(note) <= 500),
    CONSTRAINT production_lots_dates CHECK (finish_on >= start_on)
);
CREATE INDEX production_lots_request ON production_lots (request_id, line_id, start_on, id);
CREATE INDEX production_lots_line ON production_lots (line_id);

-- ORD-04: what purchasing found of the material: of one line, or of the whole order.
CREATE TABLE production_materials (
    id         uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES production_requests,
    line_id    uuid CONSTRAINT production_materials_line_fkey REFERENCES production_lines,
    owner_id   uuid NOT NULL,
    material   text NOT NULL CHECK (length(material) BETWEEN 1 AND 120),
    unit       text NOT NULL CHECK (length(unit) BETWEEN 1 AND 20),
    needed     numeric(18, 4) NOT NULL CHECK (needed > 0),
    on_hand    numeric(18, 4) NOT NULL CHECK (on_hand >= 0),
    short      numeric(18, 4) NOT NULL GENERATED ALWAYS AS (greatest(needed - on_hand, 0)) STORED,
    arrivals   jsonb NOT NULL,
    covered_on date, -- when the arrivals cover what is short
    supplier   text NOT NULL CHECK (length(supplier) <= 200),
    note       text NOT NULL CHECK (length(note) <= 500),
    live       boolean NOT NULL,
    wanted_on  date NOT NULL, -- the first promise that it serves
    stated_at  timestamptz NOT NULL,
    stated_by  uuid,
    CONSTRAINT production_materials_covered CHECK (covered_on IS NULL OR needed > on_hand)
);
CREATE INDEX production_materials_request ON production_materials (request_id, id);
CREATE INDEX production_materials_line ON production_materials (line_id) WHERE line_id IS NOT NULL;
CREATE INDEX production_materials_short ON production_materials (wanted_on, id) WHERE live AND needed > on_hand;

-- ORD-04: what was finished when. A correction is another row, with its reason.
CREATE TABLE production_reports (
    id          uuid PRIMARY KEY,
    request_id  uuid NOT NULL REFERENCES production_requests,
    line_id     uuid NOT NULL REFERENCES production_lines,
    finished_on date NOT NULL,
    quantity    numeric(18, 4) NOT NULL CHECK (quantity <> 0),
    reason      text NOT NULL CHECK (length(reason) <= 500),
    reported_at timestamptz NOT NULL,
    reported_by uuid,
    CONSTRAINT production_reports_reason CHECK (quantity > 0 OR reason <> '')
);
CREATE INDEX production_reports_request ON production_reports (request_id, id);
CREATE INDEX production_reports_line ON production_reports (line_id);
CREATE TRIGGER production_reports_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON production_reports
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ORD-06: trouble that threatens a promise.
CREATE TABLE production_troubles (
    id          uuid PRIMARY KEY,
    number      text NOT NULL CONSTRAINT production_troubles_number UNIQUE,
    request_id  uuid NOT NULL REFERENCES production_requests,
    line_id     uuid REFERENCES production_lines,
    customer_id uuid NOT NULL,
    owner_id    uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('equipment', 'material', 'quality', 'people', 'power', 'other')),
    description text NOT NULL CHECK (length(description) BETWEEN 1 AND 2000),
    expected_on date,
    state       text NOT NULL CHECK (state IN ('open', 'resolved')),
    reported_at timestamptz NOT NULL,
    reported_by uuid NOT NULL,
    resolved_at timestamptz,
    resolved_by uuid,
    resolution  text NOT NULL CHECK (length(resolution) <= 2000),
    version     bigint NOT NULL,
    CONSTRAINT production_troubles_resolved CHECK ((state = 'resolved') = (resolved_at IS NOT NULL) AND (resolved_at IS NULL) = (resolution = ''))
);
CREATE INDEX production_troubles_state ON production_troubles (state, id);
CREATE INDEX production_troubles_owner ON production_troubles (owner_id, id);
CREATE INDEX production_troubles_request ON production_troubles (request_id, id);

-- ORD-07: the check of a promised date, once for each date of a line, and what the customer was told of a delay.
CREATE TABLE delivery_checks (
    id              uuid PRIMARY KEY,
    request_id      uuid NOT NULL REFERENCES production_requests,
    line_id         uuid NOT NULL REFERENCES production_lines,
    customer_id     uuid NOT NULL,
    owner_id        uuid NOT NULL,
    promised_on     date NOT NULL,
    state           text NOT NULL CONSTRAINT delivery_checks_state CHECK (state IN ('open', 'on_time', 'delayed', 'void')),
    opened_at       timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,
    due_hours       int NOT NULL CHECK (due_hours > 0),
    checked_at      timestamptz,
    checked_by      uuid,
    note            text NOT NULL CHECK (length(note) <= 1000),
    expected_on     date, -- of a delay: the new date
    told_at         timestamptz,
    told_by         uuid,
    told_to         text NOT NULL CHECK (length(told_to) <= 100),
    channel         text NOT NULL CHECK (channel IN ('', 'phone', 'email', 'fax', 'mail', 'visit', 'message', 'other')),
    told_on_date    date, -- the new date that was told
    answer          text NOT NULL CHECK (answer IN ('', 'accepted', 'other_date', 'cancels')),
    answer_on       date, -- the other date that the customer wants
    answer_note     text NOT NULL CHECK (length(answer_note) <= 1000),
    answered_at     timestamptz,
    answered_by     uuid,
    version         bigint NOT NULL,
    CONSTRAINT delivery_checks_once UNIQUE (line_id, promised_on),
    CONSTRAINT delivery_checks_checked CHECK ((state IN ('on_time', 'delayed')) = (checked_at IS NOT NULL) OR state = 'void'),
    CONSTRAINT delivery_checks_delay CHECK (state <> 'delayed' OR expected_on > promised_on),
    CONSTRAINT delivery_checks_told CHECK ((told_at IS NULL) = (channel = '') AND (told_at IS NULL) = (told_on_date IS NULL)),
    CONSTRAINT delivery_checks_answered CHECK ((answer = '') = (answered_at IS NULL) AND (answer = '' OR told_at IS NOT NULL)
        AND (answer = 'other_date') = (answer_on IS NOT NULL))
);
CREATE INDEX delivery_checks_open ON delivery_checks (promised_on, id) WHERE state = 'open';
CREATE INDEX delivery_checks_to_tell ON delivery_checks (promised_on, id) WHERE state = 'delayed' AND told_at IS NULL;
CREATE INDEX delivery_checks_to_answer ON delivery_checks (promised_on, id) WHERE told_at IS NOT NULL AND answer = '';
CREATE INDEX delivery_checks_all ON delivery_checks (promised_on, id);
CREATE INDEX delivery_checks_owner ON delivery_checks (owner_id, promised_on, id);
CREATE INDEX delivery_checks_request ON delivery_checks (request_id, promised_on, id);

-- All of it belongs to the customer's owner (ORG-06).
CREATE TRIGGER production_requests_owner BEFORE INSERT ON production_requests FOR EACH ROW EXECUTE FUNCTION own_by_customer();
CREATE TRIGGER production_troubles_owner BEFORE INSERT ON production_troubles FOR EACH ROW EXECUTE FUNCTION own_by_customer();
CREATE TRIGGER delivery_checks_owner BEFORE INSERT ON delivery_checks FOR EACH ROW EXECUTE FUNCTION own_by_customer();
CREATE INDEX production_lines_customer ON production_lines (customer_id);
CREATE INDEX production_troubles_customer ON production_troubles (customer_id);
CREATE INDEX delivery_checks_customer ON delivery_checks (customer_id);

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('production.acknowledge_hours', 'int', 'hour', 1, 240, 1),
    ('production.schedule_hours',    'int', 'hour', 1, 240, 1),
    ('production.material_hours',    'int', 'hour', 1, 240, 1),
    ('order.check_hours',            'int', 'hour', 1, 240, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES ('production.acknowledge_hours', '8'), ('production.schedule_hours', '16'), ('production.material_hours', '16'),
    ('order.check_hours', '8')) AS d (name, value);

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('production.acknowledge_hours', 'production.schedule_hours', 'production.material_hours', 'order.check_hours');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('production.acknowledge_hours', 'production.schedule_hours', 'production.material_hours', 'order.check_hours');
DROP TABLE delivery_checks, production_troubles, production_reports, production_materials, production_lots, production_acknowledgements,
    production_revisions, production_lines, production_requests;
