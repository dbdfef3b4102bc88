package transport

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

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
	n := pg.Narrow()
	n.Seen(who, "c.owner_id IN @owners")
	n.By(f.NoticeID != nil, "t.notice_id = @notice", "notice", f.NoticeID)
	n.By(f.CustomerID != nil, "t.customer_id = @customer", "customer", f.CustomerID)
	n.By(f.CarrierID != nil, "t.carrier_id = @carrier", "carrier", f.CarrierID)
	n.By(f.State != "", "t.state = @state", "state", f.State)
	n.By(f.Vehicle != "", "t.vehicle_key = @vehicle", "vehicle", PlateKey(f.Vehicle))
	n.By(f.PickupFrom != nil, "t.pickup_on >= @from", "from", f.PickupFrom)
	n.By(f.PickupTo != nil, "t.pickup_on <= @to", "to", f.PickupTo)
	n.By(f.Number != "", "t.number = @number", "number", f.Number)
	return pg.Newest(tx, p, n, selectNotice, "t.id", func(t Notice) uuid.UUID { return t.ID })
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
	n := pg.Narrow()
	n.By(f.CarrierID != nil, "v.carrier_id = @carrier", "carrier", f.CarrierID)
	n.By(f.DeliveryNoteID != nil, "v.delivery_note_id = @note", "note", f.DeliveryNoteID)
	n.By(f.State != "", "v.state = @state", "state", f.State)
	n.By(f.ShippedFrom != nil, "v.shipped_on >= @from", "from", f.ShippedFrom)
	n.By(f.ShippedTo != nil, "v.shipped_on <= @to", "to", f.ShippedTo)
	n.By(f.Settled != nil, "(v.settlement_id IS NOT NULL) = @settled", "settled", f.Settled)
	n.By(f.Unpriced, "v.rate_id IS NULL AND v.adjusted = 0 AND v.state <> @dead", "dead", Dead)
	n.By(f.Number != "", "v.number = @number", "number", f.Number)
	return pg.Newest(tx, p, n, selectVoucher, "v.id", func(v Voucher) uuid.UUID { return v.ID })
}

// SettlementFilter narrows a list of settlements; zero fields don't.
type SettlementFilter struct {
	CarrierID *uuid.UUID
	Month     *time.Time
	State     SettlementState
}

// ListSettlements returns settlements, the newest first. One statement.
func (s *Service) ListSettlements(tx pg.Tx, f SettlementFilter, p pg.Page) ([]Settlement, string, error) {
	n := pg.Narrow()
	n.By(f.CarrierID != nil, "x.carrier_id = @carrier", "carrier", f.CarrierID)
	n.By(f.Month != nil, "x.month = @month", "month", f.Month)
	n.By(f.State != "", "x.state = @state", "state", f.State)
	return pg.Newest(tx, p, n, selectSettlement, "x.id", func(x Settlement) uuid.UUID { return x.ID })
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
	n := pg.Narrow()
	n.By(true, "l.settlement_id = @settlement", "settlement", id)
	n.By(state != "", "l.state = @state", "state", state)
	return pg.Newest(tx, p, n, selectLine, "l.id", func(l SettlementLine) uuid.UUID { return l.ID })
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
