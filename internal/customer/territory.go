package customer

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Outside implements Territories: everybody sells everywhere.
func (unused) Outside(pg.Tx, uuid.UUID, string, string) (bool, error) { return false, nil }

// stayInside enforces CUS-09 where a rep says what a customer makes and where it is: within their own territory. Who may assign
// customers may place one anywhere, and a machine keeps another system's books. A rep who wants a company from outside
// registers it as a prospect and asks the sales manager.
func (s *Service) stayInside(tx pg.Tx, who identity.Principal, before, after Customer) error {
	if before.Industry == after.Industry && before.Region == after.Region && before.ID == after.ID {
		return nil
	}
	if who.Kind != identity.KindUser || identity.Allowed(who, "customer.assign") {
		return nil
	}
	outside, err := s.Territories.Outside(tx, after.OwnerID, after.Industry, after.Region)
	if err == nil && outside {
		err = ErrOutside.At("/region")
	}
	return err
}
