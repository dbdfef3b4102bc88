package prospect

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// The SQL of plans, progress and reviews.

func insertPlan(tx pg.Tx, p *Plan) (err error) {
	if p.Number, err = pg.NextNumber(tx, "DP", tx.Now); err != nil {
		return err
	}
	if err := pg.Insert(tx, p); err != nil {
		return err
	}
	if len(p.Targets) > 0 {
		if err := pg.Insert(tx, &p.Targets); err != nil {
			return err
		}
	}
	if len(p.Prospects) > 0 {
		return pg.Insert(tx, &p.Prospects)
	}
	return nil
}

func updatePlan(tx pg.Tx, p *Plan) error {
	err := pg.Update(tx, "development_plans", p.ID, p.Version, map[string]any{
		"state": p.State, "reason": p.Reason, "decided_at": p.DecidedAt,
	})
	p.Version++
	return err
}

func supersede(tx pg.Tx, owner uuid.UUID, half string) error {
	return tx.Exec("UPDATE development_plans SET state = 'superseded', version = version + 1 WHERE owner_id = ? AND half = ? AND state = 'approved'", owner, half).Error
}

func attachPlans(tx pg.Tx, p *Plan) error {
	if err := tx.Where("plan_id = ?", p.ID).Order("quarter").Find(&p.Targets).Error; err != nil {
		return err
	}
	return tx.Where("plan_id = ?", p.ID).Order("quarter, prospect_id").Find(&p.Prospects).Error
}

func listPlans(tx pg.Tx, who identity.Principal, f PlanFilter, after bool, last uuid.UUID, limit int) ([]Plan, error) {
	q := tx.Table("development_plans")
	if owners, all := who.Owners(); !all {
		q = q.Where("owner_id IN ?", owners)
	}
	if f.OwnerID != nil {
		q = q.Where("owner_id = ?", *f.OwnerID)
	}
	if f.Half != "" {
		q = q.Where("half = ?", f.Half)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if after {
		q = q.Where("id < ?", last)
	}
	var rows []Plan
	if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil || len(rows) == 0 {
		return rows, err
	}
	ids, at := make([]uuid.UUID, len(rows)), map[uuid.UUID]*Plan{}
	for i := range rows {
		ids[i], at[rows[i].ID] = rows[i].ID, &rows[i]
	}
	var targets []Target
	err := tx.Where("plan_id IN ?", ids).Order("quarter").Find(&targets).Error
	for _, t := range targets {
		at[t.PlanID].Targets = append(at[t.PlanID].Targets, t)
	}
	return rows, err
}

// repsSeen are the active reps whose documents the caller sees.
func repsSeen(tx pg.Tx, who identity.Principal, owner *uuid.UUID, after bool, last uuid.UUID, limit int) ([]Progress, error) {
	q := tx.Table("users").Select("id AS owner_id, name AS owner_name").Where("active AND 'sales_rep' = ANY(roles)")
	if owners, all := who.Owners(); !all {
		q = q.Where("id IN ?", owners)
	}
	if owner != nil {
		q = q.Where("id = ?", *owner)
	}
	if after {
		q = q.Where("id > ?", last)
	}
	var reps []asked
	err := q.Order("id").Limit(limit).Scan(&reps).Error
	rows := make([]Progress, len(reps))
	for i, r := range reps {
		rows[i].OwnerID, rows[i].OwnerName = r.OwnerID, r.OwnerName
	}
	return rows, err
}

// counted are figures of a rep.
type counted struct {
	OwnerID uuid.UUID
	Figures
}

// plannedBy are the targets of approved plans in these quarters.
func plannedBy(tx pg.Tx, owners []uuid.UUID, quarters []string) ([]counted, error) {
	var rows []counted
	err := tx.Raw(`SELECT p.owner_id, t.registered, t.contacted, t.converted, t.amount FROM development_plans p
		JOIN development_plan_targets t ON t.plan_id = p.id
		WHERE p.state = 'approved' AND p.owner_id IN ? AND t.quarter IN ?`, owners, quarters).Scan(&rows).Error
	return rows, err
}

// doneBy counts what reps did in a span: what they registered themselves, whoever has it now, and what was theirs when it was
// converted (the owner of a converted prospect doesn't change), so that a handover moves no figures of the past.
func doneBy(tx pg.Tx, owners []uuid.UUID, sp span) ([]counted, error) {
	from, to := sp.instants()
	var rows []counted
	err := tx.Raw(`SELECT u.id AS owner_id, 0::numeric AS amount,
			(SELECT count(*) FROM prospects p WHERE p.registered_by = u.id AND p.created_at >= @from AND p.created_at < @to AND p.state <> 'refused') AS registered,
			(SELECT count(DISTINCT l.prospect_id) FROM prospect_contact_log l WHERE l.logged_by = u.id AND l.at >= @from AND l.at < @to) AS contacted,
			(SELECT count(*) FROM prospects p WHERE p.owner_id = u.id AND p.state = 'converted' AND p.closed_at >= @from AND p.closed_at < @to) AS converted
		FROM users u WHERE u.id IN @owners`, map[string]any{"from": from, "to": to, "owners": owners}).Scan(&rows).Error
	return rows, err
}

// customersWon are the customers that prospects of these reps became in a span, with the rep.
func customersWon(tx pg.Tx, owners []uuid.UUID, sp span) (map[uuid.UUID]uuid.UUID, error) {
	from, to := sp.instants()
	var rows []struct{ CustomerID, OwnerID uuid.UUID }
	err := tx.Raw("SELECT customer_id, owner_id FROM prospects WHERE state = 'converted' AND owner_id IN ? AND closed_at >= ? AND closed_at < ?",
		owners, from, to).Scan(&rows).Error
	won := make(map[uuid.UUID]uuid.UUID, len(rows))
	for _, r := range rows {
		won[r.CustomerID] = r.OwnerID
	}
	return won, err
}

func reviewsOf(tx pg.Tx, owners []uuid.UUID, quarters []string) ([]Review, error) {
	var rows []Review
	err := tx.Where("owner_id IN ? AND quarter IN ?", owners, quarters).Order("quarter").Find(&rows).Error
	return rows, err
}

// asked is a rep who is to be asked for something.
type asked struct {
	OwnerID      uuid.UUID
	OwnerName    string
	DepartmentID *uuid.UUID
}

// repsWithoutPlan are the active reps, or the one of them, who have no plan for a half-year that is in effect or may come to be.
func repsWithoutPlan(tx pg.Tx, half string, only *uuid.UUID) ([]asked, error) {
	var rows []asked
	err := tx.Raw(`SELECT u.id AS owner_id, u.name AS owner_name, u.department_id FROM users u WHERE u.active AND 'sales_rep' = ANY(u.roles)
		AND NOT EXISTS (SELECT FROM development_plans p WHERE p.owner_id = u.id AND p.half = ? AND p.state IN ('pending', 'approved'))
			AND (?::uuid IS NULL OR u.id = ?)
		ORDER BY u.id`, half, only, only).Scan(&rows).Error
	return rows, err
}

func repsWithoutReview(tx pg.Tx, quarter string) ([]asked, error) {
	var rows []asked
	err := tx.Raw(`SELECT u.id AS owner_id, u.name AS owner_name, u.department_id FROM users u WHERE u.active AND 'sales_rep' = ANY(u.roles)
		AND NOT EXISTS (SELECT FROM development_reviews r WHERE r.owner_id = u.id AND r.quarter = ?) ORDER BY u.id`, quarter).Scan(&rows).Error
	return rows, err
}

// ConfirmedAmounts implements Orders: of a company without orders.
func (noOrders) ConfirmedAmounts(pg.Tx, []uuid.UUID, time.Time, time.Time) (map[uuid.UUID]decimal.Decimal, error) {
	return nil, nil
}

// noOrders is a company without orders.
type noOrders struct{}
