package transport

import (
	"bytes"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

const selectVoucher = `SELECT v.*, c.name AS carrier_name, b.name AS customer_name, t.number AS transport_number, d.number AS delivery_number
	FROM freight_vouchers v JOIN carriers c ON c.id = v.carrier_id JOIN customers b ON b.id = v.customer_id
	JOIN transport_notices t ON t.id = v.transport_notice_id JOIN delivery_notes d ON d.id = v.delivery_note_id `

func takeVoucher(tx pg.Tx, id uuid.UUID) (Voucher, error) {
	var rows []Voucher
	if err := tx.Raw(selectVoucher+"WHERE v.id = ?", id).Scan(&rows).Error; err != nil {
		return Voucher{}, err
	}
	if len(rows) == 0 {
		return Voucher{}, errs.ErrNotFound
	}
	return rows[0], nil
}

// insertVoucher numbers and writes a voucher and takes its truck as loaded, in one statement: the number series comes last.
func insertVoucher(tx pg.Tx, n *Notice, v *Voucher) error {
	lines, err := computation(v.Computation)
	if err != nil {
		return err
	}
	number, args := pg.NumberCTE("FV", tx.Now.In(clock.Shanghai))
	args = append([]any{n.State, n.DeliveryNoteID, n.LoadedAt, n.UpdatedAt, n.ID, n.Version}, args...)
	args = append(args, v.ID, v.TransportNoticeID, v.TripID, v.DeliveryNoteID, v.CarrierID, v.CustomerID, v.State, v.Vehicle, v.Driver, v.ShippedOn,
		v.RateID, v.Km, v.Tonnes, v.Amount, v.Adjusted, v.TaxRate, lines, v.CreatedBy, v.CreatedAt, v.UpdatedAt)
	err = pg.ScanRow(tx, []any{&v.Number}, `WITH truck AS (UPDATE transport_notices SET state = ?, delivery_note_id = ?, loaded_at = ?, updated_at = ?,
				version = version + 1 WHERE id = ? AND version = ? RETURNING id), `+number+`
		INSERT INTO freight_vouchers (id, number, transport_notice_id, trip_id, delivery_note_id, carrier_id, customer_id, state, vehicle, driver, shipped_on,
				rate_id, km, tonnes, amount, adjusted, tax_rate, computation, state_reason, created_by, created_at, updated_at, version)
			SELECT ?::uuid, number, ?::uuid, ?::uuid, ?::uuid, ?::uuid, ?::uuid, ?, ?, ?, ?::date,
				?::uuid, ?::numeric, ?::numeric, ?::numeric, ?::numeric, ?::numeric, ?::jsonb, '', ?::uuid, ?::timestamptz, ?::timestamptz, 1
			FROM next_number, truck RETURNING number`, args...)
	n.Version++
	return err
}

func storeVoucher(tx pg.Tx, v *Voucher) error {
	v.UpdatedAt = tx.Now
	err := pg.Update(tx, "freight_vouchers", v.ID, v.Version, map[string]any{
		"state": v.State, "state_reason": v.StateReason, "adjusted": v.Adjusted, "settlement_id": v.SettlementID, "updated_at": v.UpdatedAt,
	})
	v.Version++
	return err
}

// killVoucher ends the voucher of a delivery note that is unloaded, if there is one.
func killVoucher(tx pg.Tx, deliveryNoteID uuid.UUID, reason string) error {
	v, err := pg.TakeForUpdate[Voucher](tx, "delivery_note_id = ? AND state <> 'cancelled'", deliveryNoteID)
	if e, ours := errs.As(err); ours && e.Kind == errs.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if v.SettlementID != nil {
		return ErrSettled
	}
	before := v.snapshot()
	v.State, v.StateReason = Dead, reason
	if err := storeVoucher(tx, &v); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "cancelFreightVoucher", SubjectType: SubjectVoucher, SubjectID: v.ID, Before: before, After: v.snapshot()})
}

// lockTrip makes one after the other of what bears a trip's freight, and returns its vouchers that count. The lock is taken when all documents
// are, by each transaction one, so nobody waits in a ring.
func lockTrip(tx pg.Tx, tripID uuid.UUID) (rows []Voucher, err error) {
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended('transport trip ' || ?, 0))", tripID.String()).Error; err != nil {
		return nil, err
	}
	return rows, tx.Where("trip_id = ? AND state <> 'cancelled'", tripID).Order("id").Find(&rows).Error
}

// adjustmentsOf returns all adjusting documents of a voucher: mayAdjust keeps them few.
func adjustmentsOf(tx pg.Tx, voucherID uuid.UUID) (rows []Adjustment, err error) {
	return rows, tx.Where("voucher_id = ?", voucherID).Order("id").Find(&rows).Error
}

// mayAdjust returns ErrTooMany for a voucher, which is locked, that shows as many adjusting documents as the contract has room for.
func mayAdjust(tx pg.Tx, voucherID uuid.UUID) error {
	var n int
	if err := pg.ScanRow(tx, []any{&n}, `SELECT count(*) FROM freight_adjustments WHERE voucher_id = ?`, voucherID); err != nil {
		return err
	}
	if n >= mostAdjustments {
		return ErrTooMany.With("most", mostAdjustments)
	}
	return nil
}

// mostAdjustments is what the contract's list of a voucher's adjusting documents has room for.
const mostAdjustments = 1000

func signatureOf(tx pg.Tx, subject string, id uuid.UUID) (*Signature, error) {
	var rows []Signature
	err := tx.Where("subject_type = ? AND subject_id = ?", subject, id).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

const selectSettlement = "SELECT x.*, c.name AS carrier_name FROM carrier_settlements x JOIN carriers c ON c.id = x.carrier_id "

func takeSettlement(tx pg.Tx, id uuid.UUID) (Settlement, error) {
	var rows []Settlement
	if err := tx.Raw(selectSettlement+"WHERE x.id = ?", id).Scan(&rows).Error; err != nil {
		return Settlement{}, err
	}
	if len(rows) == 0 {
		return Settlement{}, errs.ErrNotFound
	}
	return rows[0], nil
}

func storeSettlement(tx pg.Tx, x *Settlement) error {
	err := pg.Update(tx, "carrier_settlements", x.ID, x.Version, map[string]any{
		"number": x.Number, "state": x.State, "amount": x.Amount, "state_reason": x.StateReason,
		"bill_number": x.BillNumber, "billed_amount": x.BilledAmount, "confirmed_by": x.ConfirmedBy, "confirmed_at": x.ConfirmedAt,
		"paid_on": x.PaidOn, "bank_reference": x.BankReference, "paid_by": x.PaidBy, "paid_at": x.PaidAt, "updated_at": x.UpdatedAt,
	})
	x.Version++
	return err
}

// openItem is a voucher, or an adjusting document of one, that is taken into a settlement.
type openItem struct {
	VoucherID    uuid.UUID
	AdjustmentID *uuid.UUID
	Amount       string
}

// listOpen takes what is signed up to the end of the settlement's month and not settled into a settlement that is locked or new, and returns how much
// it was. Two that meet take each row once: whoever waits for a row sees that it is gone. An adjusting document comes with its voucher or after it.
func listOpen(tx pg.Tx, x *Settlement) (int, error) {
	var items, adjustments []openItem
	end := x.Month.AddDate(0, 1, 0)
	err := tx.Raw(`WITH picked AS (SELECT id FROM freight_vouchers WHERE carrier_id = ? AND state = 'signed' AND settlement_id IS NULL AND shipped_on < ?
				ORDER BY id FOR NO KEY UPDATE)
		UPDATE freight_vouchers v SET settlement_id = ?, updated_at = ?, version = v.version + 1 FROM picked WHERE v.id = picked.id
		RETURNING v.id AS voucher_id, v.amount::text AS amount`, x.CarrierID, end, x.ID, tx.Now).Scan(&items).Error
	if err != nil {
		return 0, err
	}
	err = tx.Raw(`WITH picked AS (SELECT a.id FROM freight_adjustments a JOIN freight_vouchers v ON v.id = a.voucher_id AND v.settlement_id IS NOT NULL
				WHERE a.carrier_id = ? AND a.settlement_id IS NULL AND a.adjusted_on < ? ORDER BY a.id FOR NO KEY UPDATE OF a)
		UPDATE freight_adjustments a SET settlement_id = ? FROM picked WHERE a.id = picked.id
		RETURNING a.voucher_id, a.id AS adjustment_id, a.amount::text AS amount`, x.CarrierID, end, x.ID).Scan(&adjustments).Error
	if err != nil {
		return 0, err
	}
	items = append(items, adjustments...)
	slices.SortStableFunc(items, func(a, b openItem) int { return bytes.Compare(a.VoucherID[:], b.VoucherID[:]) })
	return len(items), list(tx, x, items)
}

// linesAtOnce is how many lines one statement writes.
const linesAtOnce = 1000

func list(tx pg.Tx, x *Settlement, items []openItem) error {
	lines := make([]SettlementLine, len(items))
	for i, item := range items {
		lines[i] = SettlementLine{
			ID: uuid.Must(uuid.NewV7()), SettlementID: x.ID, VoucherID: item.VoucherID, AdjustmentID: item.AdjustmentID, Amount: amountOf(item.Amount),
			State: Listed, ChangedBy: tx.By.Actor(), ChangedAt: tx.Now,
		}
		x.Amount = money.Add(x.Amount, lines[i].Amount)
	}
	for len(lines) > 0 {
		part := lines[:min(linesAtOnce, len(lines))]
		if err := pg.Insert(tx, &part); err != nil {
			return err
		}
		lines = lines[len(part):]
	}
	return nil
}

// leaveOut takes lines, all when ids is nil, off a settlement that is locked, and with a voucher its adjusting documents. Returns errs.ErrNotFound
// unless every one is listed on it.
func leaveOut(tx pg.Tx, x *Settlement, ids []uuid.UUID, reason string) error {
	where, args := "", []any{reason, tx.By.Actor(), tx.Now, x.ID}
	if ids != nil {
		where = ` AND (id = ANY (?::uuid[]) OR adjustment_id IS NOT NULL AND voucher_id IN (SELECT voucher_id FROM carrier_settlement_lines
			WHERE id = ANY (?::uuid[]) AND adjustment_id IS NULL))`
		args = append(args, pg.IDs(ids), pg.IDs(ids))
	}
	var rows []SettlementLine
	err := tx.Raw(`UPDATE carrier_settlement_lines SET state = 'left_out', reason = ?, changed_by = ?, changed_at = ?
		WHERE settlement_id = ? AND state = 'listed'`+where+" RETURNING *", args...).Scan(&rows).Error
	if err != nil {
		return err
	}
	left := make(map[uuid.UUID]bool, len(rows))
	for _, r := range rows {
		left[r.ID], x.Amount = true, money.Sub(x.Amount, r.Amount)
	}
	for _, id := range ids {
		if !left[id] {
			return errs.ErrNotFound
		}
	}
	err = tx.Exec(`WITH held AS (SELECT v.id FROM freight_vouchers v WHERE v.settlement_id = ? AND NOT EXISTS (SELECT FROM carrier_settlement_lines l
				WHERE l.voucher_id = v.id AND l.adjustment_id IS NULL AND l.state = 'listed') ORDER BY v.id FOR NO KEY UPDATE)
		UPDATE freight_vouchers v SET settlement_id = NULL, updated_at = ?, version = v.version + 1 FROM held WHERE v.id = held.id`, x.ID, tx.Now).Error
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE freight_adjustments a SET settlement_id = NULL WHERE a.settlement_id = ? AND NOT EXISTS (SELECT FROM carrier_settlement_lines l
		WHERE l.adjustment_id = a.id AND l.state = 'listed')`, x.ID).Error
}

// listedOn counts what a settlement lists and reports whether somebody has adjusted any of it.
func listedOn(tx pg.Tx, id, by uuid.UUID) (n int, own bool, err error) {
	err = pg.ScanRow(tx, []any{&n, &own}, `SELECT count(*), coalesce(bool_or(a.created_by = ?), false)
			OR (SELECT ? = ANY (touched_by) FROM carrier_settlements WHERE id = ?) FROM carrier_settlement_lines l
		LEFT JOIN freight_adjustments a ON a.id = l.adjustment_id WHERE l.settlement_id = ? AND l.state = 'listed'`, by, by, id, id)
	return n, own, err
}

// touched remembers who has worked on a settlement: they don't confirm it (ORG-03). Machines and jobs confirm nothing.
func touched(tx pg.Tx, id uuid.UUID) error {
	by := tx.By.Actor()
	if by == nil {
		return nil
	}
	return tx.Exec(`UPDATE carrier_settlements SET touched_by = array_append(touched_by, ?::uuid) WHERE id = ? AND NOT ?::uuid = ANY (touched_by)`, *by, id, *by).Error
}

func dueSettlements(tx pg.Tx, month time.Time) (ids []uuid.UUID, err error) {
	end := month.AddDate(0, 1, 0)
	return ids, tx.Raw(`SELECT DISTINCT o.carrier_id FROM (
				SELECT carrier_id FROM freight_vouchers WHERE state = 'signed' AND settlement_id IS NULL AND shipped_on < ?
				UNION ALL SELECT a.carrier_id FROM freight_adjustments a JOIN freight_vouchers v ON v.id = a.voucher_id AND v.settlement_id IS NOT NULL
					WHERE a.settlement_id IS NULL AND a.adjusted_on < ?) o
		WHERE NOT EXISTS (SELECT FROM carrier_settlements x WHERE x.carrier_id = o.carrier_id AND x.month = ? AND x.state <> 'cancelled')
		ORDER BY o.carrier_id`, end, end, month).Scan(&ids).Error
}
