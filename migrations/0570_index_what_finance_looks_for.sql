-- +goose Up
-- What a finance clerk knows of a document when somebody calls: its day, its amount, whether the tax system has it.
CREATE INDEX invoices_invoiced ON invoices (invoiced_on, id DESC);
CREATE INDEX bank_lines_amount ON bank_lines (amount, id DESC);

-- +goose Down
DROP INDEX invoices_invoiced, bank_lines_amount;
