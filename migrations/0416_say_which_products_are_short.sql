-- +goose Up
-- Products of which an allotment is proposed or confirmed (ORD-08): whoever locks an order's lines learns with them whether the
-- allotments have to be asked.
CREATE VIEW short_products AS SELECT product_id FROM shortage_allotments WHERE state IN ('proposed', 'confirmed');

-- +goose Down
DROP VIEW short_products;
