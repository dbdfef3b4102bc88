-- +goose Up

-- What a gate judged by, whole, so that the case can be judged again under other rules. Decisions from before have none.
ALTER TABLE decisions ADD COLUMN inputs jsonb CONSTRAINT decisions_inputs CHECK (jsonb_typeof(inputs) = 'object');
CREATE INDEX decisions_gate ON decisions (gate, at, id);

-- Requests in the order of their submission, for replaying them.
CREATE INDEX approval_requests_submitted ON approval_requests (submitted_at, id);

-- +goose Down
DROP INDEX approval_requests_submitted;
DROP INDEX decisions_gate;
ALTER TABLE decisions DROP COLUMN inputs;
