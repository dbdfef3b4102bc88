package apitest

import (
	"fmt"
	"time"

	"github.com/salesgate/salesgate/internal/pg"
)

// Resolve has the price committee meet about the approval request, in which its step is open, and vote: for it, or against it. Three of the five
// members attend: the committee, finance and the auditor; the committee closes (PRC-11).
func (e *Env) Resolve(approvalID string, vote string) {
	e.t.Helper()
	type object = map[string]any
	var about struct{ SubjectType, SubjectID string }
	var now time.Time
	e.Tx(func(tx pg.Tx) error {
		now = tx.Now
		return tx.Raw("SELECT subject_type, subject_id FROM approval_requests WHERE id = ?", approvalID).Scan(&about).Error
	})
	meeting := e.As("committee").Post("/v1/price-meetings", object{
		"title": "价格评审", "scheduled_at": now.Add(time.Hour).Format(time.RFC3339),
		"subjects": []object{{"subject_type": about.SubjectType, "subject_id": about.SubjectID}},
	}).Want(201)
	at := "/v1/price-meetings/" + meeting.ID()
	e.As("committee").Post(at+"/open", nil).Want(200)
	voters := []string{"committee", "finance", "auditor"}
	present := []any{}
	for _, v := range voters {
		present = append(present, e.People[v])
	}
	e.As("committee").Put(at+"/attendance", "", object{"present": present}).Want(200)
	for _, v := range voters {
		e.As(v).Put(fmt.Sprintf("%s/items/%s/vote", at, meeting.String("items.0.id")), "", object{"vote": vote}).Want(200)
	}
	e.As("committee").Post(at+"/close", object{"minutes": "到会过半,表决完毕。"}).Want(200)
}
