-- +goose Up
-- CRD-14: what a request for monthly settlement stands on. Frozen with the request, whose guard compares whole rows.
ALTER TABLE credit_limit_requests
    ADD COLUMN monthly_basis jsonb,
    ADD CONSTRAINT credit_limit_requests_basis CHECK (monthly_basis IS NULL OR settlement IN ('net_days', 'month_end_days'));

-- +goose Down
ALTER TABLE credit_limit_requests DROP COLUMN monthly_basis;
