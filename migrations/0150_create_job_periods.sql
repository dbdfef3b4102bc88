-- +goose Up

-- The calendar periods that work of each name is done for, once each. A row without completed_at is the period that is due:
-- work on it has not ended, or has failed and comes again. Of one name there is at most one such row, so that missed
-- periods are caught up in their order.
CREATE TABLE job_periods (
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    start        date NOT NULL,
    begun_at     timestamptz NOT NULL,
    completed_at timestamptz,
    PRIMARY KEY (name, start),
    CONSTRAINT job_periods_ends CHECK (completed_at >= begun_at)
);
CREATE UNIQUE INDEX job_periods_one_due ON job_periods (name) WHERE completed_at IS NULL;

-- +goose Down
DROP TABLE job_periods;
