package httpapi

import (
	"context"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/sample"
)

// ListSamples implements the operation of that name.
func (s *Server) ListSamples(ctx context.Context, r api.ListSamplesRequestObject) (api.ListSamplesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListSamples200JSONResponse, error) {
		f := sample.Filter{
			State: sample.State(value(r.Params.State)), OwnerID: r.Params.OwnerID, CustomerID: r.Params.CustomerID, ProspectID: r.Params.ProspectID,
			ProductID: r.Params.ProductID, Overdue: value(r.Params.Overdue),
		}
		rows, next, err := s.Samples.List(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListSamples200JSONResponse{Data: sampleSummaries(rows, tx), NextCursor: optional(next)}, err
	})
}

// CreateSample implements the operation of that name.
func (s *Server) CreateSample(ctx context.Context, r api.CreateSampleRequestObject) (api.CreateSampleResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateSample201JSONResponse, error) {
		in := sample.Input{
			CustomerID: r.Body.CustomerID, ProspectID: r.Body.ProspectID, Purpose: r.Body.Purpose, NeededBy: r.Body.NeededBy.Time,
			DeliverTo: r.Body.DeliverTo, FollowsID: r.Body.FollowsID, Lines: each(r.Body.Lines, sampleLine),
		}
		x, err := s.Samples.Create(tx, who, in, value(r.Body.AttachmentIds)...)
		return api.CreateSample201JSONResponse{Body: sampleBody(x, tx), Headers: api.CreateSample201ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// GetSample implements the operation of that name.
func (s *Server) GetSample(ctx context.Context, r api.GetSampleRequestObject) (api.GetSampleResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetSample200JSONResponse, error) {
		x, err := s.Samples.Get(tx, who, r.SampleID)
		return api.GetSample200JSONResponse{Body: sampleBody(x, tx), Headers: api.GetSample200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// UpdateSample implements the operation of that name.
func (s *Server) UpdateSample(ctx context.Context, r api.UpdateSampleRequestObject) (api.UpdateSampleResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateSample200JSONResponse, error) {
		x, err := s.Samples.Update(tx, who, r.SampleID, ifMatch(r.Params.IfMatch), func(in *sample.Input) { patchSample(in, *r.Body) }, value(r.Body.AttachmentIds)...)
		return api.UpdateSample200JSONResponse{Body: sampleBody(x, tx), Headers: api.UpdateSample200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

func patchSample(in *sample.Input, b api.SamplePatch) {
	if b.Purpose != nil {
		in.Purpose = *b.Purpose
	}
	if b.NeededBy != nil {
		in.NeededBy = b.NeededBy.Time
	}
	if b.DeliverTo != nil {
		in.DeliverTo = *b.DeliverTo
	}
	if b.Lines != nil {
		in.Lines = each(*b.Lines, sampleLine)
	}
}

// SubmitSample implements the operation of that name.
func (s *Server) SubmitSample(ctx context.Context, r api.SubmitSampleRequestObject) (api.SubmitSampleResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SubmitSample200JSONResponse, error) {
		x, err := s.Samples.SubmitRequest(tx, who, r.SampleID, optionalMatch(r.Params.IfMatch))
		return api.SubmitSample200JSONResponse{Body: sampleBody(x, tx), Headers: api.SubmitSample200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// MakeSample implements the operation of that name.
func (s *Server) MakeSample(ctx context.Context, r api.MakeSampleRequestObject) (api.MakeSampleResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.MakeSample200JSONResponse, error) {
		x, err := s.Samples.MakeSample(tx, who, r.SampleID, optionalMatch(r.Params.IfMatch), value(r.Body.Note), value(r.Body.AttachmentIds)...)
		return api.MakeSample200JSONResponse{Body: sampleBody(x, tx), Headers: api.MakeSample200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// SignSample implements the operation of that name.
func (s *Server) SignSample(ctx context.Context, r api.SignSampleRequestObject) (api.SignSampleResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SignSample200JSONResponse, error) {
		x, err := s.Samples.SignSample(tx, who, r.SampleID, optionalMatch(r.Params.IfMatch))
		return api.SignSample200JSONResponse{Body: sampleBody(x, tx), Headers: api.SignSample200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// SendSample implements the operation of that name.
func (s *Server) SendSample(ctx context.Context, r api.SendSampleRequestObject) (api.SendSampleResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SendSample200JSONResponse, error) {
		how := sample.Sending{SentOn: dayOf(r.Body.SentOn), Carrier: r.Body.Carrier, TrackingNo: value(r.Body.TrackingNo)}
		x, err := s.Samples.SendSample(tx, who, r.SampleID, optionalMatch(r.Params.IfMatch), how, value(r.Body.AttachmentIds)...)
		return api.SendSample200JSONResponse{Body: sampleBody(x, tx), Headers: api.SendSample200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// NoteSample implements the operation of that name.
func (s *Server) NoteSample(ctx context.Context, r api.NoteSampleRequestObject) (api.NoteSampleResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.NoteSample200JSONResponse, error) {
		x, err := s.Samples.NoteSample(tx, who, r.SampleID, optionalMatch(r.Params.IfMatch), r.Body.Note, r.Body.NextAt)
		return api.NoteSample200JSONResponse{Body: sampleBody(x, tx), Headers: api.NoteSample200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// RecordSampleResult implements the operation of that name.
func (s *Server) RecordSampleResult(ctx context.Context, r api.RecordSampleResultRequestObject) (api.RecordSampleResultResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecordSampleResult200JSONResponse, error) {
		x, err := s.Samples.RecordResult(tx, who, r.SampleID, optionalMatch(r.Params.IfMatch), sample.State(r.Body.Outcome), r.Body.Result, value(r.Body.AttachmentIds)...)
		return api.RecordSampleResult200JSONResponse{Body: sampleBody(x, tx), Headers: api.RecordSampleResult200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// CancelSample implements the operation of that name.
func (s *Server) CancelSample(ctx context.Context, r api.CancelSampleRequestObject) (api.CancelSampleResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelSample200JSONResponse, error) {
		x, err := s.Samples.CancelSample(tx, who, r.SampleID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.CancelSample200JSONResponse{Body: sampleBody(x, tx), Headers: api.CancelSample200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// ReferToSample implements the operation of that name.
func (s *Server) ReferToSample(ctx context.Context, r api.ReferToSampleRequestObject) (api.ReferToSampleResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReferToSample200JSONResponse, error) {
		ref := sample.Reference{OrderID: r.Body.OrderID, OrderLineID: r.Body.OrderLineID, Note: value(r.Body.Note)}
		x, err := s.Samples.ReferTo(tx, who, r.SampleID, optionalMatch(r.Params.IfMatch), ref)
		return api.ReferToSample200JSONResponse{Body: sampleBody(x, tx), Headers: api.ReferToSample200ResponseHeaders{ETag: etag(x.Version)}}, err
	})
}

// ListSampleDecisions implements the operation of that name.
func (s *Server) ListSampleDecisions(ctx context.Context, r api.ListSampleDecisionsRequestObject) (api.ListSampleDecisionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListSampleDecisions200JSONResponse, error) {
		if err := s.Samples.Visible(tx, who, r.SampleID); err != nil {
			return api.ListSampleDecisions200JSONResponse{}, err
		}
		list, err := decisions(tx, sample.Subject, r.SampleID)
		return api.ListSampleDecisions200JSONResponse(list), err
	})
}

// GetSampleTimeline implements the operation of that name.
func (s *Server) GetSampleTimeline(ctx context.Context, r api.GetSampleTimelineRequestObject) (api.GetSampleTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetSampleTimeline200JSONResponse, error) {
		if err := s.Samples.Visible(tx, who, r.SampleID); err != nil {
			return api.GetSampleTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, sample.Subject, r.SampleID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetSampleTimeline200JSONResponse(t), err
	})
}

// ListOrderSamples implements the operation of that name.
func (s *Server) ListOrderSamples(ctx context.Context, r api.ListOrderSamplesRequestObject) (api.ListOrderSamplesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListOrderSamples200JSONResponse, error) {
		rows, err := s.Samples.OfOrder(tx, who, r.OrderID)
		return api.ListOrderSamples200JSONResponse{Data: sampleSummaries(rows, tx)}, err
	})
}

func sampleLine(l api.SampleLineInput) sample.Line {
	return sample.Line{ProductID: l.ProductID, Description: value(l.Description), Unit: value(l.Unit), Quantity: l.Quantity, Remarks: value(l.Remarks)}
}

func sampleSummaries(rows []sample.Sample, tx pg.Tx) []api.Sample {
	return each(rows, func(x sample.Sample) api.Sample { return sampleSummary(x, tx) })
}

func sampleSummary(x sample.Sample, tx pg.Tx) api.Sample {
	return api.Sample{
		ID: x.ID, Number: x.Number, Company: x.Company, CustomerID: x.CustomerID, ProspectID: x.ProspectID, OwnerID: x.OwnerID,
		State: api.SampleState(x.State), StateReason: optional(x.StateReason), Purpose: x.Purpose, NeededBy: openapi_types.Date{Time: x.NeededBy},
		DeliverTo: x.DeliverTo, FollowsID: x.FollowsID, Overdue: x.Overdue(tx.Now), ApprovalID: x.ApprovalID, SubmittedAt: x.SubmittedAt,
		ApprovedAt: x.ApprovedAt, MakeBy: x.MakeBy, MadeAt: x.MadeAt, MadeBy: x.MadeBy, MadeNote: optional(x.MadeNote), SignedAt: x.SignedAt,
		SignedBy: x.SignedBy, SentAt: x.SentAt, SentBy: x.SentBy, SentOn: optionalDate(x.SentOn), Carrier: optional(x.Carrier),
		TrackingNo: optional(x.TrackingNo), FollowUpAt: x.FollowUpAt, Result: optional(x.Result), ResultAt: x.ResultAt, CreatedAt: x.CreatedAt,
		UpdatedAt: x.UpdatedAt, Etag: etag(x.Version),
	}
}

func sampleBody(x sample.Sample, tx pg.Tx) api.Sample {
	body := sampleSummary(x, tx)
	lines := each(x.Lines, func(l sample.Line) api.SampleLine {
		return api.SampleLine{
			ID: l.ID, LineNo: l.LineNo, ProductID: l.ProductID, Description: optional(l.Description), Unit: l.Unit, Quantity: l.Quantity, Remarks: optional(l.Remarks),
		}
	})
	notes := each(x.Notes, func(n sample.Remark) api.SampleNote {
		return api.SampleNote{Note: n.Note, NextAt: n.NextAt, RecordedAt: n.RecordedAt, RecordedBy: n.RecordedBy}
	})
	references := each(x.References, func(r sample.Reference) api.SampleReference {
		return api.SampleReference{
			OrderID: r.OrderID, OrderNumber: optional(r.OrderNumber), OrderLineID: r.OrderLineID, Note: optional(r.Note), LinkedAt: r.LinkedAt, LinkedBy: r.LinkedBy,
		}
	})
	files := attachmentBodies(x.Attachments)
	body.Lines, body.Notes, body.References, body.Attachments = &lines, &notes, &references, &files
	return body
}
