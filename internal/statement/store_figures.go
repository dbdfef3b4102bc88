package statement

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// insertFigures makes the drafts and their lines of a month by one statement of SQL, after it has asked for whom. Customers count for whom
// they belong to now. A line weighs what its product does or, in another unit than the product's, what that unit says; what nobody has weighed is counted.
func insertFigures(tx pg.Tx, month time.Time) error {
	var reps []uuid.UUID
	if err := tx.Raw(`SELECT DISTINCT c.owner_id FROM statements v JOIN customers c ON c.id = v.customer_id
		WHERE v.kind = 'monthly' AND v.starts_on = ? AND v.state <> 'superseded'`, month).Scan(&reps).Error; err != nil {
		return err
	}
	ids, err := withNewIDs(reps)
	if err != nil {
		return err
	}
	units, err := json.Marshal(catalog.UnitTonnes())
	if err != nil {
		return err
	}
	return tx.Exec(`WITH weight AS (
			SELECT d.customer_id, sum(`+delivery.ReallyLeft+` * w.tonnes) AS tonnes, count(*) FILTER (WHERE w.tonnes IS NULL AND `+delivery.ReallyLeft+` <> 0) AS unweighed
			FROM delivery_notes d JOIN delivery_note_lines l ON l.delivery_note_id = d.id JOIN products p ON p.id = l.product_id
			LEFT JOIN json_each_text(CAST(@units AS json)) AS u (unit, tonnes) ON u.unit = lower(trim(l.unit))
			CROSS JOIN LATERAL (SELECT coalesce(CASE WHEN p.unit = l.unit THEN p.tonnes_per_unit END, CAST(u.tonnes AS numeric)) AS tonnes) w
			WHERE d.state <> 'cancelled' AND d.shipped_on >= CAST(@month AS date) AND d.shipped_on < CAST(@month AS date) + INTERVAL '1 month' GROUP BY d.customer_id
		), sold AS (
			SELECT coalesce(c.bill_to_id, c.id) AS payer_id, sum(w.tonnes) AS tonnes, sum(w.unweighed) AS unweighed FROM weight w JOIN customers c ON c.id = w.customer_id GROUP BY 1
		), one AS MATERIALIZED (
			SELECT c.owner_id, v.customer_id, v.opening, v.delivered, v.invoiced, v.received, v.closing, round(coalesce(s.tonnes, 0), 4) AS tonnes,
				coalesce(s.unweighed, 0) AS unweighed
			FROM statements v JOIN customers c ON c.id = v.customer_id LEFT JOIN sold s ON s.payer_id = v.customer_id
			WHERE v.kind = 'monthly' AND v.starts_on = CAST(@month AS date) AND v.state <> 'superseded'
		), made AS (
			INSERT INTO rep_figures (id, month, rep_id, revision, state, customers, delivered, invoiced, received, closing, tonnes, unweighed, made_at, due_days, objection, decision, decision_reason, version)
			SELECT i.new_id, CAST(@month AS date), owner_id, 1, 'draft', count(*), sum(delivered), sum(invoiced), sum(received), sum(closing), sum(tonnes), sum(unweighed), CAST(@now AS timestamptz), 0, '', '', '', 1
			FROM one JOIN json_to_recordset(CAST(@ids AS json)) AS i (id uuid, new_id uuid) ON i.id = one.owner_id
			GROUP BY owner_id, i.new_id ON CONFLICT (month, rep_id, revision) DO NOTHING RETURNING id, rep_id
		)
		INSERT INTO rep_figure_lines (figure_id, customer_id, opening, delivered, invoiced, received, closing, tonnes, unweighed)
		SELECT m.id, o.customer_id, o.opening, o.delivered, o.invoiced, o.received, o.closing, o.tonnes, o.unweighed FROM made m JOIN one o ON o.owner_id = m.rep_id`,
		map[string]any{"month": month, "now": tx.Now, "ids": ids, "units": string(units)}).Error
}

func giveFigures(tx pg.Tx, month, due time.Time, days int) ([]Figures, error) {
	var rows []Figures
	err := tx.Raw(`WITH held AS (SELECT id FROM rep_figures WHERE month = ? AND state = 'draft' ORDER BY id FOR UPDATE)
		UPDATE rep_figures f SET state = 'given', given_at = ?, given_by = ?, due_at = ?, due_days = ?, version = version + 1
		FROM held WHERE f.id = held.id RETURNING f.*`, month, tx.Now, tx.By.Actor(), due, days).Scan(&rows).Error
	return rows, err
}

// closeGive ends what asked finance to give a month's figures.
func closeGive(tx pg.Tx, month time.Time) error {
	r, err := pg.Take[Run](tx, "month = ?", month)
	if err != nil {
		return err
	}
	return followup.Close(tx, KindGive, SubjectRun, r.ID)
}

func overFigures(tx pg.Tx, n int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	return ids, tx.Raw(`WITH over AS (SELECT id FROM rep_figures WHERE state = 'given' AND due_at < ? ORDER BY due_at, id LIMIT ? FOR UPDATE SKIP LOCKED)
		UPDATE rep_figures f SET state = 'final', version = version + 1 FROM over WHERE f.id = over.id RETURNING f.id`, tx.Now, n).Scan(&ids).Error
}

func figureLines(tx pg.Tx, figure uuid.UUID, p pg.Page) ([]FigureLine, string, error) {
	after := ""
	if _, err := p.After(&after); err != nil {
		return nil, "", err
	}
	var rows []FigureLine
	err := tx.Raw(`SELECT l.*, c.code, c.name FROM rep_figure_lines l JOIN customers c ON c.id = l.customer_id WHERE l.figure_id = ? AND c.code > ?
		ORDER BY c.code LIMIT ?`, figure, after, p.Limit+1).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(l FigureLine) any { return l.Code })
}

// FigureFilter narrows a list of reps' figures.
type FigureFilter struct {
	Month *time.Time
	RepID *uuid.UUID
	State FigureState // "" for any but superseded
}

// figureKey is where a page of figures ends.
type figureKey struct {
	Month time.Time `json:"m"`
	Rep   uuid.UUID `json:"r"`
	Rev   int       `json:"v"`
}

// ListFigures lists reps' figures that the caller may see (ORG-06), the last month first; drafts for those who give them. One statement.
func (s *Service) ListFigures(tx pg.Tx, who identity.Principal, f FigureFilter, p pg.Page) ([]Figures, string, error) {
	q := tx.Table("rep_figures f").Select("f.*, u.name AS rep_name").Joins("JOIN users u ON u.id = f.rep_id")
	if owners, all := who.Owners(); !all {
		q = q.Where("f.rep_id IN ?", owners)
	}
	if !identity.Allowed(who, "rep_figure.give") {
		q = q.Where("f.state <> 'draft'")
	}
	if f.Month != nil {
		q = q.Where("f.month = ?", *f.Month)
	}
	if f.RepID != nil {
		q = q.Where("f.rep_id = ?", *f.RepID)
	}
	if f.State != "" {
		q = q.Where("f.state = ?", f.State)
	} else {
		q = q.Where("f.state <> 'superseded'")
	}
	var after figureKey
	if found, err := p.After(&after); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("(f.month, f.rep_id, f.revision) < (CAST(? AS date), CAST(? AS uuid), CAST(? AS int))", after.Month, after.Rep, after.Rev)
	}
	var rows []Figures
	if err := q.Order("f.month DESC, f.rep_id DESC, f.revision DESC").Limit(p.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Figures) any { return figureKey{r.Month, r.RepID, r.Revision} })
}
