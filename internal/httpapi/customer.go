package httpapi

import (
	"context"

	"github.com/oapi-codegen/nullable"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListCustomers implements the operation of that name.
func (s *Server) ListCustomers(ctx context.Context, r api.ListCustomersRequestObject) (api.ListCustomersResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCustomers200JSONResponse, error) {
		f := customer.Filter{Query: value(r.Params.Q), OwnerID: r.Params.OwnerID, Status: customer.Status(value(r.Params.Status))}
		rows, next, err := s.Customers.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListCustomers200JSONResponse{}, err
		}
		data := make([]api.CustomerSummary, len(rows))
		for i, c := range rows {
			data[i] = api.CustomerSummary{
				ID: c.ID, Code: c.Code, Name: c.Name, Uscc: c.USCC, Region: optional(c.Region), Status: api.CustomerStatus(c.Status),
				OwnerID: c.OwnerID, ContactName: c.ContactName, ContactPhone: phone(who, c.ContactPhone), Etag: etag(c.Version),
			}
		}
		return api.ListCustomers200JSONResponse{Data: data, NextCursor: optional(next)}, nil
	})
}

// CreateCustomer implements the operation of that name.
func (s *Server) CreateCustomer(ctx context.Context, r api.CreateCustomerRequestObject) (api.CreateCustomerResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateCustomer201JSONResponse, error) {
		c, err := s.Customers.Create(tx, who, customerDraft(*r.Body))
		return api.CreateCustomer201JSONResponse{Body: customerBody(who, c), Headers: api.CreateCustomer201ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// GetCustomer implements the operation of that name.
func (s *Server) GetCustomer(ctx context.Context, r api.GetCustomerRequestObject) (api.GetCustomerResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCustomer200JSONResponse, error) {
		var c customer.Customer
		var err error
		if r.Params.AsOf != nil {
			c, err = s.Customers.GetAsOf(tx, who, r.CustomerID, r.Params.AsOf.Time)
		} else {
			c, err = s.Customers.Get(tx, who, r.CustomerID)
		}
		return api.GetCustomer200JSONResponse{Body: customerBody(who, c), Headers: api.GetCustomer200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// GetCustomerTimeline implements the operation of that name.
func (s *Server) GetCustomerTimeline(ctx context.Context, r api.GetCustomerTimelineRequestObject) (api.GetCustomerTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCustomerTimeline200JSONResponse, error) {
		if _, err := s.Customers.Get(tx, who, r.CustomerID); err != nil {
			return api.GetCustomerTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, "customer", r.CustomerID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetCustomerTimeline200JSONResponse(t), err
	})
}

// GetCustomerByExternalID implements the operation of that name.
func (s *Server) GetCustomerByExternalID(ctx context.Context, r api.GetCustomerByExternalIDRequestObject) (api.GetCustomerByExternalIDResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCustomerByExternalID200JSONResponse, error) {
		c, err := s.Customers.GetByExternalID(tx, who, r.Source, r.ExternalID)
		return api.GetCustomerByExternalID200JSONResponse{Body: customerBody(who, c), Headers: api.GetCustomerByExternalID200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// UpsertCustomerByExternalID implements the operation of that name.
func (s *Server) UpsertCustomerByExternalID(ctx context.Context, r api.UpsertCustomerByExternalIDRequestObject) (api.UpsertCustomerByExternalIDResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpsertCustomerByExternalID200JSONResponse, error) {
		c, err := s.Customers.Upsert(tx, who, r.Source, r.ExternalID, optionalMatch(r.Params.IfMatch), customerDraft(*r.Body))
		return api.UpsertCustomerByExternalID200JSONResponse{Body: customerBody(who, c), Headers: api.UpsertCustomerByExternalID200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// UpdateCustomer implements the operation of that name.
func (s *Server) UpdateCustomer(ctx context.Context, r api.UpdateCustomerRequestObject) (api.UpdateCustomerResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateCustomer200JSONResponse, error) {
		c, err := s.Customers.Update(tx, who, r.CustomerID, ifMatch(r.Params.IfMatch), func(p *customer.Profile) { patchCustomer(p, *r.Body) })
		return api.UpdateCustomer200JSONResponse{Body: customerBody(who, c), Headers: api.UpdateCustomer200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// AssignCustomer implements the operation of that name.
func (s *Server) AssignCustomer(ctx context.Context, r api.AssignCustomerRequestObject) (api.AssignCustomerResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AssignCustomer200JSONResponse, error) {
		c, err := s.Customers.Assign(tx, who, r.CustomerID, optionalMatch(r.Params.IfMatch), r.Body.OwnerID, r.Body.Reason)
		return api.AssignCustomer200JSONResponse{Body: customerBody(who, c), Headers: api.AssignCustomer200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// AddCustomerContact implements the operation of that name.
func (s *Server) AddCustomerContact(ctx context.Context, r api.AddCustomerContactRequestObject) (api.AddCustomerContactResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AddCustomerContact201JSONResponse, error) {
		c, err := s.Customers.AddContact(tx, who, r.CustomerID, optionalMatch(r.Params.IfMatch), contactOf(*r.Body))
		return api.AddCustomerContact201JSONResponse{Body: customerBody(who, c), Headers: api.AddCustomerContact201ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// ReplaceCustomerContact implements the operation of that name.
func (s *Server) ReplaceCustomerContact(ctx context.Context, r api.ReplaceCustomerContactRequestObject) (api.ReplaceCustomerContactResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReplaceCustomerContact200JSONResponse, error) {
		k := contactOf(*r.Body)
		k.ID = r.ContactID
		c, err := s.Customers.ReplaceContact(tx, who, r.CustomerID, ifMatch(r.Params.IfMatch), k)
		return api.ReplaceCustomerContact200JSONResponse{Body: customerBody(who, c), Headers: api.ReplaceCustomerContact200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// RemoveCustomerContact implements the operation of that name.
func (s *Server) RemoveCustomerContact(ctx context.Context, r api.RemoveCustomerContactRequestObject) (api.RemoveCustomerContactResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RemoveCustomerContact200JSONResponse, error) {
		c, err := s.Customers.RemoveContact(tx, who, r.CustomerID, ifMatch(r.Params.IfMatch), r.ContactID)
		return api.RemoveCustomerContact200JSONResponse{Body: customerBody(who, c), Headers: api.RemoveCustomerContact200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// AddCustomerAddress implements the operation of that name.
func (s *Server) AddCustomerAddress(ctx context.Context, r api.AddCustomerAddressRequestObject) (api.AddCustomerAddressResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AddCustomerAddress201JSONResponse, error) {
		c, err := s.Customers.AddAddress(tx, who, r.CustomerID, optionalMatch(r.Params.IfMatch), addressOf(*r.Body))
		return api.AddCustomerAddress201JSONResponse{Body: customerBody(who, c), Headers: api.AddCustomerAddress201ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// ReplaceCustomerAddress implements the operation of that name.
func (s *Server) ReplaceCustomerAddress(ctx context.Context, r api.ReplaceCustomerAddressRequestObject) (api.ReplaceCustomerAddressResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReplaceCustomerAddress200JSONResponse, error) {
		a := addressOf(*r.Body)
		a.ID = r.AddressID
		c, err := s.Customers.ReplaceAddress(tx, who, r.CustomerID, ifMatch(r.Params.IfMatch), a)
		return api.ReplaceCustomerAddress200JSONResponse{Body: customerBody(who, c), Headers: api.ReplaceCustomerAddress200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// RemoveCustomerAddress implements the operation of that name.
func (s *Server) RemoveCustomerAddress(ctx context.Context, r api.RemoveCustomerAddressRequestObject) (api.RemoveCustomerAddressResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RemoveCustomerAddress200JSONResponse, error) {
		c, err := s.Customers.RemoveAddress(tx, who, r.CustomerID, ifMatch(r.Params.IfMatch), r.AddressID)
		return api.RemoveCustomerAddress200JSONResponse{Body: customerBody(who, c), Headers: api.RemoveCustomerAddress200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// fullPhoneRoles talk to customers or answer for those who do; everyone else sees masked phones (CUS-12, CND-01).
var fullPhoneRoles = []identity.Role{
	identity.SalesRep, identity.SalesAssistant, identity.SalesSupervisor, identity.SalesManager, identity.SalesDirector,
	identity.GeneralManager, identity.Admin,
}

// phone shows a phone number as far as the caller may see it. Machine clients with the customer scopes see it whole.
func phone(who identity.Principal, number string) string {
	if who.Kind == identity.KindMachine || who.Has(fullPhoneRoles...) {
		return number
	}
	return customer.Mask(number)
}

func customerDraft(b api.CustomerCreate) customer.Draft {
	d := customer.Draft{
		Profile: customer.Profile{
			Name: b.Name, USCC: value(b.Uscc), Industry: value(b.Industry), Region: value(b.Region), Remarks: value(b.Remarks),
			Status: customer.Status(b.Status), BillToID: b.BillToID,
		},
		Code: value(b.Code), OwnerID: b.OwnerID,
	}
	for _, k := range b.Contacts {
		d.Contacts = append(d.Contacts, contactOf(k))
	}
	for _, a := range value(b.Addresses) {
		d.Addresses = append(d.Addresses, addressOf(a))
	}
	return d
}

func contactOf(b api.ContactInput) customer.Contact {
	return customer.Contact{Name: b.Name, Position: b.Position, Phone: b.Phone, Email: value(b.Email)}
}

func addressOf(b api.AddressInput) customer.Address {
	return customer.Address{Kind: string(b.Kind), Line: b.Line, Receiver: value(b.Receiver), Phone: value(b.Phone)}
}

func patchCustomer(p *customer.Profile, b api.CustomerPatch) {
	if b.Name != nil {
		p.Name = *b.Name
	}
	if b.Status != nil {
		p.Status = customer.Status(*b.Status)
	}
	patch(&p.USCC, b.Uscc)
	patch(&p.Industry, b.Industry)
	patch(&p.Region, b.Region)
	patch(&p.Remarks, b.Remarks)
	patchPointer(&p.BillToID, b.BillToID)
}

// patch sets a field that was sent; null clears it.
func patch[T any](field *T, sent nullable.Nullable[T]) {
	if !sent.IsSpecified() {
		return
	}
	var zero T
	*field = zero
	if v, err := sent.Get(); err == nil {
		*field = v
	}
}

// patchPointer is patch for a field that is nil when empty.
func patchPointer[T any](field **T, sent nullable.Nullable[T]) {
	if !sent.IsSpecified() {
		return
	}
	*field = nil
	if v, err := sent.Get(); err == nil {
		*field = &v
	}
}

// optionalMatch parses an optional If-Match.
func optionalMatch(tag *string) *int64 {
	if tag == nil {
		return nil
	}
	v := ifMatch(*tag)
	return &v
}

func customerBody(who identity.Principal, c customer.Customer) api.Customer {
	body := api.Customer{
		ID: c.ID, Code: c.Code, Name: c.Name, Uscc: c.USCC, Industry: optional(c.Industry), Region: optional(c.Region), BillToID: c.BillToID,
		Remarks: optional(c.Remarks), Status: api.CustomerStatus(c.Status), OwnerID: c.OwnerID, CreatedAt: c.CreatedAt,
		UpdatedAt: c.UpdatedAt, Etag: etag(c.Version),
		Contacts: make([]api.Contact, len(c.Contacts)), Addresses: make([]api.Address, len(c.Addresses)),
	}
	for i, k := range c.Contacts {
		body.Contacts[i] = api.Contact{ID: k.ID, Name: k.Name, Position: k.Position, Phone: phone(who, k.Phone), Email: optional(k.Email)}
	}
	for i, a := range c.Addresses {
		body.Addresses[i] = api.Address{ID: a.ID, Kind: api.AddressKind(a.Kind), Line: a.Line, Receiver: optional(a.Receiver), Phone: optional(phone(who, a.Phone))}
	}
	return body
}
