package customer

import (
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Imported is what became of one row of an import.
type Imported struct {
	ID      uuid.UUID
	Outcome string // "created", "updated" or "unchanged"; "" when Err says why it is refused
	Err     *errs.Error
}

// ImportBatch registers or updates customers known by their code, which every draft has, with OwnerID set. The main
// contact and the delivery address are the first of the draft's; others that a customer has already are kept. A row that is
// another customer's company is refused (CUS-08), and so is a second row of the batch with the same company, and a customer
// that the caller may not see (ErrHidden, ORG-06), and, of a person, a change of protected data (ErrNeedsApproval, CUS-06). What it registers are opening customers (CUS-05). An empty value leaves what is there, and who pays is never changed. About
// ten statements, and three for each customer that changes. Locks the customers that exist, in id order.
func (s *Service) ImportBatch(tx pg.Tx, who identity.Principal, drafts []Draft) ([]Imported, error) {
	known, err := lockByCode(tx, drafts)
	if err != nil {
		return nil, err
	}
	b := batch{results: make([]Imported, len(drafts))}
	if err := s.mayEdit(tx, who); err != nil { // CUS-06: a file is no way past the change request
		e, ours := errs.As(err)
		if !ours || e.Def != ErrNeedsApproval {
			return nil, err
		}
		b.protected = true
	}
	rows := make([]Customer, len(drafts))
	for i, d := range drafts {
		rows[i] = imported(tx, who, known, d, &b.results[i])
	}
	if err := refuseTakenRows(tx, who, rows, b.results); err != nil {
		return nil, err
	}
	for i := range rows {
		b.add(known, rows[i], &b.results[i])
	}
	return b.results, b.store(tx)
}

// imported makes the customer that a row describes: a new one, or the known one with the row's content.
func imported(tx pg.Tx, who identity.Principal, known map[string]Customer, d Draft, result *Imported) Customer {
	c, exists := known[d.Code]
	if !exists {
		c = Customer{ID: uuid.Must(uuid.NewV7()), Code: d.Code, OwnerID: *d.OwnerID, OwnedAt: tx.Now, CreatedAt: tx.Now, Opening: true}
	}
	if exists && !who.Sees(c.OwnerID) {
		result.Err = ErrHidden.With()
		return c
	}
	at := c.UpdatedAt
	if exists {
		d.Profile = d.over(c.profile())
	}
	err := d.apply(&c, tx.Now)
	if exists {
		c.UpdatedAt = at
		c.Contacts, c.Addresses = mergeContacts(c.Contacts, d.Contacts), mergeAddresses(c.Addresses, d.Addresses)
	} else {
		c.Contacts, c.Addresses = d.Contacts, d.Addresses
	}
	if err == nil {
		err = prepare(c.ID, c.Contacts)
	}
	for i := range c.Addresses {
		if c.Addresses[i].ID == uuid.Nil {
			c.Addresses[i].ID, c.Addresses[i].CustomerID = uuid.Must(uuid.NewV7()), c.ID
		}
	}
	result.ID = c.ID
	if e, ok := errs.As(err); ok {
		result.Err = e
	}
	return c
}

// over lays what a row says over what is known: an empty cell says nothing, and a file never says who pays.
func (p Profile) over(known Profile) Profile {
	p.BillToID = known.BillToID
	for _, f := range []struct{ row, have *string }{
		{&p.USCC, &known.USCC}, {&p.Industry, &known.Industry}, {&p.Region, &known.Region}, {&p.Remarks, &known.Remarks},
	} {
		if *f.row == "" {
			*f.row = *f.have
		}
	}
	return p
}

// mergeContacts puts the row's contact in the place of the main one, which keeps its id.
func mergeContacts(have, row []Contact) []Contact {
	merged := slices.Clone(have)
	if len(row) == 0 {
		return merged
	}
	main := row[0]
	if len(merged) == 0 {
		return []Contact{main}
	}
	main.ID, main.CustomerID, main.PositionNo = merged[0].ID, merged[0].CustomerID, merged[0].PositionNo
	if main.Email == "" {
		main.Email = merged[0].Email
	}
	merged[0] = main
	return merged
}

// mergeAddresses adds the row's addresses that the customer doesn't have.
func mergeAddresses(have, row []Address) []Address {
	merged := slices.Clone(have)
	for _, a := range row {
		if !slices.ContainsFunc(merged, func(x Address) bool { return x.Kind == a.Kind && x.Line == a.Line }) {
			merged = append(merged, a)
		}
	}
	return merged
}

// batch collects what to write.
type batch struct {
	results   []Imported
	created   []Customer
	changed   []Customer
	contacts  []Contact
	addresses []Address
	entries   []audit.Entry
	protected bool // the importer may not change protected data (CUS-06)
}

// add sorts a row into created, updated or unchanged.
func (b *batch) add(known map[string]Customer, c Customer, result *Imported) {
	if result.Err != nil {
		return
	}
	before, exists := known[c.Code]
	switch {
	case !exists:
		c.Version = 1
		result.Outcome = "created"
		b.created = append(b.created, c)
		b.entries = append(b.entries, audit.Entry{Action: "importCustomer", SubjectType: subject, SubjectID: c.ID, After: c.snapshot()})
	case unchanged(before, c):
		result.Outcome = "unchanged"
		return
	case b.protected && !keepsProtected(before, c):
		result.Err = ErrNeedsApproval.With()
		return
	default:
		result.Outcome = "updated"
		b.changed = append(b.changed, c)
		b.entries = append(b.entries, audit.Entry{Action: "importCustomer", SubjectType: subject, SubjectID: c.ID, Before: before.snapshot(), After: c.snapshot()})
	}
	b.contacts = append(b.contacts, c.Contacts...)
	b.addresses = append(b.addresses, c.Addresses...)
}

// keepsProtected reports whether a row leaves the protected data as it is: it may add an address or a code that wasn't known.
func keepsProtected(before, after Customer) bool {
	code := before.USCC == nil || after.USCC != nil && *after.USCC == *before.USCC
	kept := !slices.ContainsFunc(before.Addresses, func(a Address) bool { return !slices.Contains(after.Addresses, a) })
	return code && kept && before.Name == after.Name && slices.Equal(before.Contacts, after.Contacts)
}

// unchanged reports whether a row says what is stored already.
func unchanged(a, b Customer) bool {
	return sameProfile(a.profile(), b.profile()) && slices.Equal(a.Contacts, b.Contacts) &&
		slices.Equal(a.Addresses, b.Addresses)
}

func sameProfile(a, b Profile) bool {
	payerA, payerB := a.BillToID, b.BillToID
	a.BillToID, b.BillToID = nil, nil
	if a != b || (payerA == nil) != (payerB == nil) {
		return false
	}
	return payerA == nil || *payerA == *payerB
}

func (b *batch) store(tx pg.Tx) error {
	if len(b.created) > 0 {
		if err := pg.Insert(tx, &b.created); err != nil {
			return err
		}
	}
	for i := range b.changed {
		b.changed[i].UpdatedAt = tx.Now
		if err := update(tx, &b.changed[i]); err != nil {
			return err
		}
		if err := clearParts(tx, b.changed[i].ID); err != nil {
			return err
		}
	}
	if len(b.contacts) > 0 {
		if err := pg.Insert(tx, &b.contacts); err != nil {
			return err
		}
	}
	if len(b.addresses) > 0 {
		if err := pg.Insert(tx, &b.addresses); err != nil {
			return err
		}
	}
	ids := make([]uuid.UUID, 0, len(b.entries))
	for _, e := range b.entries {
		ids = append(ids, e.SubjectID)
	}
	if err := keepVersions(tx, "importCustomer", ids...); err != nil {
		return err
	}
	return audit.RecordAll(tx, b.entries)
}

// lockByCode reads and locks the customers of these codes with their parts.
func lockByCode(tx pg.Tx, drafts []Draft) (map[string]Customer, error) {
	codes := make(pg.TextArray, len(drafts))
	for i, d := range drafts {
		codes[i] = d.Code
	}
	var rows []Customer
	if err := tx.Raw("SELECT * FROM customers WHERE code = ANY(?) ORDER BY id FOR UPDATE", codes).Scan(&rows).Error; err != nil {
		return nil, err
	}
	known, at := make(map[string]Customer, len(rows)), make(map[uuid.UUID]string, len(rows))
	ids := make([]uuid.UUID, len(rows))
	for i, c := range rows {
		known[c.Code], at[c.ID], ids[i] = c, c.Code, c.ID
	}
	if len(ids) == 0 {
		return known, nil
	}
	var contacts []Contact
	var addresses []Address
	err := errors.Join(
		tx.Where("customer_id IN ?", ids).Order("position_no").Find(&contacts).Error,
		tx.Where("customer_id IN ?", ids).Order("id").Find(&addresses).Error)
	for _, k := range contacts {
		c := known[at[k.CustomerID]]
		c.Contacts = append(c.Contacts, k)
		known[c.Code] = c
	}
	for _, a := range addresses {
		c := known[at[a.CustomerID]]
		c.Addresses = append(c.Addresses, a)
		known[c.Code] = c
	}
	return known, err
}

// IDsByCode returns customers by code, with no more than their ids, names, payers and owners; unknown codes are left out.
func IDsByCode(tx pg.Tx, codes []string) (map[string]Customer, error) {
	var rows []Customer
	err := tx.Select("id", "code", "name", "owner_id", "bill_to_id").Where("code = ANY(?)", pg.TextArray(codes)).Find(&rows).Error
	found := make(map[string]Customer, len(rows))
	for _, c := range rows {
		found[c.Code] = c
	}
	return found, err
}
