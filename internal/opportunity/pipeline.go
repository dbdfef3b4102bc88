package opportunity

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Cut says how the pipeline is cut up, and what of it is asked for.
type Cut struct {
	ByStage, ByTeam, ByRep, ByMonth bool
	OwnerID, TeamID                 *uuid.UUID
	From, To                        *time.Time // expected months
	Ended                           bool       // lost and cancelled ones too, whose weight is 0
}

// Slice is one part of the pipeline; fields by which it isn't cut are empty.
type Slice struct {
	Stage    Stage
	TeamID   *uuid.UUID
	TeamName string
	OwnerID  *uuid.UUID
	Month    *time.Time
	Count    int
	Amount   decimal.Decimal
	Weighted decimal.Decimal // by the likelihood of each stage, a parameter
}

// Pipeline adds up the opportunities that the caller sees (ORG-06) by stage, team, rep and month (CUS-16). The team is the one that
// the owner is in now. One statement; amounts are in CNY.
func (s *Service) Pipeline(tx pg.Tx, who identity.Principal, c Cut) ([]Slice, error) {
	weights := map[string]any{}
	for _, stage := range ladder {
		w, err := s.rules.Int(tx, "opportunity.weight_"+string(stage))
		if err != nil {
			return nil, err
		}
		weights[string(stage)] = w
	}
	return addUp(tx, who, c, weights)
}
