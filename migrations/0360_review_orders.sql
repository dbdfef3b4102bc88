-- +goose Up
-- How an order reached us (ORD-01), how it is to be handled (ORD-03), by which agreement its prices stand (QUO-05, CON-09), and how
-- many points of its review are still with the customer (ORD-02).
ALTER TABLE orders
    ADD COLUMN received_at     timestamptz, -- null: when it was written
    ADD COLUMN delivery_place  text NOT NULL DEFAULT '' CHECK (length(delivery_place) <= 300),
    ADD COLUMN packing         text NOT NULL DEFAULT '' CHECK (length(packing) <= 300),
    ADD COLUMN transport       text NOT NULL DEFAULT '' CHECK (length(transport) <= 300),
    ADD COLUMN special_demands text NOT NULL DEFAULT '' CHECK (length(special_demands) <= 1000),
    ADD COLUMN quotation_id    uuid,
    ADD COLUMN contract_id     uuid,
    ADD COLUMN originals       int NOT NULL DEFAULT 0 CHECK (originals >= 0), -- files of the customer's own order
    ADD COLUMN review_open     int NOT NULL DEFAULT 0 CHECK (review_open >= 0),
    ADD CONSTRAINT orders_reviewed CHECK (review_open = 0 OR state IN ('draft', 'cancelled'));
ALTER TABLE order_lines
    ADD COLUMN delivery_place    text NOT NULL DEFAULT '' CHECK (length(delivery_place) <= 300),
    ADD COLUMN packing           text NOT NULL DEFAULT '' CHECK (length(packing) <= 300),
    ADD COLUMN transport         text NOT NULL DEFAULT '' CHECK (length(transport) <= 300),
    ADD COLUMN special_demands   text NOT NULL DEFAULT '' CHECK (length(special_demands) <= 1000),
    ADD COLUMN quotation_line_id uuid,
    ADD COLUMN contract_line_id  uuid,
    ADD CONSTRAINT order_lines_one_agreement CHECK (quotation_line_id IS NULL OR contract_line_id IS NULL);
DROP TRIGGER order_lines_frozen ON order_lines;
CREATE TRIGGER order_lines_frozen BEFORE DELETE OR UPDATE OF order_id, product_id, unit, price, quantity, tax_rate, amount, net_amount, promised_on,
    delivery_place, packing, transport, special_demands, quotation_line_id, contract_line_id
    ON order_lines FOR EACH ROW EXECUTE FUNCTION guard_order_line();

-- What the review of an order found: specification, quantity, price, date, remarks. A failed point goes back to the customer (told)
-- and is settled by their answer; until then the order isn't submitted.
CREATE TABLE order_review_points (
    id          uuid PRIMARY KEY,
    order_id    uuid NOT NULL REFERENCES orders,
    revision    int NOT NULL CHECK (revision > 0),
    line_no     int CHECK (line_no BETWEEN 1 AND 500), -- null: the whole order
    point       text NOT NULL CHECK (point IN ('specification', 'quantity', 'price', 'date', 'remarks')),
    passed      boolean NOT NULL,
    note        text NOT NULL CHECK (length(note) <= 1000),
    found_by    uuid NOT NULL,
    found_at    timestamptz NOT NULL,
    told_to     text NOT NULL CHECK (length(told_to) <= 100),
    told_via    text NOT NULL CHECK (told_via IN ('', 'api', 'email', 'fax', 'mail', 'phone', 'visit', 'other')),
    told_by     uuid,
    told_at     timestamptz,
    answer      text NOT NULL CHECK (length(answer) <= 1000),
    outcome     text NOT NULL CHECK (outcome IN ('', 'corrected', 'accepted')),
    answered_by uuid,                             -- who wrote the answer down
    answered_at timestamptz,
    CONSTRAINT order_review_points_note CHECK (passed OR note <> ''),
    CONSTRAINT order_review_points_passed CHECK (NOT passed OR (told_at IS NULL AND answered_at IS NULL)),
    CONSTRAINT order_review_points_told CHECK ((told_at IS NULL) = (told_to = '') AND (told_at IS NULL) = (told_by IS NULL)),
    CONSTRAINT order_review_points_answered CHECK (answered_at IS NULL
        OR (told_at IS NOT NULL AND answer <> '' AND outcome <> '' AND answered_by IS NOT NULL))
);
CREATE INDEX order_review_points_order ON order_review_points (order_id, id);

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('order.consequence_hours', 'int',  'working hour', 1,    240,  1),
    ('order.notice_days',       'int',  'working day',  1,    30,   1),
    ('order.original_required', 'bool', '',             NULL, NULL, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('order.consequence_hours', 1, '9',    '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('order.notice_days',       1, '1',    '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('order.original_required', 1, 'true', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('order.consequence_hours', 'order.notice_days', 'order.original_required');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('order.consequence_hours', 'order.notice_days', 'order.original_required');
DROP TABLE order_review_points;
DROP TRIGGER order_lines_frozen ON order_lines;
CREATE TRIGGER order_lines_frozen BEFORE DELETE OR UPDATE OF order_id, product_id, unit, price, quantity, tax_rate, amount, net_amount, promised_on
    ON order_lines FOR EACH ROW EXECUTE FUNCTION guard_order_line();
ALTER TABLE order_lines DROP CONSTRAINT order_lines_one_agreement,
    DROP COLUMN delivery_place, DROP COLUMN packing, DROP COLUMN transport, DROP COLUMN special_demands,
    DROP COLUMN quotation_line_id, DROP COLUMN contract_line_id;
ALTER TABLE orders DROP CONSTRAINT orders_reviewed,
    DROP COLUMN received_at, DROP COLUMN delivery_place, DROP COLUMN packing, DROP COLUMN transport, DROP COLUMN special_demands,
    DROP COLUMN quotation_id, DROP COLUMN contract_id, DROP COLUMN originals, DROP COLUMN review_open;
