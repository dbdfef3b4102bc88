-- +goose Up
-- Whether somebody was asked to review the draft and nobody has yet (ORD-02): what leaves the draft behind closes the tasks.
ALTER TABLE orders ADD COLUMN review_asked boolean NOT NULL DEFAULT false;
ALTER TABLE orders ADD CONSTRAINT orders_review_asked CHECK (NOT review_asked OR state = 'draft');

-- +goose Down
ALTER TABLE orders DROP COLUMN review_asked;
