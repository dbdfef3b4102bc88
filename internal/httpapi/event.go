package httpapi

import (
	"context"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListEvents implements the operation of that name.
func (s *Server) ListEvents(ctx context.Context, r api.ListEventsRequestObject) (api.ListEventsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListEvents200JSONResponse, error) {
		rows, next, more, err := audit.ListEvents(tx, audit.Filter{
			Page: page(r.Params.Limit, r.Params.After), SubjectType: value(r.Params.SubjectType), SubjectID: r.Params.SubjectID,
			Action: value(r.Params.Action), ActorID: r.Params.ActorID,
		})
		if err != nil {
			return api.ListEvents200JSONResponse{}, err
		}
		names, err := identity.Names(tx, actors(rows)...)
		data := make([]api.Event, len(rows))
		for i, e := range rows {
			data[i] = api.Event{
				Seq: e.Seq, At: e.At, ActorKind: e.ActorKind, ActorID: e.ActorID, ActorName: nameOf(names, e.ActorID), RequestID: e.RequestID,
				Action: e.Action, SubjectType: e.SubjectType, SubjectID: e.SubjectID, Before: e.Before, After: e.After,
			}
		}
		return api.ListEvents200JSONResponse{Data: data, NextCursor: next, HasMore: more}, err
	})
}

// timeline answers GET …/timeline of a document that the caller has been found to see.
func timeline(tx pg.Tx, subjectType string, subjectID uuid.UUID, p pg.Page) (api.Timeline, error) {
	rows, next, err := audit.Timeline(tx, subjectType, subjectID, p)
	if err != nil {
		return api.Timeline{}, err
	}
	names, err := identity.Names(tx, actors(rows)...)
	data := make([]api.TimelineEntry, len(rows))
	for i, e := range rows {
		changed := e.Changed()
		if changed == nil {
			changed = []string{}
		}
		data[i] = api.TimelineEntry{
			Seq: e.Seq, At: e.At, ActorKind: e.ActorKind, ActorID: e.ActorID, ActorName: nameOf(names, e.ActorID), Action: e.Action, Changed: changed,
			Document: optional(e.Document()),
		}
	}
	return api.Timeline{Data: data, NextCursor: optional(next)}, err
}

// actors collects who did it, each once.
func actors(rows []audit.Event) []uuid.UUID {
	var ids []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, e := range rows {
		if e.ActorID != nil && !seen[*e.ActorID] {
			seen[*e.ActorID] = true
			ids = append(ids, *e.ActorID)
		}
	}
	return ids
}

// nameOf returns the name of a person or machine client, nil for the system and for nobody known.
func nameOf(names map[uuid.UUID]string, id *uuid.UUID) *string {
	if id == nil {
		return nil
	}
	return optional(names[*id])
}
