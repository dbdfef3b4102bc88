package newproduct

import (
	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// Margins is what stays at the prices of a request, by the cost that finance stated (PRC-13). Nil where there is no such price.
type Margins struct {
	AtPrice, AtFloor, AtWanted *pricing.Margin
}

// Get returns a request with its statements, files and, for whom PRC-13 names, costs and margins. Returns errs.ErrNotFound for one that
// the principal may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Request, error) {
	r, err := pg.Take[Request](tx, "id = ?", id)
	if err != nil {
		return Request{}, err
	}
	if err := who.MustSee(r.OwnerID); err != nil {
		return Request{}, err
	}
	if r.Product, err = product(tx, r.ProductID); err != nil {
		return Request{}, err
	}
	if r.Statements, err = statements(tx, r.ID); err != nil {
		return Request{}, err
	}
	return r, s.view(tx, who, &r)
}

// Visible is Get for attachments of the request itself.
func (s *Service) Visible(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	r, err := pg.Take[Request](tx, "id = ?", id)
	if err != nil {
		return err
	}
	return who.MustSee(r.OwnerID)
}

// FeasibilitySeen is for the files of production's statement: who sees the request reads them.
func (s *Service) FeasibilitySeen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	st, err := pg.Take[Statement](tx, "id = ?", id)
	if err != nil {
		return err
	}
	return s.Visible(tx, who, st.RequestID)
}

// CostSeen is for the files of finance's statement: only whom PRC-13 names.
func (s *Service) CostSeen(tx pg.Tx, who identity.Principal, id uuid.UUID) error {
	if !catalog.SeesCosts(who) { // PRC-13
		return errs.ErrNotFound
	}
	return s.FeasibilitySeen(tx, who, id)
}

// view makes a request what the principal may see of it.
func (s *Service) view(tx pg.Tx, who identity.Principal, r *Request) error {
	if err := s.attach(tx, r); err != nil {
		return err
	}
	if catalog.SeesCosts(who) { // PRC-13
		if err := r.addMargins(); err != nil {
			return err
		}
	} else {
		r.hideCosts()
	}
	r.hideFrom(who)
	return nil
}

// hideFrom takes away what the request was or is to be sold for, from whom prices aren't shown (ORD-03), and the draft, until it is decided,
// from all but who draft and decide: a price that nobody has approved is no price to sell at, and with its note it would tell the
// cost (PRC-13).
func (r *Request) hideFrom(who identity.Principal) {
	if !catalog.SeesCosts(who) {
		r.DraftNote = ""
		if r.State != Approved && !identity.Allowed(who, "price_list.compare") {
			r.Price, r.FloorPrice = nil, nil
		}
	}
	if !identity.SeesPrices(who) {
		r.hidePrices()
	}
}

func (r *Request) hideCosts() {
	r.Margins = nil
	for i := range r.Statements {
		if st := &r.Statements[i]; st.Kind == Cost {
			st.Cost, st.Note, st.Attachments = nil, "", nil
		}
	}
}

// hidePrices leaves production what it needs for its statement.
func (r *Request) hidePrices() {
	r.WantedPrice, r.Price, r.FloorPrice, r.DraftNote = nil, nil, nil, ""
}

func (r *Request) addMargins() error {
	st := r.stated(Cost)
	if st == nil {
		return nil
	}
	var m Margins
	for price, to := range map[*decimal.Decimal]**pricing.Margin{r.Price: &m.AtPrice, r.FloorPrice: &m.AtFloor, r.WantedPrice: &m.AtWanted} {
		if price == nil {
			continue
		}
		margin, err := pricing.MarginOf(*price, r.Product.TaxRate, *st.Cost)
		if err != nil {
			return err
		}
		*to = margin
	}
	r.Margins = &m
	return nil
}

// attach reads the files of a request and of its statements.
func (s *Service) attach(tx pg.Tx, r *Request) error {
	of, err := s.files.Of(tx, Subject, r.ID)
	if err != nil {
		return err
	}
	r.Attachments = of[r.ID]
	for subject, kind := range map[string]Kind{SubjectCost: Cost, SubjectFeasibility: Feasibility} {
		var ids []uuid.UUID
		for _, st := range r.Statements {
			if st.Kind == kind {
				ids = append(ids, st.ID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		of, err := s.files.Of(tx, subject, ids...)
		if err != nil {
			return err
		}
		for i := range r.Statements {
			if st := &r.Statements[i]; st.Kind == kind {
				st.Attachments = of[st.ID]
			}
		}
	}
	return nil
}

// Filter narrows a list; zero fields don't.
type Filter struct {
	State     State
	OwnerID   *uuid.UUID
	ProductID *uuid.UUID
	Open      bool // not ended
}

// List returns a page of the requests that the principal sees, the latest first, without statements and files. Two statements.
func (s *Service) List(tx pg.Tx, who identity.Principal, f Filter, page pg.Page) ([]Request, string, error) {
	rows, next, err := list(tx, who, f, page)
	if err != nil || len(rows) == 0 {
		return rows, next, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ProductID
	}
	products, err := catalog.Briefs(tx, ids)
	for i := range rows {
		rows[i].Product = products[rows[i].ProductID]
		rows[i].hideFrom(who)
	}
	return rows, next, err
}
