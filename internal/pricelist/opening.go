package pricelist

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// OpenBasePrices puts into force the base prices that the company had when the system came into use: published without
// approval, at any past instant, by an import or by seeding. Once a list has been approved, prices change by approval
// only, and this returns ErrOpening (PRC-05). Any number of lines is one list. Several opening lists make a history.
func (s *Service) OpenBasePrices(tx pg.Tx, _ identity.Principal, effectiveAt time.Time, reason string, lines []PriceLine) (BasePriceList, error) {
	if len(lines) == 0 {
		return BasePriceList{}, pricing.ErrNoLines
	}
	if err := checkLines(lines); err != nil {
		return BasePriceList{}, err
	}
	if err := checkOpening(tx); err != nil {
		return BasePriceList{}, err
	}
	number, err := pg.NextNumber(tx, listSeries, tx.Now.In(clock.Shanghai))
	if err != nil {
		return BasePriceList{}, err
	}
	at := effectiveAt.UTC().Truncate(time.Microsecond)
	no, err := nextChange(tx)
	if err != nil {
		return BasePriceList{}, err
	}
	l := BasePriceList{ReasonKind: Opening, ChangeNo: no, GeneralAuthority: true, Revision: pricing.Revision{
		ID: uuid.Must(uuid.NewV7()), Number: number, State: pricing.Published, EffectiveAt: &at, Reason: reason,
		CreatedAt: tx.Now, CreatedBy: tx.By.Actor(), PublishedAt: &tx.Now, Version: 1,
	}}
	if err := pg.Insert(tx, &l); err != nil {
		return BasePriceList{}, err
	}
	if err := upsertLines(tx, l.ID, lines); err != nil {
		return BasePriceList{}, err
	}
	err = audit.Record(tx, audit.Entry{Action: "openBasePrices", SubjectType: listType, SubjectID: l.ID, After: l})
	if err != nil {
		return BasePriceList{}, err
	}
	for after, n := uuid.Nil, stageBatch; n == stageBatch; {
		if after, n, err = stageLines(tx, l, after, stageBatch); err != nil {
			return BasePriceList{}, err
		}
	}
	if err := s.granted(tx, l); err != nil {
		return BasePriceList{}, err
	}
	for settled := at.After(tx.Now); !settled; {
		if settled, err = s.settle(tx, &l); err != nil {
			return BasePriceList{}, err
		}
	}
	return l, nil
}

// checkOpening holds off publications until the transaction ends and refuses when there was one by approval already.
func checkOpening(tx pg.Tx) error {
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", listTable).Error; err != nil {
		return err
	}
	approved, err := hasApprovedList(tx)
	if err != nil {
		return err
	}
	if approved { // PRC-05
		return ErrOpening
	}
	return nil
}

// BasePricesAt returns the base and floor prices of these products in force at an instant, in one statement. A product
// without one is missing. Imports compare with it, so that the same file twice changes nothing.
func BasePricesAt(tx pg.Tx, ids []uuid.UUID, at time.Time) (map[uuid.UUID]BasePrice, error) {
	var rows []BasePrice
	err := tx.Raw(`SELECT b.* FROM unnest(?::uuid[]) AS i (id) JOIN LATERAL (SELECT * FROM valid_base_prices
		WHERE product_id = i.id AND effective_at <= ? ORDER BY effective_at DESC LIMIT 1) AS b ON true`, pg.IDs(ids), at).Scan(&rows).Error
	prices := make(map[uuid.UUID]BasePrice, len(rows))
	for _, r := range rows {
		prices[r.ProductID] = r
	}
	return prices, err
}

// Same reports whether a line would leave this base price as it is.
func (p BasePrice) Same(price decimal.Decimal, floor *decimal.Decimal) bool {
	if (p.FloorPrice == nil) != (floor == nil) || !p.Price.Equal(price) {
		return false
	}
	return floor == nil || p.FloorPrice.Equal(*floor)
}

func hasApprovedList(tx pg.Tx) (approved bool, err error) {
	err = tx.Raw("SELECT EXISTS (SELECT FROM base_price_lists WHERE state = 'published' AND reason_kind <> 'opening')").Scan(&approved).Error
	return approved, err
}
