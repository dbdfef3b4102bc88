package campaign_test

import (
	"context"
	"testing"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestCUS17_ConstraintsAreRefusals(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	e.As("rep1").Post("/v1/campaigns", map[string]any{
		"name": "展会", "kind": "exhibition", "starts_on": "2027-03-10", "ends_on": "2027-03-13", "plan": "展位", "budget": "1.00",
	}).Want(201)
	exec := func(query string) error {
		return e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(query).Error })
	}
	for query, code := range map[string]string{
		`UPDATE campaigns SET ends_on = '2027-01-01'`:                                                               "campaign.bad_dates",
		`UPDATE campaigns SET budget = -1`:                                                                          "campaign.bad_figures",
		`UPDATE campaigns SET cost = -1`:                                                                            "campaign.bad_figures",
		`UPDATE campaigns SET state = 'approved'`:                                                                   "campaign.wrong_state",
		`UPDATE campaigns SET state = 'running', approval_id = id`:                                                  "campaign.wrong_state",
		`UPDATE campaigns SET state = 'closed', approval_id = id, started_at = now()`:                               "campaign.result_needed",
		`UPDATE campaigns SET state = 'cancelled'`:                                                                  "campaign.reason_needed",
		`INSERT INTO campaign_people SELECT id, gen_random_uuid() FROM campaigns`:                                   "campaign.bad_person",
		`INSERT INTO campaign_leads SELECT gen_random_uuid(), id, NULL, NULL, NULL, '', NULL, now() FROM campaigns`: "campaign.unknown_lead",
	} {
		if refused, ok := errs.As(exec(query)); !ok || refused.Code != code {
			t.Errorf("%s: %v, want %s", query, refused, code)
		}
	}
}
