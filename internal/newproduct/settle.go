package newproduct

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// standing is what an open adoption has come to: a base price, an authority, both, or neither.
type standing struct {
	ID          uuid.UUID
	Number      string
	ProductCode string
	Had         *uuid.UUID // the list that it knows of
	ListID      *uuid.UUID // the published list that sets the base price; nil: none, or it was called back
	General     bool       // that list says that the general entries of the authority table hold
	TableID     *uuid.UUID // the authority table that names the product or its category
	Dormant     bool       // it went out of production
}

func (s standing) done() bool { return s.ListID != nil && (s.General || s.TableID != nil) }

// BasePricesPublished implements pricelist.Watcher: the adoptions of the list's products have a base price.
func (s *Service) BasePricesPublished(tx pg.Tx, listID uuid.UUID) error {
	rows, err := pricedBy(tx, listID)
	if err != nil {
		return err
	}
	return s.settle(tx, rows)
}

// PriceAuthorityPublished implements pricing.Watcher: adopted is what has a base price and is named by the table.
func (s *Service) PriceAuthorityPublished(tx pg.Tx, _ uuid.UUID) error {
	rows, err := unsettled(tx, maxAdoptions)
	if err != nil {
		return err
	}
	return s.settle(tx, rows)
}

// maxAdoptions is how many a published table settles at once; the sweep does the rest.
const maxAdoptions = 200

// CloseOvertaken catches up with n open adoptions at most: those that got base price and authority while nobody looked (adopted), whose
// product went out of production (lapsed), or whose list was called back. It returns how many there were.
func (s *Service) CloseOvertaken(tx pg.Tx, n int) (int, error) {
	rows, err := unsettled(tx, n)
	if err != nil {
		return 0, err
	}
	return len(rows), s.settle(tx, rows)
}

// settle closes adoptions that are done or have become pointless (PRC-04). One that has a base price and no authority waits on, and the
// sales manager is asked for the authority.
func (s *Service) settle(tx pg.Tx, rows []standing) error {
	var lapsed []uuid.UUID
	for _, r := range rows {
		var err error
		switch {
		case r.Dormant:
			lapsed = append(lapsed, r.ID)
		case r.done():
			err = s.adopt(tx, r)
		case (r.ListID == nil) != (r.Had == nil) || r.ListID != nil && *r.ListID != *r.Had:
			err = s.priced(tx, r)
		}
		if err != nil {
			return err
		}
	}
	return closeAdoptions(tx, Lapsed, lapsed)
}

func (s *Service) adopt(tx pg.Tx, r standing) error {
	if err := storeSettled(tx, r); err != nil {
		return err
	}
	return closed(tx, Adopted, map[string]any{"list_id": r.ListID, "authority_table_id": r.TableID, "general_authority": r.General}, r.ID)
}

// priced notes the list that sets the base price, and asks for the authority; or that the list was called back.
func (s *Service) priced(tx pg.Tx, r standing) error {
	if err := storePriced(tx, r); err != nil {
		return err
	}
	err := audit.Record(tx, audit.Entry{
		Action: "pricePriceAdoption", SubjectType: SubjectAdoption, SubjectID: r.ID,
		Before: map[string]any{"list_id": r.Had}, After: map[string]any{"list_id": r.ListID},
	})
	if err != nil {
		return err
	}
	if err := followup.Close(tx, taskAuthority, SubjectAdoption, r.ID); err != nil || r.ListID == nil {
		return err
	}
	days, err := s.rules.Int(tx, "price.adopt_days")
	if err != nil {
		return err
	}
	return followup.Open(tx, followup.Task{
		Kind: taskAuthority, SubjectType: SubjectAdoption, SubjectID: r.ID, Number: r.Number, Role: identity.SalesManager,
		TitleEN: "Draft the price authority of " + r.ProductCode + ", which has a base price now, or have a list say that the general entries hold",
		TitleZH: r.ProductCode + " 已有基准价:请拟定其价格权限,或在基价表中注明适用通用权限",
		Within:  &clock.Term{From: tx.Now, Days: days}, EscalateTo: identity.GeneralManager,
	})
}

// closeAdoptions closes open adoptions and their follow-ups.
func closeAdoptions(tx pg.Tx, state AdoptionState, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	done, err := storeClosed(tx, state, ids)
	if err != nil {
		return err
	}
	return closed(tx, state, map[string]any{}, done...)
}

// closed ends the follow-ups of adoptions that were closed, and says so.
func closed(tx pg.Tx, state AdoptionState, by map[string]any, ids ...uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	for _, kind := range []string{taskAdopt, taskKnow, taskDraft, taskAuthority} {
		if err := followup.Close(tx, kind, SubjectAdoption, ids...); err != nil {
			return err
		}
	}
	by["state"] = state
	entries := make([]audit.Entry, len(ids))
	for i, id := range ids {
		entries[i] = audit.Entry{
			Action: "closePriceAdoption", SubjectType: SubjectAdoption, SubjectID: id,
			Before: map[string]any{"state": AdoptionOpen}, After: by,
		}
	}
	return audit.RecordAll(tx, entries)
}
