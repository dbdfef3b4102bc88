\set c random(1, :customers)
\set key random(1, 9000000000000000000)
\set p1 random(1, 40)
\set p2 random(41, 80)
\set p3 random(81, 120)
BEGIN;
SELECT pg_try_advisory_xact_lock(hashtextextended(bench.id(3, 1)::text || :key, 0)), k.status, k.answer
    FROM (SELECT 1) one LEFT JOIN idempotency_keys k ON k.actor_id = bench.id(3, 1) AND k.key = :key;
SELECT c.owner_id, c.payer_id, a.receivable, a.shipped, a.released, a.prepaid, o.overdue, o.oldest, p.*
    FROM (SELECT owner_id, coalesce(bill_to_id, id) AS payer_id FROM customers WHERE id = bench.id(4, :c)) c
    JOIN credit_accounts a ON a.payer_id = c.payer_id
    JOIN credit_profiles p ON p.customer_id = c.payer_id AND p.valid_to IS NULL
    CROSS JOIN LATERAL (SELECT sum(i.open_amount) AS overdue, min(i.due_on) AS oldest FROM credit_open_items i
        WHERE i.payer_id = c.payer_id AND i.part = 'receivable' AND i.open_amount > 0 AND i.due_on < current_date) o;
SELECT l.number, t.number, p.id, p.code, p.name, p.unit, p.tax_rate, b.price
    FROM (SELECT number FROM base_price_lists WHERE state = 'published' AND effective_at <= now() ORDER BY effective_at DESC LIMIT 1) l
    CROSS JOIN (SELECT number FROM price_authority_tables WHERE state = 'published' AND effective_at <= now() ORDER BY effective_at DESC LIMIT 1) t
    JOIN products p ON p.id = ANY (ARRAY[bench.id(5, :p1), bench.id(5, :p2), bench.id(5, :p3)])
    CROSS JOIN LATERAL (SELECT price FROM valid_base_prices WHERE product_id = p.id AND effective_at <= now() ORDER BY effective_at DESC LIMIT 1) b;
WITH n AS (
    INSERT INTO number_series (series, period, last) VALUES ('SO', to_char(now(), 'YYYYMM'), 1)
    ON CONFLICT (series, period) DO UPDATE SET last = number_series.last + 1 RETURNING last
), header AS (
    INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days,
        header_discount, gross, total, tax, currency, remarks, state_reason, content, submitted_by, submitted_at, confirmed_at, created_by,
        created_at, updated_at, version)
    SELECT bench.new_id(), 'SO-' || to_char(now(), 'YYYYMM') || '-' || lpad(last::text, greatest(5, length(last::text)), '0'), bench.id(4, :c),
        bench.id(3, 1), 'confirmed', 1, 'api', '', 'net_days', 30, 0, 300, 300, 34.51, 'CNY', '', '', decode(repeat('00', 32), 'hex'),
        bench.id(3, 1), now(), now(), bench.id(3, 1), now(), now(), 1 FROM n RETURNING id, number
), line AS (
    INSERT INTO order_lines (id, order_id, line_no, product_id, unit, price, quantity, tax_rate, amount, net_amount, remarks, noticed, shipped)
    SELECT bench.new_id(), id, line_no, product_id, 'kg', 10, 10, 0.13, 100, 100, '', 0, 0
    FROM header, (VALUES (1, bench.id(5, :p1)), (2, bench.id(5, :p2)), (3, bench.id(5, :p3))) l (line_no, product_id)
)
SELECT id AS order_id, number AS order_number FROM header \gset
INSERT INTO approval_requests (id, matter, subject_type, subject_id, number, title_en, title_zh, submitted_by, submitter_kind, submitter_roles,
        submitted_at, matrix_version, facts, route, content, content_hash, state, step, closed_at, close_reason, version)
    SELECT bench.new_id(), 'order.confirm', 'order', :order_id::uuid, :order_number, title_en, title_zh, bench.id(3, 1), 'user', '{sales_rep}',
        now(), 1, facts, route, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), 'approved', 0, now(), '', 1 FROM bench.sample;
INSERT INTO decisions (id, gate, subject_type, subject_id, outcome, checks, matter, matrix_version, decided_by, at)
    SELECT bench.new_id(), 'order', 'order', :order_id::uuid, 'passed', checks, 'order.confirm', 1, bench.id(3, 1), now() FROM bench.sample;
INSERT INTO events (at, actor_id, actor_kind, request_id, action, subject_type, subject_id, after)
    SELECT now(), bench.id(3, 1), 'user', left(:order_id, 24), 'createOrder', 'order', :order_id::uuid, after FROM bench.sample;
INSERT INTO idempotency_keys (actor_id, key, operation, request_hash, status, answer, created_at)
    SELECT bench.id(3, 1), :key, 'createOrder', decode(repeat('00', 32), 'hex'), 201, answer, now() FROM bench.sample;
COMMIT;
