-- +goose Up

-- The nine groups of CUS-11 as data: each version of the form stays readable, since reports were filled under it. Append-only.
CREATE TABLE visit_forms (
    version      int PRIMARY KEY CHECK (version > 0),
    groups       jsonb NOT NULL CONSTRAINT visit_forms_nine_groups CHECK (jsonb_typeof(groups) = 'array' AND jsonb_array_length(groups) = 9),
    note         text NOT NULL CHECK (length(note) BETWEEN 1 AND 500),
    published_by uuid,
    published_at timestamptz NOT NULL
);
CREATE TRIGGER visit_forms_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON visit_forms
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO visit_forms (version, groups, note, published_at) VALUES (1, '[
  {"no": 1, "key": "company", "title": {"en": "Company facts and decision makers", "zh": "公司概况与负责人"}, "fields": [
    {"key": "company_business", "type": "text", "title": {"en": "Line of business", "zh": "业务类型"}},
    {"key": "company_organisation", "type": "text", "title": {"en": "Organisation", "zh": "组织架构"}},
    {"key": "company_decision_makers", "type": "text", "title": {"en": "Decision makers and phones", "zh": "负责人及电话"}},
    {"key": "company_customers", "type": "text", "title": {"en": "The customer''s own customers", "zh": "客户的客户"}}]},
  {"no": 2, "key": "standing", "title": {"en": "Business and standing", "zh": "行业地位与业务发展"}, "fields": [
    {"key": "standing_rank", "type": "choice", "title": {"en": "Standing in the industry", "zh": "行业地位"}, "options": [
      {"key": "leading", "en": "Leading", "zh": "领先"}, {"key": "middle", "en": "Middle", "zh": "中等"}, {"key": "small", "en": "Small", "zh": "较小"}]},
    {"key": "standing_development", "type": "text", "title": {"en": "How business develops", "zh": "业务发展状况"}}]},
  {"no": 3, "key": "activities", "title": {"en": "People''s industry activities", "zh": "负责人的行业活动"}, "fields": [
    {"key": "activities_events", "type": "text", "title": {"en": "Industry events attended", "zh": "经常参加的行业活动"}}]},
  {"no": 4, "key": "flow", "title": {"en": "Product flow", "zh": "产品流向"}, "fields": [
    {"key": "flow_products", "type": "text", "title": {"en": "Products and where they go", "zh": "产品及流向"}},
    {"key": "flow_monthly_use", "type": "decimal", "title": {"en": "Use a month, tonnes", "zh": "月用量(吨)"}}]},
  {"no": 5, "key": "equipment", "title": {"en": "Equipment and outsourced volume", "zh": "设备与外发量"}, "fields": [
    {"key": "equipment_list", "type": "text", "title": {"en": "Equipment", "zh": "设备状况"}},
    {"key": "equipment_outsourced", "type": "decimal", "title": {"en": "Outsourced a month, tonnes", "zh": "月外发量(吨)"}}]},
  {"no": 6, "key": "suppliers", "title": {"en": "Supplier choice and problems", "zh": "供应商选择与问题"}, "fields": [
    {"key": "suppliers_present", "type": "text", "title": {"en": "Present suppliers", "zh": "现有供应商"}},
    {"key": "suppliers_criteria", "type": "choices", "title": {"en": "What decides", "zh": "选择标准"}, "options": [
      {"key": "price", "en": "Price", "zh": "价格"}, {"key": "quality", "en": "Quality", "zh": "质量"},
      {"key": "delivery", "en": "Delivery", "zh": "交期"}, {"key": "terms", "en": "Terms", "zh": "付款条件"}]},
    {"key": "suppliers_problems", "type": "text", "title": {"en": "Problems with them", "zh": "存在的问题"}}]},
  {"no": 7, "key": "buying", "title": {"en": "Buying process, prices and payment", "zh": "采购流程、价格与付款"}, "fields": [
    {"key": "buying_process", "type": "text", "title": {"en": "Buying process", "zh": "采购流程"}},
    {"key": "buying_price", "type": "decimal", "title": {"en": "Price paid now", "zh": "现采购价"}},
    {"key": "buying_payment", "type": "text", "title": {"en": "Terms of payment", "zh": "付款方式"}},
    {"key": "buying_next_on", "type": "date", "title": {"en": "Next purchase", "zh": "下次采购日期"}}]},
  {"no": 8, "key": "view", "title": {"en": "View of us", "zh": "对我司的看法"}, "fields": [
    {"key": "view_opinion", "type": "text", "title": {"en": "Opinion", "zh": "评价"}},
    {"key": "view_score", "type": "integer", "title": {"en": "Score, 1 to 5", "zh": "评分(1–5)"}, "minimum": 1, "maximum": 5}]},
  {"no": 9, "key": "next", "title": {"en": "Next step", "zh": "下一步"}, "fields": [
    {"key": "next_action", "type": "text", "title": {"en": "What happens next", "zh": "下一步行动"}},
    {"key": "next_by_us", "type": "bool", "title": {"en": "It is our turn", "zh": "由我方跟进"}}]}
]', 'The nine groups of the handbook', '2000-01-01Z');

-- Whose visits count as those of a key customer, from which day to before which; written by the sales manager (CUS-10).
CREATE TABLE visit_key_customers (
    id          uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers,
    valid_from  date NOT NULL,
    valid_to    date,
    reason      text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    set_by      uuid NOT NULL,
    CONSTRAINT visit_key_customers_once EXCLUDE USING gist (customer_id WITH =, daterange(valid_from, valid_to) WITH &&)
);
CREATE INDEX visit_key_customers_from ON visit_key_customers (valid_from, valid_to);

-- Which active customer was whose to visit, from which day to before which, so that what was due in a past week stays
-- what it was when customers change hands (CUS-10). It follows the customers by itself.
CREATE TABLE visit_rosters (
    customer_id uuid NOT NULL REFERENCES customers,
    owner_id    uuid NOT NULL REFERENCES users,
    valid_from  date NOT NULL,
    valid_to    date,
    CONSTRAINT visit_rosters_key PRIMARY KEY (customer_id, valid_from),
    CONSTRAINT visit_rosters_order CHECK (valid_from < valid_to)
);
CREATE INDEX visit_rosters_owner ON visit_rosters (owner_id, customer_id);

INSERT INTO visit_rosters (customer_id, owner_id, valid_from)
SELECT id, owner_id, (owned_at AT TIME ZONE 'Asia/Shanghai')::date FROM customers WHERE status = 'active';

-- +goose StatementBegin
CREATE FUNCTION follow_customer_roster() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (NEW.updated_at AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM visit_rosters WHERE customer_id = NEW.id AND valid_to IS NULL AND valid_from >= today;
        UPDATE visit_rosters SET valid_to = today WHERE customer_id = NEW.id AND valid_to IS NULL;
    END IF;
    IF NEW.status = 'active' THEN
        INSERT INTO visit_rosters (customer_id, owner_id, valid_from) VALUES (NEW.id, NEW.owner_id, today);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER customers_roster_begins AFTER INSERT ON customers FOR EACH ROW EXECUTE FUNCTION follow_customer_roster();
CREATE TRIGGER customers_roster_changes AFTER UPDATE OF owner_id, status ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id OR OLD.status <> NEW.status) EXECUTE FUNCTION follow_customer_roster();

-- Visits (拜访), with ids that the phone made. The plan and the report are two sections, each with the time at which the
-- phone wrote it: the later one wins, in whatever order they come.
CREATE TABLE visits (
    id                uuid PRIMARY KEY,
    rep_id            uuid NOT NULL REFERENCES users,
    customer_id       uuid REFERENCES customers,
    prospect_id       uuid,
    state             text NOT NULL CONSTRAINT visits_state CHECK (state IN ('planned', 'cancelled', 'done', 'missed')),
    planned_on        date,
    plan              jsonb,
    plan_hash         bytea,
    plan_written_at   timestamptz,
    visited_on        date,
    visited_at        timestamptz,
    report            jsonb,
    report_hash       bytea,
    report_written_at timestamptz,
    reported_at       timestamptz, -- when the first report came
    late              boolean NOT NULL,
    form_version      int REFERENCES visit_forms,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    version           bigint NOT NULL CHECK (version > 0),
    CONSTRAINT visits_one_subject CHECK (num_nonnulls(customer_id, prospect_id) = 1),
    CONSTRAINT visits_says_something CHECK (plan IS NOT NULL OR report IS NOT NULL),
    CONSTRAINT visits_plan_whole CHECK (num_nonnulls(plan, plan_hash, plan_written_at, planned_on) IN (0, 4)),
    CONSTRAINT visits_report_whole CHECK (num_nonnulls(report, report_hash, report_written_at, reported_at, visited_on, visited_at) IN (0, 6)),
    CONSTRAINT visits_done_is_reported CHECK ((state IN ('done', 'missed')) = (report IS NOT NULL)),
    CONSTRAINT visits_answers_name_their_form CHECK (report IS NULL OR (report ? 'answers') <= (form_version IS NOT NULL))
);
CREATE INDEX visits_rep ON visits (rep_id, id DESC);
CREATE INDEX visits_customer ON visits (customer_id, id DESC) WHERE customer_id IS NOT NULL;
CREATE INDEX visits_prospect ON visits (prospect_id, id DESC) WHERE prospect_id IS NOT NULL;
CREATE INDEX visits_rep_done ON visits (rep_id, visited_on) INCLUDE (customer_id, late) WHERE state = 'done';
CREATE INDEX visits_customer_done ON visits (customer_id, visited_on) INCLUDE (late) WHERE state = 'done' AND customer_id IS NOT NULL;

-- Everything that a phone ever sent about a visit, once: what was taken, and what came too late to be taken. Append-only.
CREATE TABLE visit_revisions (
    id          uuid PRIMARY KEY,
    visit_id    uuid NOT NULL REFERENCES visits,
    section     text NOT NULL CHECK (section IN ('plan', 'report')),
    written_at  timestamptz NOT NULL, -- by the phone
    hash        bytea NOT NULL,
    content     jsonb NOT NULL,
    taken       boolean NOT NULL,
    received_at timestamptz NOT NULL,
    received_by uuid NOT NULL,
    CONSTRAINT visit_revisions_once UNIQUE (visit_id, section, written_at, hash)
);
CREATE TRIGGER visit_revisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON visit_revisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('visit.ordinary_half_monthly', 'int', 'visit',  0, 50,   1),
    ('visit.report_days',           'int', 'day',    0, 365,  1),
    ('visit.late_after_days',       'int', 'day',    0, 365,  1),
    ('visit.plan_days',             'int', 'day',    1, 730,  1),
    ('visit.clock_minutes',         'int', 'minute', 0, 1440, 1)
ON CONFLICT DO NOTHING;
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason) VALUES
    ('visit.ordinary_half_monthly', 1, '1',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('visit.report_days',           1, '31', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('visit.late_after_days',       1, '1',  '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('visit.plan_days',             1, '92', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'),
    ('visit.clock_minutes',         1, '10', '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook')
ON CONFLICT DO NOTHING;

-- +goose Down
DROP TRIGGER customers_roster_begins ON customers;
DROP TRIGGER customers_roster_changes ON customers;
DROP FUNCTION follow_customer_roster();
DROP TABLE visit_revisions, visits, visit_rosters, visit_key_customers, visit_forms;
