package httpapi

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// decisions answers GET …/decisions of a document that the caller has been found to see.
func decisions(tx pg.Tx, subjectType string, subjectID uuid.UUID) (api.DecisionList, error) {
	rows, err := decision.List(tx, subjectType, subjectID)
	return api.DecisionList{Data: decisionBodies(rows)}, err
}

func decisionBodies(rows []decision.Decision) []api.Decision {
	data := make([]api.Decision, len(rows))
	for i, d := range rows {
		data[i] = decisionBody(d)
	}
	return data
}

// decisionBody maps a gate's decision to the API. The clause comes from the catalogue.
func decisionBody(d decision.Decision) api.Decision {
	body := api.Decision{
		ID: d.ID, Gate: d.Gate, Outcome: string(d.Outcome), SubjectType: d.SubjectType, SubjectID: d.SubjectID, At: d.At,
		Matter: optional(d.Matter), MatrixVersion: d.MatrixVersion, ApprovalID: d.ApprovalID, DecidedBy: d.DecidedBy,
		Checks: make([]api.DecisionCheck, len(d.Checks)),
	}
	for i, k := range d.Checks {
		inputs := k.Inputs
		if inputs == nil {
			inputs = map[string]string{}
		}
		body.Checks[i] = api.DecisionCheck{
			Rule: k.Rule, Clause: optional(rulebook.Clause(k.Rule)), Result: string(k.Result), TextEn: k.EN, TextZh: k.ZH, Inputs: inputs,
		}
	}
	return body
}
