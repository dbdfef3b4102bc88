package receivable

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Opening is an open item of the books before salesgate: an invoice without delivery notes. Number is the old system's.
type Opening struct {
	Customer   customer.Customer
	Number     string
	InvoicedOn time.Time
	DueOn      time.Time
	Amount     decimal.Decimal
}

// PostOpenings brings open items in and returns, for each, "created" or "unchanged" when it is there already, and "" when
// an invoice of that number says something else: a posted one is not changed (ARV-06). A few statements, and three for
// each payer. Locks the credit accounts, in id order.
func (s *Service) PostOpenings(tx pg.Tx, items []Opening) ([]string, error) {
	known, err := byNumber(tx, items)
	if err != nil {
		return nil, err
	}
	outcomes := make([]string, len(items))
	byPayer := map[uuid.UUID][]Invoice{}
	var all []Invoice
	var entries []audit.Entry
	for i, item := range items {
		if v, exists := known[item.Number]; exists {
			if v.Kind == KindOpening && v.CustomerID == item.Customer.ID && v.Total.Equal(item.Amount) && v.DueOn.Equal(item.DueOn) {
				outcomes[i] = "unchanged"
			}
			continue
		}
		v := item.invoice(tx)
		outcomes[i] = "created"
		all, byPayer[v.PayerID] = append(all, v), append(byPayer[v.PayerID], v)
		entries = append(entries, audit.Entry{Action: "postOpeningReceivable", SubjectType: subjectInvoice, SubjectID: v.ID, After: v})
	}
	if len(all) == 0 {
		return outcomes, nil
	}
	if err := s.postByPayer(tx, byPayer); err != nil {
		return nil, err
	}
	if err := pg.Insert(tx, &all); err != nil {
		return nil, err
	}
	return outcomes, audit.RecordAll(tx, entries)
}

func (o Opening) invoice(tx pg.Tx) Invoice {
	zero := decimal.Zero.Pad(money.AmountScale)
	return Invoice{
		ID: uuid.Must(uuid.NewV7()), Number: o.Number, Kind: KindOpening, State: Posted, CustomerID: o.Customer.ID,
		PayerID: o.Customer.PayerID(), InvoicedOn: o.InvoicedOn, DueOn: o.DueOn, Terms: "opening", Currency: Currency,
		Total: money.Fen(o.Amount), TaxTotal: zero, Paid: zero, CreatedBy: creator(tx), CreatedAt: tx.Now, Version: 1,
	}
}

// postByPayer moves the exposure, account by account, in id order.
func (s *Service) postByPayer(tx pg.Tx, byPayer map[uuid.UUID][]Invoice) error {
	payers := make([]uuid.UUID, 0, len(byPayer))
	for id := range byPayer {
		payers = append(payers, id)
	}
	slices.SortFunc(payers, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	for _, id := range payers {
		account, err := s.credit.Lock(tx, id)
		if err != nil {
			return err
		}
		moves := make([]credit.Movement, len(byPayer[id]))
		for i, v := range byPayer[id] {
			moves[i] = credit.OpeningMove(v.ID, v.Total, v.DueOn)
			moves[i].HappenedOn = v.InvoicedOn // trade began then, not when the books were loaded
		}
		if err := s.credit.Post(tx, account, moves...); err != nil {
			return err
		}
	}
	return nil
}

func byNumber(tx pg.Tx, items []Opening) (map[string]Invoice, error) {
	numbers := make(pg.TextArray, len(items))
	for i, item := range items {
		numbers[i] = item.Number
	}
	var rows []Invoice
	if err := tx.Where("number = ANY(?)", numbers).Find(&rows).Error; err != nil {
		return nil, err
	}
	known := make(map[string]Invoice, len(rows))
	for _, v := range rows {
		known[v.Number] = v
	}
	return known, nil
}
