package identity

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
)

// CacheTTL is how long a loaded principal is used without asking the database again: the longest time for which another
// process may honour a token whose session has ended.
const CacheTTL = 3 * time.Second

const (
	cacheQuiet = 5 * time.Second // after a change, longer than its transaction usually takes to commit
	cacheSize  = 10_000
)

// entry is a loaded principal with the epoch that its owner's tokens must carry.
type entry struct {
	principal Principal
	epoch     int64
	until     time.Time
}

// cacheKey is what a principal depends on besides the owner's row.
type cacheKey struct {
	session uuid.UUID
	scope   string
}

// cache remembers principals for a few seconds. A change is announced before it commits, so forgetting alone isn't
// enough: a request in between would load, and keep, the old state. For cacheQuiet after a change its owner isn't cached.
type cache struct {
	clock *clock.Clock

	mu       sync.RWMutex
	byOwner  map[uuid.UUID]map[cacheKey]entry
	entries  int
	quiet    map[uuid.UUID]time.Time
	quietAll time.Time
}

func newCache(c *clock.Clock) *cache {
	return &cache{clock: c, byOwner: map[uuid.UUID]map[cacheKey]entry{}, quiet: map[uuid.UUID]time.Time{}}
}

func (c *cache) get(s subject) (entry, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.byOwner[s.id][cacheKey{s.session, s.scope}]
	return e, ok && c.clock.Now().Before(e.until)
}

func (c *cache) put(s subject, e entry) {
	now := c.clock.Now()
	e.until = now.Add(CacheTTL)
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Before(c.quietAll) || now.Before(c.quiet[s.id]) {
		return
	}
	if c.entries >= cacheSize {
		c.clear()
	}
	owned := c.byOwner[s.id]
	if owned == nil {
		owned = map[cacheKey]entry{}
		c.byOwner[s.id] = owned
	}
	if _, had := owned[cacheKey{s.session, s.scope}]; !had {
		c.entries++
	}
	owned[cacheKey{s.session, s.scope}] = e
}

// forget is for a change to one owner: a session ended, a password changed.
func (c *cache) forget(owner uuid.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries -= len(c.byOwner[owner])
	delete(c.byOwner, owner)
	if len(c.quiet) >= cacheSize {
		clear(c.quiet)
		c.quietAll = c.clock.Now().Add(cacheQuiet)
	}
	c.quiet[owner] = c.clock.Now().Add(cacheQuiet)
}

// forgetAll is for a change of the organisation, which changes whose documents many people see.
func (c *cache) forgetAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clear()
	c.quietAll = c.clock.Now().Add(cacheQuiet)
}

func (c *cache) clear() {
	clear(c.byOwner)
	c.entries = 0
}
