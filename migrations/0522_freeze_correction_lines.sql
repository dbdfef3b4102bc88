-- +goose Up

-- SHP-14: a decided correction never changes, nor do its lines: until then what each comes to is written, once it is known.
-- +goose StatementBegin
CREATE FUNCTION guard_delivery_correction_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND EXISTS (SELECT FROM delivery_corrections c WHERE c.id = NEW.correction_id AND c.state = 'proposed')
        AND (TG_OP = 'INSERT' OR to_jsonb(NEW) - 'amount' = to_jsonb(OLD) - 'amount') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a correction is frozen' USING ERRCODE = 'check_violation', CONSTRAINT = 'delivery_corrections_frozen';
END $$;
-- +goose StatementEnd
CREATE TRIGGER delivery_correction_lines_frozen BEFORE INSERT OR UPDATE OR DELETE ON delivery_correction_lines
    FOR EACH ROW EXECUTE FUNCTION guard_delivery_correction_line();

-- +goose Down
DROP TRIGGER delivery_correction_lines_frozen ON delivery_correction_lines;
DROP FUNCTION guard_delivery_correction_line();
