-- +goose Up
-- Surveys, credit reviews and opportunities that are written while their customer moves belong to the new owner, too (ORG-06), as
-- orders do since 0202.
CREATE TRIGGER surveys_owner BEFORE INSERT ON surveys FOR EACH ROW EXECUTE FUNCTION own_by_customer();
CREATE TRIGGER credit_reviews_owner BEFORE INSERT ON credit_reviews FOR EACH ROW EXECUTE FUNCTION own_by_customer();

-- An opportunity of a prospect waits for whoever moves or converts the prospect, which no key changes with: FOR SHARE.
-- +goose StatementBegin
CREATE FUNCTION own_opportunity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner uuid;
    became uuid;
BEGIN
    IF NEW.customer_id IS NULL THEN
        SELECT owner_id, customer_id INTO owner, became FROM prospects WHERE id = NEW.prospect_id FOR SHARE;
        NEW.customer_id := became;
        NEW.owner_id := coalesce(owner, NEW.owner_id);
    END IF;
    IF NEW.customer_id IS NOT NULL THEN
        SELECT owner_id INTO owner FROM customers WHERE id = NEW.customer_id FOR KEY SHARE;
        NEW.owner_id := coalesce(owner, NEW.owner_id);
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER opportunities_owner BEFORE INSERT ON opportunities FOR EACH ROW EXECUTE FUNCTION own_opportunity();

-- Who took the prospects of somebody who left (CUS-13); null when none moved.
ALTER TABLE handovers ADD COLUMN to_id uuid REFERENCES users;

-- +goose Down
ALTER TABLE handovers DROP COLUMN to_id;
DROP TRIGGER opportunities_owner ON opportunities;
DROP FUNCTION own_opportunity();
DROP TRIGGER credit_reviews_owner ON credit_reviews;
DROP TRIGGER surveys_owner ON surveys;
