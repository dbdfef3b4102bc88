-- Loads the benchmark's company. bench.orders and bench.customers are set by load.go. Steps are separated by lines that
-- begin with "-- step". Triggers and foreign keys are off while loading: the rows are consistent by construction.
-- step ids
CREATE SCHEMA bench;
CREATE FUNCTION bench.id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
-- A new id in the order of time, for pgbench, whose PostgreSQL may have no uuidv7().
CREATE FUNCTION bench.new_id() RETURNS uuid LANGUAGE sql VOLATILE AS
$$ SELECT (substr(t, 1, 8) || '-' || substr(t, 9, 4) || '-7' || substr(r, 16, 3) || substr(r, 19))::uuid
   FROM lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') t, CAST(gen_random_uuid() AS text) r $$;
-- step notices
CREATE SEQUENCE bench.notices;
CREATE SEQUENCE bench.notices_of_one;
-- step people
SET session_replication_role = replica;
INSERT INTO departments (id, code, name, active, created_at, version)
VALUES (bench.id(1, 1), 'SALES', 'Sales', true, now(), 1), (bench.id(1, 2), 'FINANCE', 'Finance', true, now(), 1);
INSERT INTO teams (id, code, name, department_id, active, created_at, version)
SELECT bench.id(2, t), 'TEAM' || t, 'Team ' || t, bench.id(1, 1), true, now(), 1 FROM generate_series(1, 4) t;
INSERT INTO users (id, username, name, phone, roles, department_id, team_id, active, locale, must_change_password, password_hash, token_epoch, created_at, version)
SELECT bench.id(3, u), 'rep' || u, 'Rep ' || u, '', '{sales_rep}', bench.id(1, 1), bench.id(2, 1 + u % 4), true, 'en', false,
    current_setting('bench.password'), 0, now(), 1
FROM generate_series(1, 8) u;
INSERT INTO users (id, username, name, phone, roles, department_id, active, locale, must_change_password, password_hash, token_epoch, created_at, version)
SELECT bench.id(3, n), username, username, '', ARRAY[role], bench.id(1, department), true, 'en', false, current_setting('bench.password'), 0, now(), 1
FROM (VALUES (41, 'manager', 'sales_manager', 1), (42, 'finance', 'finance_manager', 2), (43, 'gm', 'general_manager', 2)) AS p (n, username, role, department);
-- step products
INSERT INTO products (id, code, name, name_en, spec, unit, kind, lifecycle, tax_rate, active, created_at, updated_at, version)
SELECT bench.id(5, p), 'P-' || lpad(p::text, 4, '0'), 'Example fibre ' || p, '', '1.5D', 'kg', 'finished', 'standard', 0.13, true, now(), now(), 1
FROM generate_series(1, 120) p;
INSERT INTO base_price_lists (id, number, state, effective_at, reason_kind, reason, created_at, published_at, version)
VALUES (bench.id(6, 1), 'BPL-BENCH', 'published', '2020-01-01', 'opening', 'Benchmark', now(), now(), 1);
INSERT INTO base_prices (product_id, effective_at, price, list_id, reason)
SELECT bench.id(5, p), '2020-01-01', 10 + p % 20, bench.id(6, 1), 'Benchmark' FROM generate_series(1, 120) p;
-- step stock: of every product a lot that passed its inspection, in one of two warehouses
INSERT INTO warehouses (id, code, name, active, created_at, updated_at, version)
SELECT bench.id(11, w), 'W' || w, 'Warehouse ' || w, true, now(), now(), 1 FROM generate_series(1, 2) w;
INSERT INTO stock_lots (id, product_id, lot_no, received_on, inspection, report_id, created_at, updated_at, version)
SELECT bench.id(12, p), bench.id(5, p), 'L' || p, '2024-01-01', 'passed', bench.id(13, p), now(), now(), 2 FROM generate_series(1, 120) p;
INSERT INTO inspection_reports (id, number, lot_id, result, figures, inspector, remarks, external_no, inspected_at, recorded_at)
SELECT bench.id(13, p), 'QI-000000-' || lpad(p::text, 5, '0'), bench.id(12, p), 'passed', '[]', '', '', '', '2024-01-01Z', now() FROM generate_series(1, 120) p;
INSERT INTO stock_levels (lot_id, warehouse_id, product_id, inspection, on_hand, reserved)
SELECT bench.id(12, p), bench.id(11, 1 + p % 2), bench.id(5, p), 'passed', 1000000000, 0 FROM generate_series(1, 120) p;
INSERT INTO stock_movements (id, kind, product_id, lot_id, warehouse_id, quantity, on_hand, reserved, reason, document_no, external_no, moved_on, recorded_at)
SELECT bench.id(14, p), 'receipt', bench.id(5, p), bench.id(12, p), bench.id(11, 1 + p % 2), 1000000000, 1000000000, 0, '', '', '', '2024-01-01', now()
FROM generate_series(1, 120) p;
-- step customers
INSERT INTO customers (id, code, name, name_key, name_grams, industry, region, remarks, status, owner_id, owned_at, created_at, updated_at, version)
SELECT bench.id(4, c), 'C-' || lpad(c::text, 6, '0'), 'Example Textiles ' || c, 'exampletextiles' || c, ARRAY['e' || c], '', '', '', 'active',
    bench.id(3, 1 + c % 8), now(), now(), now(), 1
FROM generate_series(1, current_setting('bench.customers')::int) c;
INSERT INTO credit_profiles (id, customer_id, grade, limit_kind, limit_amount, settlement, terms_days, next_review, valid_from)
SELECT bench.id(10, c), bench.id(4, c), 'A', 'amount', 900000000000, 'net_days', 30, '2099-01-01', '2020-01-01'
FROM generate_series(1, current_setting('bench.customers')::int) c;
-- step credit: ten open items each, and with every tenth customer three of them are overdue
INSERT INTO credit_accounts (payer_id, receivable, shipped, released, prepaid, last_seq, first_trade)
SELECT bench.id(4, c), 10000, 0, 0, 0, 10, '2024-01-01' FROM generate_series(1, current_setting('bench.customers')::int) c;
CREATE TEMPORARY TABLE item AS
SELECT bench.id(4, c) AS payer_id, n, bench.id(9, c * 10 + n) AS item_id,
    current_date + CASE WHEN c % 10 = 0 AND n < 4 THEN -10 * n ELSE 20 + n END AS due_on
FROM generate_series(1, current_setting('bench.customers')::int) c, generate_series(1, 10) n;
INSERT INTO credit_movements (payer_id, seq, at, happened_on, part, amount, balance_after, document_type, document_id, item_id, due_on, reason)
SELECT payer_id, n, now() - interval '90 days', current_date - 90, 'receivable', 1000, 1000 * n, 'opening', item_id, item_id, due_on, 'opening balance' FROM item;
INSERT INTO credit_open_items (payer_id, part, item_id, open_amount, due_on) SELECT payer_id, 'receivable', item_id, 1000, due_on FROM item;
DROP TABLE item;
-- step orders
INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days, header_discount,
    gross, total, tax, currency, remarks, state_reason, content, submitted_at, confirmed_at, ended_at, created_at, updated_at, version)
SELECT bench.id(7, o), 'SO-000000-' || lpad(o::text, 8, '0'), bench.id(4, c), bench.id(3, 1 + c % 8), state, 1, 'api', '', 'net_days', 30, 0,
    300, 300, 34.51, 'CNY', '', '', decode(repeat('00', 32), 'hex'), at, CASE WHEN state <> 'submitted' THEN at END,
    CASE WHEN state IN ('closed', 'cancelled') THEN at END, at, at, 1
FROM (
    SELECT o, 1 + o % current_setting('bench.customers')::int AS c, '2024-01-01'::timestamptz + o * interval '1 minute' AS at,
        CASE WHEN o % 100 < 6 THEN 'confirmed' WHEN o % 100 = 6 THEN 'submitted' WHEN o % 100 < 9 THEN 'cancelled' ELSE 'closed' END AS state
    FROM generate_series(1, current_setting('bench.orders')::int) o
) made;
-- step lines
INSERT INTO order_lines (id, order_id, line_no, product_id, unit, price, quantity, tax_rate, amount, net_amount, remarks, noticed, shipped)
SELECT bench.id(8, o * 4 + n), bench.id(7, o), n, bench.id(5, 1 + (o * 7 + n * 13) % 120), 'kg', 10, 10, 0.13, 100, 100, '', 0,
    CASE WHEN o % 100 < 9 THEN 0 ELSE 10 END
FROM generate_series(1, current_setting('bench.orders')::int) o, generate_series(1, 3) n;
SET session_replication_role = DEFAULT;
-- step statistics
VACUUM (ANALYZE) departments, teams, users, products, base_prices, base_price_lists, customers, credit_profiles, credit_accounts, credit_movements,
    credit_open_items, orders, order_lines, warehouses, stock_lots, stock_levels, stock_movements, inspection_reports;
-- step checkpoint
CHECKPOINT;
