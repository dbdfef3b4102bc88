package contract

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Paper is one original or copy of a signed contract (CON-07): who holds it, and where.
type Paper struct {
	ID         uuid.UUID
	ContractID uuid.UUID
	Revision   int
	Kind       PaperKind
	Label      string // "原件 1": unique in the contract's file
	HolderID   *uuid.UUID
	Holder     string // who isn't one of us: "customer"
	Place      string
	CreatedAt  time.Time
	Version    int64

	Moves []PaperMove `gorm:"-"` // the first one first
}

// TableName implements gorm's Tabler.
func (Paper) TableName() string { return "contract_papers" }

// PaperKind is what a paper is.
type PaperKind string

// The kinds.
const (
	Original PaperKind = "original"
	CopyOf   PaperKind = "copy"
)

// PaperMove is one hand that a paper came into.
type PaperMove struct {
	ID       uuid.UUID
	PaperID  uuid.UUID
	HolderID *uuid.UUID
	Holder   string
	Place    string
	Note     string
	MovedBy  *uuid.UUID
	MovedAt  time.Time
}

// TableName implements gorm's Tabler.
func (PaperMove) TableName() string { return "contract_paper_moves" }

// Hand is where a paper goes.
type Hand struct {
	HolderID *uuid.UUID
	Holder   string
	Place    string
	Note     string
}

// FilePaper takes an original or a copy into the contract's file. The first original that one of us holds files the contract: the rep's
// task is done. Returns ErrPaper for a label that the file has, ErrHolder unless the holder is one of us or named, ErrSignatory for nobody of
// ours, errs.ErrState for a contract that isn't signed. Locks the contract.
func (s *Service) FilePaper(tx pg.Tx, who identity.Principal, id uuid.UUID, kind PaperKind, label string, h Hand) (Paper, error) {
	c, err := s.locked(tx, who, id, nil, VerbFile)
	if err != nil {
		return Paper{}, err
	}
	if c.SignedOn == nil {
		return Paper{}, ErrUnsigned
	}
	if err := h.check(tx); err != nil {
		return Paper{}, err
	}
	p := Paper{
		ID: uuid.Must(uuid.NewV7()), ContractID: id, Revision: c.Revision, Kind: kind, Label: label, HolderID: h.HolderID, Holder: h.Holder,
		Place: h.Place, CreatedAt: tx.Now, Version: 1,
	}
	if err := pg.Insert(tx, &p); err != nil {
		return Paper{}, err
	}
	if err := p.move(tx, h); err != nil {
		return Paper{}, err
	}
	if err := trace(tx, string(VerbFile), id, p.trace()); err != nil {
		return Paper{}, err
	}
	if kind != Original || h.HolderID == nil || c.FiledAt != nil {
		return p, nil
	}
	before := c.snapshot()
	c.FiledAt, c.UpdatedAt = &tx.Now, tx.Now
	if err := s.store(tx, &c, string(VerbFile), before); err != nil {
		return Paper{}, err
	}
	return p, followup.Close(tx, FollowFile, Subject, id)
}

// MovePaper gives a paper into another hand. version is optional. Returns errs.ErrNotFound, errs.ErrStale and what FilePaper returns.
// Locks the contract.
func (s *Service) MovePaper(tx pg.Tx, who identity.Principal, id, paperID uuid.UUID, version *int64, h Hand) (Paper, error) {
	if _, err := s.locked(tx, who, id, nil, VerbFile); err != nil {
		return Paper{}, err
	}
	p, err := pg.Take[Paper](tx, "id = ? AND contract_id = ?", paperID, id)
	if err != nil {
		return Paper{}, err
	}
	if err := h.check(tx); err != nil {
		return Paper{}, err
	}
	if err := storePaper(tx, &p, version, h); err != nil {
		return Paper{}, err
	}
	if p.Moves, err = movesOf(tx, p.ID); err != nil {
		return Paper{}, err
	}
	if err := p.move(tx, h); err != nil {
		return Paper{}, err
	}
	return p, trace(tx, "moveContractPaper", id, p.trace())
}

// ListPapers returns the file of a contract with all moves, originals first. Three statements.
func (s *Service) ListPapers(tx pg.Tx, who identity.Principal, id uuid.UUID) ([]Paper, error) {
	if err := s.Seen(tx, who, id); err != nil {
		return nil, err
	}
	return readPapers(tx, id)
}

func (h Hand) check(tx pg.Tx) error {
	if (h.HolderID != nil) == (h.Holder != "") {
		return ErrHolder.At("/holder")
	}
	if h.HolderID == nil {
		return nil
	}
	if _, err := identity.LoadUser(tx, *h.HolderID); isNotFound(err) {
		return ErrSignatory.At("/holder_id")
	} else if err != nil {
		return err
	}
	return nil
}

// move writes the hand into the history.
func (p *Paper) move(tx pg.Tx, h Hand) error {
	m := PaperMove{
		ID: uuid.Must(uuid.NewV7()), PaperID: p.ID, HolderID: h.HolderID, Holder: h.Holder, Place: h.Place, Note: h.Note,
		MovedBy: tx.By.Actor(), MovedAt: tx.Now,
	}
	p.Moves = append(p.Moves, m)
	return pg.Insert(tx, &m)
}

func (p Paper) trace() map[string]any {
	return map[string]any{"paper": p.Label, "kind": p.Kind, "holder_id": p.HolderID, "holder": p.Holder, "place": p.Place}
}
