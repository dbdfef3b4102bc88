package importing

import (
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/receivable"
)

// collector writes batches within one transaction. What must be written as one (a price list) waits for finish.
type collector struct {
	*run
	tx     pg.Tx
	prices []pricelist.PriceLine
	people map[string]uuid.UUID // user name → id, of people in sales
}

func (r *run) collector(tx pg.Tx) *collector { return &collector{run: r, tx: tx} }

// apply hands a batch to the module that owns it.
func (c *collector) apply(batch []*record) error {
	switch c.imp.Kind {
	case Customers:
		return c.customersRows(batch)
	case Products:
		return c.productRows(batch)
	case Prices:
		return c.priceRows(batch)
	case Receivables:
		return c.receivableRows(batch)
	}
	return nil
}

// finish writes what waited.
func (c *collector) finish() error {
	if len(c.prices) == 0 {
		return nil
	}
	done, err := c.Service.prices.ImportPrices(c.tx, c.who, pricelist.PriceFile{
		SHA256: c.imp.SHA256, Name: c.imp.FileName, ReasonKind: pricelist.ReasonKind(c.imp.ReasonKind), Reason: c.imp.Reason,
		EffectiveAt: c.imp.EffectiveAt, Lines: c.prices,
	})
	for _, o := range done.Outcomes {
		c.imp.count(Outcome(o))
	}
	c.imp.ListID = done.ListID
	return err
}

// refuse counts a row that a module, or a reference in it, makes impossible.
func (c *collector) refuse() {
	c.imp.Refused++
	if len(c.problems) > maxErrors {
		c.problems = c.problems[:maxErrors]
	}
}

func (c *collector) customersRows(batch []*record) error {
	if err := c.loadPeople(); err != nil {
		return err
	}
	var good []*record
	var drafts []customer.Draft
	for _, rec := range batch {
		owner, ok := c.people[rec.owner]
		if !ok {
			rec.fail("owner", errUnknownPerson.With())
			c.refuse()
			continue
		}
		rec.customer.OwnerID = &owner
		good, drafts = append(good, rec), append(drafts, rec.customer)
	}
	results, err := c.customers.ImportBatch(c.tx, c.who, drafts)
	if err != nil {
		return err
	}
	var profiles []credit.Opening
	for i, result := range results {
		if result.Err != nil {
			good[i].fail(fieldOf(result), result.Err)
			c.refuse()
			continue
		}
		c.imp.count(Outcome(result.Outcome))
		if p := good[i].profile; p != nil {
			p.CustomerID = result.ID
			profiles = append(profiles, *p)
		}
	}
	return c.openProfiles(profiles)
}

// fieldOf is the column that a customer's refusal is about.
func fieldOf(result customer.Imported) string {
	if same, ok := result.Err.Params["same"].(string); ok && result.Err.Def == customer.ErrTakenBy {
		return same
	}
	return ""
}

// openProfiles writes the credit profiles of customers that have none yet; one that is in force changes by an approved
// request only (CRD-10).
func (c *collector) openProfiles(profiles []credit.Opening) error {
	if len(profiles) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(profiles))
	for i, p := range profiles {
		ids[i] = p.CustomerID
	}
	have, err := c.credit.Profiles(c.tx, ids)
	if err != nil {
		return err
	}
	profiles = slices.DeleteFunc(profiles, func(p credit.Opening) bool {
		_, set := have[p.CustomerID]
		return set
	})
	if len(profiles) == 0 {
		return nil
	}
	return c.credit.SetOpening(c.tx, profiles...)
}

func (c *collector) loadPeople() error {
	if c.people != nil {
		return nil
	}
	var err error
	c.people, err = identity.SellersByUsername(c.tx)
	return err
}

func (c *collector) productRows(batch []*record) error {
	categories, err := catalog.CategoriesByCode(c.tx)
	if err != nil {
		return err
	}
	var inputs []catalog.Input
	for _, rec := range batch {
		if rec.category != "" {
			id, ok := categories[rec.category]
			if !ok {
				rec.fail("category", errUnknownRef.With())
				c.refuse()
				continue
			}
			rec.product.CategoryID = &id
		}
		inputs = append(inputs, rec.product)
	}
	outcomes, err := c.products.ImportBatch(c.tx, inputs)
	for _, o := range outcomes {
		c.imp.count(Outcome(o))
	}
	return err
}

func (c *collector) priceRows(batch []*record) error {
	codes := make([]string, len(batch))
	for i, rec := range batch {
		codes[i] = rec.key
	}
	products, err := catalog.ByCodes(c.tx, codes)
	if err != nil {
		return err
	}
	var good []*record
	var lines []pricelist.PriceLine
	for _, rec := range batch {
		p, ok := products[rec.key]
		if field, wrong := c.wrongPrice(rec, p, ok); wrong != nil {
			rec.fail(field, wrong)
			c.refuse()
			continue
		}
		rec.price.ProductID = p.ID
		good, lines = append(good, rec), append(lines, rec.price)
	}
	return c.sanePrices(good, lines)
}

// wrongPrice finds what a row of prices can't say of a product, and in which column.
func (c *collector) wrongPrice(rec *record, p catalog.Product, known bool) (field string, wrong *errs.Error) {
	unit := rec.cells["unit"]
	switch {
	case !known:
		return "code", errUnknownRef.With()
	case unit != "" && headerKey(unit) != headerKey(p.Unit):
		return "unit", errUnit.With("unit", p.Unit)
	case rec.price.FloorPrice != nil && rec.price.FloorPrice.Cmp(rec.price.Price) > 0: // PRC-12
		return "floor_price", pricelist.ErrFloorAboveBase.With()
	case c.imp.ReasonKind == "": // opening prices tell of the past, whatever became of the product
		return "", nil
	case p.Lifecycle == catalog.LifecycleDormant: // PRC-02
		return "code", pricelist.ErrDormant.With()
	case !p.Active:
		return "code", pricing.ErrInactive.With()
	}
	return "", nil
}

// sanePrices keeps the rows whose change is no likely slip, and the others too when whoever uploaded the file said so.
func (c *collector) sanePrices(good []*record, lines []pricelist.PriceLine) error {
	if c.imp.AcceptLarge {
		c.prices = append(c.prices, lines...)
		return nil
	}
	absurd, err := c.Service.prices.Absurd(c.tx, lines)
	if err != nil {
		return err
	}
	for i, rec := range good {
		if percent, wild := absurd[i]; wild {
			rec.fail("price", errAbsurd.With("percent", percent))
			c.refuse()
			continue
		}
		c.prices = append(c.prices, lines[i])
	}
	return nil
}

func (c *collector) receivableRows(batch []*record) error {
	codes := make([]string, len(batch))
	for i, rec := range batch {
		codes[i] = rec.opening.customer
	}
	customers, err := customer.IDsByCode(c.tx, codes)
	if err != nil {
		return err
	}
	var good []*record
	var items []receivable.Opening
	for _, rec := range batch {
		who, ok := customers[rec.opening.customer]
		if !ok {
			rec.fail("customer", errUnknownRef.With())
			c.refuse()
			continue
		}
		good = append(good, rec)
		items = append(items, receivable.Opening{
			Customer: who, Number: rec.opening.number, InvoicedOn: rec.opening.invoicedOn, DueOn: rec.opening.dueOn, Amount: rec.opening.amount,
		})
	}
	outcomes, err := c.receivables.PostOpenings(c.tx, items)
	for i, o := range outcomes {
		if o == "" {
			good[i].fail("number", receivable.ErrImmutable.With())
			c.refuse()
			continue
		}
		c.imp.count(Outcome(o))
	}
	return err
}
