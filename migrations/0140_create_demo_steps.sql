-- +goose Up
-- How far the demo company is loaded: one row per step that is done. Empty in every other database.
CREATE TABLE demo_steps (
    name    text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 60),
    done_at timestamptz NOT NULL -- on the machine's own clock: the first step's is the day that the year of history ends
);

-- +goose Down
DROP TABLE demo_steps;
