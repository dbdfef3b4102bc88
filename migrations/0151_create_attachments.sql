-- +goose Up

-- What stands beside a document: a scan, a certificate, a photograph. The content is in the blob storage under the row's id
-- and is there before the row. A row without a subject is an upload that no document names yet.
CREATE TABLE attachments (
    id            uuid PRIMARY KEY,
    file_name     text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
    media_type    text NOT NULL CONSTRAINT attachments_type CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    size          bigint NOT NULL CONSTRAINT attachments_size CHECK (size > 0),
    sha256        bytea NOT NULL CHECK (length(sha256) = 32),
    uploaded_by   uuid NOT NULL,
    uploader_kind text NOT NULL CHECK (uploader_kind IN ('user', 'machine', 'system')),
    uploaded_at   timestamptz NOT NULL,
    subject_type  text CHECK (subject_type ~ '^[a-z_]{1,40}$'),
    subject_id    uuid,
    bound_at      timestamptz,
    version       bigint NOT NULL CHECK (version > 0),
    CONSTRAINT attachments_bound CHECK ((subject_type IS NULL) = (subject_id IS NULL) AND (subject_id IS NULL) = (bound_at IS NULL))
);
CREATE INDEX attachments_subject ON attachments (subject_type, subject_id, id) WHERE subject_id IS NOT NULL;
CREATE INDEX attachments_unbound ON attachments (uploaded_at, id) WHERE subject_id IS NULL;
CREATE INDEX attachments_unbound_of ON attachments (uploaded_by) WHERE subject_id IS NULL;

-- A file never changes, is bound once, and stays for as long as its document.
-- +goose StatementBegin
CREATE FUNCTION guard_attachment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.subject_id IS NOT NULL THEN
        RAISE EXCEPTION 'an attachment of a document stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF (OLD.id, OLD.file_name, OLD.media_type, OLD.size, OLD.sha256, OLD.uploaded_by, OLD.uploaded_at)
       IS DISTINCT FROM
       (NEW.id, NEW.file_name, NEW.media_type, NEW.size, NEW.sha256, NEW.uploaded_by, NEW.uploaded_at) THEN
        RAISE EXCEPTION 'an attachment never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER attachments_guard BEFORE UPDATE OR DELETE ON attachments FOR EACH ROW EXECUTE FUNCTION guard_attachment();

INSERT INTO parameters (name, kind, unit, minimum, maximum, version) VALUES
    ('attachment.max_bytes',    'int', 'byte', 1024, 104857600, 1),
    ('attachment.orphan_hours', 'int', 'hour', 1,    8760,      1);
INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
SELECT d.name, 1, d.value, '2000-01-01Z', '2000-01-01Z', 'Default of the rulebook'
FROM (VALUES
    ('attachment.max_bytes', '20971520'),
    ('attachment.orphan_hours', '48')
) AS d (name, value);

-- +goose Down
DROP TABLE attachments;
DROP FUNCTION guard_attachment();
ALTER TABLE parameter_versions DISABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameter_versions WHERE name LIKE 'attachment.%';
ALTER TABLE parameter_versions ENABLE TRIGGER parameter_versions_append_only;
DELETE FROM parameters WHERE name LIKE 'attachment.%';
