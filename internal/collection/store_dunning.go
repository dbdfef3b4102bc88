package collection

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// policy returns a version of the steps, the one in force for 0.
func policy(tx pg.Tx, version int64) (Policy, error) {
	p, err := pg.Take[Policy](tx, "version = CASE WHEN ? = 0 THEN (SELECT max(version) FROM dunning_policies) ELSE ? END", version, version)
	if err != nil {
		return Policy{}, err
	}
	return p, tx.Where("version = ?", p.Version).Order("step").Find(&p.Steps).Error
}

// payersToDun returns payers with something overdue, or with a proposal, by id.
func payersToDun(tx pg.Tx, today time.Time, after uuid.UUID, n int) (ids []uuid.UUID, err error) {
	err = tx.Raw(`SELECT payer_id FROM (
			(SELECT DISTINCT v.payer_id FROM invoices v WHERE `+receivable.IsOpen+` AND v.due_on < @today AND v.payer_id > @after ORDER BY v.payer_id LIMIT @n)
			UNION
			(SELECT payer_id FROM dunnings WHERE state = 'proposed' AND payer_id > @after ORDER BY payer_id LIMIT @n)
		) p ORDER BY payer_id LIMIT @n`, map[string]any{"today": today, "after": after, "n": n}).Scan(&ids).Error
	return ids, err
}

// proposal is what became of a payer's proposal in a run.
type proposal struct {
	ID      uuid.UUID
	PayerID uuid.UUID
	Step    int
	Amount  decimal.Decimal
	Days    int
	Made    bool // new
	Ended   bool // nothing is left
}

// promisedOf is what of an invoice v is promised for a day or later and hasn't come yet: what was paid counts for the earliest promise first, as
// its base says.
const promisedOf = `coalesce((SELECT sum(greatest(least(i.amount, i.base + i.amount - v.paid + v.credited + v.written_off), 0))
	FROM payment_promise_items i JOIN payment_promises p ON p.id = i.promise_id WHERE i.invoice_id = v.id AND p.state = 'open' AND p.pay_by >= @today), 0)`

// disputedOf is what is disputed of an invoice v by disputed items (ARV-06).
const disputedOf = `coalesce((SELECT sum(d.amount) FROM disputed_items d WHERE d.invoice_id = v.id AND d.state IN ('open', 'deciding')), 0)`

// objectedOf is true of an invoice v that the customer disputes on a statement, or of whose goods it disputes the delivery there (ARV-02).
const objectedOf = `EXISTS (SELECT FROM statement_disputes o WHERE o.customer_id = v.payer_id AND o.state = 'open' AND (o.document_id = v.id
	OR EXISTS (SELECT FROM invoice_lines l WHERE l.invoice_id = v.id AND l.delivery_note_id = o.document_id)))`

// restingOf is what isn't chased of an invoice v because it is disputed: an amount, or all of it.
const restingOf = `CASE WHEN ` + objectedOf + ` THEN v.total - v.paid ELSE ` + disputedOf + ` END`

// ripe are the items of payers that are to be dunned, each with its next step.
const ripe = `ripe AS MATERIALIZED (
		SELECT d.* FROM (
			SELECT v.payer_id, v.id AS invoice_id, v.due_on, CAST(@today AS date) - v.due_on AS days, v.total - v.paid - ` + restingOf + ` - ` + promisedOf + ` AS amount,
				coalesce(last.step, 0) + 1 AS step
			FROM invoices v
			LEFT JOIN LATERAL (SELECT i.step, x.sent_at FROM dunning_items i JOIN dunnings x ON x.id = i.dunning_id
				WHERE i.invoice_id = v.id AND i.sent ORDER BY i.step DESC LIMIT 1) last ON true
			WHERE v.payer_id = ANY (CAST(@payers AS uuid[])) AND ` + receivable.IsOpen + ` AND v.due_on < @today
				AND (last.sent_at IS NULL OR (last.sent_at AT TIME ZONE 'Asia/Shanghai')::date + CAST(@interval AS int) <= CAST(@today AS date))
				AND NOT EXISTS (SELECT FROM dunning_pauses b WHERE b.payer_id = v.payer_id AND b.ended_at IS NULL AND b.until >= @today)
		) d JOIN dunning_steps s ON s.version = @version AND s.step = d.step AND d.days >= s.days_overdue
		WHERE d.amount > 0
	)`

// storeProposals makes, renews and calls off the proposals of payers. The proposals are locked first, so that none is sent meanwhile.
func storeProposals(tx pg.Tx, payers []uuid.UUID, today time.Time, interval int) ([]proposal, error) {
	var waiting []uuid.UUID
	list := pg.IDs(payers)
	err := tx.Raw("SELECT id FROM dunnings WHERE payer_id = ANY (?::uuid[]) AND state = 'proposed' ORDER BY id FOR NO KEY UPDATE", list).Scan(&waiting).Error
	if err != nil {
		return nil, err
	}
	if len(waiting) > 0 {
		if err := tx.Exec("DELETE FROM dunning_items WHERE dunning_id = ANY (?::uuid[])", pg.IDs(waiting)).Error; err != nil {
			return nil, err
		}
	}
	var version int64
	if err := tx.Raw("SELECT max(version) FROM dunning_policies").Scan(&version).Error; err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(payers))
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
	}
	var rows []proposal
	err = tx.Raw(`WITH `+ripe+`, sums AS (
			SELECT r.payer_id, n.id, sum(r.amount) AS amount, max(r.step) AS step, max(r.days) AS days
			FROM ripe r JOIN unnest(CAST(@payers AS uuid[]), CAST(@ids AS uuid[])) AS n (payer_id, id) USING (payer_id) GROUP BY r.payer_id, n.id
		), made AS (
			INSERT INTO dunnings (id, payer_id, state, version_used, step, amount, days, proposed_at, as_of, channel, sent_to, reference,
				letter_en, letter_zh, ended_reason, version)
			SELECT id, payer_id, 'proposed', @version, step, amount, days, @now, @today, '', '', '', '', '', '', 1 FROM sums
			ON CONFLICT (payer_id) WHERE state = 'proposed' DO UPDATE SET version_used = excluded.version_used, step = excluded.step,
				amount = excluded.amount, days = excluded.days, as_of = excluded.as_of, version = dunnings.version + 1
			RETURNING id, payer_id, step, amount, days, version = 1 AS made
		), items AS (
			INSERT INTO dunning_items (dunning_id, invoice_id, step, amount, due_on, days, sent)
			SELECT m.id, r.invoice_id, r.step, r.amount, r.due_on, r.days, false FROM ripe r JOIN made m USING (payer_id)
		), ended AS (
			UPDATE dunnings d SET state = 'cancelled', ended_at = @now, ended_reason = 'nothing left', version = d.version + 1
			WHERE d.id = ANY (CAST(@waiting AS uuid[])) AND NOT EXISTS (SELECT FROM sums WHERE sums.payer_id = d.payer_id)
			RETURNING d.id, d.payer_id, d.step, d.amount, d.days
		)
		SELECT id, payer_id, step, amount, days, made, false AS ended FROM made
		UNION ALL SELECT id, payer_id, step, amount, days, false, true FROM ended`, map[string]any{
		"payers": list, "ids": pg.IDs(ids), "waiting": pg.IDs(waiting), "today": today, "now": tx.Now, "interval": interval, "version": version,
	}).Scan(&rows).Error
	return rows, err
}

// storeSent freezes a letter and its items.
func storeSent(tx pg.Tx, d *Dunning) error {
	if err := tx.Exec("UPDATE dunning_items SET sent = true WHERE dunning_id = ?", d.ID).Error; err != nil {
		return err
	}
	err := pg.Update(tx, "dunnings", d.ID, d.Version, map[string]any{
		"number": d.Number, "state": d.State, "sent_at": d.SentAt, "sent_by": d.SentBy, "channel": d.Channel, "sent_to": d.SentTo,
		"reference": d.Reference, "pay_by": d.PayBy, "letter_en": d.LetterEN, "letter_zh": d.LetterZH,
	})
	d.Version++
	return err
}

// dunningItems reads the items of dunnings, the longest overdue first.
func dunningItems(tx pg.Tx, dunnings []*Dunning) error {
	byID := make(map[uuid.UUID]*Dunning, len(dunnings))
	ids := make([]uuid.UUID, len(dunnings))
	for i, d := range dunnings {
		byID[d.ID], ids[i], d.Items = d, d.ID, nil
	}
	var rows []DunningItem
	err := tx.Raw(`SELECT i.*, v.number FROM dunning_items i JOIN invoices v ON v.id = i.invoice_id
		WHERE i.dunning_id = ANY (?::uuid[]) ORDER BY i.due_on, i.invoice_id`, pg.IDs(ids)).Scan(&rows).Error
	for _, it := range rows {
		byID[it.DunningID].Items = append(byID[it.DunningID].Items, it)
	}
	return err
}

// endOver ends the pause of a payer whose last day is over, so that a new one can follow.
func endOver(tx pg.Tx, payer uuid.UUID, today time.Time) error {
	return tx.Exec(`UPDATE dunning_pauses SET ended_at = ?, version = version + 1 WHERE payer_id = ? AND ended_at IS NULL AND until < ?`,
		tx.Now, payer, today).Error
}

func listDunnings(tx pg.Tx, who identity.Principal, f DunningFilter, page pg.Page) ([]Dunning, string, error) {
	q := visible(tx, who, "dunnings", "payer_id").Select("d.*")
	if f.PayerID != uuid.Nil {
		q = q.Where("d.payer_id = ?", f.PayerID)
	}
	if f.OwnerID != uuid.Nil {
		q = q.Where("c.owner_id = ?", f.OwnerID)
	}
	if f.State != "" {
		q = q.Where("d.state = ?", f.State)
	}
	if f.Step != 0 {
		q = q.Where("d.step = ?", f.Step)
	}
	rows, next, err := paged(q, page, func(d Dunning) any { return d.ID })
	if err != nil || len(rows) == 0 {
		return rows, next, err
	}
	all := make([]*Dunning, len(rows))
	for i := range rows {
		all[i] = &rows[i]
		all[i].LetterEN, all[i].LetterZH = "", ""
	}
	if err := dunningItems(tx, all); err != nil {
		return nil, "", err
	}
	return rows, next, nameDunnings(tx, all)
}

// nameDunnings fills in the names of payers and steps.
func nameDunnings(tx pg.Tx, dunnings []*Dunning) error {
	ids := make([]uuid.UUID, len(dunnings))
	for i, d := range dunnings {
		ids[i] = d.ID
	}
	var rows []struct {
		ID             uuid.UUID
		Name           string
		StepEN, StepZH string
	}
	err := tx.Raw(`SELECT d.id, c.name, s.name_en AS step_en, s.name_zh AS step_zh FROM dunnings d JOIN customers c ON c.id = d.payer_id
		JOIN dunning_steps s ON s.version = d.version_used AND s.step = d.step WHERE d.id = ANY (?::uuid[])`, pg.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return err
	}
	for _, r := range rows {
		for _, d := range dunnings {
			if d.ID == r.ID {
				d.PayerName, d.StepEN, d.StepZH = r.Name, r.StepEN, r.StepZH
			}
		}
	}
	return nil
}
