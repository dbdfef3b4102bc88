-- +goose Up

-- ARV-01: what of a notice's cover was set aside for one of its orders before, so that it goes back there when the notice doesn't take it.
ALTER TABLE notice_covers ADD COLUMN order_id uuid;
ALTER TABLE notice_covers DROP CONSTRAINT notice_covers_pkey,
    ADD CONSTRAINT notice_covers_once UNIQUE NULLS NOT DISTINCT (notice_id, receipt_id, order_id);

-- SHP-10: nothing stays set aside beyond what is to leave or to be invoiced yet. Of each notice the oldest money stays.
WITH needed AS (
    SELECT n.id, CASE WHEN n.state IN ('submitted', 'checked', 'blocked', 'released', 'partly_dispatched') THEN n.amount - n.dispatched_amount ELSE 0 END
        + coalesce((SELECT sum(l.amount + l.corrected_amount - l.invoiced_amount - l.returned_amount) FROM delivery_notes d
            JOIN delivery_note_lines l ON l.delivery_note_id = d.id WHERE d.notice_id = n.id AND d.state <> 'cancelled'), 0) AS amount
    FROM shipping_notices n WHERE n.id IN (SELECT notice_id FROM notice_covers WHERE amount > 0)
), before AS (
    SELECT notice_id, receipt_id, amount, sum(amount) OVER (PARTITION BY notice_id ORDER BY receipt_id) - amount AS earlier FROM notice_covers WHERE amount > 0
)
UPDATE notice_covers c SET amount = greatest(least(b.amount, n.amount - b.earlier), 0)
FROM before b JOIN needed n ON n.id = b.notice_id
WHERE c.notice_id = b.notice_id AND c.receipt_id = b.receipt_id AND b.amount > n.amount - b.earlier;

UPDATE receipts r SET covering = s.amount, version = r.version + 1
FROM (SELECT x.id, coalesce((SELECT sum(c.amount) FROM notice_covers c WHERE c.receipt_id = x.id), 0)
        + coalesce((SELECT sum(d.amount) FROM order_deposits d WHERE d.receipt_id = x.id), 0) AS amount FROM receipts x WHERE x.covering > 0) s
WHERE s.id = r.id AND s.amount < r.covering;

-- +goose Down
CREATE TEMPORARY TABLE merged ON COMMIT DROP AS SELECT notice_id, receipt_id, sum(amount) AS amount FROM notice_covers GROUP BY 1, 2;
DELETE FROM notice_covers;
ALTER TABLE notice_covers DROP CONSTRAINT notice_covers_once, DROP COLUMN order_id;
INSERT INTO notice_covers (notice_id, receipt_id, amount) SELECT notice_id, receipt_id, amount FROM merged;
ALTER TABLE notice_covers ADD CONSTRAINT notice_covers_pkey PRIMARY KEY (notice_id, receipt_id);
