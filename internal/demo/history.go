package demo

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// waiting is how many days before the end of the history approvals begin to be left to whoever tries the demo.
const waiting = 3

// history is the stages of the last c.Days days: one for each, in one transaction.
func (c *Company) history() ([]stage, error) {
	days, err := readAgendas()
	if err != nil || c.Days == 0 {
		return nil, err
	}
	stages := make([]stage, 0, len(days)+1)
	for _, day := range days {
		if day.daysAgo <= c.Days {
			stages = append(stages, stage{fmt.Sprintf("day-%03d", day.daysAgo), day.daysAgo, c.inOne(func(tx pg.Tx) error { return c.live(tx, day) })})
		}
	}
	return append(stages, stage{"at-limit", 1, c.inOne(c.fillLimits)}), nil
}

// live carries out one day's business, in the order in which it makes sense: what comes in before what goes out.
func (c *Company) live(tx pg.Tx, day agenda) error {
	if err := c.gather(tx); err != nil {
		return err
	}
	for _, number := range day.settle {
		if err := c.settle(tx, number); err != nil {
			return fmt.Errorf("%s: %w", number, err)
		}
	}
	for _, part := range []struct {
		deals []deal
		do    func(pg.Tx, deal) error
	}{
		{day.pay, c.pay},
		{day.shipRest, c.ship},
		{day.ship, c.ship},
		{day.invoice, c.invoice},
		{day.order, c.order},
		{day.notice, func(tx pg.Tx, d deal) error { return c.notice(tx, d, day.daysAgo > waiting) }},
	} {
		for _, d := range part.deals {
			if err := part.do(tx, d); err != nil {
				return fmt.Errorf("%s: %w", d.reference(), err)
			}
		}
	}
	return nil
}

// cast is who and what the history is played with, read once.
type cast struct {
	customers map[string]customer.Customer
	products  map[string]uuid.UUID
	people    map[string]identity.Principal // by user name
	owners    map[uuid.UUID]string          // user id → user name
	byRole    map[identity.Role][]identity.Principal
}

// gather reads the cast when it isn't known yet: a resumed load has to, too.
func (c *Company) gather(tx pg.Tx) error {
	if c.cast != nil {
		return nil
	}
	deals, err := readDeals()
	if err != nil {
		return err
	}
	var customers, products []string
	for _, d := range deals {
		customers = append(customers, d.customer)
		for _, l := range d.lines {
			products = append(products, l.product)
		}
	}
	k := &cast{people: map[string]identity.Principal{}, owners: map[uuid.UUID]string{}, byRole: map[identity.Role][]identity.Principal{}}
	if k.customers, err = customer.IDsByCode(tx, customers); err != nil {
		return err
	}
	if k.products, err = catalog.IDsByCode(tx, products); err != nil {
		return err
	}
	people, err := People()
	if err != nil {
		return err
	}
	for _, p := range people {
		who, err := identity.LoadUsername(tx, p.Username)
		if err != nil {
			return err
		}
		k.people[p.Username], k.owners[who.ID] = who, p.Username
		k.byRole[p.Role] = append(k.byRole[p.Role], who)
	}
	c.cast = k
	return nil
}

// as is the transaction in the hands of somebody.
func as(tx pg.Tx, who identity.Principal) pg.Tx {
	tx.By = who.Origin("demo")
	return tx
}

// one returns somebody of a role, always another.
func (c *Company) one(role identity.Role, n int) identity.Principal {
	all := c.cast.byRole[role]
	return all[n%len(all)]
}

// rep is who owns the customer.
func (c *Company) rep(code string) identity.Principal {
	return c.cast.people[c.cast.owners[c.cast.customers[code].OwnerID]]
}

// plan is all stages in the order of time: files first, on a day that has both.
func (c *Company) plan() ([]stage, error) {
	days, err := c.history()
	if err != nil {
		return nil, err
	}
	var all []stage
	early, err := c.pipeline()
	if err != nil {
		return nil, err
	}
	masters := append(c.masters(), early...)
	for len(masters) > 0 || len(days) > 0 {
		if len(days) == 0 || len(masters) > 0 && masters[0].daysAgo >= days[0].daysAgo {
			all, masters = append(all, masters[0]), masters[1:]
			continue
		}
		all, days = append(all, days[0]), days[1:]
	}
	return all, nil
}
