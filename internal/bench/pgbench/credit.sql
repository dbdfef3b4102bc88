\set c random(1, :customers)
SELECT c.owner_id, c.payer_id, a.receivable, a.shipped, a.released, a.prepaid, o.overdue, o.oldest, p.*
    FROM (SELECT owner_id, coalesce(bill_to_id, id) AS payer_id FROM customers WHERE id = bench.id(4, :c)) c
    JOIN credit_accounts a ON a.payer_id = c.payer_id
    JOIN credit_profiles p ON p.customer_id = c.payer_id AND p.valid_to IS NULL
    CROSS JOIN LATERAL (SELECT sum(i.open_amount) AS overdue, min(i.due_on) AS oldest FROM credit_open_items i
        WHERE i.payer_id = c.payer_id AND i.part = 'receivable' AND i.open_amount > 0 AND i.due_on < current_date) o;
