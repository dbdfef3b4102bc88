package visit

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// The reps whose visits are counted: who is a rep now, and who did visits in the period; made before the period ended.
const countedReps = `SELECT u.id, u.name, u.team_id FROM users u
	WHERE (u.active AND 'sales_rep' = ANY (u.roles) OR EXISTS (SELECT FROM visits v
			WHERE v.rep_id = u.id AND v.state = 'done' AND v.visited_on BETWEEN @from AND @to))
		AND u.created_at < @ended AND (@all OR u.id = ANY (CAST(@owners AS uuid[])))
		AND (CAST(@rep AS uuid) IS NULL OR u.id = CAST(@rep AS uuid)) AND (CAST(@team AS uuid) IS NULL OR u.team_id = CAST(@team AS uuid))`

// What each of reps did, and how many of the customers that were theirs on the first day got their own quota.
const repFigures = `SELECT r.id, r.name, r.team_id, d.done, d.late, d.to_prospects, c.customers_due, c.customers_met FROM reps r
	CROSS JOIN LATERAL (SELECT count(*) AS done, count(*) FILTER (WHERE v.late) AS late,
			count(*) FILTER (WHERE v.customer_id IS NULL) AS to_prospects
		FROM visits v WHERE v.rep_id = r.id AND v.state = 'done' AND v.visited_on BETWEEN @from AND @to) d
	CROSS JOIN LATERAL (SELECT count(*) AS customers_due, count(*) FILTER (WHERE n.done >= @per_customer) AS customers_met
		FROM visit_rosters o
		CROSS JOIN LATERAL (SELECT count(*) AS done FROM visits v
			WHERE v.customer_id = o.customer_id AND v.state = 'done' AND v.visited_on BETWEEN @from AND @to) n
		WHERE o.owner_id = r.id AND o.valid_from <= @from AND (o.valid_to IS NULL OR o.valid_to > @from)
			AND ` + isKey + ` = @weekly) c`

// isKey is whether the customer of roster row o was a key customer on the period's first day.
const isKey = `EXISTS (SELECT FROM visit_key_customers k
	WHERE k.customer_id = o.customer_id AND k.valid_from <= @from AND (k.valid_to IS NULL OR k.valid_to > @from))`

func linesOfReps(tx pg.Tx, who identity.Principal, q Question, s span, p pg.Page) ([]Line, error) {
	args, err := arguments(who, q, s, p)
	if err != nil {
		return nil, err
	}
	var lines []Line
	err = tx.Raw(`WITH reps AS (`+countedReps+` AND (CAST(@after AS uuid) IS NULL OR u.id > CAST(@after AS uuid))
			AND (NOT @unmet OR (SELECT count(*) FROM visits v
				WHERE v.rep_id = u.id AND v.state = 'done' AND v.visited_on BETWEEN @from AND @to) < CAST(@per_rep AS bigint))
			ORDER BY u.id LIMIT @limit)
		`+repFigures+` ORDER BY r.id`, args).Scan(&lines).Error
	for i := range lines {
		lines[i].Due = s.quotas.rep
	}
	return lines, err
}

func linesOfTeams(tx pg.Tx, who identity.Principal, q Question, s span, p pg.Page) ([]Line, error) {
	args, err := arguments(who, q, s, p)
	if err != nil {
		return nil, err
	}
	var lines []Line
	return lines, tx.Raw(`WITH reps AS (`+countedReps+` AND u.team_id IS NOT NULL AND (CAST(@after AS uuid) IS NULL OR u.team_id > CAST(@after AS uuid))),
		figures AS (`+repFigures+`)
		SELECT t.id, t.name, t.code, count(*) * CAST(@per_rep AS bigint) AS due, sum(f.done) AS done, sum(f.late) AS late,
			sum(f.to_prospects) AS to_prospects, sum(f.customers_due) AS customers_due, sum(f.customers_met) AS customers_met
		FROM figures f JOIN teams t ON t.id = f.team_id GROUP BY t.id, t.name, t.code
		HAVING NOT @unmet OR sum(f.done) < count(*) * CAST(@per_rep AS bigint)
		ORDER BY t.id LIMIT @limit`, args).Scan(&lines).Error
}

func linesOfCustomers(tx pg.Tx, who identity.Principal, q Question, s span, p pg.Page) ([]Line, error) {
	args, err := arguments(who, q, s, p)
	if err != nil {
		return nil, err
	}
	var lines []Line
	return lines, tx.Raw(`SELECT c.id, c.name, c.code, o.owner_id AS rep_id, CAST(@per_customer AS int) AS due, n.done, n.late
		FROM visit_rosters o JOIN customers c ON c.id = o.customer_id
		CROSS JOIN LATERAL (SELECT count(*) AS done, count(*) FILTER (WHERE v.late) AS late FROM visits v
			WHERE v.customer_id = o.customer_id AND v.state = 'done' AND v.visited_on BETWEEN @from AND @to) n
		WHERE o.valid_from <= @from AND (o.valid_to IS NULL OR o.valid_to > @from) AND `+isKey+` = @weekly
			AND (@all OR c.owner_id = ANY (CAST(@owners AS uuid[])))
			AND (CAST(@rep AS uuid) IS NULL OR o.owner_id = CAST(@rep AS uuid))
			AND (CAST(@team AS uuid) IS NULL OR o.owner_id IN (SELECT id FROM users WHERE team_id = CAST(@team AS uuid)))
			AND (CAST(@customer AS uuid) IS NULL OR o.customer_id = CAST(@customer AS uuid))
			AND (NOT @unmet OR n.done < @per_customer)
			AND (CAST(@after AS uuid) IS NULL OR o.customer_id > CAST(@after AS uuid))
		ORDER BY o.customer_id LIMIT @limit`, args).Scan(&lines).Error
}

func arguments(who identity.Principal, q Question, s span, p pg.Page) (map[string]any, error) {
	var last uuid.UUID
	var after *uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, err
	} else if found {
		after = &last
	}
	owners, all := who.Owners()
	ids := make(pg.TextArray, len(owners))
	for i, o := range owners {
		ids[i] = o.String()
	}
	return map[string]any{
		"from": s.from, "to": s.to, "ended": endOf(s.to), "weekly": q.Period == Week, "per_rep": s.quotas.rep, "per_customer": s.quotas.customer,
		"all": all, "owners": ids, "rep": q.RepID, "team": q.TeamID, "customer": q.CustomerID, "unmet": q.Unmet, "after": after, "limit": p.Limit + 1,
	}, nil
}
