package contract

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Revision is what a contract said from an instant on.
type Revision struct {
	ContractID       uuid.UUID
	Revision         int
	Content          Content `gorm:"serializer:json"`
	ApprovalID       *uuid.UUID
	Reason           string
	SignedOn         time.Time
	CustomerSignedOn time.Time
	InForceAt        time.Time
	RecordedBy       *uuid.UUID
}

// TableName implements gorm's Tabler.
func (Revision) TableName() string { return "contract_revisions" }

// Difference is one thing that an amendment changes. A line is named by its number in the newer of the two.
type Difference struct {
	Field string // "ends_on", "lines/2/price", "lines/3": added or removed
	Old   string // "" for what is added
	New   string // "" for what is removed
}

// GetAmendment returns an amendment with what it changes of the revision before it. Returns errs.ErrNotFound.
func (s *Service) GetAmendment(tx pg.Tx, who identity.Principal, id, amendmentID uuid.UUID) (Amendment, []Difference, error) {
	if err := s.Seen(tx, who, id); err != nil {
		return Amendment{}, nil, err
	}
	a, err := pg.Take[Amendment](tx, "id = ? AND contract_id = ?", amendmentID, id)
	if err != nil {
		return Amendment{}, nil, err
	}
	before, err := lastRevision(tx, id, a.Revision)
	if err != nil {
		return Amendment{}, nil, err
	}
	return a, Compare(before.Content, a.Change), nil
}

// ListAmendments returns a contract's amendments, the last one first. Returns errs.ErrNotFound.
func (s *Service) ListAmendments(tx pg.Tx, who identity.Principal, id uuid.UUID, p pg.Page) ([]Amendment, string, error) {
	if err := s.Seen(tx, who, id); err != nil {
		return nil, "", err
	}
	return listAmendments(tx, id, p)
}

// ListRevisions returns the revisions of a contract that came in force, the last one first, each with what it changed of the one
// before. Returns errs.ErrNotFound.
func (s *Service) ListRevisions(tx pg.Tx, who identity.Principal, id uuid.UUID) ([]Revision, [][]Difference, error) {
	if err := s.Seen(tx, who, id); err != nil {
		return nil, nil, err
	}
	rows, err := listRevisions(tx, id)
	if err != nil {
		return nil, nil, err
	}
	changes := make([][]Difference, len(rows))
	for i := 0; i+1 < len(rows); i++ {
		changes[i] = Compare(rows[i+1].Content, rows[i].Content)
	}
	return rows, changes, nil
}

// Compare says what differs between two contents, in the order of a contract's text.
func Compare(before, after Content) []Difference {
	var list []Difference
	add := func(field, was, now string) {
		if was != now {
			list = append(list, Difference{field, was, now})
		}
	}
	add("starts_on", before.StartsOn.Format(time.DateOnly), after.StartsOn.Format(time.DateOnly))
	add("ends_on", before.EndsOn.Format(time.DateOnly), after.EndsOn.Format(time.DateOnly))
	add("terms", before.Terms.String(), after.Terms.String())
	add("header_discount", text(before.HeaderDiscount, money.AmountScale), text(after.HeaderDiscount, money.AmountScale))
	add("delivery_place", before.DeliveryPlace, after.DeliveryPlace)
	add("packing", before.Packing, after.Packing)
	add("transport", before.Transport, after.Transport)
	add("remarks", before.Remarks, after.Remarks)
	for i, l := range after.Lines {
		field := fmt.Sprintf("lines/%d", i+1)
		at := slices.IndexFunc(before.Lines, func(b LineContent) bool { return *b.ID == *l.ID })
		if at < 0 {
			add(field, "", l.words())
			continue
		}
		b := before.Lines[at]
		add(field+"/product_id", b.ProductID.String(), l.ProductID.String())
		add(field+"/spec", b.Spec, l.Spec)
		add(field+"/price", text(b.Price, money.PriceScale), text(l.Price, money.PriceScale))
		add(field+"/quantity", text(b.Quantity, money.PriceScale), text(l.Quantity, money.PriceScale))
		add(field+"/deliveries", dates(b.Deliveries), dates(l.Deliveries))
		add(field+"/remarks", b.Remarks, l.Remarks)
	}
	for i, b := range before.Lines {
		if !slices.ContainsFunc(after.Lines, func(l LineContent) bool { return *b.ID == *l.ID }) {
			add(fmt.Sprintf("lines/%d", i+1), b.words(), "")
		}
	}
	return list
}

// words is a line in one piece.
func (l LineContent) words() string {
	return fmt.Sprintf("%s %s %s @ %s", l.ProductID, text(l.Quantity, money.PriceScale), l.Unit, text(l.Price, money.PriceScale))
}

func dates(list []Delivery) string {
	parts := make([]string, len(list))
	for i, d := range list {
		parts[i] = d.On.Format(time.DateOnly) + ": " + text(d.Quantity, money.PriceScale)
	}
	return strings.Join(parts, ", ")
}
