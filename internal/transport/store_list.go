package transport

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// narrowing is the condition of a list, with its named arguments.
type narrowing struct {
	where string
	args  map[string]any
}

func (n *narrowing) by(yes bool, condition, name string, value any) {
	if !yes {
		return
	}
	n.where += " AND " + condition
	n.args[name] = value
}

func newest[T any](tx pg.Tx, p pg.Page, n narrowing, query, column string, id func(T) uuid.UUID) ([]T, string, error) {
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	n.by(found, column+" < @last", "last", last)
	n.args["limit"] = p.Limit + 1
	var rows []T
	if err := tx.Raw(query+"WHERE true"+n.where+" ORDER BY "+column+" DESC LIMIT @limit", n.args).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r T) any { return id(r) })
}

// CarrierFilter narrows a list of carriers; zero fields don't.
type CarrierFilter struct {
	Text   string // in code or name
	Active *bool
}

// ListCarriers returns carriers by code. One statement.
func (s *Service) ListCarriers(tx pg.Tx, f CarrierFilter, p pg.Page) ([]Carrier, string, error) {
	n := narrowing{args: map[string]any{"limit": p.Limit + 1}}
	like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.TrimSpace(f.Text)) + "%"
	n.by(f.Text != "", "(code ILIKE @text OR name ILIKE @text)", "text", like)
	n.by(f.Active != nil, "active = @active", "active", f.Active)
	var last string
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	n.by(found, "code > @last", "last", last)
	var rows []Carrier
	if err := tx.Raw("SELECT * FROM carriers WHERE true"+n.where+" ORDER BY code LIMIT @limit", n.args).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(c Carrier) any { return c.Code })
}

// RateFilter narrows a list of rates; zero fields don't.
type RateFilter struct {
	CarrierID *uuid.UUID
	ToRegion  string
	Basis     Basis
	On        *time.Time // in force then
}

// RateSummary is a rate with its carrier's name.
type RateSummary struct {
	Rate        `gorm:"embedded"`
	CarrierName string
}

// ListRates returns rates, the newest first. One statement.
func (s *Service) ListRates(tx pg.Tx, f RateFilter, p pg.Page) ([]RateSummary, string, error) {
	n := narrowing{args: map[string]any{}}
	n.by(f.CarrierID != nil, "r.carrier_id = @carrier", "carrier", f.CarrierID)
	n.by(f.ToRegion != "", "r.to_region = @region", "region", f.ToRegion)
	n.by(f.Basis != "", "r.basis = @basis", "basis", f.Basis)
	n.by(f.On != nil, "r.valid_from <= @on AND (r.valid_until IS NULL OR r.valid_until >= @on)", "on", f.On)
	return newest(tx, p, n, "SELECT r.*, c.name AS carrier_name FROM freight_rates r JOIN carriers c ON c.id = r.carrier_id ", "r.id", func(r RateSummary) uuid.UUID { return r.ID })
}

// ListDistances returns what is kept of regions, and of addresses of customers whom the caller sees (ORG-06), the newest first. One statement.
func (s *Service) ListDistances(tx pg.Tx, who identity.Principal, region string, p pg.Page) ([]Distance, string, error) {
	n := narrowing{args: map[string]any{}}
	n.by(region != "", "d.region = @region", "region", region)
	if owners, all := who.Owners(); !all {
		n.by(true, "(d.customer_id IS NULL OR c.owner_id IN @owners)", "owners", append(owners, uuid.Nil))
	}
	return newest(tx, p, n, `SELECT d.*, a.line AS address_line, c.name AS customer_name FROM freight_distances d
		LEFT JOIN customers c ON c.id = d.customer_id LEFT JOIN customer_addresses a ON a.id = d.address_id `, "d.id", func(d Distance) uuid.UUID { return d.ID })
}

// Filter narrows a list of transport notices; zero fields don't.
type Filter struct {
	NoticeID   *uuid.UUID
	CustomerID *uuid.UUID
	CarrierID  *uuid.UUID
	State      State
	Vehicle    string
	PickupFrom *time.Time
	PickupTo   *time.Time
	Number     string
}

// List returns transport notices that the caller may see (ORG-06), the newest first, without their lines. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Notice, string, error) {
	n := narrowing{args: map[string]any{}}
	if owners, all := who.Owners(); !all {
		n.by(true, "c.owner_id IN @owners", "owners", append(owners, uuid.Nil))
	}
	n.by(f.NoticeID != nil, "t.notice_id = @notice", "notice", f.NoticeID)
	n.by(f.CustomerID != nil, "t.customer_id = @customer", "customer", f.CustomerID)
	n.by(f.CarrierID != nil, "t.carrier_id = @carrier", "carrier", f.CarrierID)
	n.by(f.State != "", "t.state = @state", "state", f.State)
	n.by(f.Vehicle != "", "t.vehicle_key = @vehicle", "vehicle", PlateKey(f.Vehicle))
	n.by(f.PickupFrom != nil, "t.pickup_on >= @from", "from", f.PickupFrom)
	n.by(f.PickupTo != nil, "t.pickup_on <= @to", "to", f.PickupTo)
	n.by(f.Number != "", "t.number = @number", "number", f.Number)
	return newest(tx, p, n, selectNotice, "t.id", func(t Notice) uuid.UUID { return t.ID })
}

// VoucherFilter narrows a list of vouchers; zero fields don't.
type VoucherFilter struct {
	CarrierID      *uuid.UUID
	DeliveryNoteID *uuid.UUID
	State          string
	ShippedFrom    *time.Time
	ShippedTo      *time.Time
	Settled        *bool
	Unpriced       bool
	Number         string
}

// ListVouchers returns vouchers, the newest first, without adjusting documents. One statement.
func (s *Service) ListVouchers(tx pg.Tx, f VoucherFilter, p pg.Page) ([]Voucher, string, error) {
	n := narrowing{args: map[string]any{}}
	n.by(f.CarrierID != nil, "v.carrier_id = @carrier", "carrier", f.CarrierID)
	n.by(f.DeliveryNoteID != nil, "v.delivery_note_id = @note", "note", f.DeliveryNoteID)
	n.by(f.State != "", "v.state = @state", "state", f.State)
	n.by(f.ShippedFrom != nil, "v.shipped_on >= @from", "from", f.ShippedFrom)
	n.by(f.ShippedTo != nil, "v.shipped_on <= @to", "to", f.ShippedTo)
	n.by(f.Settled != nil, "(v.settlement_id IS NOT NULL) = @settled", "settled", f.Settled)
	n.by(f.Unpriced, "v.rate_id IS NULL AND v.adjusted = 0 AND v.state <> @dead", "dead", Dead)
	n.by(f.Number != "", "v.number = @number", "number", f.Number)
	return newest(tx, p, n, selectVoucher, "v.id", func(v Voucher) uuid.UUID { return v.ID })
}

// SettlementFilter narrows a list of settlements; zero fields don't.
type SettlementFilter struct {
	CarrierID *uuid.UUID
	Month     *time.Time
	State     SettlementState
}

// ListSettlements returns settlements, the newest first. One statement.
func (s *Service) ListSettlements(tx pg.Tx, f SettlementFilter, p pg.Page) ([]Settlement, string, error) {
	n := narrowing{args: map[string]any{}}
	n.by(f.CarrierID != nil, "x.carrier_id = @carrier", "carrier", f.CarrierID)
	n.by(f.Month != nil, "x.month = @month", "month", f.Month)
	n.by(f.State != "", "x.state = @state", "state", f.State)
	return newest(tx, p, n, selectSettlement, "x.id", func(x Settlement) uuid.UUID { return x.ID })
}

const selectLine = `SELECT l.*, coalesce(a.number, v.number) AS number, v.number AS voucher_number, d.number AS delivery_number,
		coalesce(a.adjusted_on, v.shipped_on) AS dated_on, v.vehicle, coalesce(a.kind, '') AS kind
	FROM carrier_settlement_lines l JOIN freight_vouchers v ON v.id = l.voucher_id JOIN delivery_notes d ON d.id = v.delivery_note_id
	LEFT JOIN freight_adjustments a ON a.id = l.adjustment_id `

// ListSettlementLines returns what a settlement lists, or left out, the latest first. One statement, and one that looks whether there is such a settlement.
func (s *Service) ListSettlementLines(tx pg.Tx, id uuid.UUID, state string, p pg.Page) ([]SettlementLine, string, error) {
	if _, err := pg.Take[Settlement](tx, "id = ?", id); err != nil {
		return nil, "", err
	}
	n := narrowing{args: map[string]any{}}
	n.by(true, "l.settlement_id = @settlement", "settlement", id)
	n.by(state != "", "l.state = @state", "state", state)
	return newest(tx, p, n, selectLine, "l.id", func(l SettlementLine) uuid.UUID { return l.ID })
}

// linesPerPage is how many lines of a file are in memory at once.
const linesPerPage = 1000

// EachSettlementLine calls row for all that a settlement lists, voucher by voucher, for a file. Call it in a snapshot.
func (s *Service) EachSettlementLine(tx pg.Tx, id uuid.UUID, row func(SettlementLine) error) error {
	for last := uuid.Nil; ; {
		var rows []SettlementLine
		err := tx.Raw(selectLine+"WHERE l.settlement_id = ? AND l.state = 'listed' AND l.id > ? ORDER BY l.id LIMIT ?", id, last, linesPerPage).Scan(&rows).Error
		if err != nil {
			return err
		}
		for _, l := range rows {
			if err := row(l); err != nil {
				return err
			}
			last = l.ID
		}
		if len(rows) < linesPerPage {
			return nil
		}
	}
}

// amountOf reads an amount that the database wrote.
func amountOf(text string) decimal.Decimal { return decimal.MustParse(text) }
