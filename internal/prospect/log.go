package prospect

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// SubjectLog is what events call an entry of the contact log.
const SubjectLog = "contact_log_entry"

// LogEntry is one contact with a prospect (CUS-02). It is never changed; a correction is another entry.
type LogEntry struct {
	ID          uuid.UUID
	ProspectID  uuid.UUID
	Kind        string // "visit", "call", "mail", "message" or "meeting"
	At          time.Time
	People      string
	Content     string
	Outcome     string
	Problems    string
	NextStep    string
	NextOn      *time.Time // a date
	Development bool       // important: a development record
	CorrectsID  *uuid.UUID
	LoggedBy    uuid.UUID
	LoggedAt    time.Time

	CorrectedByID  *uuid.UUID `gorm:"->;-:migration"` // read with it: the entry that takes its place
	ProspectName   string     `gorm:"->;-:migration"`
	ProspectNumber string     `gorm:"->;-:migration"`
}

// TableName is for GORM.
func (LogEntry) TableName() string { return "prospect_contact_log" }

// LogContact writes down a contact with a prospect and touches it (CUS-02). At zero is now. Returns ErrAhead for one that is
// still to come, ErrCorrection, and errs.ErrState for a prospect that isn't worked on. Locks the prospect.
func (s *Service) LogContact(tx pg.Tx, who identity.Principal, prospectID uuid.UUID, l LogEntry) (LogEntry, error) {
	x, err := pg.TakeForUpdate[Prospect](tx, "id = ?", prospectID)
	if err != nil {
		return LogEntry{}, err
	}
	if err := x.MustBeSeenBy(who); err != nil {
		return LogEntry{}, err
	}
	if err := x.mustBe(Active, PendingPermission); err != nil {
		return LogEntry{}, err
	}
	l.ID, l.ProspectID, l.LoggedBy, l.LoggedAt = uuid.Must(uuid.NewV7()), x.ID, who.ID, tx.Now
	if l.At.IsZero() {
		l.At = tx.Now
	}
	if l.At.After(tx.Now) {
		return LogEntry{}, ErrAhead.At("/at")
	}
	if err := mayCorrect(tx, who, l); err != nil {
		return LogEntry{}, err
	}
	if err := insertLog(tx, l); err != nil {
		return LogEntry{}, err
	}
	if err := Touch(tx, x.ID, l.At); err != nil {
		return LogEntry{}, err
	}
	l.ProspectName, l.ProspectNumber = x.Name, x.Number
	return l, audit.Record(tx, audit.Entry{Action: "logProspectContact", SubjectType: Subject, SubjectID: x.ID, After: map[string]any{
		"entry_id": l.ID, "kind": l.Kind, "at": l.At, "development": l.Development, "corrects_id": l.CorrectsID, "outcome": l.Outcome,
	}})
}

// mayCorrect refuses a correction of another prospect's entry, of one that is corrected already, and of somebody else's.
func mayCorrect(tx pg.Tx, who identity.Principal, l LogEntry) error {
	if l.CorrectsID == nil {
		return nil
	}
	old, err := takeLog(tx, *l.CorrectsID)
	if err != nil {
		return err
	}
	if old == nil || old.ProspectID != l.ProspectID || old.CorrectedByID != nil || !who.Sees(old.LoggedBy) {
		return ErrCorrection.At("/corrects_id")
	}
	return nil
}

// LogFilter narrows the list of contacts.
type LogFilter struct {
	ProspectID  *uuid.UUID
	CustomerID  *uuid.UUID // of the prospect that became this customer
	OwnerID     *uuid.UUID
	Development bool // development records only
}

// ListContacts returns contacts with prospects that the caller may see (ORG-06), the latest entry first, and the cursor of the
// next page. Whoever lists those of one prospect or customer has read it before. One statement.
func (s *Service) ListContacts(tx pg.Tx, who identity.Principal, f LogFilter, p pg.Page) ([]LogEntry, string, error) {
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	rows, err := listLog(tx, who, f, found, last, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(l LogEntry) any { return l.ID })
}
