package pricelist

import (
	"math/big"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// PriceFile is a price list from a file. Its hash makes it one draft, however often it is sent.
type PriceFile struct {
	SHA256      []byte
	Name        string
	ReasonKind  ReasonKind // PRC-06; not needed before the first approved list
	Reason      string
	EffectiveAt *time.Time
	Lines       []PriceLine
}

// Imported is what became of a price list from a file: of each line "created", "updated" or "unchanged", and the draft, if there
// was anything to change.
type Imported struct {
	Outcomes []string
	ListID   *uuid.UUID
}

// linesAtOnce is how many lines one statement writes.
const linesAtOnce = 5_000

// ImportPrices takes a price list from a file. Lines that say what is in force already are left out. Before the first
// approved list they are opening prices, in force at once; later they become a draft that goes its way through approval
// (PRC-05), with a reason (PRC-06), of the sales manager. The same file again finds its draft and leaves it as it is. Returns
// ErrReason, pricing.ErrEffectivePast, errs.ErrForbidden.
func (s *Service) ImportPrices(tx pg.Tx, who identity.Principal, file PriceFile) (Imported, error) {
	approved, err := hasApprovedList(tx)
	if err != nil {
		return Imported{}, err
	}
	if known, found, err := listOfFile(tx, file.SHA256); err != nil {
		return Imported{}, err
	} else if found {
		return Imported{Outcomes: allUnchanged(len(file.Lines)), ListID: &known}, nil
	}
	outcomes, changed, err := sortLines(tx, file.Lines)
	if err != nil || len(changed) == 0 {
		return Imported{Outcomes: outcomes}, err
	}
	if !approved {
		reason := file.Reason
		if reason == "" {
			reason = "导入 " + file.Name
		}
		_, err = s.OpenBasePrices(tx, who, tx.Now.Truncate(time.Microsecond), reason, changed)
		return Imported{Outcomes: outcomes}, err
	}
	if who.Kind != identity.KindSystem && !identity.Allowed(who, "price_list.write") { // PRC-05: sales drafts
		return Imported{}, errs.ErrForbidden
	}
	draft, err := s.CreateBasePriceList(tx, who, ListInput{
		EffectiveAt: file.EffectiveAt, ReasonKind: file.ReasonKind, Reason: file.Reason, source: file.SHA256,
	})
	if err != nil {
		return Imported{}, err
	}
	return Imported{Outcomes: outcomes, ListID: &draft.ID}, s.fillList(tx, draft, changed)
}

// fillList writes the lines of a new draft. The event has their number and the file's hash, not 100,000 lines: these are kept.
func (s *Service) fillList(tx pg.Tx, l BasePriceList, lines []PriceLine) error {
	if err := checkLines(lines); err != nil {
		return err
	}
	if err := upsertLines(tx, l.ID, lines); err != nil {
		return err
	}
	if len(lines) > atOnce { // or the next readers are planned for a table without these lines
		if err := tx.Exec("ANALYZE base_price_lines").Error; err != nil {
			return err
		}
	}
	return recordLines(tx, l, "importBasePriceLines", len(lines))
}

// sortLines tells which lines change something, and what each does.
func sortLines(tx pg.Tx, lines []PriceLine) (outcomes []string, changed []PriceLine, err error) {
	current, err := currentPrices(tx, lines)
	if err != nil {
		return nil, nil, err
	}
	outcomes = make([]string, len(lines))
	for i, l := range lines {
		have, priced := current[l.ProductID]
		switch {
		case !priced:
			outcomes[i] = "created"
		case have.Same(l.Price, l.FloorPrice):
			outcomes[i] = "unchanged"
			continue
		default:
			outcomes[i] = "updated"
		}
		changed = append(changed, l)
	}
	return outcomes, changed, nil
}

func currentPrices(tx pg.Tx, lines []PriceLine) (map[uuid.UUID]BasePrice, error) {
	ids := make([]uuid.UUID, len(lines))
	for i, l := range lines {
		ids[i] = l.ProductID
	}
	return BasePricesAt(tx, ids, tx.Now)
}

func allUnchanged(n int) []string {
	outcomes := make([]string, n)
	for i := range outcomes {
		outcomes[i] = "unchanged"
	}
	return outcomes
}

// Absurd tells which of these lines change a base price by more than price.absurd_percent, either way: more likely a slip of the
// decimal point than a decision, so it has to be confirmed. Exactly so many percent is not absurd.
func (s *Service) Absurd(tx pg.Tx, lines []PriceLine) (absurd map[int]decimal.Decimal, err error) {
	limit, err := s.rules.Decimal(tx, "price.absurd_percent")
	if err != nil {
		return nil, err
	}
	current, err := currentPrices(tx, lines)
	if err != nil {
		return nil, err
	}
	absurd = map[int]decimal.Decimal{}
	for i, l := range lines {
		have, priced := current[l.ProductID]
		if !priced {
			continue
		}
		change := mul(quo(sub(pricing.Exact(l.Price), pricing.Exact(have.Price)), pricing.Exact(have.Price)), big.NewRat(100, 1))
		if change.Abs(change).Cmp(pricing.Exact(limit)) > 0 {
			absurd[i] = pricing.DeviationOf(l.Price, have.Price)
		}
	}
	return absurd, nil
}
