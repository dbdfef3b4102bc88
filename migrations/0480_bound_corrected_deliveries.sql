-- +goose Up

-- What can be invoiced or come back of a delivery line is what really left: corrections count (SHP-14, SHP-20).
ALTER TABLE delivery_note_lines DROP CONSTRAINT delivery_note_lines_not_over,
    ADD CONSTRAINT delivery_note_lines_not_over CHECK (invoiced_quantity + returned_quantity <= quantity + corrected_quantity);
DROP INDEX delivery_note_lines_to_invoice;
CREATE INDEX delivery_note_lines_to_invoice ON delivery_note_lines (delivery_note_id)
    WHERE invoiced_quantity + returned_quantity < quantity + corrected_quantity;

-- +goose Down
DROP INDEX delivery_note_lines_to_invoice;
CREATE INDEX delivery_note_lines_to_invoice ON delivery_note_lines (delivery_note_id) WHERE invoiced_quantity + returned_quantity < quantity;
ALTER TABLE delivery_note_lines DROP CONSTRAINT delivery_note_lines_not_over,
    ADD CONSTRAINT delivery_note_lines_not_over CHECK (invoiced_quantity + returned_quantity <= quantity);
