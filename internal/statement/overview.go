package statement

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Runs lists the makings of the monthly statements, the newest first, with what each comes to (ARV-03).
func (s *Service) Runs(tx pg.Tx, p pg.Page) ([]Run, string, error) {
	q := tx.DB
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("id < ?", last)
	}
	var rows []Run
	if err := q.Order("id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Run) any { return r.ID })
}

// Overview lists all customers' open amounts of a month: last balance, what was delivered and invoiced, received, and what is receivable now
// (ARV-03), by customer code, of customers that the caller sees (ORG-06). All who pay for themselves are on it: who had neither balance nor
// movement got no statement, and stands there with zeros. One statement.
func (s *Service) Overview(tx pg.Tx, who identity.Principal, month time.Time, owner *uuid.UUID, p pg.Page) ([]Row, string, error) {
	var after string
	if _, err := p.After(&after); err != nil {
		return nil, "", err
	}
	q := tx.Table("customers c").Select(overviewColumns).
		Joins("LEFT JOIN statements v ON v.customer_id = c.id AND v.kind = 'monthly' AND v.starts_on = ? AND v.state <> 'superseded'", month).
		Where("c.code > ?", after).Where("v.id IS NOT NULL OR c.bill_to_id IS NULL AND c.created_at < ?", startOf(clock.AddMonths(month, 1)))
	if owners, all := who.Owners(); !all {
		q = q.Where("c.owner_id IN ?", owners)
	}
	if owner != nil {
		q = q.Where("c.owner_id = ?", *owner)
	}
	var rows []Row
	if err := q.Order("c.code").Limit(p.Limit + 1).Scan(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Row) any { return r.Code })
}

// overviewColumns are what the overview says of a customer, with a statement or without.
const overviewColumns = `c.id AS customer_id, c.code, c.name, c.owner_id, coalesce(v.id, '00000000-0000-0000-0000-000000000000') AS id,
	coalesce(v.opening, 0.00) AS opening, coalesce(v.delivered, 0.00) AS delivered, coalesce(v.invoiced, 0.00) AS invoiced, coalesce(v.received, 0.00) AS received,
	coalesce(v.closing, 0.00) AS closing, coalesce(v.closing_receivable, 0.00) AS closing_receivable, coalesce(v.not_due, 0.00) AS not_due,
	coalesce(v.late_first, 0.00) AS late_first, coalesce(v.late_second, 0.00) AS late_second, coalesce(v.late_third, 0.00) AS late_third,
	coalesce(v.late_beyond, 0.00) AS late_beyond`

// EachOverview calls each for every row of the overview, for a file.
func (s *Service) EachOverview(tx pg.Tx, who identity.Principal, month time.Time, owner *uuid.UUID, each func(Row) error) error {
	for p := (pg.Page{Limit: 1000}); ; {
		rows, next, err := s.Overview(tx, who, month, owner, p)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := each(r); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		p.Cursor = next
	}
}
