package campaign

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// update writes what may change and raises the version.
func update(tx pg.Tx, c *Campaign) error {
	err := pg.Update(tx, "campaigns", c.ID, c.Version, map[string]any{
		"name": c.Name, "kind": c.Kind, "state": c.State, "starts_on": c.StartsOn, "ends_on": c.EndsOn, "place": c.Place, "plan": c.Plan,
		"budget": c.Budget, "approval_id": c.ApprovalID, "returned_reason": c.ReturnedReason, "started_at": c.StartedAt, "cost": c.Cost,
		"result": c.Result, "closed_at": c.ClosedAt, "cancel_reason": c.CancelReason, "updated_at": c.UpdatedAt,
	})
	c.Version++
	return err
}

// replacePeople writes who takes part. Returns ErrPerson unless all are active.
func replacePeople(tx pg.Tx, c *Campaign) error {
	slices.SortFunc(c.People, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	c.People = slices.Compact(c.People)
	if _, err := pg.Exec(tx, "DELETE FROM campaign_people WHERE campaign_id = ?", c.ID); err != nil || len(c.People) == 0 {
		return err
	}
	res := tx.Exec("INSERT INTO campaign_people (campaign_id, user_id) SELECT ?, id FROM users WHERE id IN ? AND active", c.ID, c.People)
	if res.Error == nil && res.RowsAffected != int64(len(c.People)) {
		return ErrPerson.At("/people")
	}
	return res.Error
}

func people(tx pg.Tx, c *Campaign) error {
	return tx.Raw("SELECT user_id FROM campaign_people WHERE campaign_id = ? ORDER BY user_id", c.ID).Scan(&c.People).Error
}

func leadTaken(tx pg.Tx, l Lead) (bool, error) {
	var n int64
	err := tx.Raw("SELECT count(*) FROM campaign_leads WHERE prospect_id = ? OR opportunity_id = ? OR customer_id = ?",
		l.ProspectID, l.OpportunityID, l.CustomerID).Scan(&n).Error
	return n > 0, err
}

// leadsOf returns all leads of a campaign, and how many of its prospects have become customers.
func leadsOf(tx pg.Tx, id uuid.UUID) ([]Lead, int, error) {
	var rows []Lead
	if err := tx.Where("campaign_id = ?", id).Order("id").Find(&rows).Error; err != nil {
		return nil, 0, err
	}
	var converted int
	err := tx.Raw(`SELECT count(*) FROM campaign_leads l JOIN prospects p ON p.id = l.prospect_id
		WHERE l.campaign_id = ? AND p.customer_id IS NOT NULL`, id).Scan(&converted).Error
	return rows, converted, err
}

// ListLeads returns a campaign's leads, the newest first. Returns errs.ErrNotFound.
func (s *Service) ListLeads(tx pg.Tx, who identity.Principal, id uuid.UUID, p pg.Page) ([]Lead, string, error) {
	if _, err := s.Get(tx, who, id); err != nil {
		return nil, "", err
	}
	q := tx.Where("campaign_id = ?", id)
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("id < ?", last)
	}
	var rows []Lead
	if err := q.Order("id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(l Lead) any { return l.ID })
}

// Filter narrows a list.
type Filter struct {
	OwnerID  *uuid.UUID
	Kind     string
	State    State
	From, To *time.Time // that it runs within
}

// List returns campaigns of people whom the caller sees (ORG-06) and those that the caller takes part in, newest first, without
// people and files. One statement.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Campaign, string, error) {
	q := tx.Table("campaigns c").Select("c.*")
	if owners, all := who.Owners(); !all {
		q = q.Where("(c.owner_id IN ? OR EXISTS (SELECT FROM campaign_people p WHERE p.campaign_id = c.id AND p.user_id = ?))", owners, who.ID)
	}
	if f.OwnerID != nil {
		q = q.Where("c.owner_id = ?", *f.OwnerID)
	}
	if f.Kind != "" {
		q = q.Where("c.kind = ?", f.Kind)
	}
	if f.State != "" {
		q = q.Where("c.state = ?", f.State)
	}
	if f.From != nil {
		q = q.Where("c.ends_on >= ?", *f.From)
	}
	if f.To != nil {
		q = q.Where("c.starts_on <= ?", *f.To)
	}
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("c.id < ?", last)
	}
	var rows []Campaign
	if err := q.Order("c.id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(c Campaign) any { return c.ID })
}
