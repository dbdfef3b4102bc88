package httpapi

import (
	"context"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListCustomerVersions implements the operation of that name.
func (s *Server) ListCustomerVersions(ctx context.Context, r api.ListCustomerVersionsRequestObject) (api.ListCustomerVersionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCustomerVersions200JSONResponse, error) {
		rows, next, err := s.Customers.Versions(tx, who, r.CustomerID, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListCustomerVersions200JSONResponse{}, err
		}
		data, err := versionBodies(tx, who, rows)
		return api.ListCustomerVersions200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

func versionBodies(tx pg.Tx, who identity.Principal, rows []customer.Recorded) ([]api.CustomerVersion, error) {
	var actors []uuid.UUID
	for _, v := range rows {
		if v.ActorID != nil {
			actors = append(actors, *v.ActorID)
		}
	}
	names, err := identity.Names(tx, actors...)
	if err != nil {
		return nil, err
	}
	data := make([]api.CustomerVersion, len(rows))
	for i, v := range rows {
		c, err := v.Customer()
		if err != nil {
			return nil, err
		}
		data[i] = api.CustomerVersion{
			Version: v.Version, ValidFrom: v.ValidFrom, ValidTo: v.ValidTo, Action: v.Action, ChangedBy: v.ActorID, ChangedKind: v.ActorKind,
			Customer: customerBody(who, c),
		}
		if v.ActorID != nil {
			data[i].ChangedByName = optional(names[*v.ActorID])
		}
	}
	return data, nil
}

// ListApplicationsOfCustomer implements the operation of that name.
func (s *Server) ListApplicationsOfCustomer(ctx context.Context, r api.ListApplicationsOfCustomerRequestObject) (api.ListApplicationsOfCustomerResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListApplicationsOfCustomer200JSONResponse, error) {
		rows, next, err := s.CustomerRequests.ApplicationsOf(tx, who, r.CustomerID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListApplicationsOfCustomer200JSONResponse{Data: applicationBodies(rows), NextCursor: optional(next)}, err
	})
}

// ApplyForCustomer implements the operation of that name.
func (s *Server) ApplyForCustomer(ctx context.Context, r api.ApplyForCustomerRequestObject) (api.ApplyForCustomerResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ApplyForCustomer201JSONResponse, error) {
		a, err := s.CustomerRequests.Apply(tx, who, r.CustomerID, customer.ApplicationDraft{
			Needs: r.Body.Needs, MonthlyTonnes: r.Body.MonthlyTonnes, Remarks: value(r.Body.Remarks),
		})
		return api.ApplyForCustomer201JSONResponse(applicationBody(a)), err
	})
}

// ListCustomerApplications implements the operation of that name.
func (s *Server) ListCustomerApplications(ctx context.Context, r api.ListCustomerApplicationsRequestObject) (api.ListCustomerApplicationsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCustomerApplications200JSONResponse, error) {
		f := customer.RequestFilter{State: customer.RequestState(value(r.Params.State)), Late: r.Params.Late}
		rows, next, err := s.CustomerRequests.Applications(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListCustomerApplications200JSONResponse{Data: applicationBodies(rows), NextCursor: optional(next)}, err
	})
}

func applicationBodies(rows []customer.Application) []api.CustomerApplication {
	data := make([]api.CustomerApplication, len(rows))
	for i, a := range rows {
		data[i] = applicationBody(a)
	}
	return data
}

func applicationBody(a customer.Application) api.CustomerApplication {
	return api.CustomerApplication{
		ID: a.ID, Number: a.Number, CustomerID: a.CustomerID, CustomerCode: a.CustomerCode, CustomerName: a.CustomerName, State: string(a.State),
		Needs: a.Needs, MonthlyTonnes: a.MonthlyTonnes, Remarks: optional(a.Remarks), HandedInOn: openapi_types.Date{Time: a.HandedInOn},
		Late: a.Late, CreditedFrom: openapi_types.Date{Time: a.CreditedFrom}, OwnerID: a.OwnerID, ApprovalID: a.ApprovalID,
		RequestedBy: a.RequestedBy, RequestedAt: a.RequestedAt, DecidedAt: a.DecidedAt,
	}
}

// ListChangeRequestsOfCustomer implements the operation of that name.
func (s *Server) ListChangeRequestsOfCustomer(ctx context.Context, r api.ListChangeRequestsOfCustomerRequestObject) (api.ListChangeRequestsOfCustomerResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListChangeRequestsOfCustomer200JSONResponse, error) {
		rows, next, err := s.CustomerRequests.ChangesOf(tx, who, r.CustomerID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListChangeRequestsOfCustomer200JSONResponse{Data: changeBodies(who, rows), NextCursor: optional(next)}, err
	})
}

// RequestCustomerChange implements the operation of that name.
func (s *Server) RequestCustomerChange(ctx context.Context, r api.RequestCustomerChangeRequestObject) (api.RequestCustomerChangeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RequestCustomerChange201JSONResponse, error) {
		ch, err := s.CustomerRequests.RequestChange(tx, who, r.CustomerID, optionalMatch(r.Params.IfMatch), changeDraft(*r.Body))
		return api.RequestCustomerChange201JSONResponse{
			Body: changeBody(who, ch), Headers: api.RequestCustomerChange201ResponseHeaders{ETag: etag(ch.Version)},
		}, err
	})
}

func changeDraft(b api.CustomerChangeCreate) customer.ChangeDraft {
	d := customer.ChangeDraft{Field: customer.Field(b.Field), PartID: b.PartID, Reason: b.Reason, New: customer.Value{Text: b.Text}}
	if k := b.Contact; k != nil {
		d.New.Contact = &customer.ContactValue{Name: k.Name, Position: k.Position, Phone: k.Phone, Email: value(k.Email)}
	}
	if a := b.Address; a != nil {
		d.New.Address = &customer.AddressValue{Kind: string(a.Kind), Line: a.Line, Receiver: value(a.Receiver), Phone: value(a.Phone)}
	}
	if b.EffectiveOn != nil {
		d.EffectiveOn = &b.EffectiveOn.Time
	}
	return d
}

// ListCustomerChangeRequests implements the operation of that name.
func (s *Server) ListCustomerChangeRequests(ctx context.Context, r api.ListCustomerChangeRequestsRequestObject) (api.ListCustomerChangeRequestsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCustomerChangeRequests200JSONResponse, error) {
		f := customer.RequestFilter{State: customer.RequestState(value(r.Params.State))}
		rows, next, err := s.CustomerRequests.Changes(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListCustomerChangeRequests200JSONResponse{Data: changeBodies(who, rows), NextCursor: optional(next)}, err
	})
}

// GetCustomerChangeRequest implements the operation of that name.
func (s *Server) GetCustomerChangeRequest(ctx context.Context, r api.GetCustomerChangeRequestRequestObject) (api.GetCustomerChangeRequestResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCustomerChangeRequest200JSONResponse, error) {
		ch, err := s.CustomerRequests.Change(tx, who, r.ChangeRequestID)
		return api.GetCustomerChangeRequest200JSONResponse{
			Body: changeBody(who, ch), Headers: api.GetCustomerChangeRequest200ResponseHeaders{ETag: etag(ch.Version)},
		}, err
	})
}

func changeBodies(who identity.Principal, rows []customer.Change) []api.CustomerChange {
	data := make([]api.CustomerChange, len(rows))
	for i, ch := range rows {
		data[i] = changeBody(who, ch)
	}
	return data
}

func changeBody(who identity.Principal, ch customer.Change) api.CustomerChange {
	return api.CustomerChange{
		ID: ch.ID, Number: ch.Number, CustomerID: ch.CustomerID, CustomerCode: ch.CustomerCode, CustomerName: ch.CustomerName, Field: string(ch.Field),
		PartID: ch.PartID, Old: changeValue(who, ch.OldValue), New: changeValue(who, ch.NewValue), Reason: ch.Reason,
		EffectiveOn: openapi_types.Date{Time: ch.EffectiveOn}, State: string(ch.State), StateReason: optional(ch.StateReason), ApprovalID: ch.ApprovalID,
		RequestedBy: ch.RequestedBy, RequestedAt: ch.RequestedAt, DecidedAt: ch.DecidedAt, AppliedAt: ch.AppliedAt, Etag: etag(ch.Version),
	}
}

func changeValue(who identity.Principal, v customer.Value) api.CustomerChangeValue {
	body := api.CustomerChangeValue{Text: v.Text}
	if k := v.Contact; k != nil {
		body.Contact = &api.CustomerChangeContact{Name: k.Name, Position: k.Position, Phone: phone(who, k.Phone), Email: optional(k.Email)}
	}
	if a := v.Address; a != nil {
		body.Address = &api.CustomerChangeAddress{Kind: api.AddressKind(a.Kind), Line: a.Line, Receiver: optional(a.Receiver), Phone: optional(phone(who, a.Phone))}
	}
	return body
}
