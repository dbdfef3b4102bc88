-- +goose Up

-- SHP-14, SHP-20: what left has left, whether or not its notice, or its order, had room for it by then.
ALTER TABLE delivery_note_lines
    ADD COLUMN unnoticed_quantity numeric(18, 4) NOT NULL DEFAULT 0, -- of quantity, what is taken off no notice
    ADD COLUMN unnoticed_amount numeric(18, 2) NOT NULL DEFAULT 0,
    ADD COLUMN unordered_quantity numeric(18, 4) NOT NULL DEFAULT 0, -- of quantity and corrected_quantity, what the order had no room for
    ADD CONSTRAINT delivery_note_lines_unnoticed CHECK (unnoticed_quantity BETWEEN 0 AND quantity AND unnoticed_amount BETWEEN 0 AND amount),
    ADD CONSTRAINT delivery_note_lines_unordered CHECK (unordered_quantity BETWEEN 0 AND quantity + corrected_quantity);

-- +goose Down
ALTER TABLE delivery_note_lines DROP COLUMN unnoticed_quantity, DROP COLUMN unnoticed_amount, DROP COLUMN unordered_quantity;
