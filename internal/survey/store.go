package survey

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"gorm.io/gorm/clause"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func update(tx pg.Tx, v *Survey) error {
	err := pg.Update(tx, "surveys", v.ID, v.Version, map[string]any{
		"state": v.State, "quality": v.Quality, "response": v.Response, "speed": v.Speed, "attitude": v.Attitude, "remark": v.Remark,
		"answered_by_name": v.AnsweredByName, "source": v.Source, "recorded_by": v.RecordedBy, "answered_at": v.AnsweredAt,
		"unsatisfied": v.Unsatisfied, "closed_reason": v.ClosedReason,
	})
	v.Version++
	return err
}

func revokeLinks(tx pg.Tx, survey uuid.UUID) error {
	_, err := pg.Exec(tx, "UPDATE survey_links SET revoked_at = ? WHERE survey_id = ? AND used_at IS NULL AND revoked_at IS NULL", tx.Now, survey)
	return err
}

func useLink(tx pg.Tx, l Link) error {
	return pg.One(tx.Exec("UPDATE survey_links SET used_at = ? WHERE id = ? AND used_at IS NULL AND revoked_at IS NULL", tx.Now, l.ID))
}

// mark is a place among the delivery notes, in the order in which they left.
type mark struct {
	LeftAt time.Time
	NoteID uuid.UUID
}

func lockSweep(tx pg.Tx) (mark, error) {
	var m mark
	return m, pg.ScanRow(tx, []any{&m.LeftAt, &m.NoteID}, "SELECT left_at, note_id FROM survey_sweep FOR UPDATE")
}

func moveSweep(tx pg.Tx, m mark) error {
	_, err := pg.Exec(tx, "UPDATE survey_sweep SET left_at = ?, note_id = ?", m.LeftAt, m.NoteID)
	return err
}

// notesAfter reads the next notes by the index on what left. survey.after_days is a day at least, so no note that is being let go
// now can come to stand before the mark.
func notesAfter(tx pg.Tx, m mark, before time.Time, n int) ([]delivered, error) {
	var rows []delivered
	return rows, tx.Raw(`SELECT d.id, d.number, d.left_at, d.customer_id, d.owner_id, c.name AS customer_name
		FROM delivery_notes d JOIN customers c ON c.id = d.customer_id
		WHERE d.state = 'left' AND (d.left_at, d.id) > (?, ?) AND d.left_at < ?
		ORDER BY d.left_at, d.id LIMIT ?`, m.LeftAt, m.NoteID, before, n).Scan(&rows).Error
}

// Filter narrows a list.
type Filter struct {
	OwnerID     *uuid.UUID
	CustomerID  *uuid.UUID
	State       State // "" for any
	Unsatisfied bool  // only with a low score
	From, To    *time.Time
}

// List returns surveys that the caller may see (ORG-06), newest first. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Survey, string, error) {
	q := tx.Table("surveys")
	if owners, all := who.Owners(); !all {
		q = q.Where("owner_id IN ?", owners)
	}
	if f.OwnerID != nil {
		q = q.Where("owner_id = ?", *f.OwnerID)
	}
	if f.CustomerID != nil {
		q = q.Where("customer_id = ?", *f.CustomerID)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if f.Unsatisfied {
		q = q.Where("unsatisfied")
	}
	if f.From != nil {
		q = q.Where("left_on >= ?", *f.From)
	}
	if f.To != nil {
		q = q.Where("left_on <= ?", *f.To)
	}
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("id < ?", last)
	}
	var rows []Survey
	if err := q.Order("id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(v Survey) any { return v.ID })
}

// Statistic is how a rep, a customer or a month fared. Averages are nil while nothing is answered.
type Statistic struct {
	Key         string // an id, or a month as YYYY-MM
	Name        string
	Surveys     int
	Answered    int
	Unsatisfied int
	Quality     *decimal.Decimal
	Response    *decimal.Decimal
	Speed       *decimal.Decimal
	Attitude    *decimal.Decimal
}

// The keys that statistics go by.
var statisticKeys = map[string][2]string{
	"rep":      {"s.owner_id::text", "(SELECT u.name FROM users u WHERE u.id = g.key::uuid)"},
	"customer": {"s.customer_id::text", "(SELECT c.name FROM customers c WHERE c.id = g.key::uuid)"},
	"month":    {"to_char(s.left_on, 'YYYY-MM')", "''"},
}

// Statistics adds up the surveys that the caller sees (ORG-06) of deliveries within the dates, by rep, customer or month of
// delivery. One statement.
func (s *Service) Statistics(tx pg.Tx, who identity.Principal, by string, f Filter, p pg.Page) ([]Statistic, string, error) {
	var after string
	if _, err := p.After(&after); err != nil {
		return nil, "", err
	}
	owners, all := who.Owners()
	ids := make(pg.TextArray, len(owners))
	for i, o := range owners {
		ids[i] = o.String()
	}
	key := statisticKeys[by]
	var rows []Statistic
	err := tx.Raw(`SELECT g.*, `+key[1]+` AS name FROM (SELECT `+key[0]+` AS key, count(*) AS surveys,
			count(*) FILTER (WHERE s.state = 'answered') AS answered, count(*) FILTER (WHERE s.unsatisfied) AS unsatisfied,
			round(avg(s.quality), 2) AS quality, round(avg(s.response), 2) AS response, round(avg(s.speed), 2) AS speed,
			round(avg(s.attitude), 2) AS attitude
		FROM surveys s
		WHERE (@all OR s.owner_id = ANY (CAST(@owners AS uuid[])))
			AND (CAST(@owner AS uuid) IS NULL OR s.owner_id = CAST(@owner AS uuid))
			AND (CAST(@customer AS uuid) IS NULL OR s.customer_id = CAST(@customer AS uuid))
			AND (CAST(@from AS date) IS NULL OR s.left_on >= CAST(@from AS date))
			AND (CAST(@to AS date) IS NULL OR s.left_on <= CAST(@to AS date))
		GROUP BY 1 HAVING `+key[0]+` > @after ORDER BY 1 LIMIT @limit) g ORDER BY g.key`, map[string]any{
		"all": all, "owners": ids, "owner": f.OwnerID, "customer": f.CustomerID, "from": f.From, "to": f.To, "after": after, "limit": p.Limit + 1,
	}).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Statistic) any { return r.Key })
}

// insertSurveys reads back whose they are: of a customer that moved meanwhile, the new owner's (ORG-06, trigger).
func insertSurveys(tx pg.Tx, surveys []Survey) error {
	return tx.Clauses(clause.Returning{Columns: []clause.Column{{Name: "owner_id"}}}).Create(&surveys).Error
}
