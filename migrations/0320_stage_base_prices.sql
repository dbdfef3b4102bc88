-- +goose Up
-- A list of many lines is rolled out in batches before its instant ('approved'), and comes into force by its own row alone
-- ('published'). A scheduled one can be called back ('recalled'). Rows of a list that isn't published are no prices.
ALTER TABLE base_price_lists
    DROP CONSTRAINT base_price_lists_state_check,
    ADD CONSTRAINT base_price_lists_state_check CHECK (state IN ('draft', 'submitted', 'approved', 'published', 'recalled', 'rejected', 'cancelled')),
    DROP CONSTRAINT base_price_lists_published,
    ADD COLUMN change_no     bigint, -- its last publication or recall, counted in the order of their commits
    ADD COLUMN seen_no       bigint NOT NULL DEFAULT 0, -- the last of these that its author has seen
    ADD COLUMN source_sha256 bytea, -- the file that it was made from
    ADD COLUMN staged_after  uuid, -- while it is rolled out: the last product whose row is there
    ADD COLUMN rollouts      int NOT NULL DEFAULT 0 CHECK (rollouts >= 0), -- how often its roll-out began
    ADD COLUMN settled_at    timestamptz, -- when its new products had become standard and reviews had heard of it
    ADD COLUMN recalled_at   timestamptz,
    ADD COLUMN recalled_by   uuid,
    ADD COLUMN recall_reason text NOT NULL DEFAULT '' CHECK (length(recall_reason) <= 1000),
    ADD CONSTRAINT base_price_lists_published CHECK ((state <> 'published' OR published_at IS NOT NULL)
        AND (published_at IS NULL OR state IN ('published', 'recalled'))
        AND (state NOT IN ('approved', 'published') OR effective_at IS NOT NULL)),
    ADD CONSTRAINT base_price_lists_recalled CHECK ((state = 'recalled') = (recalled_at IS NOT NULL) AND (state <> 'recalled' OR recall_reason <> '')),
    ADD CONSTRAINT base_price_lists_instant UNIQUE (id, effective_at);
UPDATE base_price_lists AS l SET change_no = n.no, settled_at = l.published_at
    FROM (SELECT id, row_number() OVER (ORDER BY published_at, id) AS no FROM base_price_lists WHERE state = 'published') AS n WHERE n.id = l.id;
UPDATE base_price_lists SET seen_no = coalesce((SELECT max(change_no) FROM base_price_lists), 0) WHERE state IN ('draft', 'submitted');
-- One list at an instant, also of those that are on their way to it.
DROP INDEX base_price_lists_in_force;
CREATE UNIQUE INDEX base_price_lists_in_force ON base_price_lists (effective_at) WHERE state IN ('approved', 'published');
CREATE UNIQUE INDEX base_price_lists_changed ON base_price_lists (change_no);
CREATE INDEX base_price_lists_rolling ON base_price_lists (id) WHERE state = 'approved';
CREATE INDEX base_price_lists_unsettled ON base_price_lists (effective_at) WHERE state = 'published' AND settled_at IS NULL;
-- One file is one draft: the same one again finds it.
CREATE UNIQUE INDEX base_price_lists_source ON base_price_lists (source_sha256) WHERE state IN ('draft', 'submitted', 'approved');

-- The foreign key keeps a price at its list's instant; with base_price_lists_in_force at most one row of a product counts there.
ALTER TABLE base_prices
    DROP CONSTRAINT base_prices_pkey,
    DROP CONSTRAINT base_prices_list_id_fkey,
    ADD COLUMN makes_standard boolean NOT NULL DEFAULT false, -- the product was a new one when this price was approved
    ADD CONSTRAINT base_prices_pkey PRIMARY KEY (product_id, effective_at, list_id),
    ADD CONSTRAINT base_prices_list_id_fkey FOREIGN KEY (list_id, effective_at) REFERENCES base_price_lists (id, effective_at);
CREATE INDEX base_prices_list ON base_prices (list_id, product_id);

-- What counts. Every reader of prices reads this.
CREATE VIEW valid_base_prices AS
    SELECT b.product_id, b.effective_at, b.price, b.floor_price, b.list_id, b.reason, b.makes_standard
    FROM base_prices AS b JOIN base_price_lists AS l ON l.id = b.list_id AND l.state = 'published';

-- A price of a list that was published stays for ever; a roll-out that missed its instant may begin anew.
DROP TRIGGER base_prices_append_only ON base_prices;
CREATE TRIGGER base_prices_append_only BEFORE UPDATE OR TRUNCATE ON base_prices
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- +goose StatementBegin
CREATE FUNCTION refuse_frozen_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT list_id FROM gone) AS g JOIN base_price_lists AS l ON l.id = g.list_id WHERE l.state <> 'approved') THEN
        RAISE EXCEPTION 'base_prices is append-only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
-- Lines of a list that is decided are what was approved: nothing changes them any more.
CREATE FUNCTION refuse_frozen_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT list_id FROM touched) AS t JOIN base_price_lists AS l ON l.id = t.list_id
            WHERE l.state NOT IN ('draft', 'submitted') AND l.reason_kind <> 'opening') THEN
        RAISE EXCEPTION 'base_price_lines of a decided list never change' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'base_price_lines_frozen';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER base_prices_frozen AFTER DELETE ON base_prices REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_frozen_price();
CREATE TRIGGER base_price_lines_frozen_insert AFTER INSERT ON base_price_lines REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_frozen_line();
CREATE TRIGGER base_price_lines_frozen_update AFTER UPDATE ON base_price_lines REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_frozen_line();
CREATE TRIGGER base_price_lines_frozen_delete AFTER DELETE ON base_price_lines REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_frozen_line();

-- How much of a product was shipped.
CREATE INDEX delivery_note_lines_product ON delivery_note_lines (product_id);

ALTER TABLE imports
    ADD COLUMN accept_large boolean NOT NULL DEFAULT false,
    ADD COLUMN reason_kind  text NOT NULL DEFAULT '',
    ADD COLUMN reason       text NOT NULL DEFAULT '' CHECK (length(reason) <= 1000),
    ADD COLUMN effective_at timestamptz,
    ADD COLUMN list_id      uuid REFERENCES base_price_lists; -- the draft that a file of prices became

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('price.absurd_percent',  'decimal', 'percent', 1, 10000, 1),
    ('price.recall_minutes',  'int', 'minute', 1, 10080, 1),
    ('price.review_days',     'int', 'working_day', 1, 60, 1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('price.absurd_percent', 1, '50', '2000-01-01T00:00:00Z', '2000-01-01T00:00:00Z', 'Default · 默认值'),
    ('price.recall_minutes', 1, '1', '2000-01-01T00:00:00Z', '2000-01-01T00:00:00Z', 'Default · 默认值'),
    ('price.review_days', 1, '20', '2000-01-01T00:00:00Z', '2000-01-01T00:00:00Z', 'Default · 默认值');

-- +goose Down
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name IN ('price.absurd_percent', 'price.recall_minutes', 'price.review_days');
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name IN ('price.absurd_percent', 'price.recall_minutes', 'price.review_days');
ALTER TABLE imports DROP COLUMN accept_large, DROP COLUMN reason_kind, DROP COLUMN reason, DROP COLUMN effective_at, DROP COLUMN list_id;
DROP INDEX delivery_note_lines_product;
DROP TRIGGER base_price_lines_frozen_insert ON base_price_lines;
DROP TRIGGER base_price_lines_frozen_update ON base_price_lines;
DROP TRIGGER base_price_lines_frozen_delete ON base_price_lines;
DROP TRIGGER base_prices_frozen ON base_prices;
DROP TRIGGER base_prices_append_only ON base_prices;
DROP FUNCTION refuse_frozen_line();
DROP FUNCTION refuse_frozen_price();
DROP VIEW valid_base_prices;
DELETE FROM base_prices WHERE list_id IN (SELECT id FROM base_price_lists WHERE state <> 'published');
DROP INDEX base_prices_list;
ALTER TABLE base_prices
    DROP CONSTRAINT base_prices_list_id_fkey,
    DROP CONSTRAINT base_prices_pkey,
    DROP COLUMN makes_standard,
    ADD CONSTRAINT base_prices_pkey PRIMARY KEY (product_id, effective_at),
    ADD CONSTRAINT base_prices_list_id_fkey FOREIGN KEY (list_id) REFERENCES base_price_lists;
CREATE TRIGGER base_prices_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON base_prices
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP INDEX base_price_lists_source;
DROP INDEX base_price_lists_unsettled;
DROP INDEX base_price_lists_rolling;
DROP INDEX base_price_lists_changed;
DROP INDEX base_price_lists_in_force;
ALTER TABLE base_price_lists DROP CONSTRAINT base_price_lists_recalled, DROP CONSTRAINT base_price_lists_published, DROP CONSTRAINT base_price_lists_state_check;
UPDATE base_price_lists SET state = 'cancelled', published_at = NULL WHERE state IN ('approved', 'recalled');
ALTER TABLE base_price_lists
    DROP CONSTRAINT base_price_lists_instant,
    DROP COLUMN change_no, DROP COLUMN seen_no, DROP COLUMN source_sha256, DROP COLUMN staged_after, DROP COLUMN rollouts, DROP COLUMN settled_at,
    DROP COLUMN recalled_at, DROP COLUMN recalled_by, DROP COLUMN recall_reason,
    ADD CONSTRAINT base_price_lists_state_check CHECK (state IN ('draft', 'submitted', 'published', 'rejected', 'cancelled')),
    ADD CONSTRAINT base_price_lists_published CHECK ((state = 'published') = (published_at IS NOT NULL)
        AND (state <> 'published' OR effective_at IS NOT NULL));
CREATE UNIQUE INDEX base_price_lists_in_force ON base_price_lists (effective_at) WHERE state = 'published';
