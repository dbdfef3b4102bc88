package pricing

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
)

// facts is all that the gate needs of the database.
type facts struct {
	listID     uuid.UUID
	listNumber string
	table      tableKey
	products   map[uuid.UUID]fact
}

// tableKey names a published table. The version is in it so that a publication which was rolled back is never mistaken
// for the one that came after.
type tableKey struct {
	id      uuid.UUID
	version int64
	number  string
}

type factRow struct {
	ListID, TableID         *uuid.UUID
	ListNumber, TableNumber string
	TableVersion            int64

	ID                             *uuid.UUID
	Code, Name, NameEN, Spec, Unit string
	Kind                           catalog.Kind
	Lifecycle                      catalog.Lifecycle
	CategoryID                     *uuid.UUID
	TaxRate                        decimal.Decimal
	Active                         bool
	Version                        int64
	TonnesPerUnit                  *decimal.Decimal

	Price, FloorPrice *decimal.Decimal
	PriceListID       *uuid.UUID
	PriceListNumber   string

	InitialPrice, InitialFloor *decimal.Decimal
	InitialNumber              string
}

// factsSQL reads the list and table in force, and each product with its base price in force, in one statement: the heads
// are two index reads, each product is three. Prices from before a product last went out of production don't count (PRC-02), and
// initial prices are looked for only where there is no other. A new product is a standard one from the instant of its first base
// price on, also before SettleLists has written it down.
const factsSQL = `
SELECT l.id AS list_id, coalesce(l.number, '') AS list_number,
       t.id AS table_id, coalesce(t.number, '') AS table_number, coalesce(t.version, 0) AS table_version,
       p.id, coalesce(p.code, '') AS code, coalesce(p.name, '') AS name, coalesce(p.name_en, '') AS name_en, coalesce(p.spec, '') AS spec,
       coalesce(p.unit, '') AS unit, coalesce(p.kind, '') AS kind,
       CASE WHEN p.lifecycle = 'new' AND b.makes_standard AND bl.settled_at IS NULL THEN 'standard' ELSE coalesce(p.lifecycle, '') END AS lifecycle, p.category_id,
       coalesce(p.tax_rate, 0) AS tax_rate, coalesce(p.active, false) AS active, coalesce(p.version, 0) AS version, p.tonnes_per_unit,
       b.price, b.floor_price, b.list_id AS price_list_id, coalesce(bl.number, '') AS price_list_number,
       i.price AS initial_price, i.floor_price AS initial_floor, coalesce(i.number, '') AS initial_number
FROM (VALUES (1)) AS always (n)
LEFT JOIN LATERAL (SELECT id, number FROM base_price_lists
    WHERE state = 'published' AND effective_at <= ? ORDER BY effective_at DESC LIMIT 1) AS l ON true
LEFT JOIN LATERAL (SELECT id, number, version FROM price_authority_tables
    WHERE state = 'published' AND effective_at <= ? ORDER BY effective_at DESC LIMIT 1) AS t ON true
LEFT JOIN products AS p ON p.id = ANY (CAST(? AS uuid[]))
LEFT JOIN LATERAL (SELECT price, floor_price, list_id, makes_standard FROM valid_base_prices
    WHERE product_id = p.id AND effective_at <= ? AND effective_at > coalesce(p.dormant_at, '-infinity')
    ORDER BY effective_at DESC LIMIT 1) AS b ON true
LEFT JOIN base_price_lists AS bl ON bl.id = b.list_id
LEFT JOIN LATERAL (SELECT price, floor_price, number FROM initial_prices
    WHERE (p.lifecycle = 'new' OR b.price IS NULL) AND product_id = p.id AND effective_at <= ?
    AND effective_at > coalesce(p.dormant_at, '-infinity') ORDER BY effective_at DESC LIMIT 1) AS i ON true`

func readFacts(tx pg.Tx, q Question) (facts, error) {
	in := facts{products: make(map[uuid.UUID]fact, len(q.Lines))}
	var r factRow
	err := pg.ScanRows(tx, []any{
		&r.ListID, &r.ListNumber, &r.TableID, &r.TableNumber, &r.TableVersion,
		&r.ID, &r.Code, &r.Name, &r.NameEN, &r.Spec, &r.Unit, &r.Kind, &r.Lifecycle, &r.CategoryID, &r.TaxRate, &r.Active, &r.Version,
		&r.TonnesPerUnit, &r.Price, &r.FloorPrice, &r.PriceListID, &r.PriceListNumber, &r.InitialPrice, &r.InitialFloor, &r.InitialNumber,
	}, func() error {
		if r.ListID != nil {
			in.listID, in.listNumber = *r.ListID, r.ListNumber
		}
		if r.TableID != nil {
			in.table = tableKey{*r.TableID, r.TableVersion, r.TableNumber}
		}
		if r.ID != nil {
			in.products[*r.ID] = r.fact()
		}
		return nil
	}, factsSQL, q.At, q.At, uuidArray(productIDs(q)), q.At, q.At)
	return in, err
}

func (r factRow) fact() fact {
	f := fact{
		product: catalog.Product{
			ID: *r.ID, Code: r.Code, Name: r.Name, NameEN: r.NameEN, Spec: r.Spec, Unit: r.Unit, Kind: r.Kind,
			Lifecycle: r.Lifecycle, CategoryID: r.CategoryID, TaxRate: r.TaxRate, Active: r.Active, Version: r.Version,
			TonnesPerUnit: r.TonnesPerUnit,
		},
		base: r.Price, floor: r.FloorPrice, listNumber: r.PriceListNumber,
	}
	if r.PriceListID != nil {
		f.listID = *r.PriceListID
	}
	if r.InitialPrice != nil {
		f.initial = &InitialPrice{ProductID: *r.ID, Price: *r.InitialPrice, FloorPrice: r.InitialFloor, Number: r.InitialNumber}
	}
	return f
}

// maxTables bounds the memory of a process that is asked about many past dates.
const maxTables = 32

// table returns a published authority table, read at most once per process.
func (s *Service) table(tx pg.Tx, key tableKey) (*authority, error) {
	s.mu.Lock()
	known := s.tables[key]
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	entries, err := readEntries(tx, key.id)
	if err != nil {
		return nil, err
	}
	fresh := newAuthority(key.id, key.number, entries)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tables) >= maxTables {
		clear(s.tables)
	}
	s.tables[key] = fresh
	return fresh, nil
}

func readEntries(tx pg.Tx, table uuid.UUID) ([]Entry, error) {
	var rows []Entry
	err := tx.Where("table_id = ?", table).Order("level, role, category_id NULLS FIRST, product_id NULLS FIRST, min_quantity NULLS FIRST").Find(&rows).Error
	return rows, err
}

// InstantOf returns the instant whose prices count for a business date: now for today, else the last of that day.
func InstantOf(date, now time.Time) time.Time {
	if clock.Today(now).Equal(date) {
		return now
	}
	y, m, d := date.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, clock.Shanghai).Add(-time.Microsecond).UTC()
}

// uuidArray is an array literal: one placeholder whatever the number of ids, so that the statement is prepared once.
func uuidArray(ids []uuid.UUID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = id.String()
	}
	return "{" + strings.Join(words, ",") + "}"
}
