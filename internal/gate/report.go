package gate

import (
	"time"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// EndPass uses up the pass of a truck that the warehouse reports as left without a check of the gate's (SHP-09): nothing else leaves with it, and
// the phones learn that it ended. The delivery note is locked. Locks the pass.
func (s *Service) EndPass(tx pg.Tx, who identity.Principal, d *delivery.Note, at time.Time) error {
	p, err := pg.TakeForUpdate[delivery.GatePass](tx, "delivery_note_id = ?", d.ID)
	if err != nil {
		return err
	}
	err = spend(tx, who, &p, at)
	d.Pass = p
	return err
}

// ownOfReport reports whether a check is that of the very truck that the warehouse reported as left: a phone let it out before the report, and none did
// before. Only the report has used the pass then, and what the phone did is no second use.
func (y *synchronisation) ownOfReport(d *delivery.Note, c OfflineCheck, at time.Time) bool {
	return c.Decision == LetOut && d.Pass.State == delivery.PassUsed && d.ReportedAt != nil && at.Before(*d.ReportedAt) && !y.letOut[d.Pass.ID]
}
