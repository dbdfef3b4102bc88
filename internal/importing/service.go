package importing

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/sheet"
)

// subject is what events call an import.
const subject = "import"

// chunkBytes is the size of the pieces that a file is kept in.
const chunkBytes = 1 << 20

// Service holds the use cases.
type Service struct {
	db          *pg.DB
	customers   *customer.Service
	products    *catalog.Service
	prices      *pricelist.Service
	credit      *credit.Service
	receivables *receivable.Service
	enqueue     func(tx pg.Tx, id uuid.UUID) error
}

// New returns the service. enqueue inserts the job that calls Run after the commit; app wires it to the queue.
func New(db *pg.DB, customers *customer.Service, products *catalog.Service, prices *pricelist.Service, c *credit.Service,
	r *receivable.Service, enqueue func(tx pg.Tx, id uuid.UUID) error,
) *Service {
	return &Service{db: db, customers: customers, products: products, prices: prices, credit: c, receivables: r, enqueue: enqueue}
}

// Upload is a file on its way in.
type Upload struct {
	Kind      Kind
	Mode      Mode
	CheckOnly bool
	FileName  string
	Content   io.Reader

	AcceptLarge        bool // of prices, as are those below
	ReasonKind, Reason string
	EffectiveAt        *time.Time
}

// Start keeps the file and queues its import, which Run carries out after the commit. Returns sheet.ErrEmpty for no content.
func (s *Service) Start(tx pg.Tx, who identity.Principal, u Upload) (Import, error) {
	imp := Import{
		ID: uuid.Must(uuid.NewV7()), Kind: u.Kind, Mode: u.Mode, CheckOnly: u.CheckOnly, FileName: u.FileName, State: Queued,
		AcceptLarge: u.AcceptLarge, ReasonKind: u.ReasonKind, Reason: u.Reason, EffectiveAt: u.EffectiveAt, CreatedAt: tx.Now, Version: 1,
	}
	if tx.By.ActorID != uuid.Nil {
		imp.CreatedBy = &who.ID
	}
	imp.CreatedKind = tx.By.ActorKind
	imp.SHA256 = make([]byte, sha256.Size)
	if err := pg.Insert(tx, &imp); err != nil {
		return Import{}, err
	}
	sum, err := keepFile(tx, imp.ID, u.Content)
	if err != nil {
		return Import{}, err
	}
	imp.SHA256 = sum
	if err := tx.Exec("UPDATE imports SET sha256 = ? WHERE id = ?", sum, imp.ID).Error; err != nil {
		return Import{}, err
	}
	if err := audit.Record(tx, audit.Entry{Action: "startImport", SubjectType: subject, SubjectID: imp.ID, After: imp}); err != nil {
		return Import{}, err
	}
	return imp, s.enqueue(tx, imp.ID)
}

// keepFile stores the content in pieces and returns its SHA-256.
func keepFile(tx pg.Tx, id uuid.UUID, content io.Reader) ([]byte, error) {
	h := sha256.New()
	buf := make([]byte, chunkBytes)
	for no := 0; ; no++ {
		n, err := io.ReadFull(content, buf)
		if n > 0 {
			h.Write(buf[:n])
			if err := tx.Exec("INSERT INTO import_chunks (import_id, no, data) VALUES (?, ?, ?)", id, no, buf[:n]).Error; err != nil {
				return nil, err
			}
		}
		switch {
		case errors.Is(err, io.EOF) && no == 0:
			return nil, sheet.ErrEmpty
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return h.Sum(nil), nil
		case err != nil:
			return nil, err
		}
	}
}

// Get returns an import. People see their own, and who sees everyone's documents sees all (ORG-06); others get
// errs.ErrNotFound.
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Import, error) {
	imp, err := pg.Take[Import](tx, "id = ?", id)
	if err != nil {
		return Import{}, err
	}
	mine := imp.CreatedBy != nil && *imp.CreatedBy == who.ID
	if _, all := who.Owners(); !mine && (!all || who.Kind != identity.KindSystem && !identity.Allowed(who, "import.read")) {
		return Import{}, errs.ErrNotFound
	}
	return imp, nil
}

// List returns the imports that the caller may see, newest first.
func (s *Service) List(tx pg.Tx, who identity.Principal, p pg.Page) ([]Import, string, error) {
	q := tx.DB
	if _, all := who.Owners(); !all {
		q = q.Where("created_by = ?", who.ID)
	}
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("id < ?", last)
	}
	var rows []Import
	if err := q.Order("id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(i Import) any { return i.ID })
}

// Errors returns what is wrong with an import's file, in the order of its rows.
func (s *Service) Errors(tx pg.Tx, who identity.Principal, id uuid.UUID, p pg.Page) ([]Problem, string, error) {
	if _, err := s.Get(tx, who, id); err != nil {
		return nil, "", err
	}
	last := -1
	if _, err := p.After(&last); err != nil {
		return nil, "", err
	}
	var rows []numbered
	err := tx.Raw("SELECT no, row_no, field, code, en, zh FROM import_errors WHERE import_id = ? AND no > ? ORDER BY no LIMIT ?", id, last, p.Limit+1).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	rows, next, err := pg.Cut(p, rows, func(r numbered) any { return r.No })
	if err != nil {
		return nil, "", err
	}
	problems := make([]Problem, len(rows))
	for i, r := range rows {
		problems[i] = r.Problem
		problems[i].Row = r.RowNo
	}
	return problems, next, nil
}

// numbered is a problem with its place in the list.
type numbered struct {
	No    int
	RowNo int
	Problem
}

// RunFile starts an import and carries it out at once, for the command line and for seeding. It returns what became of it
// and the errors, the first 200.
func (s *Service) RunFile(ctx context.Context, who identity.Principal, u Upload, content io.ReadSeeker) (Import, []Problem, error) {
	direct := *s
	direct.enqueue = func(pg.Tx, uuid.UUID) error { return nil }
	var imp Import
	err := s.db.Tx(ctx, pg.System("import"), func(tx pg.Tx) (err error) {
		if _, err := content.Seek(0, io.SeekStart); err != nil {
			return err
		}
		u.Content = content
		imp, err = direct.Start(tx, who, u)
		return err
	})
	if err != nil {
		return imp, nil, err
	}
	if err := s.Run(ctx, imp.ID); err != nil {
		return imp, nil, err
	}
	var problems []Problem
	err = s.db.View(ctx, imp.origin(), func(tx pg.Tx) (err error) {
		if imp, err = pg.Take[Import](tx, "id = ?", imp.ID); err != nil {
			return err
		}
		problems, _, err = s.Errors(tx, identity.System(), imp.ID, pg.Page{Limit: 200})
		return err
	})
	return imp, problems, err
}
