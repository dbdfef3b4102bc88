package httpapi

import (
	"context"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListContracts implements the operation of that name.
func (s *Server) ListContracts(ctx context.Context, r api.ListContractsRequestObject) (api.ListContractsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListContracts200JSONResponse, error) {
		f := contract.Filter{
			CustomerID: r.Params.CustomerID, OwnerID: r.Params.OwnerID, TeamID: r.Params.TeamID, ProductID: r.Params.ProductID,
			State: contract.State(value(r.Params.State)), Number: value(r.Params.Number), Standard: r.Params.Standard, Long: r.Params.Long,
			Unfiled: value(r.Params.Unfiled),
		}
		if r.Params.ExpiringBefore != nil {
			f.ExpiringBefore = &r.Params.ExpiringBefore.Time
		}
		rows, next, err := s.Contracts.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListContracts200JSONResponse{Data: each(rows, contractSummary), NextCursor: optional(next)}, err
	})
}

func contractSummary(c contract.Summary) api.ContractSummary {
	return api.ContractSummary{
		ID: c.ID, Number: c.Number, CustomerID: c.CustomerID, CustomerCode: c.CustomerCode, CustomerName: c.CustomerName, OwnerID: c.OwnerID,
		State: string(c.State), Revision: c.Revision, StartsOn: openapi_types.Date{Time: c.StartsOn}, EndsOn: openapi_types.Date{Time: c.EndsOn},
		Long: c.IsLong, Standard: c.IsStandard, Total: c.Total, CalledAmount: c.CalledAmount, Currency: contract.Currency, Signed: c.Signed,
		Filed: c.Filed, CreatedAt: c.CreatedAt, Etag: etag(c.Version),
	}
}

// CreateContract implements the operation of that name.
func (s *Server) CreateContract(ctx context.Context, r api.CreateContractRequestObject) (api.CreateContractResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateContract201JSONResponse, error) {
		c, err := s.Contracts.Create(tx, who, contractDraft(*r.Body))
		if err != nil {
			return api.CreateContract201JSONResponse{}, err
		}
		body, err := s.contract(tx, c, nil)
		return api.CreateContract201JSONResponse{Body: body, Headers: api.CreateContract201ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// GetContract implements the operation of that name.
func (s *Server) GetContract(ctx context.Context, r api.GetContractRequestObject) (api.GetContractResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetContract200JSONResponse, error) {
		c, err := s.Contracts.Get(tx, who, r.ContractID)
		if err != nil {
			return api.GetContract200JSONResponse{}, err
		}
		body, err := s.contract(tx, c, nil)
		return api.GetContract200JSONResponse{Body: body, Headers: api.GetContract200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// UpdateContract implements the operation of that name.
func (s *Server) UpdateContract(ctx context.Context, r api.UpdateContractRequestObject) (api.UpdateContractResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateContract200JSONResponse, error) {
		b := *r.Body
		c, err := s.Contracts.Update(tx, who, r.ContractID, ifMatch(r.Params.IfMatch), value(b.AttachmentIds), func(d *contract.Content) { patchContract(d, b) })
		if err != nil {
			return api.UpdateContract200JSONResponse{}, err
		}
		body, err := s.contract(tx, c, nil)
		return api.UpdateContract200JSONResponse{Body: body, Headers: api.UpdateContract200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// SubmitContract implements the operation of that name.
func (s *Server) SubmitContract(ctx context.Context, r api.SubmitContractRequestObject) (api.SubmitContractResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SubmitContract200JSONResponse, error) {
		c, d, err := s.Contracts.Submit(tx, who, r.ContractID, optionalMatch(r.Params.IfMatch))
		if err != nil {
			return api.SubmitContract200JSONResponse{}, err
		}
		body, err := s.contract(tx, c, &d)
		return api.SubmitContract200JSONResponse{Body: body, Headers: api.SubmitContract200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// ReviseContract implements the operation of that name.
func (s *Server) ReviseContract(ctx context.Context, r api.ReviseContractRequestObject) (api.ReviseContractResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReviseContract200JSONResponse, error) {
		c, err := s.Contracts.Revise(tx, who, r.ContractID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		if err != nil {
			return api.ReviseContract200JSONResponse{}, err
		}
		body, err := s.contract(tx, c, nil)
		return api.ReviseContract200JSONResponse{Body: body, Headers: api.ReviseContract200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// CancelContract implements the operation of that name.
func (s *Server) CancelContract(ctx context.Context, r api.CancelContractRequestObject) (api.CancelContractResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelContract200JSONResponse, error) {
		c, err := s.Contracts.Cancel(tx, who, r.ContractID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		if err != nil {
			return api.CancelContract200JSONResponse{}, err
		}
		body, err := s.contract(tx, c, nil)
		return api.CancelContract200JSONResponse{Body: body, Headers: api.CancelContract200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// CopyContract implements the operation of that name.
func (s *Server) CopyContract(ctx context.Context, r api.CopyContractRequestObject) (api.CopyContractResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CopyContract201JSONResponse, error) {
		c, err := s.Contracts.Copy(tx, who, r.ContractID)
		if err != nil {
			return api.CopyContract201JSONResponse{}, err
		}
		body, err := s.contract(tx, c, nil)
		return api.CopyContract201JSONResponse{Body: body, Headers: api.CopyContract201ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// SignContract implements the operation of that name.
func (s *Server) SignContract(ctx context.Context, r api.SignContractRequestObject) (api.SignContractResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SignContract200JSONResponse, error) {
		c, err := s.Contracts.Sign(tx, who, r.ContractID, optionalMatch(r.Params.IfMatch), signing(*r.Body))
		if err != nil {
			return api.SignContract200JSONResponse{}, err
		}
		body, err := s.contract(tx, c, nil)
		return api.SignContract200JSONResponse{Body: body, Headers: api.SignContract200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

func signing(b api.ContractSigning) contract.Signing {
	return contract.Signing{
		SignedOn: b.SignedOn.Time, CustomerSignedOn: b.CustomerSignedOn.Time, SignedBy: b.SignedBy, Note: value(b.Note), AttachmentIDs: b.AttachmentIds,
	}
}

// CloseContract implements the operation of that name.
func (s *Server) CloseContract(ctx context.Context, r api.CloseContractRequestObject) (api.CloseContractResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CloseContract200JSONResponse, error) {
		c, err := s.Contracts.Close(tx, who, r.ContractID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		if err != nil {
			return api.CloseContract200JSONResponse{}, err
		}
		body, err := s.contract(tx, c, nil)
		return api.CloseContract200JSONResponse{Body: body, Headers: api.CloseContract200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// TerminateContract implements the operation of that name.
func (s *Server) TerminateContract(ctx context.Context, r api.TerminateContractRequestObject) (api.TerminateContractResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.TerminateContract200JSONResponse, error) {
		c, _, err := s.Contracts.Terminate(tx, who, r.ContractID, optionalMatch(r.Params.IfMatch), contract.Party(r.Body.By), r.Body.Reason)
		if err != nil {
			return api.TerminateContract200JSONResponse{}, err
		}
		body, err := s.contract(tx, c, nil)
		return api.TerminateContract200JSONResponse{Body: body, Headers: api.TerminateContract200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// ListContractDecisions implements the operation of that name.
func (s *Server) ListContractDecisions(ctx context.Context, r api.ListContractDecisionsRequestObject) (api.ListContractDecisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListContractDecisions200JSONResponse, error) {
		if err := s.Contracts.Seen(tx, who, r.ContractID); err != nil {
			return api.ListContractDecisions200JSONResponse{}, err
		}
		list, err := decisions(tx, contract.Subject, r.ContractID)
		return api.ListContractDecisions200JSONResponse(list), err
	})
}

// GetContractTimeline implements the operation of that name.
func (s *Server) GetContractTimeline(ctx context.Context, r api.GetContractTimelineRequestObject) (api.GetContractTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetContractTimeline200JSONResponse, error) {
		if err := s.Contracts.Seen(tx, who, r.ContractID); err != nil {
			return api.GetContractTimeline200JSONResponse{}, err
		}
		list, err := timeline(tx, contract.Subject, r.ContractID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetContractTimeline200JSONResponse(list), err
	})
}

func contractDraft(b api.ContractCreate) contract.Draft {
	d := contract.Draft{
		CustomerID: b.CustomerID, AttachmentIDs: value(b.AttachmentIds), Content: contract.Content{
			StartsOn: b.StartsOn.Time, EndsOn: b.EndsOn.Time, HeaderDiscount: value(b.HeaderDiscount), DeliveryPlace: value(b.DeliveryPlace),
			Packing: value(b.Packing), Transport: value(b.Transport), Remarks: value(b.Remarks), QuotationID: b.QuotationID, Lines: contractLines(b.Lines),
		},
	}
	if b.Settlement != nil {
		d.Terms = &credit.Terms{Settlement: credit.Settlement(*b.Settlement), Days: value(b.TermsDays)}
	}
	return d
}

func contractLines(lines []api.ContractLineInput) []contract.LineContent {
	return each(lines, func(l api.ContractLineInput) contract.LineContent {
		return contract.LineContent{
			ID: l.ID, ProductID: l.ProductID, Unit: value(l.Unit), Spec: value(l.Spec), Price: l.Price, Quantity: l.Quantity,
			Deliveries: deliveriesOf(value(l.Deliveries)), QuotationLineID: l.QuotationLineID, Remarks: value(l.Remarks),
		}
	})
}

func deliveriesOf(list []api.ContractDelivery) []contract.Delivery {
	return each(list, func(d api.ContractDelivery) contract.Delivery {
		return contract.Delivery{On: d.On.Time, Quantity: d.Quantity}
	})
}

func deliveryBodies(list []contract.Delivery) []api.ContractDelivery {
	return each(list, func(d contract.Delivery) api.ContractDelivery {
		return api.ContractDelivery{On: openapi_types.Date{Time: d.On}, Quantity: d.Quantity}
	})
}

// contractChange is what a change of a draft and an amendment have in common.
type contractChange struct {
	StartsOn, EndsOn                           *openapi_types.Date
	Settlement                                 *api.Settlement
	TermsDays                                  *int
	DeliveryPlace, Packing, Transport, Remarks *string
	Lines                                      *[]api.ContractLineInput
}

func (b contractChange) apply(d *contract.Content) {
	if b.StartsOn != nil {
		d.StartsOn = b.StartsOn.Time
	}
	if b.EndsOn != nil {
		d.EndsOn = b.EndsOn.Time
	}
	if b.Settlement != nil {
		d.Terms = &credit.Terms{Settlement: credit.Settlement(*b.Settlement)}
	}
	if b.TermsDays != nil {
		d.Terms.Days = *b.TermsDays
	}
	for to, said := range map[*string]*string{&d.DeliveryPlace: b.DeliveryPlace, &d.Packing: b.Packing, &d.Transport: b.Transport, &d.Remarks: b.Remarks} {
		if said != nil {
			*to = *said
		}
	}
	if b.Lines != nil {
		d.Lines = contractLines(*b.Lines)
	}
}

func patchContract(d *contract.Content, b api.ContractPatch) {
	contractChange{b.StartsOn, b.EndsOn, b.Settlement, b.TermsDays, b.DeliveryPlace, b.Packing, b.Transport, b.Remarks, b.Lines}.apply(d)
	if b.HeaderDiscount != nil {
		d.HeaderDiscount = *b.HeaderDiscount
	}
	patchID(&d.QuotationID, b.QuotationID)
}

// contract is the whole answer about a contract, in two statements more.
func (s *Server) contract(tx pg.Tx, c contract.Contract, d *decision.Decision) (api.Contract, error) {
	files, err := s.Attachments.Of(tx, contract.Subject, c.ID)
	if err != nil {
		return api.Contract{}, err
	}
	body := contractBody(tx, c)
	body.Attachments = attachmentBodies(files[c.ID])
	t, found, err := s.Contracts.LatestTermination(tx, c.ID)
	if found {
		body.Termination = &api.ContractTermination{
			State: t.State, By: string(t.ByParty), Reason: t.Reason, StateReason: optional(t.StateReason), ApprovalID: t.ApprovalID,
			RequestedBy: t.RequestedBy, RequestedAt: t.RequestedAt, DecidedAt: t.DecidedAt,
		}
	}
	if d != nil {
		decided := decisionBody(*d)
		body.Decision = &decided
	}
	return body, err
}

func contractBody(tx pg.Tx, c contract.Contract) api.Contract {
	return api.Contract{
		ID: c.ID, Number: c.Number, CustomerID: c.CustomerID, OwnerID: c.OwnerID, State: string(c.State), StateReason: optional(c.StateReason),
		Revision: c.Revision, QuotationID: c.QuotationID, StartsOn: openapi_types.Date{Time: c.StartsOn}, EndsOn: openapi_types.Date{Time: c.EndsOn},
		Long: c.IsLong, Standard: c.IsStandard, Settlement: api.Settlement(c.Settlement), TermsDays: c.TermsDays, HeaderDiscount: c.HeaderDiscount,
		Gross: c.Gross, Total: c.Total, Tax: c.Tax, Currency: api.Currency(c.Currency), DeliveryPlace: optional(c.DeliveryPlace),
		Packing: optional(c.Packing), Transport: optional(c.Transport), Remarks: optional(c.Remarks), CalledAmount: c.CalledAmount, LeftAmount: c.Left(),
		Callable: c.Callable(tx.Now) == nil, PriceBaseGone: optional(c.PriceBaseGoneAt != nil), ApprovalID: c.ApprovalID, CopiedFromID: c.CopiedFromID, SubmittedBy: c.SubmittedBy,
		SubmittedAt: c.SubmittedAt, ApprovedAt: c.ApprovedAt, SignedOn: optionalDate(c.SignedOn), CustomerSignedOn: optionalDate(c.CustomerSignedOn),
		SignedBy: c.SignedBy, InForceAt: c.InForceAt, FiledAt: c.FiledAt, EndedAt: c.EndedAt, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
		Etag: etag(c.Version), Lines: each(c.Lines, contractLine),
	}
}

func contractLine(l contract.Line) api.ContractLine {
	return api.ContractLine{
		ID: l.ID, LineNo: l.LineNo, ProductID: l.ProductID, Unit: l.Unit, Spec: optional(l.Spec), Quantity: l.Quantity, Price: l.Price,
		TaxRate: l.TaxRate, Amount: l.Amount, NetAmount: l.NetAmount, NetPrice: l.NetPrice(), Deliveries: deliveryBodies(l.Deliveries),
		QuotationLineID: l.QuotationLineID, Remarks: optional(l.Remarks), CalledQuantity: l.CalledQuantity, CalledAmount: l.CalledAmount, Left: l.Left(),
	}
}

// contractContent is what a contract says in one revision.
func contractContent(d contract.Content) api.ContractContent {
	return api.ContractContent{
		StartsOn: openapi_types.Date{Time: d.StartsOn}, EndsOn: openapi_types.Date{Time: d.EndsOn}, Settlement: api.Settlement(d.Terms.Settlement),
		TermsDays: d.Terms.Days, HeaderDiscount: d.HeaderDiscount, DeliveryPlace: d.DeliveryPlace, Packing: d.Packing, Transport: d.Transport,
		Remarks: optional(d.Remarks), Lines: each(d.Lines, func(l contract.LineContent) api.ContractContentLine {
			return api.ContractContentLine{
				ID: l.ID, ProductID: l.ProductID, Unit: l.Unit, Spec: optional(l.Spec), Quantity: l.Quantity, Price: l.Price,
				Deliveries: deliveryBodies(l.Deliveries), Remarks: optional(l.Remarks),
			}
		}),
	}
}
