package credit

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// lockStanding locks a group and then, in a statement of its own that sees what others committed while it waited, adds up
// its members.
func lockStanding(tx pg.Tx, id uuid.UUID) (Standing, error) {
	if _, err := pg.TakeForUpdate[Group](tx, "id = ?", id); err != nil {
		return Standing{}, err
	}
	return readStanding(tx, id)
}

// readStanding reads how a group stands: an index look-up of its members' accounts.
func readStanding(tx pg.Tx, id uuid.UUID) (Standing, error) {
	g := Standing{ID: id}
	err := pg.ScanRow(tx, []any{&g.Number, &g.Name, &g.Limit, &g.Exposure, &g.Members}, `SELECT g.number, g.name, g.limit_amount, m.exposure, m.members
		FROM credit_groups g CROSS JOIN LATERAL (SELECT coalesce(sum(a.receivable + a.shipped + a.released - a.prepaid), 0.00) AS exposure, count(*) AS members
			FROM credit_accounts a WHERE a.group_id = g.id) m
		WHERE g.id = ?`, id)
	return g, err
}

func groupPending(tx pg.Tx, id uuid.UUID) (bool, error) {
	var pending bool
	err := pg.ScanRow(tx, []any{&pending}, `SELECT EXISTS (SELECT FROM credit_group_requests WHERE group_id = ? AND state = 'pending')`, id)
	return pending, err
}

// candidate is a customer that is to be a member.
type candidate struct {
	ID, OwnerID, PayerID uuid.UUID
	Code                 string
	GroupID              *uuid.UUID
	Exposure             decimal.Decimal
}

func readCandidates(tx pg.Tx, ids []uuid.UUID) (map[uuid.UUID]candidate, error) {
	found := make(map[uuid.UUID]candidate, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	var rows []candidate
	err := tx.Raw(`SELECT c.id, c.owner_id, coalesce(c.bill_to_id, c.id) AS payer_id, c.code, a.group_id,
			coalesce(a.receivable + a.shipped + a.released - a.prepaid, 0.00) AS exposure
		FROM customers c LEFT JOIN credit_accounts a ON a.payer_id = c.id WHERE c.id IN ?`, ids).Scan(&rows).Error
	for _, c := range rows {
		found[c.ID] = c
	}
	return found, err
}

// seesMembers is ORG-06 for something with members: who doesn't see all of them doesn't see it. members is an SQL query of ids.
func seesMembers(who identity.Principal, members string) (string, []any) {
	owners, all := who.Owners()
	if all {
		return "true", nil
	}
	if len(owners) == 0 {
		return "false", nil
	}
	return "NOT EXISTS (SELECT FROM customers c WHERE c.id IN (" + members + ") AND c.owner_id NOT IN ?)", []any{owners}
}

func listGroups(tx pg.Tx, who identity.Principal, f GroupFilter, page pg.Page) ([]Group, string, error) {
	visible, args := seesMembers(who, "SELECT m.payer_id FROM credit_group_members m WHERE m.group_id = credit_groups.id AND m.valid_to IS NULL")
	q := tx.Where(visible, args...)
	if f.ID != uuid.Nil {
		q = q.Where("id = ?", f.ID)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if f.CustomerID != uuid.Nil {
		q = q.Where("id IN (SELECT group_id FROM credit_group_members WHERE payer_id = ? AND valid_to IS NULL)", f.CustomerID)
	}
	var after uuid.UUID
	found, err := page.After(&after)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("id < ?", after)
	}
	var rows []Group
	if err := q.Order("id DESC").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	rows, next, err := pg.Cut(page, rows, func(g Group) any { return g.ID })
	if err != nil || len(rows) == 0 {
		return rows, next, err
	}
	return rows, next, attachMembers(tx, rows)
}

func attachMembers(tx pg.Tx, groups []Group) error {
	at := make(map[uuid.UUID]*Group, len(groups))
	ids := make([]uuid.UUID, len(groups))
	for i := range groups {
		groups[i].Exposure, groups[i].Members = decimal.Zero.Pad(2), []GroupMember{}
		ids[i], at[groups[i].ID] = groups[i].ID, &groups[i]
	}
	var rows []struct {
		GroupID     uuid.UUID
		GroupMember `gorm:"embedded"`
	}
	err := tx.Raw(`SELECT m.group_id, m.payer_id, c.code, c.name, m.valid_from AS since,
			coalesce(a.receivable + a.shipped + a.released - a.prepaid, 0.00) AS exposure
		FROM credit_group_members m JOIN customers c ON c.id = m.payer_id LEFT JOIN credit_accounts a ON a.payer_id = m.payer_id
		WHERE m.group_id IN ? AND m.valid_to IS NULL ORDER BY c.code`, ids).Scan(&rows).Error
	for _, r := range rows {
		g := at[r.GroupID]
		g.Members, g.Exposure = append(g.Members, r.GroupMember), money.Add(g.Exposure, r.Exposure)
	}
	return err
}

func listGroupRequests(tx pg.Tx, who identity.Principal, f GroupRequestFilter, page pg.Page) ([]GroupRequest, string, error) {
	visible, args := seesMembers(who, `SELECT e.id::uuid FROM jsonb_array_elements_text(credit_group_requests.members) AS e (id)
		UNION ALL SELECT e.id::uuid FROM jsonb_array_elements_text(credit_group_requests.previous -> 'members') AS e (id)`)
	q := tx.Where(visible, args...)
	if f.ID != uuid.Nil {
		q = q.Where("id = ?", f.ID)
	}
	if f.GroupID != uuid.Nil {
		q = q.Where("group_id = ?", f.GroupID)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	var after uuid.UUID
	found, err := page.After(&after)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("id < ?", after)
	}
	var rows []GroupRequest
	if err := q.Order("id DESC").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(r GroupRequest) any { return r.ID })
}

func insertGroup(tx pg.Tx, r GroupRequest, number string) error {
	return pg.Insert(tx, &Group{
		ID: r.GroupID, Number: number, Name: r.Name, LimitAmount: r.LimitAmount, State: GroupActive, RequestID: r.ID, ChangedAt: tx.Now, Version: 1,
	})
}

func updateGroup(tx pg.Tx, r GroupRequest) error {
	state := GroupActive
	if r.Kind == CloseGroup {
		state = GroupClosed
	}
	return pg.One(tx.Exec(`UPDATE credit_groups SET name = ?, limit_amount = ?, state = ?, request_id = ?, changed_at = ?, version = version + 1
		WHERE id = ? AND state = 'active'`, r.Name, r.LimitAmount, state, r.ID, tx.Now, r.GroupID))
}

// storeGroupHistory ends what was in force and begins what is, and tells the accounts which group they are in.
func storeGroupHistory(tx pg.Tx, r GroupRequest, joined, left []uuid.UUID) error {
	err := tx.Exec(`UPDATE credit_group_versions SET valid_to = greatest(valid_from, ?) WHERE group_id = ? AND valid_to IS NULL`, tx.Now, r.GroupID).Error
	if err != nil {
		return err
	}
	if r.Kind != CloseGroup {
		err := tx.Exec(`INSERT INTO credit_group_versions (request_id, group_id, name, limit_amount, valid_from) VALUES (?, ?, ?, ?, ?)`,
			r.ID, r.GroupID, r.Name, r.LimitAmount, tx.Now).Error
		if err != nil {
			return err
		}
	}
	if len(left) > 0 {
		err := tx.Exec(`UPDATE credit_group_members SET valid_to = greatest(valid_from, ?) WHERE group_id = ? AND payer_id IN ? AND valid_to IS NULL`,
			tx.Now, r.GroupID, left).Error
		if err != nil {
			return err
		}
		if err := tx.Exec(`UPDATE credit_accounts SET group_id = NULL WHERE payer_id IN ?`, left).Error; err != nil {
			return err
		}
	}
	if len(joined) == 0 {
		return nil
	}
	ids, err := json.Marshal(joined)
	if err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO credit_group_members (group_id, payer_id, request_id, valid_from)
		SELECT ?, id::uuid, ?, ? FROM json_array_elements_text(?::json) AS id`, r.GroupID, r.ID, tx.Now, string(ids)).Error
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE credit_accounts SET group_id = ? WHERE payer_id IN ?`, r.GroupID, joined).Error
}

func readGroupDifferences(tx pg.Tx) ([]GroupDifference, error) {
	var rows []GroupDifference
	err := tx.Raw(`SELECT group_id, payer_id, what FROM credit_group_differences ORDER BY group_id, payer_id`).Scan(&rows).Error
	return rows, err
}

func groupPayers(tx pg.Tx, id uuid.UUID) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT payer_id FROM credit_accounts WHERE group_id = ? ORDER BY payer_id`, id).Scan(&ids).Error
	return ids, err
}

// turnedOn returns payers whose limit counts otherwise since that day, in id order: three index look-ups.
func turnedOn(tx pg.Tx, day time.Time, graceDays int, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Raw(`SELECT customer_id FROM (
			SELECT customer_id FROM credit_profiles WHERE valid_to IS NULL AND valid_until IN (?::date, ?::date)
			UNION SELECT customer_id FROM credit_profiles WHERE valid_to IS NULL AND temporary_from = ?::date
			UNION SELECT customer_id FROM credit_profiles WHERE valid_to IS NULL AND temporary_until = ?::date) p
		WHERE customer_id > ? ORDER BY customer_id LIMIT ?`,
		day.AddDate(0, 0, -1), day.AddDate(0, 0, -1-graceDays), day, day.AddDate(0, 0, -1), after, limit).Scan(&ids).Error
	return ids, err
}
