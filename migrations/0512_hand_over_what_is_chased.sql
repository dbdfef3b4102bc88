-- +goose Up
-- What is asked about emergency releases goes with the customer to its next owner (ORG-06), and a handover lists what is stated, disputed, promised and
-- given up of a customer (CUS-13).
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION requests_of_customers(customers uuid[]) RETURNS TABLE (request uuid, belongs uuid) LANGUAGE sql STABLE AS $$
    SELECT r.id, c.owner_id FROM (
        SELECT 'customer_application' AS type, id, customer_id FROM customer_applications WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'customer_change', id, customer_id FROM customer_changes WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'credit_limit_request', id, customer_id FROM credit_limit_requests WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'settlement_bridge', id, customer_id FROM settlement_bridges WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'new_product_request', id, customer_id FROM new_product_requests WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'sample', id, customer_id FROM samples WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'quotation', id, customer_id FROM quotations WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'order_change', id, customer_id FROM order_changes WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'contract', id, customer_id FROM contracts WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'order', id, customer_id FROM orders WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'shipping_notice', id, customer_id FROM shipping_notices WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'special_release', s.id, n.customer_id FROM shipping_notices n JOIN special_releases s ON s.notice_id = n.id WHERE n.customer_id = ANY ($1)
        UNION ALL SELECT 'emergency_release', e.id, n.customer_id FROM shipping_notices n JOIN emergency_releases e ON e.notice_id = n.id WHERE n.customer_id = ANY ($1)
        UNION ALL SELECT 'disputed_item', id, customer_id FROM disputed_items WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'bad_debt', id, payer_id FROM bad_debts WHERE payer_id = ANY ($1)
    ) d JOIN customers c ON c.id = d.customer_id JOIN approval_requests r ON r.subject_type = d.type AND r.subject_id = d.id
$$;
-- +goose StatementEnd
ALTER TABLE handover_items DROP CONSTRAINT handover_items_kind_check,
    ADD CONSTRAINT handover_items_kind_check CHECK (kind IN ('order', 'contract', 'notice', 'receivable', 'follow_up', 'complaint', 'statement', 'disputed_item', 'payment_promise', 'bad_debt'));

-- +goose Down
ALTER TABLE handover_items DROP CONSTRAINT handover_items_kind_check,
    ADD CONSTRAINT handover_items_kind_check CHECK (kind IN ('order', 'contract', 'notice', 'receivable', 'follow_up', 'complaint')) NOT VALID;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION requests_of_customers(customers uuid[]) RETURNS TABLE (request uuid, belongs uuid) LANGUAGE sql STABLE AS $$
    SELECT r.id, c.owner_id FROM (
        SELECT 'customer_application' AS type, id, customer_id FROM customer_applications WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'customer_change', id, customer_id FROM customer_changes WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'credit_limit_request', id, customer_id FROM credit_limit_requests WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'settlement_bridge', id, customer_id FROM settlement_bridges WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'new_product_request', id, customer_id FROM new_product_requests WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'sample', id, customer_id FROM samples WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'quotation', id, customer_id FROM quotations WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'order_change', id, customer_id FROM order_changes WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'contract', id, customer_id FROM contracts WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'order', id, customer_id FROM orders WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'shipping_notice', id, customer_id FROM shipping_notices WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'special_release', s.id, n.customer_id FROM shipping_notices n JOIN special_releases s ON s.notice_id = n.id WHERE n.customer_id = ANY ($1)
        UNION ALL SELECT 'disputed_item', id, customer_id FROM disputed_items WHERE customer_id = ANY ($1)
        UNION ALL SELECT 'bad_debt', id, payer_id FROM bad_debts WHERE payer_id = ANY ($1)
    ) d JOIN customers c ON c.id = d.customer_id JOIN approval_requests r ON r.subject_type = d.type AND r.subject_id = d.id
$$;
-- +goose StatementEnd
