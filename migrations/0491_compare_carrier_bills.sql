-- +goose Up

-- What the carrier's own bill says; a settlement isn't confirmed while it says something else.
ALTER TABLE carrier_settlements
    ADD COLUMN bill_number   text NOT NULL DEFAULT '' CHECK (length(bill_number) <= 60),
    ADD COLUMN billed_amount numeric(18, 2),
    ADD CONSTRAINT carrier_settlements_bill CHECK ((billed_amount IS NOT NULL) = (bill_number <> '')),
    ADD CONSTRAINT carrier_settlements_bill_fits CHECK (state NOT IN ('confirmed', 'paid') OR billed_amount IS NULL OR billed_amount = amount);

-- +goose Down
ALTER TABLE carrier_settlements DROP CONSTRAINT carrier_settlements_bill, DROP CONSTRAINT carrier_settlements_bill_fits, DROP COLUMN bill_number, DROP COLUMN billed_amount;
