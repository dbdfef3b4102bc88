package order

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/quote"
)

// lockDeal locks an order and before it the quotation that it names, shared, and the contract that it calls off, by the lock order: one
// statement for an order without contract. The contract is named by a draft only, so what is read without a lock may have changed; then it runs again.
func lockDeal(tx pg.Tx, id uuid.UUID) (Order, *contract.Contract, error) {
	o, found, err := lockPlain(tx, id)
	if err != nil || found {
		return o, nil, err
	}
	named, err := briefShared(tx, id)
	if err != nil {
		return o, nil, err
	}
	if named.ContractID == nil {
		return o, nil, pg.ErrAgain
	}
	c, err := contractOf(tx, named.ContractID)
	if err != nil {
		return o, nil, err
	}
	if o, err = lock(tx, id); err != nil {
		return o, nil, err
	}
	if !sameID(o.ContractID, named.ContractID) {
		return o, nil, pg.ErrAgain
	}
	return o, c, nil
}

// contractOf locks a contract; nil for none, or one that isn't there: the gate refuses that.
func contractOf(tx pg.Tx, id *uuid.UUID) (*contract.Contract, error) {
	if id == nil {
		return nil, nil //nolint:nilnil // most orders have none
	}
	c, err := contract.Lock(tx, *id)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, nil //nolint:nilnil // see above
	}
	return c, err
}

// agreedLines returns by what each line's price is agreed, nil for those that name nothing (QUO-05, CON-09). It is the verdict's
// first part: an agreement that doesn't hold refuses the order, since the customer counts on it.
//
// Returns, as a refusal, what quote.AgreedPrices and contract.Callable return, ErrNoAgreement for another customer's and
// ErrAgreementProduct for a line about another product.
//
// taken is what the whole order takes of each line of its quotation, of which o may be a part.
func (o *Order) agreedLines(tx pg.Tx, c *contract.Contract, taken quote.Sums) ([]*pricing.Agreed, error) {
	agreed := make([]*pricing.Agreed, len(o.Lines))
	if o.QuotationID != nil {
		q, err := quote.AgreedPrices(tx, *o.QuotationID, o.CustomerID)
		if err != nil {
			return nil, errs.At(err, "/quotation_id")
		}
		if err := o.quotedLines(q, taken, agreed); err != nil {
			return nil, err
		}
	}
	switch {
	case o.ContractID == nil:
		return agreed, nil
	case c == nil || c.CustomerID != o.CustomerID:
		return nil, ErrNoAgreement.At("/contract_id")
	}
	if err := c.Callable(tx.Now); err != nil {
		return nil, errs.At(err, "/contract_id")
	}
	return agreed, o.contractedLines(c, agreed)
}

// taken adds up what the order takes of each line of its quotation (QUO-05).
func (o *Order) taken() (quote.Sums, error) {
	sums := quote.Sums{}
	for _, l := range o.Lines {
		if err := sums.Add(l.QuotationLineID, l.Quantity); err != nil {
			return nil, err
		}
	}
	return sums, nil
}

func (o *Order) quotedLines(q quote.Agreed, taken quote.Sums, agreed []*pricing.Agreed) error {
	for i, l := range o.Lines {
		if l.QuotationLineID == nil {
			continue
		}
		of, found := q.Lines[*l.QuotationLineID]
		switch {
		case !found:
			return ErrAgreementLine.At(fmt.Sprintf("/lines/%d/quotation_line_id", i))
		case of.ProductID != l.ProductID:
			return ErrAgreementProduct.With("agreement", q.Number).At(fmt.Sprintf("/lines/%d/product_id", i))
		case of.Covers(taken[of.LineID]): // outside the quantities that it was quoted for, base price and authority count
			agreed[i] = &pricing.Agreed{Price: of.Price, By: q.Number, Line: of.LineNo, Rule: "QUO-05"}
		}
	}
	return nil
}

func (o *Order) contractedLines(c *contract.Contract, agreed []*pricing.Agreed) error {
	for i, l := range o.Lines {
		if l.ContractLineID == nil {
			continue
		}
		of := c.Line(*l.ContractLineID)
		switch {
		case of == nil:
			return ErrAgreementLine.At(fmt.Sprintf("/lines/%d/contract_line_id", i))
		case of.ProductID != l.ProductID:
			return ErrAgreementProduct.With("agreement", c.Number).At(fmt.Sprintf("/lines/%d/product_id", i))
		}
		agreed[i] = &pricing.Agreed{Price: of.NetPrice(), By: c.Number, Line: of.LineNo, Rule: "CON-09"}
	}
	return nil
}

// callOff books what the order calls off of its locked contract: all of it while it is under way, what has left when it was closed
// short, nothing when it is a draft or cancelled (CON-09). The contract refuses more than is left.
func (o *Order) callOff(tx pg.Tx, c *contract.Contract) error {
	if c == nil {
		return nil
	}
	var calls []contract.Call
	index := make([]int, 0, len(o.Lines))
	for i, l := range o.Lines {
		if l.ContractLineID == nil {
			continue
		}
		quantity := l.Quantity
		switch o.State {
		case StateCancelled, StateDraft:
			quantity = sum(l.Shipped, l.Noticed) // what an order that is taken back has shipped already stays called off
		case StateClosed:
			quantity = l.Shipped
		case StateSubmitted, StateConfirmed, StatePartlyShipped, StateShipped:
		}
		if quantity.IsPos() {
			calls = append(calls, contract.Call{ContractLineID: *l.ContractLineID, Quantity: quantity, Amount: l.Worth(decimal.Zero, quantity)})
			index = append(index, i)
		}
	}
	return o.pointing(c.CallOff(tx, o.ID, calls), index)
}

// pointing turns pointers at calls into pointers at the order's lines.
func (o *Order) pointing(err error, index []int) error {
	e, ours := errs.As(err)
	if !ours {
		return err
	}
	for i, f := range e.Fields {
		var n int
		var field string
		if _, scan := fmt.Sscanf(f.Pointer, "/lines/%d/%s", &n, &field); scan == nil && n < len(index) {
			e.Fields[i].Pointer = fmt.Sprintf("/lines/%d/%s", index[n], field)
		}
	}
	return e
}

// usual are the terms that need no finance: those of the contract where every line calls it off (CON-06 was asked there), else
// those of the customer's credit profile.
func (o *Order) usual(p credit.Position, c *contract.Contract) (t credit.Terms, byContract string) {
	if c == nil {
		return p.Profile.Terms, ""
	}
	for _, l := range o.Lines {
		if l.ContractLineID == nil {
			return p.Profile.Terms, ""
		}
	}
	return c.Terms(), c.Number
}

// book calls the contract off for an order that the gate lets pass, and refuses it when less is left (CON-09): nothing is written
// then.
func (v *verdict) book(tx pg.Tx, o *Order, c *contract.Contract) error {
	if c == nil {
		return nil
	}
	state := o.State
	o.State = StateSubmitted
	err := o.callOff(tx, c)
	o.State = state
	if e, ours := errs.As(err); ours {
		v.check("CON-09", false, map[string]string{"contract": c.Number, "code": e.Code}, e.Text("en"), e.Text("zh-CN"))
		v.refuse(e)
		return nil
	}
	if err == nil {
		v.check("CON-09", true, map[string]string{"contract": c.Number, "left": c.Left().String()},
			fmt.Sprintf("Called off from %s, of which %s is left.", c.Number, c.Left()), fmt.Sprintf("执行合同 %s,尚余 %s 元。", c.Number, c.Left()))
	}
	return err
}
