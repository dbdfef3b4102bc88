package receivable

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Statements finds the statements that a payer names in a remittance; package statement stands behind this one, so app fills it.
type Statements interface {
	// Named returns the date through which the statement of this payer that the text names was made; false when it names none.
	Named(tx pg.Tx, payerID uuid.UUID, text string) (through time.Time, found bool, err error)
}

// OpenItem is an open invoice as matching looks at it.
type OpenItem struct {
	ID         uuid.UUID
	Number     string
	TaxNumber  string
	InvoicedOn time.Time
	DueOn      time.Time
	Open       decimal.Decimal
	Orders     string // numbers of the orders that its goods are of, separated by spaces
}

// OpenItems returns the open invoices of payers, the oldest due date first, at most 500 of each. One statement.
func (s *Service) OpenItems(tx pg.Tx, payers []uuid.UUID) (map[uuid.UUID][]OpenItem, error) {
	out := make(map[uuid.UUID][]OpenItem, len(payers))
	if len(payers) == 0 {
		return out, nil
	}
	var payer uuid.UUID
	var v OpenItem
	err := pg.ScanRows(tx, []any{&payer, &v.ID, &v.Number, &v.TaxNumber, &v.InvoicedOn, &v.DueOn, &v.Open, &v.Orders}, func() error {
		out[payer] = append(out[payer], v)
		return nil
	}, `SELECT v.payer_id, v.id, v.number, v.tax_number, v.invoiced_on, v.due_on, v.total - v.paid,
			coalesce((SELECT string_agg(DISTINCT o.number, ' ') FROM invoice_lines l JOIN delivery_note_lines d ON d.id = l.delivery_line_id
				JOIN orders o ON o.id = d.order_id WHERE l.invoice_id = v.id), '')
		FROM unnest(?::uuid[]) AS p (id)
		CROSS JOIN LATERAL (SELECT * FROM invoices v WHERE v.payer_id = p.id AND v.state = 'posted' AND v.kind <> 'reversal' AND v.paid < v.total
			ORDER BY v.due_on, v.id LIMIT 500) v
		ORDER BY v.payer_id, v.due_on, v.id`, pg.IDs(payers))
	return out, err
}

// Named returns the items whose number, number of the tax system, or number of an order the text has, in the order given.
func Named(text string, items []OpenItem) []OpenItem {
	haystack := plain(text)
	var out []OpenItem
	for _, v := range items {
		names := append(strings.Fields(v.Orders), v.Number, v.TaxNumber)
		for _, name := range names {
			if has(haystack, plain(name)) {
				out = append(out, v)
				break
			}
		}
	}
	return out
}

// Mentions reports whether a text that people wrote has a number, whole.
func Mentions(text, number string) bool { return has(plain(text), plain(number)) }

// has reports whether the text has the number whole: INV-202611-0001 isn't named by INV-202611-00012.
func has(text, number string) bool {
	const shortest = 5 // shorter ones are found everywhere
	if len(number) < shortest {
		return false
	}
	for rest := text; ; {
		i := strings.Index(rest, number)
		if i < 0 {
			return false
		}
		after := rest[i+len(number):]
		if after == "" || after[0] < '0' || after[0] > '9' {
			return true
		}
		rest = rest[i+1:]
	}
}

// plain is a text without what people write differently: case, spaces, dashes.
func plain(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "—", "", "_", "", "\u3000", "").Replace(s))
}

// byReference spreads what is free of a receipt over the invoices that a remittance text names, by invoice, order or statement; the oldest
// first. The caller holds the payer's account. Returns ErrNothingNamed.
func (s *Service) byReference(tx pg.Tx, r Receipt, text string) ([]Share, error) {
	all, err := s.OpenItems(tx, []uuid.UUID{r.PayerID})
	if err != nil {
		return nil, err
	}
	items := all[r.PayerID]
	named := Named(text, items)
	if len(named) == 0 && s.Statements != nil {
		through, found, err := s.Statements.Named(tx, r.PayerID, text)
		if err != nil {
			return nil, err
		}
		for _, v := range items {
			if found && !v.InvoicedOn.After(through) {
				named = append(named, v)
			}
		}
	}
	if len(named) == 0 {
		return nil, ErrNothingNamed.At("/reference")
	}
	return Spread(r.Free(), named), nil
}

// Spread lays an amount over open items, one after the other, until the money or the items end.
func Spread(amount decimal.Decimal, items []OpenItem) []Share {
	var shares []Share
	for _, v := range items {
		part := amount.Min(v.Open)
		if !part.IsPos() {
			break
		}
		shares, amount = append(shares, Share{v.ID, part}), money.Sub(amount, part)
	}
	return shares
}
