-- +goose Up
-- The register as of a past date asks which group a payer was in, and what the group was like then (CRD-01).
CREATE INDEX credit_group_members_history ON credit_group_members (payer_id, valid_from DESC);
CREATE INDEX credit_group_versions_history ON credit_group_versions (group_id, valid_from DESC);

-- +goose Down
DROP INDEX credit_group_versions_history;
DROP INDEX credit_group_members_history;
