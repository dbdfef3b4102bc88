package receivable

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// GoodsReturn is what came back of one delivery note (退货单): what wasn't invoiced never will be, for the rest there are credit notes.
type GoodsReturn struct {
	ID             uuid.UUID
	Number         string
	DeliveryNoteID uuid.UUID
	CustomerID     uuid.UUID
	PayerID        uuid.UUID
	ReturnedOn     time.Time
	Reason         string
	SourceID       *uuid.UUID
	CreatedBy      *uuid.UUID
	CreatedAt      time.Time

	Lines       []ReturnLine `gorm:"-"`
	CreditNotes []Invoice    `gorm:"-"`
}

// ReturnLine is one product that came back.
type ReturnLine struct {
	ID             uuid.UUID
	GoodsReturnID  uuid.UUID
	DeliveryLineID uuid.UUID
	Quantity       decimal.Decimal
	Credited       decimal.Decimal // of it, what was invoiced already
	Amount         decimal.Decimal // of what wasn't
}

// TableName is for GORM.
func (ReturnLine) TableName() string { return "goods_return_lines" }

// NewReturn is what came back.
type NewReturn struct {
	DeliveryNoteID uuid.UUID
	Quantities     map[uuid.UUID]decimal.Decimal // delivery line → quantity
	Reason         string
	SourceID       *uuid.UUID
}

// PostReturn books goods that came back: first what isn't invoiced, which leaves shipped-not-invoiced and is never invoiced; then what
// is, by credit notes on the newest invoices of the line (SHP-20). The warehouse has them, as lots that wait for an inspection. Returns ErrOverReturned,
// ErrNotLeft, ErrNoLine. Locks the credit account, the delivery note, and what Credit locks.
func (s *Service) PostReturn(tx pg.Tx, who identity.Principal, in NewReturn) (GoodsReturn, error) {
	c, payer, err := s.customerOf(tx, who, []uuid.UUID{in.DeliveryNoteID})
	if err != nil {
		return GoodsReturn{}, err
	}
	account, err := s.credit.Lock(tx, payer)
	if err != nil {
		return GoodsReturn{}, err
	}
	notes, err := s.deliveries.Lock(tx, []uuid.UUID{in.DeliveryNoteID})
	if err != nil {
		return GoodsReturn{}, err
	}
	if notes[0].State != delivery.NoteLeft {
		return GoodsReturn{}, ErrNotLeft.At("/delivery_note_id")
	}
	g := GoodsReturn{
		ID: uuid.Must(uuid.NewV7()), DeliveryNoteID: notes[0].ID, CustomerID: c.ID, PayerID: payer, ReturnedOn: clock.Today(tx.Now),
		Reason: in.Reason, SourceID: in.SourceID, CreatedBy: creator(tx), CreatedAt: tx.Now,
	}
	if err := g.take(notes[0], in.Quantities); err != nil {
		return GoodsReturn{}, err
	}
	if err := s.takeBack(tx, account, g); err != nil {
		return GoodsReturn{}, err
	}
	credits, err := creditsOf(tx, g.credited())
	if err != nil {
		return GoodsReturn{}, err
	}
	if g.Number, err = pg.NextNumber(tx, "RT", tx.Now); err != nil {
		return GoodsReturn{}, err
	}
	if err := pg.Insert(tx, &g); err != nil {
		return GoodsReturn{}, err
	}
	if err := pg.Insert(tx, &g.Lines); err != nil {
		return GoodsReturn{}, err
	}
	if err := s.deliveries.TakeBack(tx, &notes[0], g.Number, in.Quantities); err != nil {
		return GoodsReturn{}, err
	}
	if g.CreditNotes, err = s.creditAll(tx, who, Correction{Cause: CauseReturn, Reason: g.Reason, SourceID: &g.ID}, credits); err != nil {
		return GoodsReturn{}, err
	}
	return g, record(tx, "postGoodsReturn", subjectReturn, g.ID, nil, g)
}

// take makes the lines: first what isn't invoiced, then what is.
func (g *GoodsReturn) take(n delivery.Note, quantities map[uuid.UUID]decimal.Decimal) error {
	for _, l := range n.Lines {
		quantity, named := quantities[l.ID]
		if !named {
			continue
		}
		at := "/lines/" + strconv.Itoa(len(g.Lines)) + "/quantity"
		left := money.Sub(l.Real(), l.ReturnedQuantity)
		if !quantity.IsPos() || quantity.Cmp(left) > 0 {
			return ErrOverReturned.With("left", left).At(at)
		}
		open := quantity.Min(l.OpenQuantity())
		g.Lines = append(g.Lines, ReturnLine{
			ID: uuid.Must(uuid.NewV7()), GoodsReturnID: g.ID, DeliveryLineID: l.ID, Quantity: quantity, Credited: money.Sub(quantity, open), Amount: l.AmountOf(open),
		})
	}
	if len(g.Lines) != len(quantities) || len(g.Lines) == 0 {
		return ErrNoLine.At("/lines")
	}
	return nil
}

// takeBack takes what wasn't invoiced out of shipped-not-invoiced.
func (s *Service) takeBack(tx pg.Tx, account *credit.Account, g GoodsReturn) error {
	var parts []delivery.Invoiced
	total := decimal.Zero.Pad(money.AmountScale)
	for _, l := range g.Lines {
		if open := money.Sub(l.Quantity, l.Credited); open.IsPos() {
			parts, total = append(parts, delivery.Invoiced{LineID: l.DeliveryLineID, Quantity: open, Amount: l.Amount}), money.Add(total, l.Amount)
		}
	}
	if err := s.deliveries.MarkReturned(tx, parts); err != nil || !total.IsPos() {
		return err
	}
	return s.credit.Post(tx, account, credit.ReturnMoves(g.ID, credit.FromNote{Note: g.DeliveryNoteID, Amount: total})...)
}

// lineCredits is what of delivery lines is credited, by invoice, the newest first.
type lineCredits struct {
	order []uuid.UUID
	lines map[uuid.UUID][]CorrectedLine
}

// credited is what of a return was invoiced already.
func (g GoodsReturn) credited() []delivery.Invoiced {
	var parts []delivery.Invoiced
	for _, l := range g.Lines {
		if l.Credited.IsPos() {
			parts = append(parts, delivery.Invoiced{LineID: l.DeliveryLineID, Quantity: l.Credited})
		}
	}
	return parts
}

// creditsOf finds the invoices of parts of delivery lines that were invoiced already, and locks them in id order before any number is taken. The
// account and the delivery note are locked.
func creditsOf(tx pg.Tx, parts []delivery.Invoiced) (lineCredits, error) {
	c, err := splitCredits(tx, parts)
	if err != nil || len(c.order) == 0 {
		return c, err
	}
	var held []uuid.UUID
	return c, tx.Raw("SELECT id FROM invoices WHERE id = ANY(?::uuid[]) ORDER BY id FOR UPDATE", pg.IDs(c.order)).Scan(&held).Error
}

func splitCredits(tx pg.Tx, parts []delivery.Invoiced) (lineCredits, error) {
	c := lineCredits{lines: map[uuid.UUID][]CorrectedLine{}}
	for _, p := range parts {
		left := p.Quantity
		invoiced, err := invoicedOf(tx, p.LineID)
		if err != nil {
			return lineCredits{}, err
		}
		for _, v := range invoiced {
			part := left.Min(v.Left)
			if !part.IsPos() {
				continue
			}
			if !slices.Contains(c.order, v.InvoiceID) {
				c.order = append(c.order, v.InvoiceID)
			}
			c.lines[v.InvoiceID] = append(c.lines[v.InvoiceID], CorrectedLine{LineID: v.ID, Quantity: part})
			left = money.Sub(left, part)
		}
		if left.IsPos() {
			return lineCredits{}, ErrOverReturned.With("left", money.Sub(p.Quantity, left)).At("/lines")
		}
	}
	return c, nil
}

// creditAll posts the credit notes, like one for each invoice.
func (s *Service) creditAll(tx pg.Tx, who identity.Principal, like Correction, c lineCredits) ([]Invoice, error) {
	var notes []Invoice
	for _, id := range c.order {
		like.InvoiceID, like.Lines = id, c.lines[id]
		note, err := s.Credit(tx, who, like)
		if err != nil {
			return nil, err
		}
		notes = append(notes, note)
	}
	return notes, nil
}

// CreditShort implements delivery.Invoices: what turned out not to have left is taken off the newest invoices that have it (SHP-14).
func (s *Service) CreditShort(tx pg.Tx, who identity.Principal, correction uuid.UUID, reason string, parts []delivery.Invoiced) error {
	c, err := creditsOf(tx, parts)
	if err != nil {
		return err
	}
	_, err = s.creditAll(tx, who, Correction{Cause: CauseQuantity, Reason: reason, SourceID: &correction}, c)
	return err
}

// invoicedLine is what an invoice still has of a delivery line.
type invoicedLine struct {
	ID        uuid.UUID
	InvoiceID uuid.UUID
	Left      decimal.Decimal
}

// invoicedOf returns the invoices that have something of a delivery line, the newest first.
func invoicedOf(tx pg.Tx, deliveryLine uuid.UUID) ([]invoicedLine, error) {
	var rows []invoicedLine
	err := tx.Raw(`SELECT l.id, l.invoice_id, l.quantity + coalesce((SELECT sum(c.quantity) FROM invoice_lines c WHERE c.corrects_line_id = l.id), 0) AS left
		FROM invoice_lines l JOIN invoices v ON v.id = l.invoice_id AND v.kind = 'invoice' AND v.state = 'posted'
		WHERE l.delivery_line_id = ? ORDER BY l.invoice_id DESC, l.id`, deliveryLine).Scan(&rows).Error
	return rows, err
}

// GetReturn returns a return with its lines and credit notes. Returns errs.ErrNotFound also for what the caller may not see.
func (s *Service) GetReturn(tx pg.Tx, who identity.Principal, id uuid.UUID) (GoodsReturn, error) {
	g, err := pg.Take[GoodsReturn](tx, "id = ?", id)
	if err != nil {
		return GoodsReturn{}, err
	}
	if _, err := mustSeeCustomer(tx, who, g.CustomerID); err != nil {
		return GoodsReturn{}, errs.ErrNotFound
	}
	if err := tx.Where("goods_return_id = ?", id).Order("id").Find(&g.Lines).Error; err != nil {
		return GoodsReturn{}, err
	}
	return g, tx.Where("source_id = ?", id).Where("kind = ?", KindCreditNote).Order("id").Find(&g.CreditNotes).Error
}
