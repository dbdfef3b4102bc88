package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Times of a stream. At each heartbeat the token is looked at again, so that nobody goes on listening who is logged out,
// deactivated, or whose token has ended.
const (
	streamLife      = 15 * time.Minute
	streamHeartbeat = 20 * time.Second
	streamWrite     = 10 * time.Second // a client that takes longer to read is gone
)

// taskEvent is the data of the event "tasks".
type taskEvent struct {
	Open    int        `json:"open"`
	Overdue int        `json:"overdue"`
	Newest  *uuid.UUID `json:"newest_task_id,omitempty"`

	FollowUps        int `json:"follow_ups"`
	FollowUpsOverdue int `json:"follow_ups_overdue"`
}

// StreamMyEvents implements the operation of that name.
func (s *Server) StreamMyEvents(ctx context.Context, _ api.StreamMyEventsRequestObject) (api.StreamMyEventsResponseObject, error) {
	who := current(ctx).who
	stream, err := s.TaskFeed.Subscribe(who)
	if err != nil {
		return nil, err
	}
	return eventStream{ctx: ctx, server: s, who: who, stream: stream}, nil
}

// eventStream is an answer that is written as long as its client listens.
type eventStream struct {
	ctx    context.Context
	server *Server
	who    identity.Principal
	stream *approval.Stream
}

// VisitStreamMyEventsResponse writes the stream until the client leaves, the stream has lived, or the feed stops because
// the server drains. An error after the first byte can only end it.
func (e eventStream) VisitStreamMyEventsResponse(w http.ResponseWriter) error {
	defer e.stream.Close()
	first, err := e.tasks()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	if !e.send(w, "retry: 3000\n\n"+first) {
		return nil
	}
	life, beat := time.NewTimer(streamLife), time.NewTicker(streamHeartbeat)
	defer life.Stop()
	defer beat.Stop()
	for {
		text := ": \n\n"
		select {
		case <-e.ctx.Done():
			return nil
		case <-life.C:
			return nil
		case <-beat.C:
			if !e.welcome() {
				return nil
			}
		case _, open := <-e.stream.C:
			if !open {
				return nil
			}
			if text, err = e.tasks(); err != nil {
				return nil
			}
		}
		if !e.send(w, text) {
			return nil
		}
	}
}

// welcome reports whether the token that opened the stream still lets its bearer in.
func (e eventStream) welcome() bool {
	bearer, _ := strings.CutPrefix(current(e.ctx).echo.Request().Header.Get(echo.HeaderAuthorization), "Bearer ")
	_, err := e.server.Authenticate(e.ctx, bearer)
	return err == nil
}

// tasks renders the event with the present counts.
func (e eventStream) tasks() (string, error) {
	var count approval.TaskCount
	var more followup.Count
	err := e.server.DB.View(e.ctx, current(e.ctx).origin(), func(tx pg.Tx) (err error) {
		if count, err = e.server.Approvals.CountMyTasks(tx, e.who); err != nil {
			return err
		}
		more, err = followup.CountMine(tx, e.who)
		return err
	})
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(taskEvent{
		Open: count.Open, Overdue: count.Overdue, Newest: count.Newest, FollowUps: more.Open, FollowUpsOverdue: more.Overdue,
	})
	id := uuid.Nil
	if count.Newest != nil {
		id = *count.Newest
	}
	return fmt.Sprintf("id: %s\nevent: tasks\ndata: %s\n\n", id, data), err
}

// send writes and flushes, and reports whether the client is still there.
func (e eventStream) send(w http.ResponseWriter, text string) bool {
	rc := http.NewResponseController(w)
	_ = rc.SetWriteDeadline(time.Now().Add(streamWrite))
	if _, err := w.Write([]byte(text)); err != nil {
		return false
	}
	return rc.Flush() == nil
}
