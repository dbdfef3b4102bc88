package pricing

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// MatterAuthority is the approval of a price authority table: drafted by the sales manager, approved by the general
// manager (PRC-09).
const MatterAuthority = "price.authority"

const (
	authorityType   = "price_authority_table" // subject type of events and approvals
	authorityTable  = "price_authority_tables"
	authoritySeries = "PAT"
)

// AuthorityTable is one version of the price authority table, all of it (PRC-09).
type AuthorityTable struct {
	Revision `gorm:"embedded"`
	Entries  []Entry `gorm:"-"`
}

// TableName is where tables are kept.
func (AuthorityTable) TableName() string { return authorityTable }

// AuthorityInput is a table as its author states it. EffectiveAt nil means when it is approved.
type AuthorityInput struct {
	EffectiveAt *time.Time
	Reason      string
	Entries     []Entry
}

// AuthorityPatch is a change to a table: nil leaves a field as it is; Entries replaces all of them.
type AuthorityPatch struct {
	EffectiveAt **time.Time // pointer to nil: when it is approved
	Reason      *string
	Entries     []Entry
}

// CreatePriceAuthorityTable drafts a new version of the price authority table (PRC-09). Returns ErrNoGMEntry, ErrGMBound,
// ErrEntryTwice, ErrEntryScope, ErrEntryLevel, ErrMinQuantity or ErrRole for a table that can't work, ErrUnknownProduct, ErrEffectivePast.
func (s *Service) CreatePriceAuthorityTable(tx pg.Tx, _ identity.Principal, in AuthorityInput) (AuthorityTable, error) {
	if err := checkEntries(in.Entries); err != nil {
		return AuthorityTable{}, err
	}
	r, err := Begin(tx, authoritySeries, in.Reason, in.EffectiveAt)
	if err != nil {
		return AuthorityTable{}, err
	}
	t := AuthorityTable{Revision: r, Entries: in.Entries}
	if err := pg.Insert(tx, &t); err != nil {
		return AuthorityTable{}, err
	}
	if err := insertEntries(tx, t.ID, t.Entries); err != nil {
		return AuthorityTable{}, err
	}
	return t, audit.Record(tx, audit.Entry{Action: "createPriceAuthorityTable", SubjectType: authorityType, SubjectID: t.ID, After: t})
}

// UpdatePriceAuthorityTable changes a table, if its version is still the one given. A submitted table becomes a draft
// again and its approval request is void. Locks the table's approval requests and the table. Returns errs.ErrNotFound,
// errs.ErrStale, ErrNotEditable, and what CreatePriceAuthorityTable does.
func (s *Service) UpdatePriceAuthorityTable(tx pg.Tx, _ identity.Principal, id uuid.UUID, version int64, patch AuthorityPatch) (AuthorityTable, error) {
	t, err := s.openTable(tx, id, &version)
	if err != nil {
		return AuthorityTable{}, err
	}
	before := t
	if patch.EffectiveAt != nil {
		if err := CheckEffective(*patch.EffectiveAt, tx.Now); err != nil {
			return AuthorityTable{}, err
		}
		t.EffectiveAt = utc(*patch.EffectiveAt)
	}
	if patch.Reason != nil {
		t.Reason = *patch.Reason
	}
	if patch.Entries != nil {
		if err := checkEntries(patch.Entries); err != nil {
			return AuthorityTable{}, err
		}
		if err := replaceEntries(tx, id, patch.Entries); err != nil {
			return AuthorityTable{}, err
		}
		t.Entries = patch.Entries
	}
	return s.keepTable(tx, "updatePriceAuthorityTable", before, t)
}

// CancelPriceAuthorityTable gives a table up before it is decided; its approval request is void. Locks as
// UpdatePriceAuthorityTable.
func (s *Service) CancelPriceAuthorityTable(tx pg.Tx, _ identity.Principal, id uuid.UUID, version *int64) (AuthorityTable, error) {
	t, err := s.openTable(tx, id, version)
	if err != nil {
		return AuthorityTable{}, err
	}
	before := t
	t.State = Cancelled
	return s.keepTable(tx, "cancelPriceAuthorityTable", before, t)
}

// SubmitPriceAuthorityTable asks the general manager for approval (PRC-09). It is published at once when the authority
// matrix asks nobody. Locks as UpdatePriceAuthorityTable. Returns ErrNotDraft, ErrEffectivePast.
func (s *Service) SubmitPriceAuthorityTable(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (AuthorityTable, error) {
	t, err := s.lockTable(tx, id, version)
	if err != nil {
		return AuthorityTable{}, err
	}
	if t.State != Draft {
		return AuthorityTable{}, ErrNotDraft.With("state", t.State)
	}
	if err := CheckEffective(t.EffectiveAt, tx.Now); err != nil {
		return AuthorityTable{}, err
	}
	before := t
	approved, err := t.Submit(tx, s.approvals, who, t.submission())
	if err != nil {
		return AuthorityTable{}, err
	}
	if t, err = s.keepTable(tx, "submitPriceAuthorityTable", before, t); err != nil || !approved {
		return t, err
	}
	return s.publishTable(tx, t)
}

func (t AuthorityTable) submission() approval.Submission {
	effective := ""
	if t.EffectiveAt != nil {
		effective = t.EffectiveAt.Format(time.RFC3339)
	}
	return approval.Submission{
		Matter: MatterAuthority, SubjectType: authorityType, SubjectID: t.ID, Number: t.Number,
		TitleEN: fmt.Sprintf("Price authority table %s: %s", t.Number, t.Reason),
		TitleZH: fmt.Sprintf("价格权限表 %s:%s", t.Number, t.Reason),
		Facts:   map[string]any{"reason": t.Reason, "lines": int64(len(t.Entries)), "effective_at": effective},
		Content: t.content(),
	}
}

// content is what an approval of a table is bound to.
func (t AuthorityTable) content() []byte {
	rows := make([]string, len(t.Entries))
	for i, e := range t.Entries {
		rows[i] = fmt.Sprintf("%s|%s|%s|%s", e.Role, e.scope().id, percent(e.MaxBelow), percent(e.MaxAbove))
		if e.level() != OnLine || e.MinQuantity != nil { // said only where it is set: what was submitted before there was such a thing stays the same
			rows[i] += fmt.Sprintf("|%s|%s", e.level(), percent(e.MinQuantity))
		}
	}
	return approval.ContentHash(struct {
		EffectiveAt *time.Time
		Reason      string
		Entries     []string
	}{utc(t.EffectiveAt), t.Reason, sorted(rows)})
}

// ApprovalDecided implements approval.Subject.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	if r.Matter != MatterAuthority {
		return errNotWaiting
	}
	t, err := takeTable(tx, r.SubjectID)
	if err != nil {
		return err
	}
	if t.State != Submitted || t.ApprovalID == nil || *t.ApprovalID != r.ID {
		return errNotWaiting
	}
	if r.State == approval.Approved {
		if !r.Covers(t.content()) {
			return ErrContent
		}
		_, err = s.publishTable(tx, t)
		return err
	}
	before := t
	t.Decided(r.State)
	_, err = s.keepTable(tx, "decidePriceAuthorityTable", before, t)
	return err
}

func (s *Service) publishTable(tx pg.Tx, t AuthorityTable) (AuthorityTable, error) {
	before := t
	if err := t.Publish(tx, authorityTable); err != nil {
		return AuthorityTable{}, err
	}
	t, err := s.keepTable(tx, "publishPriceAuthorityTable", before, t)
	if err != nil {
		return AuthorityTable{}, err
	}
	for _, w := range s.Watchers {
		if err := w.PriceAuthorityPublished(tx, t.ID); err != nil {
			return AuthorityTable{}, err
		}
	}
	return t, nil
}

// openTable locks a table for a change of its content.
func (s *Service) openTable(tx pg.Tx, id uuid.UUID, version *int64) (AuthorityTable, error) {
	t, err := s.lockTable(tx, id, version)
	if err != nil {
		return AuthorityTable{}, err
	}
	return t, t.Reopen(tx, s.approvals, authorityType)
}

func (s *Service) lockTable(tx pg.Tx, id uuid.UUID, version *int64) (AuthorityTable, error) {
	if err := s.approvals.Lock(tx, authorityType, id); err != nil {
		return AuthorityTable{}, err
	}
	t, err := takeTable(tx, id)
	if err == nil && version != nil && t.Version != *version {
		err = errs.ErrStale
	}
	return t, err
}

func takeTable(tx pg.Tx, id uuid.UUID) (AuthorityTable, error) {
	t, err := pg.TakeForUpdate[AuthorityTable](tx, "id = ?", id)
	if err != nil {
		return AuthorityTable{}, err
	}
	t.Entries, err = readEntries(tx, id)
	return t, err
}

func (s *Service) keepTable(tx pg.Tx, action string, before, t AuthorityTable) (AuthorityTable, error) {
	if err := t.Store(tx, authorityTable, nil); err != nil {
		return AuthorityTable{}, err
	}
	return t, audit.Record(tx, audit.Entry{Action: action, SubjectType: authorityType, SubjectID: t.ID, Before: before, After: t})
}
