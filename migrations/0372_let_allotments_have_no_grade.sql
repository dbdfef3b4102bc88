-- +goose Up
-- A customer without a credit grade wants a share, too.
ALTER TABLE shortage_allotment_lines ALTER COLUMN grade DROP NOT NULL;

-- +goose Down
UPDATE shortage_allotment_lines SET grade = '' WHERE grade IS NULL;
ALTER TABLE shortage_allotment_lines ALTER COLUMN grade SET NOT NULL;
