package importing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/sheet"
)

const (
	batchRows     = 500
	maxErrors     = 1000 // that are kept; more are counted
	progressEvery = 2000 // rows
)

// errRollBack ends the transaction of an atomic import that found errors, or of one that only checks.
var errRollBack = errors.New("importing: roll back")

// Run carries out a queued import. It does nothing for one that has ended, and starts one that was interrupted anew: rows
// that are in already are unchanged. An error means that it is worth trying again; everything that is the file's own
// fault ends the import as failed.
func (s *Service) Run(ctx context.Context, id uuid.UUID) error {
	imp, err := s.begin(ctx, id)
	if err != nil || imp.State != Running {
		return err
	}
	path, err := s.spool(ctx, imp)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	r := &run{Service: s, imp: imp, path: path, ctx: ctx}
	if r.who, err = s.uploader(ctx, imp); err != nil {
		return err
	}
	if err := r.execute(); err != nil {
		e, ours := errs.As(err)
		if !ours || e.Kind == errs.Unavailable || e.Kind == errs.Internal {
			return err
		}
		r.imp.Message = e.Text("zh-CN") + " / " + e.Text("en")
		r.imp.State = Failed
	}
	return r.finish()
}

// begin marks the import as running and forgets what an interrupted run had counted.
func (s *Service) begin(ctx context.Context, id uuid.UUID) (Import, error) {
	var imp Import
	err := s.db.Tx(ctx, pg.System("import-"+id.String()), func(tx pg.Tx) (err error) {
		imp, err = pg.TakeForUpdate[Import](tx, "id = ?", id)
		if err != nil || imp.State == Done || imp.State == Failed {
			return err
		}
		imp.State = Running
		if err := tx.Exec("DELETE FROM import_errors WHERE import_id = ?", id).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE imports SET state = 'running', rows_done = 0, version = version + 1 WHERE id = ?", id).Error
	})
	return imp, err
}

// spool writes the kept file to disk, where it can be read twice in flat memory. Returns an error unless it is, to the
// last byte, the file that was uploaded.
func (s *Service) spool(ctx context.Context, imp Import) (path string, err error) {
	f, err := os.CreateTemp("", "salesgate-import-*")
	if err != nil {
		return "", err
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	h := sha256.New()
	for no := 0; ; no++ {
		piece, err := s.chunk(ctx, imp, no)
		if errors.Is(err, errs.ErrNotFound) {
			break
		}
		if err != nil {
			return "", err
		}
		h.Write(piece)
		if _, err := f.Write(piece); err != nil {
			return "", err
		}
	}
	if !bytes.Equal(h.Sum(nil), imp.SHA256) {
		return "", fmt.Errorf("importing: the kept file of import %s isn't what was uploaded", imp.ID)
	}
	return f.Name(), nil
}

func (s *Service) chunk(ctx context.Context, imp Import, no int) (piece []byte, err error) {
	err = s.db.View(ctx, imp.origin(), func(tx pg.Tx) error {
		return pg.ScanRow(tx, []any{&piece}, "SELECT data FROM import_chunks WHERE import_id = ? AND no = ?", imp.ID, no)
	})
	return piece, err
}

// run is one import being carried out.
type run struct {
	*Service
	ctx      context.Context //nolint:containedctx // a run lives as long as the call of Run
	imp      Import
	who      identity.Principal // who uploaded the file; the system for the command line
	path     string
	problems []Problem
}

// execute checks all rows, then writes them.
func (r *run) execute() error {
	bad, err := r.check()
	if err != nil {
		return err
	}
	if r.imp.RowsTotal == 0 && len(r.problems) == 0 {
		return sheet.ErrEmpty
	}
	headersBad := len(r.problems) > 0 && r.problems[0].Row == 1
	if headersBad {
		r.imp.State = Failed
		return nil
	}
	if r.imp.Mode == Partial && !r.imp.CheckOnly {
		err = r.writePartial(bad)
	} else {
		err = r.writeAtomic(bad)
	}
	return err
}

// check reads every row once: cells, formats, and keys that stand twice in the file. It returns the rows that are bad.
func (r *run) check() (bad map[int]bool, err error) {
	bad = map[int]bool{}
	seen := map[string]int{}
	err = r.each(func(rec *record) error {
		r.imp.RowsTotal++
		if r.imp.RowsTotal > sheet.MaxRows {
			return sheet.ErrTooLong.With("max", sheet.MaxRows)
		}
		if first, twice := seen[rec.key]; twice && rec.key != "" {
			rec.fail("", errSameKey.With("row", first, "column", columnsOf[r.imp.Kind][0].headers[0]))
		} else {
			seen[rec.key] = rec.no
		}
		if rec.bad {
			bad[rec.no] = true
			r.imp.Refused++
		}
		return nil
	})
	return bad, err
}

// each reads the file's rows one by one. Problems go to r.problems, up to maxErrors; all are counted.
func (r *run) each(fn func(*record) error) error {
	in, err := sheet.Open(r.path)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // read only
	columns := columnsOf[r.imp.Kind]
	cells, err := in.Next()
	if errors.Is(err, io.EOF) {
		return sheet.ErrEmpty
	}
	if err != nil {
		return err
	}
	byIndex, headers, wrong := mapHeaders(columns, cells)
	wrong = append(wrong, r.unapproved(headers)...)
	if len(wrong) > 0 {
		r.problems = wrong
		return nil
	}
	for no := 2; ; no++ {
		cells, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if empty(cells) {
			continue
		}
		var problems []Problem
		rec := &record{row: row{no: no, cells: make(map[string]string, len(columns)), headers: headers, problems: &problems}}
		rec.fill(columns, byIndex, cells)
		if !rec.bad {
			r.imp.Kind.read(rec)
		}
		if err := fn(rec); err != nil {
			return err
		}
		r.note(problems)
	}
}

func (r *run) note(problems []Problem) {
	if room := maxErrors - len(r.problems); room > 0 {
		r.problems = append(r.problems, problems[:min(room, len(problems))]...)
	}
}

// batches hands the good rows on, batchRows at a time.
func (r *run) batches(bad map[int]bool, fn func([]*record) error) error {
	var batch []*record
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := fn(batch)
		batch = batch[:0]
		return err
	}
	quiet := *r // what the second reading finds was noted by the first
	err := quiet.each(func(rec *record) error {
		if bad[rec.no] {
			return nil
		}
		rec.problems = &r.problems
		if batch = append(batch, rec); len(batch) < batchRows {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// writeAtomic writes all rows in one transaction, and takes it back if any row is bad or the import only checks.
func (r *run) writeAtomic(bad map[int]bool) error {
	start, found := r.imp, r.problems
	err := r.db.Tx(r.ctx, r.imp.origin(), func(tx pg.Tx) error {
		r.imp, r.problems = start, slices.Clone(found) // the closure may run again
		all := r.collector(tx)
		err := r.batches(bad, func(batch []*record) error {
			if err := all.apply(batch); err != nil {
				return err
			}
			return r.progress(len(batch))
		})
		if err == nil {
			err = all.finish()
		}
		if err == nil && (r.imp.Refused > 0 || r.imp.CheckOnly) {
			return errRollBack
		}
		return err
	})
	if errors.Is(err, errRollBack) {
		err, r.imp.ListID = nil, nil // a draft that was taken back is none
		if r.imp.Refused > 0 {
			r.imp.State = Failed
		}
		if !r.imp.CheckOnly {
			r.imp.Created, r.imp.Updated, r.imp.Unchanged = 0, 0, 0
		}
	}
	return err
}

// writePartial writes the good rows, each batch in a transaction of its own.
func (r *run) writePartial(bad map[int]bool) error {
	if r.imp.Kind == Prices { // one list, whatever its length
		return r.db.Tx(r.ctx, r.imp.origin(), func(tx pg.Tx) error {
			all := r.collector(tx)
			if err := r.batches(bad, all.apply); err != nil {
				return err
			}
			return all.finish()
		})
	}
	return r.batches(bad, func(batch []*record) error {
		start, found := r.imp, r.problems
		err := r.db.Tx(r.ctx, r.imp.origin(), func(tx pg.Tx) error {
			r.imp, r.problems = start, slices.Clone(found)
			all := r.collector(tx)
			if err := all.apply(batch); err != nil {
				return err
			}
			return all.finish()
		})
		if err != nil {
			return err
		}
		return r.progress(len(batch))
	})
}

// progress shows how far the import is, on a connection of its own so that an atomic import shows it too.
func (r *run) progress(rows int) error {
	before := r.imp.RowsDone
	r.imp.RowsDone += rows
	if before/progressEvery == r.imp.RowsDone/progressEvery {
		return nil
	}
	return r.db.Tx(r.ctx, r.imp.origin(), func(tx pg.Tx) error {
		return tx.Exec("UPDATE imports SET rows_done = ?, rows_total = ? WHERE id = ?", r.imp.RowsDone, r.imp.RowsTotal, r.imp.ID).Error
	})
}

// finish writes the outcome and the errors, and drops the file.
func (r *run) finish() error {
	i := &r.imp
	if i.State == Running {
		i.State = Done
	}
	i.RowsDone = i.RowsTotal
	return r.db.Tx(r.ctx, i.origin(), func(tx pg.Tx) error {
		for no, p := range r.problems {
			err := tx.Exec("INSERT INTO import_errors (import_id, no, row_no, field, code, en, zh) VALUES (?, ?, ?, ?, ?, ?, ?)",
				i.ID, no, p.Row, p.Field, p.Code, p.EN, p.ZH).Error
			if err != nil {
				return fmt.Errorf("keep errors of import: %w", err)
			}
		}
		if err := tx.Exec("DELETE FROM import_chunks WHERE import_id = ?", i.ID).Error; err != nil {
			return err
		}
		return pg.One(tx.Exec(`UPDATE imports SET state = ?, rows_total = ?, rows_done = ?, created = ?, updated = ?, unchanged = ?,
			refused = ?, message = ?, list_id = ?, finished_at = ?, version = version + 1 WHERE id = ?`,
			i.State, i.RowsTotal, i.RowsDone, i.Created, i.Updated, i.Unchanged, i.Refused, i.Message, i.ListID, tx.Now, i.ID))
	})
}

// uploader loads who started the import, as they are now: what they may see bounds what their file changes (ORG-06).
func (s *Service) uploader(ctx context.Context, imp Import) (who identity.Principal, err error) {
	if imp.CreatedBy == nil {
		return identity.System(), nil
	}
	err = s.db.View(ctx, imp.origin(), func(tx pg.Tx) error {
		if imp.CreatedKind == identity.KindMachine {
			who, err = identity.LoadMachine(tx, *imp.CreatedBy)
		} else {
			who, err = identity.LoadUser(tx, *imp.CreatedBy)
		}
		return err
	})
	return who, err
}

// unapproved refuses credit columns in a file that a person or a machine uploads: a limit comes from an approved request
// (CRD-10). Only the command line, which loads the books of before, takes them.
func (r *run) unapproved(headers map[string]string) (problems []Problem) {
	if r.imp.CreatedBy == nil {
		return nil
	}
	at := &row{no: 1, headers: headers, problems: &problems}
	for _, key := range []string{"grade", "limit", "settlement", "days"} {
		if r.imp.Kind == Customers && headers[key] != "" {
			at.fail(key, errCreditColumn.With())
		}
	}
	return problems
}
