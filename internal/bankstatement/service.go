package bankstatement

import (
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// Service holds the use cases. Bank statements are finance's; nobody's ownership bounds what finance sees of them.
type Service struct {
	rules       *rulebook.Service
	credits     *credit.Service
	receivables *receivable.Service
}

// New returns the service, which app gives to receivable as its Lines.
func New(rules *rulebook.Service, credits *credit.Service, receivables *receivable.Service) *Service {
	return &Service{rules: rules, credits: credits, receivables: receivables}
}

// CreateAccount writes down a bank account of the company. Returns ErrSameAccount, ErrAccountForm.
func (s *Service) CreateAccount(tx pg.Tx, a Account) (Account, error) {
	a.ID, a.Number, a.Active, a.CreatedAt, a.Version = uuid.Must(uuid.NewV7()), digits(a.Number), true, tx.Now, 1
	if err := pg.Insert(tx, &a); err != nil {
		return Account{}, err
	}
	return a, record(tx, "createBankAccount", subjectAccount, a.ID, nil, a)
}

// SetAccount names an account anew, closes or reopens it. version is optional.
func (s *Service) SetAccount(tx pg.Tx, id uuid.UUID, version *int64, bank, name string, active bool) (Account, error) {
	a, err := pg.TakeForUpdate[Account](tx, "id = ?", id)
	if err != nil {
		return Account{}, err
	}
	if version != nil && *version != a.Version {
		return Account{}, errs.ErrStale
	}
	before := a
	if err := pg.Update(tx, "bank_accounts", id, a.Version, map[string]any{"bank": bank, "name": name, "active": active}); err != nil {
		return Account{}, err
	}
	a.Bank, a.Name, a.Active, a.Version = bank, name, active, a.Version+1
	return a, record(tx, "setBankAccount", subjectAccount, id, before, a)
}

// Upload is a file of one account.
type Upload struct {
	AccountID uuid.UUID
	Path      string // where it was spooled
	FileName  string
	SHA256    []byte
}

// Take takes a file whole or, with any fault, not at all: then ErrFile lists the faults by row and column. Lines that are there already
// are passed over and counted. Returns ErrInactive and what Read returns. Locks the account, so that one file at a time is compared
// with what is there.
func (s *Service) Take(tx pg.Tx, u Upload) (Import, error) {
	a, err := pg.TakeForUpdate[Account](tx, "id = ?", u.AccountID)
	if err != nil {
		return Import{}, err
	}
	if !a.Active {
		return Import{}, ErrInactive
	}
	lines, faults, err := Read(u.Path, a.Currency, clock.Today(tx.Now))
	if err != nil {
		return Import{}, err
	}
	if len(faults) > 0 {
		return Import{}, refuse(faults)
	}
	imp := Import{
		ID: uuid.Must(uuid.NewV7()), AccountID: a.ID, FileName: u.FileName, SHA256: u.SHA256, Lines: len(lines), ImportedBy: tx.By.Actor(), ImportedAt: tx.Now,
	}
	fresh, err := unknown(tx, a.ID, lines)
	if err != nil {
		return Import{}, err
	}
	imp.Added, imp.Duplicates = len(fresh), len(lines)-len(fresh)
	if imp.Number, err = pg.NextNumber(tx, "BS", tx.Now); err != nil {
		return Import{}, err
	}
	if err := pg.Insert(tx, &imp); err != nil {
		return Import{}, err
	}
	for i := range fresh {
		fresh[i].ID, fresh[i].ImportID, fresh[i].AccountID = uuid.Must(uuid.NewV7()), imp.ID, a.ID
	}
	if err := insertLines(tx, fresh); err != nil {
		return Import{}, err
	}
	return imp, record(tx, "importBankStatement", subjectImport, imp.ID, nil, imp)
}

// unknown returns the lines that aren't there yet, each once.
func unknown(tx pg.Tx, account uuid.UUID, lines []Line) ([]Line, error) {
	known, err := knownFingerprints(tx, account, lines)
	if err != nil {
		return nil, err
	}
	fresh := make([]Line, 0, len(lines))
	for _, l := range lines {
		print := hex.EncodeToString(l.Fingerprint)
		if !known[print] {
			known[print] = true
			fresh = append(fresh, l)
		}
	}
	return slices.Clip(fresh), nil
}

// refuse makes one refusal of the faults of a file, each at its row and column.
func refuse(faults []Fault) error {
	e := ErrFile.With("count", len(faults))
	for _, f := range faults {
		e.Fields = append(e.Fields, errs.Field{
			Pointer: "/rows/" + strconv.Itoa(f.Row) + "/" + f.Column, Code: f.Err.Code, EN: f.Err.EN, ZH: f.Err.ZH, Params: f.Err.Params,
		})
	}
	return e
}

func record(tx pg.Tx, action, subject string, id uuid.UUID, before, after any) error {
	return audit.Record(tx, audit.Entry{Action: action, SubjectType: subject, SubjectID: id, Before: before, After: after})
}
