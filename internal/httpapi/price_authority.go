package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// GetPriceAuthority implements the operation of that name.
func (s *Server) GetPriceAuthority(ctx context.Context, r api.GetPriceAuthorityRequestObject) (api.GetPriceAuthorityResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetPriceAuthority200JSONResponse, error) {
		t, err := s.Prices.GetPriceAuthority(tx, who, value(r.Params.At))
		return api.GetPriceAuthority200JSONResponse{Body: authorityBody(t), Headers: api.GetPriceAuthority200ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

// ListPriceAuthorityTables implements the operation of that name.
func (s *Server) ListPriceAuthorityTables(ctx context.Context, r api.ListPriceAuthorityTablesRequestObject) (api.ListPriceAuthorityTablesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPriceAuthorityTables200JSONResponse, error) {
		rows, next, err := s.Prices.ListPriceAuthorityTables(tx, who, pricing.State(value(r.Params.State)), page(r.Params.Limit, r.Params.Cursor))
		return api.ListPriceAuthorityTables200JSONResponse{Data: each(rows, authorityBody), NextCursor: optional(next)}, err
	})
}

// CreatePriceAuthorityTable implements the operation of that name.
func (s *Server) CreatePriceAuthorityTable(ctx context.Context, r api.CreatePriceAuthorityTableRequestObject) (api.CreatePriceAuthorityTableResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreatePriceAuthorityTable201JSONResponse, error) {
		in := pricing.AuthorityInput{EffectiveAt: r.Body.EffectiveAt, Reason: r.Body.Reason, Entries: each(r.Body.Entries, entryOf)}
		t, err := s.Prices.CreatePriceAuthorityTable(tx, who, in)
		return api.CreatePriceAuthorityTable201JSONResponse{Body: authorityBody(t), Headers: api.CreatePriceAuthorityTable201ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

// GetPriceAuthorityTable implements the operation of that name.
func (s *Server) GetPriceAuthorityTable(ctx context.Context, r api.GetPriceAuthorityTableRequestObject) (api.GetPriceAuthorityTableResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetPriceAuthorityTable200JSONResponse, error) {
		t, err := s.Prices.GetPriceAuthorityTable(tx, who, r.TableID)
		return api.GetPriceAuthorityTable200JSONResponse{Body: authorityBody(t), Headers: api.GetPriceAuthorityTable200ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

// UpdatePriceAuthorityTable implements the operation of that name.
func (s *Server) UpdatePriceAuthorityTable(ctx context.Context, r api.UpdatePriceAuthorityTableRequestObject) (api.UpdatePriceAuthorityTableResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdatePriceAuthorityTable200JSONResponse, error) {
		change := pricing.AuthorityPatch{EffectiveAt: patchInstant(r.Body.EffectiveAt), Reason: r.Body.Reason}
		if r.Body.Entries != nil {
			change.Entries = each(*r.Body.Entries, entryOf)
		}
		t, err := s.Prices.UpdatePriceAuthorityTable(tx, who, r.TableID, ifMatch(r.Params.IfMatch), change)
		return api.UpdatePriceAuthorityTable200JSONResponse{Body: authorityBody(t), Headers: api.UpdatePriceAuthorityTable200ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

// SubmitPriceAuthorityTable implements the operation of that name.
func (s *Server) SubmitPriceAuthorityTable(ctx context.Context, r api.SubmitPriceAuthorityTableRequestObject) (api.SubmitPriceAuthorityTableResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SubmitPriceAuthorityTable200JSONResponse, error) {
		t, err := s.Prices.SubmitPriceAuthorityTable(tx, who, r.TableID, optionalMatch(r.Params.IfMatch))
		return api.SubmitPriceAuthorityTable200JSONResponse{Body: authorityBody(t), Headers: api.SubmitPriceAuthorityTable200ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

// CancelPriceAuthorityTable implements the operation of that name.
func (s *Server) CancelPriceAuthorityTable(ctx context.Context, r api.CancelPriceAuthorityTableRequestObject) (api.CancelPriceAuthorityTableResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelPriceAuthorityTable200JSONResponse, error) {
		t, err := s.Prices.CancelPriceAuthorityTable(tx, who, r.TableID, optionalMatch(r.Params.IfMatch))
		return api.CancelPriceAuthorityTable200JSONResponse{Body: authorityBody(t), Headers: api.CancelPriceAuthorityTable200ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

// ComparePriceAuthorityTable implements the operation of that name.
func (s *Server) ComparePriceAuthorityTable(ctx context.Context, r api.ComparePriceAuthorityTableRequestObject) (api.ComparePriceAuthorityTableResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ComparePriceAuthorityTable200JSONResponse, error) {
		c, err := s.Prices.ComparePriceAuthorityTable(tx, who, r.TableID)
		return api.ComparePriceAuthorityTable200JSONResponse(authorityDifferences(c)), err
	})
}

func authorityDifferences(c pricing.AuthorityComparison) api.PriceAuthorityDifferences {
	body := api.PriceAuthorityDifferences{
		TableID: c.Table.ID, Number: c.Table.Number, Unchanged: c.Unchanged, Data: each(c.Differences, authorityDifference),
	}
	if c.Against != nil {
		body.AgainstID, body.AgainstNumber = &c.Against.ID, &c.Against.Number
	}
	for _, d := range c.Differences {
		switch d.Change {
		case pricing.EntryAdded:
			body.Added++
		case pricing.EntryRemoved:
			body.Removed++
		case pricing.EntryChanged:
			body.Changed++
		}
	}
	return body
}

func authorityDifference(d pricing.AuthorityDifference) api.PriceAuthorityDifference {
	level := d.Level
	if level == "" {
		level = pricing.OnLine
	}
	return api.PriceAuthorityDifference{
		Change: api.PriceAuthorityDifferenceChange(d.Change), Role: api.PriceRole(d.Role), Level: api.PriceAuthorityLevel(level),
		ProductID: d.ProductID, ProductCode: optional(d.Product), CategoryID: d.CategoryID, CategoryName: optional(d.Category), MinQuantity: d.MinQuantity,
		WasBelow: nullOr(d.Was.Below), IsBelow: nullOr(d.Is.Below), WasAbove: nullOr(d.Was.Above), IsAbove: nullOr(d.Is.Above),
		Below: api.PriceAuthorityWidening(d.Below), Above: api.PriceAuthorityWidening(d.Above),
	}
}

func entryOf(b api.PriceAuthorityEntry) pricing.Entry {
	return pricing.Entry{
		Role: identity.Role(b.Role), Level: pricing.Level(value(b.Level)), ProductID: b.ProductID, CategoryID: b.CategoryID, MinQuantity: b.MinQuantity,
		MaxBelow: bounds(b.MaxBelow), MaxAbove: bounds(b.MaxAbove),
	}
}

func entryBody(e pricing.Entry) api.PriceAuthorityEntry {
	body := api.PriceAuthorityEntry{
		Role: api.PriceRole(e.Role), ProductID: e.ProductID, CategoryID: e.CategoryID, MinQuantity: e.MinQuantity, MaxBelow: nullOr(e.MaxBelow), MaxAbove: nullOr(e.MaxAbove),
	}
	if e.Level != "" {
		level := api.PriceAuthorityLevel(e.Level)
		body.Level = &level
	}
	return body
}

func authorityBody(t pricing.AuthorityTable) api.PriceAuthorityTable {
	body := api.PriceAuthorityTable{
		ID: t.ID, Number: t.Number, State: api.PriceRevisionState(t.State), Standing: optional(string(t.Standing)), EffectiveAt: t.EffectiveAt,
		Reason: t.Reason, CreatedAt: t.CreatedAt, CreatedBy: t.CreatedBy, SubmittedAt: t.SubmittedAt, SubmittedBy: t.SubmittedBy,
		ApprovalID: t.ApprovalID, PublishedAt: t.PublishedAt, Etag: etag(t.Version),
	}
	if t.Entries != nil {
		entries := each(t.Entries, entryBody)
		body.Entries = &entries
	}
	return body
}
