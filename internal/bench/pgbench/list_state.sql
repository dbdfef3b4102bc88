SELECT o.id, o.number, o.customer_id, c.code, c.name, o.owner_id, o.state, o.revision, o.customer_order_no, o.total, o.currency, o.created_at, o.version
    FROM (SELECT * FROM orders WHERE state = 'confirmed' ORDER BY id DESC LIMIT 51) o
    JOIN customers c ON c.id = o.customer_id ORDER BY o.id DESC;
