-- +goose Up
-- What belongs to a customer or prospect goes with it to another owner (ORG-06). One function for each moves all of it, in the order in
-- which the program locks (see package pg): requests for approval, then documents, the rows of each kind in id order, and all customers
-- of a handover together. Requests go once more at the end: who was submitting one held its document, which was waited for.
DROP TRIGGER customers_owner_of_approvals ON customers;
DROP TRIGGER customers_owner_then_approvals ON customers;
DROP TRIGGER customers_owner_of_reviews ON customers;
DROP TRIGGER customers_owner_of_orders ON customers;
DROP TRIGGER customers_owner_of_shipping ON customers;
DROP TRIGGER customers_owner_of_opportunities ON customers;
DROP TRIGGER customers_owner_of_surveys ON customers;
DROP TRIGGER prospects_owner_of_approvals ON prospects;
DROP TRIGGER prospects_of_opportunities ON prospects;
DROP FUNCTION follow_customer_owner_approvals();
DROP FUNCTION follow_customer_owner_reviews();
DROP FUNCTION follow_customer_owner();
DROP FUNCTION follow_customer_owner_shipping();
DROP FUNCTION follow_customer_owner_opportunities();
DROP FUNCTION follow_customer_owner_surveys();
DROP FUNCTION follow_prospect_owner_approvals();
DROP FUNCTION follow_prospect_opportunities();

-- +goose StatementBegin
-- The requests about what belongs to these customers, and whose they are.
CREATE FUNCTION requests_of_customers(customers uuid[]) RETURNS TABLE (request uuid, belongs uuid) LANGUAGE sql STABLE AS $$
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
    ) d JOIN customers c ON c.id = d.customer_id JOIN approval_requests r ON r.subject_type = d.type AND r.subject_id = d.id
$$;

CREATE FUNCTION move_requests_of_customers(customers uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH held AS (
        SELECT r.id, o.belongs FROM requests_of_customers($1) o JOIN approval_requests r ON r.id = o.request
        WHERE r.owner_id IS DISTINCT FROM o.belongs ORDER BY r.id FOR NO KEY UPDATE OF r
    )
    UPDATE approval_requests r SET owner_id = held.belongs FROM held WHERE r.id = held.id;
END $$;

CREATE FUNCTION follow_customers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved uuid[];
    kind  text;
BEGIN
    SELECT array_agg(n.id) INTO moved FROM became n JOIN was o ON o.id = n.id WHERE o.owner_id <> n.owner_id;
    IF moved IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM move_requests_of_customers(moved);
    FOREACH kind IN ARRAY '{credit_reviews,new_product_requests,samples,quotations,inquiries,order_changes,contracts,orders,production_requests,production_lines,production_troubles,delivery_checks,shipping_notices,delivery_notes,customer_notices,opportunities,surveys}'::text[] LOOP
        EXECUTE format('WITH held AS (
                SELECT d.id, c.owner_id FROM %1$I d JOIN customers c ON c.id = d.customer_id
                WHERE d.customer_id = ANY ($1) AND d.owner_id <> c.owner_id ORDER BY d.id FOR NO KEY UPDATE OF d
            )
            UPDATE %1$I d SET owner_id = held.owner_id FROM held WHERE d.id = held.id', kind) USING moved;
        IF kind = 'production_lines' THEN
            UPDATE production_materials m SET owner_id = r.owner_id FROM production_requests r
                WHERE r.customer_id = ANY (moved) AND m.request_id = r.id AND m.owner_id <> r.owner_id;
        END IF;
    END LOOP;
    PERFORM move_requests_of_customers(moved);
    RETURN NULL;
END $$;

CREATE FUNCTION move_requests_of_prospects(prospects uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH held AS (
        SELECT r.id, d.owner_id FROM (
            SELECT 'prospect' AS type, id, owner_id FROM prospects p WHERE p.id = ANY ($1)
            UNION ALL SELECT 'sample', x.id, coalesce(c.owner_id, p.owner_id)
                FROM samples x JOIN prospects p ON p.id = x.prospect_id LEFT JOIN customers c ON c.id = p.customer_id WHERE p.id = ANY ($1)
            UNION ALL SELECT 'quotation', q.id, coalesce(c.owner_id, p.owner_id)
                FROM quotations q JOIN prospects p ON p.id = q.prospect_id LEFT JOIN customers c ON c.id = p.customer_id WHERE p.id = ANY ($1)
        ) d JOIN approval_requests r ON r.subject_type = d.type AND r.subject_id = d.id
        WHERE r.owner_id IS DISTINCT FROM d.owner_id ORDER BY r.id FOR NO KEY UPDATE OF r
    )
    UPDATE approval_requests r SET owner_id = held.owner_id FROM held WHERE r.id = held.id;
END $$;

-- A prospect that has become a customer gives it all that was its own.
CREATE FUNCTION follow_prospects() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved uuid[];
    kind  text;
BEGIN
    SELECT array_agg(n.id) INTO moved FROM became n JOIN was o ON o.id = n.id
        WHERE o.owner_id <> n.owner_id OR o.customer_id IS DISTINCT FROM n.customer_id;
    IF moved IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM move_requests_of_prospects(moved);
    FOREACH kind IN ARRAY '{samples,quotations,inquiries,opportunities}'::text[] LOOP
        EXECUTE format('WITH held AS (
                SELECT d.id, p.customer_id, coalesce(c.owner_id, p.owner_id) AS owner_id
                FROM %1$I d JOIN prospects p ON p.id = d.prospect_id LEFT JOIN customers c ON c.id = p.customer_id
                WHERE d.prospect_id = ANY ($1) AND d.customer_id IS NULL ORDER BY d.id FOR NO KEY UPDATE OF d
            )
            UPDATE %1$I d SET owner_id = held.owner_id, customer_id = held.customer_id FROM held WHERE d.id = held.id', kind) USING moved;
        IF kind = 'inquiries' THEN
            UPDATE demand_surveys d SET customer_id = p.customer_id FROM prospects p
                WHERE p.id = ANY (moved) AND p.customer_id IS NOT NULL AND d.prospect_id = p.id AND d.customer_id IS NULL;
        END IF;
    END LOOP;
    PERFORM move_requests_of_prospects(moved);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER customers_owners AFTER UPDATE ON customers REFERENCING OLD TABLE AS was NEW TABLE AS became
    FOR EACH STATEMENT EXECUTE FUNCTION follow_customers();
CREATE TRIGGER prospects_owners AFTER UPDATE ON prospects REFERENCING OLD TABLE AS was NEW TABLE AS became
    FOR EACH STATEMENT EXECUTE FUNCTION follow_prospects();

-- +goose Down
DROP TRIGGER prospects_owners ON prospects;
DROP TRIGGER customers_owners ON customers;
DROP FUNCTION follow_prospects();
DROP FUNCTION move_requests_of_prospects(uuid[]);
DROP FUNCTION follow_customers();
DROP FUNCTION move_requests_of_customers(uuid[]);
DROP FUNCTION requests_of_customers(uuid[]);

-- +goose StatementBegin
CREATE FUNCTION follow_prospect_opportunities() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.customer_id IS NOT NULL THEN
        UPDATE opportunities SET customer_id = NEW.customer_id, owner_id = (SELECT owner_id FROM customers WHERE id = NEW.customer_id)
            WHERE prospect_id = NEW.id AND customer_id IS NULL;
    ELSE
        UPDATE opportunities SET owner_id = NEW.owner_id WHERE prospect_id = NEW.id AND customer_id IS NULL;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION follow_prospect_owner_approvals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE approval_requests SET owner_id = NEW.owner_id WHERE subject_type = 'prospect' AND subject_id = NEW.id;
    RETURN NULL;
END $$;

CREATE FUNCTION follow_customer_owner_surveys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE surveys SET owner_id = NEW.owner_id WHERE customer_id = NEW.id;
    RETURN NULL;
END $$;

CREATE FUNCTION follow_customer_owner_opportunities() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE opportunities SET owner_id = NEW.owner_id WHERE customer_id = NEW.id;
    RETURN NULL;
END $$;

CREATE FUNCTION follow_customer_owner_shipping() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE shipping_notices SET owner_id = NEW.owner_id WHERE customer_id = NEW.id;
    UPDATE delivery_notes SET owner_id = NEW.owner_id WHERE customer_id = NEW.id;
    RETURN NULL;
END $$;

CREATE FUNCTION follow_customer_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orders SET owner_id = NEW.owner_id WHERE customer_id = NEW.id;
    RETURN NULL;
END $$;

CREATE FUNCTION follow_customer_owner_reviews() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE credit_reviews SET owner_id = NEW.owner_id WHERE customer_id = NEW.id;
    RETURN NULL;
END $$;

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
CREATE TRIGGER prospects_of_opportunities AFTER UPDATE OF owner_id, customer_id ON prospects
    FOR EACH ROW EXECUTE FUNCTION follow_prospect_opportunities();
CREATE TRIGGER prospects_owner_of_approvals AFTER UPDATE OF owner_id ON prospects
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_prospect_owner_approvals();
CREATE TRIGGER customers_owner_of_surveys AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner_surveys();
CREATE TRIGGER customers_owner_of_opportunities AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner_opportunities();
CREATE TRIGGER customers_owner_of_shipping AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner_shipping();
CREATE TRIGGER customers_owner_of_orders AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner();
CREATE TRIGGER customers_owner_of_reviews AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner_reviews();
CREATE TRIGGER customers_owner_then_approvals AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner_approvals();
CREATE TRIGGER customers_owner_of_approvals AFTER UPDATE OF owner_id ON customers
    FOR EACH ROW WHEN (OLD.owner_id <> NEW.owner_id) EXECUTE FUNCTION follow_customer_owner_approvals();
