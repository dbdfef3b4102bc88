-- +goose Up
-- A signature is of what was signed: signed_content is the hash of it. What is changed afterwards isn't signed (CON-08). An amendment is
-- signed as a contract is. condition_round counts how often an amendment changed what prices and dates don't say: place, transport, remarks.
ALTER TABLE contracts
    ADD COLUMN signed_content bytea CHECK (length(signed_content) = 32),
    ADD COLUMN condition_round int NOT NULL DEFAULT 1 CHECK (condition_round > 0);
UPDATE contracts SET signed_content = content WHERE in_force_at IS NOT NULL;
UPDATE contracts SET signed_on = NULL, customer_signed_on = NULL, signed_by = NULL WHERE in_force_at IS NULL;
ALTER TABLE contracts
    ALTER COLUMN condition_round DROP DEFAULT,
    DROP CONSTRAINT contracts_signed,
    ADD CONSTRAINT contracts_signed CHECK (num_nonnulls(signed_on, customer_signed_on, signed_by, signed_content) IN (0, 4)),
    DROP CONSTRAINT contracts_in_force, -- without approval and both signatures under just that nothing is in force
    ADD CONSTRAINT contracts_in_force CHECK (in_force_at IS NULL OR (approved_at IS NOT NULL AND signed_on IS NOT NULL AND signed_content = content)),
    DROP CONSTRAINT contracts_delivery_place_check,
    DROP CONSTRAINT contracts_packing_check,
    DROP CONSTRAINT contracts_transport_check,
    ADD CONSTRAINT contracts_delivery_place_check CHECK (length(delivery_place) <= 1000), -- as much as a quotation says of it
    ADD CONSTRAINT contracts_packing_check CHECK (length(packing) <= 1000),
    ADD CONSTRAINT contracts_transport_check CHECK (length(transport) <= 1000);
ALTER TABLE contract_amendments
    ADD COLUMN condition_round int NOT NULL DEFAULT 1 CHECK (condition_round > 0),
    ADD COLUMN signed_on date, -- by us
    ADD COLUMN customer_signed_on date,
    ADD COLUMN signed_by uuid, -- our signatory
    ADD COLUMN signed_content bytea CHECK (length(signed_content) = 32),
    ADD CONSTRAINT contract_amendments_signed CHECK (num_nonnulls(signed_on, customer_signed_on, signed_by, signed_content) IN (0, 4));
ALTER TABLE contract_amendments ALTER COLUMN condition_round DROP DEFAULT;

-- +goose Down
ALTER TABLE contract_amendments DROP COLUMN signed_content, DROP COLUMN signed_by, DROP COLUMN customer_signed_on, DROP COLUMN signed_on,
    DROP COLUMN condition_round;
UPDATE contracts SET delivery_place = left(delivery_place, 300), packing = left(packing, 300), transport = left(transport, 300)
WHERE length(delivery_place) > 300 OR length(packing) > 300 OR length(transport) > 300;
ALTER TABLE contracts
    DROP CONSTRAINT contracts_transport_check,
    DROP CONSTRAINT contracts_packing_check,
    DROP CONSTRAINT contracts_delivery_place_check,
    DROP CONSTRAINT contracts_signed,
    DROP CONSTRAINT contracts_in_force,
    ADD CONSTRAINT contracts_in_force CHECK (in_force_at IS NULL OR (approved_at IS NOT NULL AND signed_on IS NOT NULL)),
    ADD CONSTRAINT contracts_delivery_place_check CHECK (length(delivery_place) <= 300),
    ADD CONSTRAINT contracts_packing_check CHECK (length(packing) <= 300),
    ADD CONSTRAINT contracts_transport_check CHECK (length(transport) <= 300),
    ADD CONSTRAINT contracts_signed CHECK (num_nonnulls(signed_on, customer_signed_on, signed_by) IN (0, 3)),
    DROP COLUMN condition_round,
    DROP COLUMN signed_content;
