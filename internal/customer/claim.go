package customer

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Keys are what a company is recognised by (CUS-08): its unified social credit code, its normalised name, its phones.
// Make them with NameKey and PhoneKey. Empty ones count for nothing.
type Keys struct {
	USCC   string
	Name   string
	Phones []string
}

// Claim says whose a company is. SubjectType is "customer" or "prospect".
type Claim struct {
	SubjectType string
	SubjectID   uuid.UUID
	OwnerID     uuid.UUID
	OwnerName   string
	OwnedAt     time.Time
	Pooled      bool   // it lies in the shared pool: OwnerID is who had it last
	Same        string // what they share: "uscc", "name" or "phone"
}

// keys are what this customer is recognised by.
func (c Customer) keys() Keys {
	k := Keys{Name: c.NameKey}
	if c.USCC != nil {
		k.USCC = *c.USCC
	}
	for _, contact := range c.Contacts {
		k.Phones = append(k.Phones, contact.PhoneKey)
	}
	return k
}

// Holder returns the claim on a company with one of these keys that isn't except's, nil for none. Customers and prospects
// share one registry, so this is the whole question. One statement, by primary key: independent of how many there are.
func Holder(tx pg.Tx, k Keys, except uuid.UUID) (*Claim, error) { return findClaim(tx, k, except) }

// refuseTaken enforces CUS-08: first to register owns the company. The key of company_claims guards the same when two come
// at once, whichever of them is a prospect.
func refuseTaken(tx pg.Tx, who identity.Principal, c Customer) error {
	claim, err := Holder(tx, c.keys(), c.ID)
	if err != nil || claim == nil {
		return err
	}
	return Taken(who, *claim)
}

// Taken is the refusal of a company that is claimed. Who may know (they hold customer.owner_known, or see the owner's documents
// anyway) is told the owner, since when, and by what the company was recognised; everyone else learns that it is taken, and
// nothing more: a registration is no way to ask whose customer somebody is.
func Taken(who identity.Principal, c Claim) *errs.Error {
	if c.Pooled {
		return ErrPooled.Wrap(ErrTaken)
	}
	if !MayKnow(who, c.OwnerID) {
		return ErrTaken.With()
	}
	e := ErrTakenBy.Wrap(ErrTaken)
	e.Params["owner"], e.Params["since"], e.Params["same"] = c.OwnerName, clock.Today(c.OwnedAt).Format(time.DateOnly), c.Same
	return e
}

// MayKnow reports whether the principal may be told that this person owns a company.
func MayKnow(who identity.Principal, owner uuid.UUID) bool {
	return who.Sees(owner) || identity.Allowed(who, "customer.owner_known")
}

// ReleaseClaims gives a company free: the prospect was given up, or refused.
func ReleaseClaims(tx pg.Tx, subjectID uuid.UUID) error {
	return tx.Exec("DELETE FROM company_claims WHERE subject_id = ?", subjectID).Error
}

// takeOverClaims gives the claims of a prospect to the customer that it becomes (CUS-03).
func takeOverClaims(tx pg.Tx, prospectID, customerID uuid.UUID) error {
	return tx.Exec("UPDATE company_claims SET subject_type = 'customer', subject_id = ? WHERE subject_id = ?", customerID, prospectID).Error
}

// claimKey is one key of one kind.
type claimKey struct{ kind, key string }

func (k Keys) list() []claimKey {
	var all []claimKey
	if k.USCC != "" {
		all = append(all, claimKey{"uscc", k.USCC})
	}
	if k.Name != "" {
		all = append(all, claimKey{"name", k.Name})
	}
	for _, p := range k.Phones {
		if p != "" {
			all = append(all, claimKey{"phone", p})
		}
	}
	return all
}

// claims are the keys of the rows of a batch by kind, for one look-up.
func claims(rows []Customer) (usccs, names, phones pg.TextArray) {
	for _, c := range rows {
		for _, k := range c.keys().list() {
			switch k.kind {
			case "uscc":
				usccs = append(usccs, k.key)
			case "name":
				names = append(names, k.key)
			default:
				phones = append(phones, k.key)
			}
		}
	}
	return usccs, names, phones
}

// refuseTakenRows enforces CUS-08 for a batch: against what is claimed, and among its own rows.
func refuseTakenRows(tx pg.Tx, who identity.Principal, rows []Customer, results []Imported) error {
	usccs, names, phones := claims(rows)
	held, err := heldClaims(tx, usccs, names, phones)
	if err != nil {
		return err
	}
	for i, c := range rows {
		if results[i].Err != nil {
			continue
		}
		keys := c.keys().list()
		for _, k := range keys {
			if claim, taken := held[k]; taken && claim.SubjectID != c.ID {
				results[i].Err = Taken(who, claim)
				break
			}
		}
		if results[i].Err == nil {
			for _, k := range keys { // another row of this file, which its importer wrote and may know
				held[k] = Claim{SubjectType: subject, SubjectID: c.ID, OwnerID: who.ID, OwnerName: "-", OwnedAt: tx.Now, Same: k.kind}
			}
		}
	}
	return nil
}
