package attachment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// subject is what events call an attachment.
const subject = "attachment"

// maxUnbound bounds what one uploader can leave lying about.
const maxUnbound = 500

// Visible returns nil if the document is one that the principal sees (ORG-06), else errs.ErrNotFound. Whether the principal may read
// documents of that kind at all is the permission's matter that Register is told.
type Visible = func(tx pg.Tx, who identity.Principal, subjectID uuid.UUID) error

// Service holds the use cases.
type Service struct {
	db      *pg.DB
	rules   *rulebook.Service
	storage *Storage
	types   map[string]documents
}

// documents is what is known of a type of documents.
type documents struct {
	visible Visible
	read    []identity.Permission // any of them lets read such documents
}

// New returns the service on a storage.
func New(db *pg.DB, rules *rulebook.Service, storage *Storage) *Service {
	return &Service{db: db, rules: rules, storage: storage, types: map[string]documents{}}
}

// Register says who may read the attachments of documents of a type: who may see the document, and may call the operations that
// read it, whose permission this is (of several any one will do). Call it before the service is used. It panics on a type that is
// registered, and without a permission: these are faults of the program.
func (s *Service) Register(subjectType string, visible func(tx pg.Tx, who identity.Principal, subjectID uuid.UUID) error, read ...identity.Permission) {
	if s.types[subjectType].visible != nil {
		panic("attachment: subject type registered twice: " + subjectType)
	}
	if len(read) == 0 {
		panic("attachment: subject type registered without a permission: " + subjectType)
	}
	s.types[subjectType] = documents{visible, read}
}

// Types returns the types of documents that have attachments, with the permissions that let read them.
func (s *Service) Types() map[string][]identity.Permission {
	all := map[string][]identity.Permission{}
	for name, d := range s.types {
		all[name] = d.read
	}
	return all
}

// Stored is a file whose content is in the storage and that has no row yet.
type Stored struct {
	ID        uuid.UUID
	MediaType string
	Size      int64
	SHA256    []byte
}

// Store streams content into the storage, before the transaction in which Upload makes it an attachment. Returns ErrEmpty,
// ErrBadType and ErrTooLarge, and the reader's own error; then nothing is kept.
func (s *Service) Store(ctx context.Context, content io.Reader) (Stored, error) {
	head, err := readHead(content)
	if err != nil {
		return Stored{}, err
	}
	mediaType, err := sniff(head)
	if err != nil {
		return Stored{}, err
	}
	limit, err := s.limit(ctx)
	if err != nil {
		return Stored{}, err
	}
	m := &meter{from: io.MultiReader(bytes.NewReader(head), content), limit: limit, sum: sha256.New()}
	id := uuid.Must(uuid.NewV7())
	if err := s.storage.write(ctx, id, mediaType, m); err != nil {
		return Stored{}, err
	}
	return Stored{ID: id, MediaType: mediaType, Size: m.size, SHA256: m.sum.Sum(nil)}, nil
}

// readHead reads what tells the type. Content that breaks off is an error; content that is short is not.
func readHead(content io.Reader) ([]byte, error) {
	head := make([]byte, 0, sniffBytes)
	for len(head) < sniffBytes {
		n, err := content.Read(head[len(head):sniffBytes])
		head = head[:len(head)+n]
		if errors.Is(err, io.EOF) {
			return head, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return head, nil
}

// limit is the parameter attachment.max_bytes.
func (s *Service) limit(ctx context.Context) (limit int64, err error) {
	err = s.db.View(ctx, pg.System("attachment"), func(tx pg.Tx) error {
		n, err := s.rules.Int(tx, "attachment.max_bytes")
		limit = int64(n)
		return err
	})
	return limit, err
}

// meter passes content on, counts it and sums it up, and refuses what goes over the limit.
type meter struct {
	from        io.Reader
	size, limit int64
	sum         hash.Hash
}

// Read implements io.Reader.
func (m *meter) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	m.size += int64(n)
	if m.size > m.limit {
		return 0, ErrTooLarge.With("max", m.limit)
	}
	m.sum.Write(p[:n])
	return n, err
}

// Upload makes stored content an attachment of the caller's that no document has yet. name is the client's name of the file.
// Returns ErrTooMany.
func (s *Service) Upload(tx pg.Tx, who identity.Principal, stored Stored, name string) (Attachment, error) {
	n, err := countUnbound(tx, who.ID)
	if err != nil {
		return Attachment{}, err
	}
	if n >= maxUnbound {
		return Attachment{}, ErrTooMany.With("max", maxUnbound)
	}
	r := row{
		ID: stored.ID, FileName: displayName(name, stored.MediaType), MediaType: stored.MediaType, Size: stored.Size,
		SHA256: stored.SHA256, UploadedBy: who.ID, UploaderKind: who.Kind, UploadedAt: tx.Now, Version: 1,
	}
	if err := pg.Insert(tx, &r); err != nil {
		return Attachment{}, err
	}
	return r.attachment(), record(tx, "uploadAttachment", r.attachment())
}

// Discard removes stored content for which Upload didn't commit, or whose row is deleted. What it can't remove, Sweep will.
func (s *Service) Discard(ctx context.Context, id uuid.UUID) { _ = s.storage.remove(ctx, key(id)) }

// Get returns an attachment. Returns errs.ErrNotFound unless the caller may see the document that it is bound to, or, while
// it is unbound, has uploaded it (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Attachment, int64, error) {
	r, err := pg.Take[row](tx, "id = ?", id)
	if err != nil {
		return Attachment{}, 0, err
	}
	return r.attachment(), r.Version, s.mustSee(tx, who, r)
}

func (s *Service) mustSee(tx pg.Tx, who identity.Principal, r row) error {
	if r.SubjectID == nil {
		if who.ID != r.UploadedBy {
			return errs.ErrNotFound
		}
		return nil
	}
	d := s.types[*r.SubjectType]
	if d.visible == nil || !d.allow(who) {
		return errs.ErrNotFound
	}
	return d.visible(tx, who, *r.SubjectID)
}

// allow reports whether the principal may read documents of this type. Without it a guard, who sees every owner's documents as far as
// the gate needs them, could read a customer's contract.
func (d documents) allow(who identity.Principal) bool {
	return slices.ContainsFunc(d.read, func(p identity.Permission) bool { return identity.Allowed(who, p) })
}

// Open returns the content of an attachment that Get has returned; its reading fails before the end when the storage holds anything
// else than what was uploaded. Close it.
func (s *Service) Open(ctx context.Context, a Attachment) (io.ReadCloser, error) {
	content, err := s.storage.read(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return verify(content, a)
}

// Delete removes an upload of the caller's that no document has; its content goes with Discard, after the commit. Returns
// errs.ErrNotFound, ErrBound for one of a document that the caller sees, and errs.ErrStale. Locks the row.
func (s *Service) Delete(tx pg.Tx, who identity.Principal, id uuid.UUID, version int64) error {
	r, err := pg.TakeForUpdate[row](tx, "id = ?", id)
	if err != nil {
		return err
	}
	if err := s.mustSee(tx, who, r); err != nil {
		return err
	}
	if r.SubjectID != nil {
		return ErrBound
	}
	if r.Version != version {
		return errs.ErrStale
	}
	if err := pg.One(tx.Exec("DELETE FROM attachments WHERE id = ?", id)); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "deleteAttachment", SubjectType: subject, SubjectID: id, Before: r.attachment()})
}

// Bind gives uploads of the caller's to a document, for good. Returns ErrUnknown, at /attachment_ids, unless every one is an
// upload of the caller's that no document has. Naming one twice is naming it once. Locks the attachments, after the document.
func (s *Service) Bind(tx pg.Tx, who identity.Principal, subjectType string, subjectID uuid.UUID, ids ...uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	ids = slices.Compact(ids)
	rows, err := lockUnbound(tx, who.ID, ids)
	if err != nil {
		return err
	}
	if len(rows) != len(ids) {
		return ErrUnknown.At("/attachment_ids")
	}
	if err := bind(tx, subjectType, subjectID, ids); err != nil {
		return err
	}
	entries := make([]audit.Entry, len(ids))
	for i, id := range ids {
		entries[i] = audit.Entry{
			Action: "bindAttachment", SubjectType: subject, SubjectID: id,
			After: map[string]any{"subject_type": subjectType, "subject_id": subjectID},
		}
	}
	return audit.RecordAll(tx, entries)
}

// Of returns the attachments of documents, in the order of their upload; a document without any isn't in the map. Who may see
// the documents has been settled by the caller. One statement.
func (s *Service) Of(tx pg.Tx, subjectType string, subjectIDs ...uuid.UUID) (map[uuid.UUID][]Attachment, error) {
	of := map[uuid.UUID][]Attachment{}
	if len(subjectIDs) == 0 {
		return of, nil
	}
	rows, err := boundTo(tx, subjectType, subjectIDs)
	for _, r := range rows {
		of[*r.SubjectID] = append(of[*r.SubjectID], r.attachment())
	}
	return of, err
}

func (r row) attachment() Attachment {
	return Attachment{
		ID: r.ID, FileName: r.FileName, MediaType: r.MediaType, Size: r.Size, SHA256: hex.EncodeToString(r.SHA256),
		UploadedBy: r.UploadedBy, UploadedAt: r.UploadedAt,
	}
}

func record(tx pg.Tx, action string, after Attachment) error {
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: subject, SubjectID: after.ID, After: after})
}
