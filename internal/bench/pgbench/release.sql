\set i :i + 1
\set n :client_id + :i * :clients
\set key random(1, 9000000000000000000)
BEGIN;
SELECT pg_try_advisory_xact_lock(hashtextextended(bench.id(3, 1)::text || :key, 0)), k.status, k.answer
    FROM (SELECT 1) one LEFT JOIN idempotency_keys k ON k.actor_id = bench.id(3, 1) AND k.key = :key;
SELECT n.id AS notice, n.payer_id AS payer, n.amount, r.id AS request, r.submitted_by AS submitter, encode(r.content_hash, 'hex') AS hash,
        bench.new_id() AS vote
    FROM bench.supply s JOIN shipping_notices n ON n.id = s.id JOIN approval_requests r ON r.id = n.approval_id
    WHERE s.n = :n AND n.state = 'checked' AND r.state = 'pending' FOR UPDATE OF r \gset
INSERT INTO approval_decisions (id, request_id, submitted_by, step, slot, mode, stage, role, outcome, comment, decided_by, verbal, recorded_by,
        content_hash, decided_at)
    VALUES (:vote, :request, :submitter, 0, 0, 'any', 'sales_manager', 'sales_manager', 'approve', '', bench.id(3, 41), false, bench.id(3, 41),
        decode(:hash, 'hex'), now());
WITH closed AS (UPDATE approval_tasks SET state = 'done', closed_at = now(), closed_by = bench.id(3, 41) WHERE request_id = :request AND state = 'open')
    UPDATE approval_requests SET state = 'approved', step = 1, final_decision_id = :vote, closed_at = now(), closed_by = bench.id(3, 41),
        version = version + 1 WHERE id = :request;
SELECT (array_agg(order_id))[1] AS order_id, json_agg(l) AS lines FROM shipping_notice_lines l WHERE notice_id = :notice \gset
SELECT receivable + shipped + released - prepaid FROM credit_accounts WHERE payer_id = :payer FOR UPDATE;
SELECT state FROM orders WHERE id = :order_id FOR UPDATE;
SELECT bool_and(noticed + shipped < quantity) FROM order_lines WHERE order_id = :order_id;
SELECT state FROM shipping_notices WHERE id = :notice FOR UPDATE;
SELECT o.overdue, o.oldest, p.* FROM (SELECT :payer::uuid AS payer_id) c
    JOIN credit_profiles p ON p.customer_id = c.payer_id AND p.valid_to IS NULL
    CROSS JOIN LATERAL (SELECT sum(i.open_amount) AS overdue, min(i.due_on) AS oldest FROM credit_open_items i
        WHERE i.payer_id = c.payer_id AND i.part = 'receivable' AND i.open_amount > 0 AND i.due_on < current_date) o;
WITH moved AS (UPDATE order_lines l SET noticed = l.noticed + s.quantity FROM shipping_notice_lines s WHERE s.notice_id = :notice AND l.id = s.order_line_id)
    UPDATE orders SET updated_at = now(), version = version + 1 WHERE id = :order_id;
WITH a AS (UPDATE credit_accounts SET released = released + :amount::numeric, last_seq = last_seq + 1 WHERE payer_id = :payer RETURNING last_seq, released),
    m AS (INSERT INTO credit_movements (payer_id, seq, at, happened_on, part, amount, balance_after, document_type, document_id, item_id, reason)
        SELECT :payer::uuid, last_seq, now(), current_date, 'released', :amount::numeric, released, 'shipping_notice', :notice::uuid, :notice::uuid, 'released' FROM a)
    INSERT INTO credit_open_items (payer_id, part, item_id, open_amount) VALUES (:payer, 'released', :notice, :amount);
INSERT INTO decisions (id, gate, subject_type, subject_id, outcome, checks, matter, matrix_version, decided_by, at)
    SELECT bench.new_id(), 'shipment', 'shipping_notice', :notice::uuid, 'passed', gate, 'shipment.release', 1, bench.id(3, 41), now()
    FROM bench.sample, generate_series(1, 2);
INSERT INTO events (at, actor_id, actor_kind, request_id, action, subject_type, subject_id, before, after)
    SELECT now(), bench.id(3, 41), 'user', left(:notice, 24), action, 'shipping_notice', :notice::uuid, before, released
    FROM bench.sample, (VALUES ('approveRequest'), ('releaseShippingNotice')) a (action);
UPDATE shipping_notices SET state = 'released', released_by = bench.id(3, 41), released_at = now(), updated_at = now(), version = version + 1
    WHERE id = :notice;
INSERT INTO idempotency_keys (actor_id, key, operation, request_hash, status, answer, created_at)
    SELECT bench.id(3, 1), :key, 'releaseShippingNotice', decode(repeat('00', 32), 'hex'), 200, answer, now() FROM bench.sample;
COMMIT;
