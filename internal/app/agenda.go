package app

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/committee"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/newproduct"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/priceadjust"
)

// joinAgenda brings before the price committee what isn't an approval request: the quarter's review of base prices (PRC-08), and products that sell by
// their initial price (PRC-04).
func joinAgenda(s *httpapi.Server) {
	s.PriceCommittee.Register(priceadjust.ReviewSubject, reviews{s.PriceAdjustments})
	s.PriceCommittee.Register(newproduct.SubjectAdoption, adoptions{s.NewProducts})
	s.PriceLists.Resolved = func(tx pg.Tx, resolution uuid.UUID) error {
		r, err := committee.AdoptedResolution(tx, resolution)
		if err == nil && r.SubjectType != priceadjust.ReviewSubject && r.SubjectType != newproduct.SubjectAdoption {
			return errs.ErrNotFound
		}
		return err
	}
}

// BeginQuarter opens a quarter's price review and calls the committee's ordinary meeting, in this order: the review is on its agenda.
func (a *App) BeginQuarter(tx pg.Tx, quarter time.Time) error {
	if err := a.Server.PriceAdjustments.OpenPriceReview(tx, quarter); err != nil {
		return err
	}
	return a.Server.PriceCommittee.CallOrdinary(tx, quarter)
}

type reviews struct{ adjustments *priceadjust.Service }

// AwaitingCommittee implements committee.Kind.
func (k reviews) AwaitingCommittee(tx pg.Tx, ids ...uuid.UUID) ([]committee.Waiting, error) {
	rows, err := k.adjustments.ReviewsAwaitingCommittee(tx, ids...)
	all := make([]committee.Waiting, len(rows))
	for i, r := range rows {
		y, month, _ := r.Quarter.Date()
		all[i] = committee.Waiting{
			Type: priceadjust.ReviewSubject, ID: r.ID, Number: r.Number, Content: r.Agenda(),
			TitleEN: fmt.Sprintf("Price review %s: %d products", r.Number, r.Products),
			TitleZH: fmt.Sprintf("%d 年第 %d 季度基价复核 %s:%d 个产品", y, (month+2)/3, r.Number, r.Products),
		}
	}
	return all, err
}

// CommitteeResolved implements committee.Kind. What was rejected waits for another meeting.
func (k reviews) CommitteeResolved(tx pg.Tx, r committee.Resolution) error {
	if r.Outcome != committee.Adopted {
		return nil
	}
	return k.adjustments.ReviewResolved(tx, r.SubjectID, r.ID, r.Number)
}

type adoptions struct{ products *newproduct.Service }

// AwaitingCommittee implements committee.Kind.
func (k adoptions) AwaitingCommittee(tx pg.Tx, ids ...uuid.UUID) ([]committee.Waiting, error) {
	rows, err := k.products.AdoptionsAwaitingCommittee(tx, ids...)
	all := make([]committee.Waiting, len(rows))
	for i, a := range rows {
		all[i] = committee.Waiting{
			Type: newproduct.SubjectAdoption, ID: a.ID, Number: a.Number, Content: a.Agenda(),
			TitleEN: fmt.Sprintf("Base price and authority of %s, which has sold %s t", a.ProductCode, a.TotalTonnes.Trim(0)),
			TitleZH: fmt.Sprintf("制定 %s 的基准价及价格权限(累计 %s 吨)", a.ProductCode, a.TotalTonnes.Trim(0)),
		}
	}
	return all, err
}

// CommitteeResolved implements committee.Kind. What was rejected waits for another meeting.
func (k adoptions) CommitteeResolved(tx pg.Tx, r committee.Resolution) error {
	if r.Outcome != committee.Adopted {
		return nil
	}
	return k.products.AdoptionResolved(tx, r.SubjectID, r.ID, r.Number)
}
