package importing

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// Kind is what a file holds.
type Kind string

// The kinds.
const (
	Customers   Kind = "customers"
	Products    Kind = "products"
	Prices      Kind = "prices"
	Receivables Kind = "receivables"
)

// Mode is what an error does to the other rows.
type Mode string

// The modes.
const (
	Atomic  Mode = "atomic"  // all rows or none
	Partial Mode = "partial" // the good rows
)

// State of an import.
type State string

// The states.
const (
	Queued  State = "queued"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed" // nothing was written (atomic), or the file can't be read
)

// Import is one file on its way in.
type Import struct {
	ID          uuid.UUID
	Kind        Kind
	Mode        Mode
	CheckOnly   bool
	FileName    string
	SHA256      []byte `gorm:"column:sha256" json:"-"`
	State       State
	RowsTotal   int
	RowsDone    int
	Created     int
	Updated     int
	Unchanged   int
	Refused     int
	Message     string // why it failed, when that isn't in the list of errors
	AcceptLarge bool   // prices: a change beyond price.absurd_percent is meant
	ReasonKind  string // prices: why they change (PRC-06)
	Reason      string
	EffectiveAt *time.Time // prices: when they change; nil: when they are approved
	ListID      *uuid.UUID // prices: the draft that the file became
	CreatedBy   *uuid.UUID // nil: the command line
	CreatedKind string
	CreatedAt   time.Time
	FinishedAt  *time.Time
	Version     int64
}

// origin is on whose behalf the import writes: whoever uploaded the file.
func (i Import) origin() pg.Origin {
	o := pg.System("import-" + i.ID.String())
	if i.CreatedBy != nil {
		o.ActorID, o.ActorKind = *i.CreatedBy, i.CreatedKind
	}
	return o
}

// count adds what became of a row.
func (i *Import) count(o Outcome) {
	switch o {
	case RowCreated:
		i.Created++
	case RowUpdated:
		i.Updated++
	case RowUnchanged:
		i.Unchanged++
	case RowRefused: // counted where it is refused
	}
}

// Outcome is what became of a row.
type Outcome string

// The outcomes.
const (
	RowCreated   Outcome = "created"
	RowUpdated   Outcome = "updated"
	RowUnchanged Outcome = "unchanged"
	RowRefused   Outcome = "refused"
)
