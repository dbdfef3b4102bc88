-- +goose Up
-- Who stands in for somebody who left may leave too: then the step goes on to somebody else. Each escalation is replaced once.
ALTER TABLE approval_escalations
    ADD COLUMN replaces uuid REFERENCES approval_escalations,
    DROP CONSTRAINT approval_escalations_once,
    ADD CONSTRAINT approval_escalations_once UNIQUE NULLS NOT DISTINCT (request_id, step, slot, reason, replaces);

-- +goose Down
-- Fails when a stand-in has been replaced: the older schema has no place for that.
ALTER TABLE approval_escalations
    DROP CONSTRAINT approval_escalations_once,
    DROP COLUMN replaces,
    ADD CONSTRAINT approval_escalations_once UNIQUE (request_id, step, slot, reason);
