-- +goose Up
-- The owner of a document reads its approvals (ORG-06), and the document goes with its customer or prospect. Documents that are being
-- submitted are waited for by the triggers that move them, so this goes twice: before them, in the lock order, and once more after
-- them for requests that were written meanwhile.
-- +goose StatementBegin
CREATE FUNCTION follow_customer_owner_approvals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH documents AS (
        SELECT 'order' AS type, id FROM orders WHERE customer_id = NEW.id
        UNION ALL SELECT 'shipping_notice', id FROM shipping_notices WHERE customer_id = NEW.id
        UNION ALL SELECT 'special_release', s.id FROM special_releases s JOIN shipping_notices n ON n.id = s.notice_id WHERE n.customer_id = NEW.id
        UNION ALL SELECT 'credit_limit_request', id FROM credit_limit_requests WHERE customer_id = NEW.id
        UNION ALL SELECT 'customer_application', id FROM customer_applications WHERE customer_id = NEW.id
        UNION ALL SELECT 'customer_change', id FROM customer_changes WHERE customer_id = NEW.id
    ), held AS (
        SELECT r.id FROM documents d JOIN approval_requests r ON r.subject_type = d.type AND r.subject_id = d.id
        WHERE r.owner_id IS DISTINCT FROM NEW.owner_id ORDER BY r.id FOR NO KEY UPDATE OF r
    )
    UPDATE approval_requests r SET owner_id = NEW.owner_id FROM held WHERE r.id = held.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER customers_owner_of_approvals AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner_approvals();
CREATE TRIGGER customers_owner_then_approvals AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner_approvals();

-- +goose StatementBegin
CREATE FUNCTION follow_prospect_owner_approvals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE approval_requests SET owner_id = NEW.owner_id WHERE subject_type = 'prospect' AND subject_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER prospects_owner_of_approvals AFTER UPDATE OF owner_id ON prospects
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_prospect_owner_approvals();

-- Requests that were submitted before they had owners.
WITH owners AS (
    SELECT 'order' AS type, id, owner_id FROM orders
    UNION ALL SELECT 'shipping_notice', id, owner_id FROM shipping_notices
    UNION ALL SELECT 'special_release', s.id, n.owner_id FROM special_releases s JOIN shipping_notices n ON n.id = s.notice_id
    UNION ALL SELECT 'credit_limit_request', q.id, c.owner_id FROM credit_limit_requests q JOIN customers c ON c.id = q.customer_id
    UNION ALL SELECT 'customer_application', q.id, c.owner_id FROM customer_applications q JOIN customers c ON c.id = q.customer_id
    UNION ALL SELECT 'customer_change', q.id, c.owner_id FROM customer_changes q JOIN customers c ON c.id = q.customer_id
    UNION ALL SELECT 'prospect', id, owner_id FROM prospects
    UNION ALL SELECT 'campaign', id, owner_id FROM campaigns
)
UPDATE approval_requests r SET owner_id = o.owner_id FROM owners o
    WHERE r.subject_type = o.type AND r.subject_id = o.id AND r.owner_id IS DISTINCT FROM o.owner_id;

-- +goose Down
DROP TRIGGER prospects_owner_of_approvals ON prospects;
DROP FUNCTION follow_prospect_owner_approvals();
DROP TRIGGER customers_owner_then_approvals ON customers;
DROP TRIGGER customers_owner_of_approvals ON customers;
DROP FUNCTION follow_customer_owner_approvals();
