package approval

import (
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// CommentRequest adds a remark to a request in any state; everybody who sees the request may. Returns errs.ErrNotFound
// and ErrReason. Takes no lock: a remark decides nothing.
func (s *Service) CommentRequest(tx pg.Tx, who identity.Principal, id uuid.UUID, body string) (Comment, error) {
	body = strings.TrimSpace(body)
	if body == "" {
		return Comment{}, ErrReason.At("/comment")
	}
	r, err := pg.Take[Request](tx, "id = ?", id)
	if err != nil {
		return Comment{}, err
	}
	if err := mustSee(tx, who, r); err != nil {
		return Comment{}, err
	}
	c := Comment{ID: uuid.Must(uuid.NewV7()), RequestID: id, AuthorID: who.ID, Body: body, At: tx.Now}
	if err := pg.Insert(tx, &c); err != nil {
		return Comment{}, err
	}
	return c, audit.Record(tx, audit.Entry{
		Action: "commentRequest", SubjectType: RequestSubject, SubjectID: id, After: map[string]any{"comment": body},
	})
}
