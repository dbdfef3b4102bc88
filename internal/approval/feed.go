package approval

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/salesgate/salesgate/internal/identity"
)

// channel is what the trigger of approval_tasks notifies.
const channel = "approval_tasks"

// Bounds of the streams of one process.
const (
	maxStreams          = 1000
	maxStreamsPerPerson = 5
	feedRetry           = time.Second
)

// Feed tells streams that somebody's tasks have changed. One connection of the pool listens for the whole process, and
// each notification wakes the subscribers whom it concerns. It carries no content: a stream that is woken reads what
// its principal may see. Nothing is lost when the connection breaks: after it is back everybody is woken.
type Feed struct {
	mu      sync.Mutex
	streams map[*Stream]struct{}
	closed  bool
}

// Stream is one subscription.
type Stream struct {
	// C receives when the principal's tasks may have changed; wake-ups that come faster than they are read are one. It is
	// closed when the feed stops.
	C    <-chan struct{}
	c    chan struct{}
	who  identity.Principal
	feed *Feed
}

// NewFeed returns a feed that nobody has started to Run.
func NewFeed() *Feed { return &Feed{streams: map[*Stream]struct{}{}} }

// Run listens until ctx ends, then closes all streams. It connects again, for ever, when the connection breaks.
func (f *Feed) Run(ctx context.Context, pool *pgxpool.Pool) {
	defer f.Close()
	for ctx.Err() == nil {
		_ = f.listen(ctx, pool) // broken connections are pg's metrics; streams are woken when it is back
		select {
		case <-ctx.Done():
		case <-time.After(feedRetry):
		}
	}
}

func (f *Feed) listen(ctx context.Context, pool *pgxpool.Pool) error {
	pooled, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := pooled.Hijack() // a connection that listens must never go back to the pool
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), feedRetry)
		defer cancel()
		_ = conn.Close(closing)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	f.wake(func(identity.Principal) bool { return true })
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		f.wake(concerns(n.Payload))
	}
}

// concerns reads a notification, "user|role|department", as a condition on principals.
func concerns(payload string) func(identity.Principal) bool {
	part := strings.Split(payload, "|")
	if len(part) != 3 {
		return func(identity.Principal) bool { return true }
	}
	user, role, department := part[0], identity.Role(part[1]), part[2]
	return func(who identity.Principal) bool {
		if user != "" {
			return who.ID.String() == user
		}
		return who.Has(role) && (department == "" || who.DepartmentID != nil && who.DepartmentID.String() == department)
	}
}

func (f *Feed) wake(whom func(identity.Principal) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s := range f.streams {
		if whom(s.who) {
			select {
			case s.c <- struct{}{}:
			default: // a wake-up is waiting already
			}
		}
	}
}

// Subscribe opens a stream for the principal. Close it. Returns ErrTooManyStreams when this process or this person has
// as many as it may.
func (f *Feed) Subscribe(who identity.Principal) (*Stream, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed || len(f.streams) >= maxStreams || f.of(who.ID) >= maxStreamsPerPerson {
		return nil, ErrTooManyStreams
	}
	c := make(chan struct{}, 1)
	s := &Stream{C: c, c: c, who: who, feed: f}
	f.streams[s] = struct{}{}
	return s, nil
}

func (f *Feed) of(person uuid.UUID) int {
	n := 0
	for s := range f.streams {
		if s.who.ID == person {
			n++
		}
	}
	return n
}

// Close ends the subscription.
func (s *Stream) Close() {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	delete(s.feed.streams, s)
}

// Close ends all streams and refuses new ones: a server that drains calls it first, since streams don't end by themselves.
func (f *Feed) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for s := range f.streams {
		close(s.c)
		delete(f.streams, s)
	}
}
