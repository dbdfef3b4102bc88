package pg

import "github.com/google/uuid"

// ExternalSubject returns what another system's id was bound to by ClaimExternal. Returns errs.ErrNotFound for one that wasn't.
func ExternalSubject(tx Tx, kind, source, externalID string) (id uuid.UUID, err error) {
	err = ScanRow(tx, []any{&id}, "SELECT subject_id FROM external_refs WHERE kind = ? AND source = ? AND external_id = ?", kind, source, externalID)
	return id, err
}

// ClaimExternal binds another system's id to a document of a kind. When another request bound it meanwhile, the transaction runs again and
// finds that one.
func ClaimExternal(tx Tx, kind, source, externalID string, id uuid.UUID) error {
	n, err := Exec(tx, "INSERT INTO external_refs (kind, source, external_id, subject_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", kind, source, externalID, id)
	if err == nil && n == 0 {
		err = ErrAgain
	}
	return err
}
