package approval

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// maxAge is how long the list of matrix versions is believed without reading it again: a new version is in force in
// every process within this time.
const maxAge = time.Second

// MatrixSubject is the subject type of the audit events of the matrix; its id is that of the version.
const MatrixSubject = "authority_matrix"

// heads is the list of versions, the latest first, as read at some time of the machine's own clock.
type heads struct {
	readAt   time.Time
	versions []head
}

type head struct {
	Version     int64
	ID          uuid.UUID
	EffectiveAt time.Time
}

// inForce returns the program of the matrix version in force at tx.Now: of the versions that have taken effect the one
// made last. It costs nothing while the list is fresh.
func (s *Service) inForce(tx pg.Tx) (*program, error) {
	list, err := s.fresh(tx)
	if err != nil {
		return nil, err
	}
	h, ok := headInForce(list, tx.Now)
	if !ok {
		return nil, fmt.Errorf("approval: no matrix in force at %s", tx.Now)
	}
	return s.programOf(tx, h)
}

func headInForce(list []head, at time.Time) (head, bool) {
	for _, h := range list {
		if !h.EffectiveAt.After(at) {
			return h, true
		}
	}
	return head{}, false
}

// fresh returns the versions. In a database without any it puts the default in place, and doesn't remember that: the
// transaction may yet be rolled back.
func (s *Service) fresh(tx pg.Tx) ([]head, error) {
	if h := s.heads.Load(); h != nil && time.Since(h.readAt) < maxAge { //nolint:forbidigo // the age of a cache is no business time
		return h.versions, nil
	}
	readAt := time.Now() //nolint:forbidigo // see above
	list, err := versionHeads(tx)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		if err := s.Bootstrap(tx); err != nil {
			return nil, err
		}
		return versionHeads(tx)
	}
	s.heads.Store(&heads{readAt: readAt, versions: list})
	return list, nil
}

// programOf returns the compiled version, compiling it at first use. Programs are kept by the version's id, since the
// number of a version that was rolled back is given again.
func (s *Service) programOf(tx pg.Tx, h head) (*program, error) {
	if kept, found := s.programs.Load(h.ID); found {
		if p, ok := kept.(*program); ok {
			return p, nil
		}
	}
	v, err := pg.Take[Version](tx, "id = ?", h.ID)
	if err != nil {
		return nil, err
	}
	p, err := compile(v)
	if err != nil {
		return nil, err
	}
	s.programs.Store(h.ID, p)
	return p, nil
}

// GetAuthorityMatrix returns the version in force at tx.Now and the number of the last one, which is the ETag: it may
// not have taken effect yet.
func (s *Service) GetAuthorityMatrix(tx pg.Tx) (inForce Version, latest int64, err error) {
	list, err := versionHeads(tx)
	if err != nil {
		return Version{}, 0, err
	}
	h, ok := headInForce(list, tx.Now)
	if !ok {
		return Version{}, 0, errs.ErrNotFound
	}
	v, err := pg.Take[Version](tx, "id = ?", h.ID)
	return v, list[0].Version, err
}

// GetAuthorityMatrixVersion returns one version by its number. Returns errs.ErrNotFound.
func (s *Service) GetAuthorityMatrixVersion(tx pg.Tx, version int64) (Version, error) {
	return pg.Take[Version](tx, "version = ?", version)
}

// ListAuthorityMatrixVersions returns the versions, the last one first.
func (s *Service) ListAuthorityMatrixVersions(tx pg.Tx, p pg.Page) ([]Version, string, error) {
	rows, err := versionPage(tx, p)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(v Version) any { return v.Version })
}

// MatrixChange is a new version of the matrix.
type MatrixChange struct {
	Matrix      Matrix
	EffectiveAt *time.Time // nil: at once
	Reason      string
}

// ReplaceAuthorityMatrix saves the next version. latest is the number of the last version that the caller has read
// (If-Match). Returns ErrMatrix with each fault at its place, ErrMatrixPast, ErrReason and errs.ErrStale. Requests under
// way keep the version that they were opened under (ORG-01). Locks nothing: of two who replace the same version, the
// primary key lets one win.
func (s *Service) ReplaceAuthorityMatrix(tx pg.Tx, _ identity.Principal, latest int64, c MatrixChange) (Version, error) {
	list, err := versionHeads(tx)
	if err != nil {
		return Version{}, err
	}
	if len(list) == 0 || list[0].Version != latest {
		return Version{}, errs.ErrStale
	}
	v, err := c.next(tx, latest+1)
	if err != nil {
		return Version{}, err
	}
	if err := pg.Insert(tx, &v); err != nil {
		return Version{}, err
	}
	s.heads.Store(nil)
	return v, audit.Record(tx, audit.Entry{
		Action: "replaceAuthorityMatrix", SubjectType: MatrixSubject, SubjectID: v.ID,
		Before: map[string]any{"version": latest},
		After:  map[string]any{"version": v.Version, "effective_at": v.EffectiveAt, "reason": v.Reason, "body": v.Body},
	})
}

func (c MatrixChange) next(tx pg.Tx, version int64) (Version, error) {
	reason := strings.TrimSpace(c.Reason)
	if reason == "" {
		return Version{}, ErrReason.At("/reason")
	}
	v := Version{
		Version: version, ID: uuid.Must(uuid.NewV7()), EffectiveAt: tx.Now, Body: c.Matrix, Reason: reason,
		CreatedBy: tx.By.Actor(), CreatedAt: tx.Now,
	}
	if c.EffectiveAt != nil {
		if c.EffectiveAt.Before(tx.Now) {
			return Version{}, ErrMatrixPast.At("/effective_at")
		}
		v.EffectiveAt = c.EffectiveAt.UTC()
	}
	return v, c.Matrix.Check()
}
