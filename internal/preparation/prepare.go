package preparation

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

// GetPreparation returns a preparation list with its lines. Returns errs.ErrNotFound for one whose notice the caller may not see (ORG-06).
func (s *Service) GetPreparation(tx pg.Tx, who identity.Principal, id uuid.UUID) (List, error) {
	p, err := readPreparation(tx, id)
	if err != nil {
		return List{}, err
	}
	return p, who.MustSee(p.OwnerID)
}

// Seen returns errs.ErrNotFound unless the caller may see the list: for its timeline.
func (s *Service) Seen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	_, err := s.GetPreparation(tx, who, id)
	return err
}

// Filter narrows a list of preparation lists; zero fields don't.
type Filter struct {
	NoticeID    *uuid.UUID
	WarehouseID *uuid.UUID // with goods from it
	LotID       *uuid.UUID
	Open        bool // that hold something still
	ShipUntil   *time.Time
}

// ListPreparations returns preparation lists of notices that the caller may see, newest first, without their lines. One statement.
func (s *Service) ListPreparations(tx pg.Tx, who identity.Principal, f Filter, page pg.Page) ([]List, string, error) {
	q := tx.Table("stock_preparations p").Select(preparationColumns).Joins(preparationJoins)
	if owners, all := who.Owners(); !all {
		q = q.Where("n.owner_id IN ?", owners)
	}
	if f.NoticeID != nil {
		q = q.Where("p.notice_id = ?", *f.NoticeID)
	}
	if f.WarehouseID != nil {
		q = q.Where("EXISTS (SELECT FROM stock_preparation_lines l WHERE l.preparation_id = p.id AND l.warehouse_id = ?)", *f.WarehouseID)
	}
	if f.LotID != nil {
		q = q.Where("EXISTS (SELECT FROM stock_preparation_lines l WHERE l.preparation_id = p.id AND l.lot_id = ?)", *f.LotID)
	}
	if f.Open {
		q = q.Where("p.ended_at IS NULL AND p.id IN (SELECT l.preparation_id FROM stock_preparation_lines l WHERE l.reserved > 0)")
	}
	if f.ShipUntil != nil {
		q = q.Where("n.ship_date <= ?", *f.ShipUntil)
	}
	var last uuid.UUID
	found, err := page.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("p.id < ?", last)
	}
	var rows []List
	if err := q.Order("p.id DESC").Limit(page.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(p List) any { return p.ID })
}

// NoticeOf returns whose list it is, to lock that before: errs.ErrNotFound when there is none.
func (s *Service) NoticeOf(tx pg.Tx, id uuid.UUID) (notice uuid.UUID, err error) {
	err = pg.ScanRow(tx, []any{&notice}, "SELECT notice_id FROM stock_preparations WHERE id = ?", id)
	return notice, err
}

// held reads a list that still holds something. Returns ErrPreparationEnded and errs.ErrStale. Its notice is locked.
func (s *Service) held(tx pg.Tx, id uuid.UUID, version *int64) (List, error) {
	p, err := readPreparation(tx, id)
	if err != nil {
		return List{}, err
	}
	if version != nil && *version != p.Version {
		return List{}, errs.ErrStale
	}
	if p.State == Ended || p.State == Done {
		return List{}, ErrPreparationEnded
	}
	return p, nil
}

// MarkPicked records that the goods of a list are laid out. Returns ErrPicked, ErrPreparationEnded and errs.ErrStale. Its notice is locked.
func (s *Service) MarkPicked(tx pg.Tx, id uuid.UUID, version *int64) (List, error) {
	p, err := s.held(tx, id, version)
	if err != nil {
		return List{}, err
	}
	if p.PickedAt != nil {
		return List{}, ErrPicked
	}
	var picked []stock.Movement
	for i := range p.Lines {
		l := &p.Lines[i]
		if !l.Reserved.IsPos() {
			continue
		}
		m := stock.Movement{
			Kind: stock.Pick, ProductID: l.ProductID, LotID: l.LotID, WarehouseID: l.WarehouseID, Quantity: l.Reserved, NoticeID: &p.NoticeID,
			NoticeLineID: &l.NoticeLineID, PreparationLineID: &l.ID,
		}
		m.Effect(1, false)
		picked = append(picked, m)
	}
	if err := stock.LockPlaces(tx, picked); err != nil {
		return List{}, err
	}
	if err := stock.Post(tx, picked); err != nil {
		return List{}, err
	}
	before := p.snapshot()
	p.PickedAt, p.PickedBy, p.State = &tx.Now, tx.By.Actor(), Picked
	err = pg.Update(tx, "stock_preparations", id, p.Version, map[string]any{"picked_at": p.PickedAt, "picked_by": p.PickedBy})
	if err != nil {
		return List{}, err
	}
	p.Version++
	return p, audit.Record(tx, audit.Entry{Action: "pickPreparation", SubjectType: Subject, SubjectID: id, Before: before, After: p.snapshot()})
}

// EndPreparation gives back what a list still holds. Returns ErrPreparationEnded and errs.ErrStale. Its notice is locked; locks levels.
func (s *Service) EndPreparation(tx pg.Tx, id uuid.UUID, version *int64, reason string) (List, error) {
	p, err := s.held(tx, id, version)
	if err != nil {
		return List{}, err
	}
	levels, err := lockLevels(tx, p.NoticeID, nil)
	if err != nil {
		return List{}, err
	}
	lines := map[uuid.UUID]bool{}
	for _, l := range p.Lines {
		lines[l.ID] = true
	}
	var back []stock.Movement
	reason = strings.TrimSpace(reason)
	for _, l := range levels {
		back = append(back, l.giveBack(p.NoticeID, lines, reason)...)
	}
	if err := endPreparations(tx, p.NoticeID, &id, reason); err != nil {
		return List{}, err
	}
	if err := stock.Post(tx, back); err != nil {
		return List{}, err
	}
	if err := followup.Close(tx, stock.KindFailed, stock.SubjectNotice, p.NoticeID); err != nil {
		return List{}, err
	}
	before := p.snapshot()
	if p, err = readPreparation(tx, id); err != nil {
		return List{}, err
	}
	return p, audit.RecordAll(tx, []audit.Entry{
		{Action: "cancelPreparation", SubjectType: Subject, SubjectID: id, Before: before, After: p.snapshot()},
		{Action: "cancelPreparation", SubjectType: stock.SubjectNotice, SubjectID: p.NoticeID, After: map[string]any{"preparation": p.Number, "reason": reason}},
	})
}
