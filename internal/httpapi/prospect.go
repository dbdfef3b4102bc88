package httpapi

import (
	"context"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
)

// ListProspects implements the operation of that name.
func (s *Server) ListProspects(ctx context.Context, r api.ListProspectsRequestObject) (api.ListProspectsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListProspects200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.Prospects.List(tx, who, prospect.Filter{
			Query: value(p.Q), OwnerID: p.OwnerID, State: prospect.State(value(p.State)), Grade: prospect.Grade(value(p.Grade)),
			Industry: value(p.Industry), Region: value(p.Region), Pool: value(p.Pool),
		}, page(p.Limit, p.Cursor))
		data := make([]api.ProspectSummary, len(rows))
		for i, x := range rows {
			data[i] = api.ProspectSummary{
				ID: x.ID, Number: x.Number, Name: x.Name, Industry: x.Industry, Region: x.Region, State: api.ProspectState(x.State),
				Grade: api.OpportunityGrade(x.Grade), OwnerID: x.OwnerID, ContactName: x.ContactName,
				ContactPhone: prospectPhone(who, x.Prospect, x.ContactPhone), LastTouchedAt: x.LastTouchedAt, Etag: etag(x.Version),
			}
		}
		return api.ListProspects200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// RegisterProspect implements the operation of that name.
func (s *Server) RegisterProspect(ctx context.Context, r api.RegisterProspectRequestObject) (api.RegisterProspectResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RegisterProspect201JSONResponse, error) {
		x, err := s.Prospects.Register(tx, who, registrationOf(*r.Body))
		return api.RegisterProspect201JSONResponse{Body: prospectBody(who, x), Headers: api.RegisterProspect201ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// GetProspect implements the operation of that name.
func (s *Server) GetProspect(ctx context.Context, r api.GetProspectRequestObject) (api.GetProspectResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetProspect200JSONResponse, error) {
		x, err := s.Prospects.Get(tx, who, r.ProspectID)
		if err != nil {
			return api.GetProspect200JSONResponse{}, err
		}
		body := prospectBody(who, x)
		if _, err := s.Prospects.Mine(tx, who, x.ID); err == nil {
			of, err := s.Attachments.Of(tx, prospect.Subject, x.ID)
			if err != nil {
				return api.GetProspect200JSONResponse{}, err
			}
			files := attachmentBodies(of[x.ID])
			body.Evidence = &files
		}
		return api.GetProspect200JSONResponse{Body: body, Headers: api.GetProspect200ResponseHeaders{ETag: etag(x.Version)}}, nil
	})
}

// UpdateProspect implements the operation of that name.
func (s *Server) UpdateProspect(ctx context.Context, r api.UpdateProspectRequestObject) (api.UpdateProspectResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateProspect200JSONResponse, error) {
		x, err := s.Prospects.Update(tx, who, r.ProspectID, ifMatch(r.Params.IfMatch), func(p *prospect.Profile) { patchProspect(p, *r.Body) })
		return api.UpdateProspect200JSONResponse{Body: prospectBody(who, x), Headers: api.UpdateProspect200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// CloseProspect implements the operation of that name.
func (s *Server) CloseProspect(ctx context.Context, r api.CloseProspectRequestObject) (api.CloseProspectResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CloseProspect200JSONResponse, error) {
		x, err := s.Prospects.Close(tx, who, r.ProspectID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CloseProspect200JSONResponse{Body: prospectBody(who, x), Headers: api.CloseProspect200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// GetProspectTimeline implements the operation of that name.
func (s *Server) GetProspectTimeline(ctx context.Context, r api.GetProspectTimelineRequestObject) (api.GetProspectTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetProspectTimeline200JSONResponse, error) {
		if _, err := s.Prospects.Mine(tx, who, r.ProspectID); err != nil {
			return api.GetProspectTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, prospect.Subject, r.ProspectID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetProspectTimeline200JSONResponse(t), err
	})
}

// CheckCompany implements the operation of that name.
func (s *Server) CheckCompany(ctx context.Context, r api.CheckCompanyRequestObject) (api.CheckCompanyResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CheckCompany200JSONResponse, error) {
		claim, err := s.Prospects.CheckCompany(tx, value(r.Body.Name), value(r.Body.Uscc), value(r.Body.Phones))
		answer := api.CheckCompany200JSONResponse{Free: claim == nil}
		if err == nil && claim != nil {
			answer.InPool = optional(claim.Pooled)
			if !claim.Pooled && customer.MayKnow(who, claim.OwnerID) {
				since := date(clock.Today(claim.OwnedAt))
				answer.Owner, answer.Since, answer.Same = &claim.OwnerName, &since, &claim.Same
			}
		}
		return answer, err
	})
}

func registrationOf(b api.ProspectCreate) prospect.Registration {
	return prospect.Registration{
		Profile: prospect.Profile{
			Name: b.Name, USCC: value(b.Uscc), Address: value(b.Address), Industry: b.Industry, Region: b.Region, Need: b.Need,
			Size: value(b.Size), Source: b.Source, Remarks: value(b.Remarks), Contacts: prospectContacts(b.Contacts),
		},
		OwnerID: b.OwnerID, Expectation: expectationOf(value(b.PurchaseWindow)), OutsideReason: value(b.OutsideReason),
	}
}

func prospectContacts(list []api.ContactInput) []prospect.Contact {
	contacts := make([]prospect.Contact, len(list))
	for i, k := range list {
		contacts[i] = prospect.Contact{Name: k.Name, Position: k.Position, Phone: k.Phone, Email: value(k.Email)}
	}
	return contacts
}

func expectationOf(b api.PurchaseWindowInput) prospect.Expectation {
	return prospect.Expectation{From: dateValue(b.From), To: dateValue(b.To), WithinMonths: b.WithinMonths}
}

// dateValue is the day that a date names, nil for none.
func dateValue(d *openapi_types.Date) *time.Time {
	if d == nil {
		return nil
	}
	return &d.Time
}

func patchProspect(p *prospect.Profile, b api.ProspectPatch) {
	for _, f := range []struct{ field, sent *string }{
		{&p.Name, b.Name}, {&p.Industry, b.Industry}, {&p.Region, b.Region}, {&p.Need, b.Need}, {&p.Source, b.Source},
	} {
		if f.sent != nil {
			*f.field = *f.sent
		}
	}
	patch(&p.USCC, b.Uscc)
	patch(&p.Address, b.Address)
	patch(&p.Size, b.Size)
	patch(&p.Remarks, b.Remarks)
	if b.Contacts != nil {
		p.Contacts = prospectContacts(*b.Contacts)
	}
}

// prospectPhone is phone, and masked for everybody while the prospect lies in the pool: who wants to call claims it first.
func prospectPhone(who identity.Principal, x prospect.Prospect, number string) string {
	if x.State == prospect.Pooled {
		return customer.Mask(number)
	}
	return phone(who, number)
}

func prospectBody(who identity.Principal, x prospect.Prospect) api.Prospect {
	body := api.Prospect{
		ID: x.ID, Number: x.Number, Name: x.Name, Uscc: x.USCC, Address: optional(x.Address), Industry: x.Industry, Region: x.Region,
		Need: x.Need, Size: optional(x.Size), Source: x.Source, Remarks: optional(x.Remarks), State: api.ProspectState(x.State),
		OwnerID: x.OwnerID, OwnedAt: x.OwnedAt, JointOwnerID: x.JointOwnerID, LastTouchedAt: x.LastTouchedAt,
		OutsideReason: optional(x.OutsideReason), CustomerID: x.CustomerID, ClosedAt: x.ClosedAt, ClosedReason: optional(x.ClosedReason),
		PurchaseWindow: windowBody(x.Window), Contacts: make([]api.Contact, len(x.Contacts)), CreatedAt: x.CreatedAt,
		UpdatedAt: x.UpdatedAt, Etag: etag(x.Version),
	}
	for i, k := range x.Contacts {
		body.Contacts[i] = api.Contact{ID: k.ID, Name: k.Name, Position: k.Position, Phone: prospectPhone(who, x, k.Phone)}
		if x.State != prospect.Pooled {
			body.Contacts[i].Email = optional(k.Email)
		}
	}
	return body
}

func windowBody(w prospect.Window) api.PurchaseWindow {
	body := api.PurchaseWindow{From: optionalDate(w.From), To: optionalDate(w.To), Grade: api.OpportunityGrade(w.Grade)}
	if w.Version > 0 {
		body.GradedOn = optionalDate(&w.GradedOn)
	}
	return body
}
