package httpapi

import (
	"context"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListCollectionContacts implements the operation of that name.
func (s *Server) ListCollectionContacts(ctx context.Context, r api.ListCollectionContactsRequestObject) (api.ListCollectionContactsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCollectionContacts200JSONResponse, error) {
		rows, next, err := s.Collection.ListContacts(tx, who, r.Params.CustomerID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListCollectionContacts200JSONResponse{Data: each(rows, contactRowBody), NextCursor: optional(next)}, err
	})
}

// RecordCollectionContact implements the operation of that name.
func (s *Server) RecordCollectionContact(ctx context.Context, r api.RecordCollectionContactRequestObject) (api.RecordCollectionContactResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecordCollectionContact201JSONResponse, error) {
		k, err := s.Collection.RecordContact(tx, who, r.Body.CustomerID, collection.Contact{
			Channel: collection.Channel(r.Body.Channel), HappenedAt: value(r.Body.HappenedAt), Person: value(r.Body.Person), Note: r.Body.Note,
		})
		return api.RecordCollectionContact201JSONResponse(contactRowBody(k)), err
	})
}

func contactRowBody(k collection.Contact) api.CollectionContact {
	return api.CollectionContact{
		ID: k.ID, PayerID: k.PayerID, Channel: api.CollectionChannel(k.Channel), HappenedAt: k.HappenedAt, Person: k.Person, Note: k.Note,
		MadeBy: k.MadeBy, MadeAt: k.MadeAt,
	}
}

// ListPaymentPromises implements the operation of that name.
func (s *Server) ListPaymentPromises(ctx context.Context, r api.ListPaymentPromisesRequestObject) (api.ListPaymentPromisesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPaymentPromises200JSONResponse, error) {
		p := r.Params
		f := collection.PromiseFilter{
			PayerID: value(p.PayerID), OwnerID: value(p.OwnerID), State: collection.PromiseState(value(p.State)),
			DueBefore: dayOf(p.DueBefore), DueFrom: dayOf(p.DueFrom),
		}
		rows, next, err := s.Collection.ListPromises(tx, who, f, page(p.Limit, p.Cursor))
		return api.ListPaymentPromises200JSONResponse{Data: each(rows, promiseBody), NextCursor: optional(next)}, err
	})
}

// CreatePaymentPromise implements the operation of that name.
func (s *Server) CreatePaymentPromise(ctx context.Context, r api.CreatePaymentPromiseRequestObject) (api.CreatePaymentPromiseResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreatePaymentPromise201JSONResponse, error) {
		b := *r.Body
		in := collection.NewPromise{
			CustomerID: b.CustomerID, PromisedBy: b.PromisedBy, Channel: collection.Channel(b.Channel), PayBy: b.PayBy.Time, Amount: b.Amount, Note: value(b.Note),
		}
		if b.PromisedOn != nil {
			in.PromisedOn = b.PromisedOn.Time
		}
		for _, it := range value(b.Items) {
			in.Items = append(in.Items, collection.ItemAmount{InvoiceID: it.InvoiceID, Amount: it.Amount})
		}
		p, err := s.Collection.CreatePromise(tx, who, in)
		return api.CreatePaymentPromise201JSONResponse{Body: promiseBody(p), Headers: api.CreatePaymentPromise201ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// GetPaymentPromise implements the operation of that name.
func (s *Server) GetPaymentPromise(ctx context.Context, r api.GetPaymentPromiseRequestObject) (api.GetPaymentPromiseResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetPaymentPromise200JSONResponse, error) {
		p, err := s.Collection.GetPromise(tx, who, r.PromiseID)
		return api.GetPaymentPromise200JSONResponse{Body: promiseBody(p), Headers: api.GetPaymentPromise200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// WithdrawPaymentPromise implements the operation of that name.
func (s *Server) WithdrawPaymentPromise(ctx context.Context, r api.WithdrawPaymentPromiseRequestObject) (api.WithdrawPaymentPromiseResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.WithdrawPaymentPromise200JSONResponse, error) {
		p, err := s.Collection.WithdrawPromise(tx, who, r.PromiseID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.WithdrawPaymentPromise200JSONResponse{Body: promiseBody(p), Headers: api.WithdrawPaymentPromise200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// GetPromiseRecord implements the operation of that name.
func (s *Server) GetPromiseRecord(ctx context.Context, r api.GetPromiseRecordRequestObject) (api.GetPromiseRecordResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetPromiseRecord200JSONResponse, error) {
		p, err := s.Collection.PromiseRecordOf(tx, who, r.CustomerID)
		return api.GetPromiseRecord200JSONResponse{
			PayerID: p.PayerID, Open: p.Open, Kept: p.Kept, PartlyKept: p.PartlyKept, Broken: p.Broken, Promised: p.Promised, Received: p.Received,
			ShareKept: p.ShareKept(),
		}, err
	})
}

func promiseBody(p collection.Promise) api.PaymentPromise {
	return api.PaymentPromise{
		ID: p.ID, Number: p.Number, PayerID: p.PayerID, State: api.PaymentPromiseState(p.State), PromisedBy: p.PromisedBy,
		Channel: api.CollectionChannel(p.Channel), PromisedOn: openapi_types.Date{Time: p.PromisedOn}, PayBy: openapi_types.Date{Time: p.PayBy},
		Amount: p.Amount, Received: p.Received, Note: p.Note, EndedReason: optional(p.EndedReason), JudgedAt: p.JudgedAt,
		CreatedBy: p.CreatedBy, CreatedAt: p.CreatedAt, Etag: etag(p.Version),
		Items: each(p.Items, func(it collection.PromiseItem) api.PaymentPromiseItem {
			return api.PaymentPromiseItem{InvoiceID: it.InvoiceID, Amount: it.Amount}
		}),
	}
}

// ListPayingStaff implements the operation of that name.
func (s *Server) ListPayingStaff(ctx context.Context, r api.ListPayingStaffRequestObject) (api.ListPayingStaffResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPayingStaff200JSONResponse, error) {
		rows, next, err := s.Collection.ListPayingStaff(tx, who, r.Params.CustomerID, value(r.Params.All), page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.PayingPerson, len(rows))
		for i := range rows {
			data[i] = *personBody(who, &rows[i])
		}
		return api.ListPayingStaff200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ListPayingStaffChanges implements the operation of that name.
func (s *Server) ListPayingStaffChanges(ctx context.Context, r api.ListPayingStaffChangesRequestObject) (api.ListPayingStaffChangesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPayingStaffChanges200JSONResponse, error) {
		rows, next, err := s.Collection.ListStaffChanges(tx, who, value(r.Params.CustomerID), page(r.Params.Limit, r.Params.Cursor))
		data := each(rows, func(ch collection.StaffChange) api.PayingStaffChange { return staffChangeBody(who, ch) })
		return api.ListPayingStaffChanges200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ChangePayingStaff implements the operation of that name.
func (s *Server) ChangePayingStaff(ctx context.Context, r api.ChangePayingStaffRequestObject) (api.ChangePayingStaffResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ChangePayingStaff201JSONResponse, error) {
		in := collection.NewStaffChange{CustomerID: r.Body.CustomerID, LeavesID: r.Body.LeavesID, Reason: value(r.Body.Reason)}
		if r.Body.Since != nil {
			in.Since = r.Body.Since.Time
		}
		if p := r.Body.Comes; p != nil {
			in.Comes = &collection.PayingPerson{Name: p.Name, Position: value(p.Position), Phone: value(p.Phone), Email: value(p.Email)}
		}
		ch, err := s.Collection.ChangePayingStaff(tx, who, in)
		return api.ChangePayingStaff201JSONResponse(staffChangeBody(who, ch)), err
	})
}

func staffChangeBody(who identity.Principal, ch collection.StaffChange) api.PayingStaffChange {
	return api.PayingStaffChange{
		ID: ch.ID, CustomerID: ch.CustomerID, Left: personBody(who, ch.Left), Came: personBody(who, ch.Came),
		Since: openapi_types.Date{Time: ch.Since}, Reason: ch.Reason, Late: ch.Late, ReportedBy: ch.ReportedBy, ReportedAt: ch.ReportedAt,
	}
}

// personBody shows the phone to those who collect as well: whoever reads the list of paying staff calls them.
func personBody(who identity.Principal, p *collection.PayingPerson) *api.PayingPerson {
	if p == nil {
		return nil
	}
	number := p.Phone
	if !who.Has(identity.FinanceClerk, identity.FinanceManager) {
		number = phone(who, number)
	}
	return &api.PayingPerson{
		ID: p.ID, CustomerID: p.CustomerID, Name: p.Name, Position: p.Position, Phone: number, Email: p.Email,
		Since: openapi_types.Date{Time: p.Since}, Until: optionalDate(p.Until),
	}
}
