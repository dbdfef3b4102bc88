-- +goose Up

-- How far the clock of a sandbox is ahead of real time. One row at most; never back.
CREATE TABLE sandbox_clock (
    the_one  boolean PRIMARY KEY DEFAULT true CHECK (the_one),
    ahead_us bigint NOT NULL CHECK (ahead_us >= 0)
);

-- +goose StatementBegin
CREATE FUNCTION refuse_clock_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.ahead_us < OLD.ahead_us THEN
        RAISE EXCEPTION 'the clock never goes back' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER sandbox_clock_forward BEFORE UPDATE OR DELETE ON sandbox_clock
    FOR EACH ROW EXECUTE FUNCTION refuse_clock_back();

-- +goose Down
DROP TABLE sandbox_clock;
DROP FUNCTION refuse_clock_back();
