package httpapi

import (
	"context"
	"encoding/hex"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListMyTasks implements the operation of that name.
func (s *Server) ListMyTasks(ctx context.Context, r api.ListMyTasksRequestObject) (api.ListMyTasksResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListMyTasks200JSONResponse, error) {
		f := approval.TaskFilter{Matter: value(r.Params.Matter), Kind: approval.Kind(value(r.Params.Kind)), Overdue: value(r.Params.Overdue)}
		rows, next, err := s.Approvals.ListMyTasks(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListMyTasks200JSONResponse{}, err
		}
		people := make([]uuid.UUID, 0, 2*len(rows))
		for _, t := range rows {
			people = append(people, t.SubmittedBy)
			if t.OnBehalfOf != nil {
				people = append(people, *t.OnBehalfOf)
			}
		}
		names, err := identity.Names(tx, people...)
		return api.ListMyTasks200JSONResponse{
			Data:       each(rows, func(t approval.MyTask) api.MyTask { return myTaskBody(who, t, names) }),
			NextCursor: optional(next),
		}, err
	})
}

// ListApprovals implements the operation of that name.
func (s *Server) ListApprovals(ctx context.Context, r api.ListApprovalsRequestObject) (api.ListApprovalsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListApprovals200JSONResponse, error) {
		f := approval.Filter{
			State: approval.State(value(r.Params.State)), Matter: value(r.Params.Matter), SubjectType: value(r.Params.SubjectType),
			SubjectID: r.Params.SubjectID, SubmittedBy: r.Params.SubmittedBy,
		}
		rows, next, err := s.Approvals.ListApprovals(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListApprovals200JSONResponse{}, err
		}
		names, err := namesOf(tx, rows, func(a approval.Request) uuid.UUID { return a.SubmittedBy })
		return api.ListApprovals200JSONResponse{
			Data:       each(rows, func(a approval.Request) api.Approval { return approvalBody(who, a, names[a.SubmittedBy]) }),
			NextCursor: optional(next),
		}, err
	})
}

// GetApproval implements the operation of that name.
func (s *Server) GetApproval(ctx context.Context, r api.GetApprovalRequestObject) (api.GetApprovalResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetApproval200JSONResponse, error) {
		d, err := s.Approvals.GetApproval(tx, who, r.ApprovalID)
		if err != nil {
			return api.GetApproval200JSONResponse{}, err
		}
		names, err := identity.Names(tx, d.People()...)
		return api.GetApproval200JSONResponse{
			Body: dossierBody(who, d, names), Headers: api.GetApproval200ResponseHeaders{ETag: etag(d.Version)},
		}, err
	})
}

// ApproveRequest implements the operation of that name.
func (s *Server) ApproveRequest(ctx context.Context, r api.ApproveRequestRequestObject) (api.ApproveRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ApproveRequest200JSONResponse, error) {
		a, err := s.Approvals.ApproveRequest(tx, who, r.ApprovalID, verdict(value(r.Body.Comment), r.Body.ContentHash, r.Params.IfMatch))
		return api.ApproveRequest200JSONResponse{Body: approvalBody(who, a, ""), Headers: api.ApproveRequest200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// RejectRequest implements the operation of that name.
func (s *Server) RejectRequest(ctx context.Context, r api.RejectRequestRequestObject) (api.RejectRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RejectRequest200JSONResponse, error) {
		a, err := s.Approvals.RejectRequest(tx, who, r.ApprovalID, verdict(r.Body.Comment, r.Body.ContentHash, r.Params.IfMatch))
		return api.RejectRequest200JSONResponse{Body: approvalBody(who, a, ""), Headers: api.RejectRequest200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// ReturnRequest implements the operation of that name.
func (s *Server) ReturnRequest(ctx context.Context, r api.ReturnRequestRequestObject) (api.ReturnRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReturnRequest200JSONResponse, error) {
		a, err := s.Approvals.ReturnRequest(tx, who, r.ApprovalID, verdict(r.Body.Comment, r.Body.ContentHash, r.Params.IfMatch))
		return api.ReturnRequest200JSONResponse{Body: approvalBody(who, a, ""), Headers: api.ReturnRequest200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// WithdrawRequest implements the operation of that name.
func (s *Server) WithdrawRequest(ctx context.Context, r api.WithdrawRequestRequestObject) (api.WithdrawRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.WithdrawRequest200JSONResponse, error) {
		a, err := s.Approvals.WithdrawRequest(tx, who, r.ApprovalID, verdict(value(r.Body.Comment), r.Body.ContentHash, r.Params.IfMatch))
		return api.WithdrawRequest200JSONResponse{Body: approvalBody(who, a, ""), Headers: api.WithdrawRequest200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// CommentRequest implements the operation of that name.
func (s *Server) CommentRequest(ctx context.Context, r api.CommentRequestRequestObject) (api.CommentRequestResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CommentRequest201JSONResponse, error) {
		c, err := s.Approvals.CommentRequest(tx, who, r.ApprovalID, r.Body.Comment)
		return api.CommentRequest201JSONResponse(approvalCommentBody(c)), err
	})
}

// RecordVerbalApproval implements the operation of that name.
func (s *Server) RecordVerbalApproval(ctx context.Context, r api.RecordVerbalApprovalRequestObject) (api.RecordVerbalApprovalResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecordVerbalApproval201JSONResponse, error) {
		a, v, err := s.Approvals.RecordVerbalApproval(tx, who, r.ApprovalID, approval.Verbal{
			GivenBy: r.Body.GivenBy, GivenTo: r.Body.GivenTo, GivenAt: r.Body.GivenAt, Purpose: r.Body.Purpose,
			Verdict: verdict("", r.Body.ContentHash, r.Params.IfMatch),
		})
		return api.RecordVerbalApproval201JSONResponse{
			Body:    api.VerbalApprovalRecorded{Approval: approvalBody(who, a, ""), VerbalApproval: verbalApprovalBody(v)},
			Headers: api.RecordVerbalApproval201ResponseHeaders{ETag: etag(a.Version)},
		}, err
	})
}

// ConfirmVerbalApproval implements the operation of that name.
func (s *Server) ConfirmVerbalApproval(ctx context.Context, r api.ConfirmVerbalApprovalRequestObject) (api.ConfirmVerbalApprovalResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConfirmVerbalApproval200JSONResponse, error) {
		v, err := s.Approvals.ConfirmVerbalApproval(tx, who, r.ApprovalID, r.Body.VerbalApprovalID, value(r.Body.Comment))
		return api.ConfirmVerbalApproval200JSONResponse(verbalApprovalBody(v)), err
	})
}

// DenyVerbalApproval implements the operation of that name.
func (s *Server) DenyVerbalApproval(ctx context.Context, r api.DenyVerbalApprovalRequestObject) (api.DenyVerbalApprovalResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DenyVerbalApproval200JSONResponse, error) {
		v, err := s.Approvals.DenyVerbalApproval(tx, who, r.ApprovalID, r.Body.VerbalApprovalID, r.Body.Comment)
		return api.DenyVerbalApproval200JSONResponse(verbalApprovalBody(v)), err
	})
}

// verdict reads what a decision may name. The contract's pattern has accepted the hash.
func verdict(comment string, hash *string, match *string) approval.Verdict {
	v := approval.Verdict{Comment: comment, Version: optionalMatch(match)}
	if hash != nil {
		v.ContentHash, _ = hex.DecodeString(*hash)
	}
	return v
}

// namesOf reads the names of the people that rows name.
func namesOf[T any](tx pg.Tx, rows []T, of func(T) uuid.UUID) (map[uuid.UUID]string, error) {
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = of(r)
	}
	return identity.Names(tx, ids...)
}

// approvalBody shows a request, without amounts to whom they aren't shown (ORD-03).
func approvalBody(who identity.Principal, a approval.Request, submitter string) api.Approval {
	if !identity.SeesPrices(who) {
		a = a.Unpriced()
	}
	return api.Approval{
		ID: a.ID, Matter: a.Matter, SubjectType: a.SubjectType, SubjectID: a.SubjectID, Number: a.Number, TitleEn: a.TitleEN, TitleZh: a.TitleZH,
		SubmittedBy: a.SubmittedBy, Submitter: optional(submitter), SubmittedAt: a.SubmittedAt, MatrixVersion: a.MatrixVersion,
		State: api.ApprovalState(a.State), Step: a.Step, Steps: len(a.Route), ClosedAt: a.ClosedAt, ClosedBy: a.ClosedBy,
		OwnerID: a.OwnerID, Renews: a.Renews, CloseReason: optional(a.CloseReason), ContentHash: hex.EncodeToString(a.ContentHash), Etag: etag(a.Version),
	}
}

func dossierBody(who identity.Principal, d approval.Dossier, names map[uuid.UUID]string) api.ApprovalDetail {
	if !identity.SeesPrices(who) {
		d = d.Unpriced(who.ID)
	}
	return api.ApprovalDetail{
		Approval: approvalBody(who, d.Request, names[d.SubmittedBy]), Facts: d.Facts, MayDecide: d.MayDecide, DecidesFor: d.DecidesFor,
		Route:       each(d.Route, approvalStepBody),
		Decisions:   each(d.Decisions, func(x approval.Decision) api.ApprovalDecision { return approvalDecisionBody(x, names) }),
		Escalations: each(d.Escalations, escalationBody), Comments: each(d.Comments, approvalCommentBody),
		VerbalApprovals: each(d.Verbals, verbalApprovalBody), Tasks: each(d.Tasks, approvalTaskBody),
	}
}

func approvalStepBody(st approval.Step) api.ApprovalStep {
	return api.ApprovalStep{
		Stage: st.Stage, TitleEn: st.TitleEN, TitleZh: st.TitleZH, Kind: string(st.Kind), Mode: string(st.Mode), Quorum: optional(st.Quorum),
		DueHours: optional(st.DueHours), Escalation: optional(st.Escalation), Carried: optional(st.Carried),
		Deciders: each(st.Deciders, func(d approval.Decider) api.ApprovalDecider {
			return api.ApprovalDecider{
				Role: string(d.Role), DepartmentID: d.DepartmentID, UserID: d.UserID, MovedFrom: optional(string(d.MovedFrom)),
			}
		}),
	}
}

func escalationBody(e approval.Escalation) api.ApprovalEscalation {
	return api.ApprovalEscalation{
		Step: e.Step, Reason: e.Reason, Role: string(e.Role), DepartmentID: e.DepartmentID, UserID: e.UserID, At: e.At,
	}
}

func approvalDecisionBody(d approval.Decision, names map[uuid.UUID]string) api.ApprovalDecision {
	body := api.ApprovalDecision{
		ID: d.ID, Step: d.Step, Stage: d.Stage, Role: string(d.Role), Outcome: string(d.Outcome), Comment: d.Comment, DecidedBy: d.DecidedBy,
		Verbal: d.Verbal, RecordedBy: d.RecordedBy, DecidedAt: d.DecidedAt, Decider: optional(names[d.DecidedBy]),
		OnBehalfOf: d.OnBehalfOf, Escalated: optional(d.EscalationID != nil), CarriedFrom: d.CarriedFrom, ResolutionID: d.ResolutionID,
	}
	if d.OnBehalfOf != nil {
		body.Absent = optional(names[*d.OnBehalfOf])
	}
	return body
}

func approvalCommentBody(c approval.Comment) api.ApprovalComment {
	return api.ApprovalComment{ID: c.ID, AuthorID: c.AuthorID, Comment: c.Body, At: c.At}
}

func verbalApprovalBody(v approval.VerbalApproval) api.VerbalApproval {
	return api.VerbalApproval{
		ID: v.ID, ApprovalID: v.RequestID, GivenBy: v.GivenBy, GivenTo: v.GivenTo, GivenAt: v.GivenAt, Purpose: v.Purpose,
		RecordedBy: v.RecordedBy, RecordedAt: v.RecordedAt, ConfirmBy: v.ConfirmBy, State: string(v.State), AnsweredAt: v.AnsweredAt,
		Comment: optional(v.Comment),
	}
}

func approvalTaskBody(t approval.Task) api.ApprovalTask {
	body := api.ApprovalTask{
		ID: t.ID, ApprovalID: t.RequestID, Step: t.Step, Kind: string(t.Kind), DepartmentID: t.DepartmentID, UserID: t.UserID,
		VerbalApprovalID: t.VerbalID, OpenedAt: t.OpenedAt, DueAt: t.DueAt, Escalated: optional(t.EscalationID != nil),
	}
	if t.Role != nil {
		body.Role = optional(string(*t.Role))
	}
	return body
}

func myTaskBody(who identity.Principal, t approval.MyTask, names map[uuid.UUID]string) api.MyTask {
	if !identity.SeesPrices(who) { // ORD-03
		t = t.Unpriced()
	}
	body := api.MyTask{
		OnBehalfOf: t.OnBehalfOf, Task: approvalTaskBody(t.Task), Matter: t.Matter, SubjectType: t.SubjectType, SubjectID: t.SubjectID, Number: t.Number,
		TitleEn: t.TitleEN, TitleZh: t.TitleZH, SubmittedBy: t.SubmittedBy, Submitter: optional(names[t.SubmittedBy]),
		SubmittedAt: t.SubmittedAt, ContentHash: hex.EncodeToString(t.ContentHash), Etag: etag(t.Version),
	}
	if t.OnBehalfOf != nil {
		body.Absent = optional(names[*t.OnBehalfOf])
	}
	return body
}
