package opportunity

import (
	"maps"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func addUp(tx pg.Tx, who identity.Principal, c Cut, args map[string]any) ([]Slice, error) {
	owners, all := who.Owners()
	ids := make(pg.TextArray, len(owners))
	for i, o := range owners {
		ids[i] = o.String()
	}
	maps.Copy(args, map[string]any{
		"by_stage": c.ByStage, "by_team": c.ByTeam, "by_rep": c.ByRep, "by_month": c.ByMonth, "owner": c.OwnerID, "team": c.TeamID,
		"from": c.From, "to": c.To, "ended": c.Ended, "all": all, "owners": ids,
	})
	var rows []Slice
	return rows, tx.Raw(`SELECT * FROM (SELECT CASE WHEN @by_stage THEN o.stage ELSE '' END AS stage, CASE WHEN @by_team THEN u.team_id END AS team_id,
			COALESCE(CASE WHEN @by_team THEN t.name END, '') AS team_name, CASE WHEN @by_rep THEN o.owner_id END AS owner_id,
			CASE WHEN @by_month THEN o.expected_month END AS month, count(*) AS count, sum(o.amount) AS amount,
			round(sum(o.amount * CASE o.stage WHEN 'lead_found' THEN @lead_found WHEN 'project' THEN @project WHEN 'proposal' THEN @proposal
				WHEN 'deal' THEN @deal WHEN 'collection' THEN @collection ELSE 0 END) / 100, 2) AS weighted
		FROM opportunities o JOIN users u ON u.id = o.owner_id LEFT JOIN teams t ON t.id = u.team_id
		WHERE (@ended OR o.stage NOT IN ('lost', 'cancelled')) AND (@all OR o.owner_id = ANY (CAST(@owners AS uuid[])))
			AND (CAST(@owner AS uuid) IS NULL OR o.owner_id = CAST(@owner AS uuid))
			AND (CAST(@team AS uuid) IS NULL OR u.team_id = CAST(@team AS uuid))
			AND (CAST(@from AS date) IS NULL OR o.expected_month >= CAST(@from AS date))
			AND (CAST(@to AS date) IS NULL OR o.expected_month <= CAST(@to AS date))
		GROUP BY 1, 2, 3, 4, 5) cut
		ORDER BY month, team_name, team_id, owner_id,
			array_position(ARRAY['lead_found', 'project', 'proposal', 'deal', 'collection', 'lost', 'cancelled'], stage) LIMIT 5000`, args).Scan(&rows).Error
}
