package httpapi

import (
	"bytes"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/statement"
)

// ListStatements implements the operation of that name.
func (s *Server) ListStatements(ctx context.Context, r api.ListStatementsRequestObject) (api.ListStatementsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListStatements200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.Statements.List(tx, who, statement.Filter{
			CustomerID: p.CustomerID, OwnerID: p.OwnerID, Month: monthOf(p.Month), State: statement.State(value(p.State)), Kind: string(value(p.Kind)),
			Number: value(p.Number),
		}, page(p.Limit, p.Cursor))
		return api.ListStatements200JSONResponse{Data: each(rows, statementRow), NextCursor: optional(next)}, err
	})
}

// MakeStatement implements the operation of that name.
func (s *Server) MakeStatement(ctx context.Context, r api.MakeStatementRequestObject) (api.MakeStatementResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.MakeStatement201JSONResponse, error) {
		v, err := s.Statements.Make(tx, who, r.Body.CustomerID, r.Body.From.Time, r.Body.To.Time)
		return api.MakeStatement201JSONResponse{Body: accountBody(v), Headers: api.MakeStatement201ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// SendStatements implements the operation of that name.
func (s *Server) SendStatements(ctx context.Context, r api.SendStatementsRequestObject) (api.SendStatementsResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SendStatements200JSONResponse, error) {
		tokens, err := s.Statements.Bulk(tx, who, r.Body.StatementIds, string(r.Body.Via))
		sent := make([]api.SentStatement, 0, len(tokens))
		for id, token := range tokens {
			sent = append(sent, api.SentStatement{StatementID: id, Token: optional(token)})
		}
		slices.SortFunc(sent, func(a, b api.SentStatement) int { return bytes.Compare(a.StatementID[:], b.StatementID[:]) })
		return api.SendStatements200JSONResponse{Data: sent}, err
	})
}

// GetStatement implements the operation of that name.
func (s *Server) GetStatement(ctx context.Context, r api.GetStatementRequestObject) (api.GetStatementResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetStatement200JSONResponse, error) {
		body, v, err := s.statementWhole(tx, who, r.StatementID)
		return api.GetStatement200JSONResponse{Body: body, Headers: api.GetStatement200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// statementWhole is a statement with its disputes, its files and whose it is.
func (s *Server) statementWhole(tx pg.Tx, who identity.Principal, id uuid.UUID) (api.Statement, statement.Statement, error) {
	v, disputes, err := s.Statements.Get(tx, who, id)
	if err != nil {
		return api.Statement{}, v, err
	}
	c, err := customer.Brief(tx, v.CustomerID)
	if err != nil {
		return api.Statement{}, v, err
	}
	files, err := s.Attachments.Of(tx, statement.Subject, id)
	body := accountBody(v)
	body.CustomerCode, body.CustomerName, body.OwnerID = &c.Code, &c.Name, &c.OwnerID
	body.Disputes, body.Attachments = new(each(disputes, statementDispute)), new(attachmentBodies(files[id]))
	return body, v, err
}

// ListStatementLines implements the operation of that name.
func (s *Server) ListStatementLines(ctx context.Context, r api.ListStatementLinesRequestObject) (api.ListStatementLinesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListStatementLines200JSONResponse, error) {
		rows, next, err := s.Statements.Lines(tx, who, r.StatementID, page(r.Params.Limit, r.Params.Cursor))
		return api.ListStatementLines200JSONResponse{Data: each(rows, lineOfStatement), NextCursor: optional(next)}, err
	})
}

// GetStatementTimeline implements the operation of that name.
func (s *Server) GetStatementTimeline(ctx context.Context, r api.GetStatementTimelineRequestObject) (api.GetStatementTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetStatementTimeline200JSONResponse, error) {
		if err := s.Statements.Seen(tx, who, r.StatementID); err != nil {
			return api.GetStatementTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, statement.Subject, r.StatementID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetStatementTimeline200JSONResponse(t), err
	})
}

// SendStatement implements the operation of that name.
func (s *Server) SendStatement(ctx context.Context, r api.SendStatementRequestObject) (api.SendStatementResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SendStatement200JSONResponse, error) {
		v, token, err := s.Statements.Send(tx, who, r.StatementID, optionalMatch(r.Params.IfMatch), string(r.Body.Via))
		return api.SendStatement200JSONResponse{
			Body: api.StatementSent{Statement: accountBody(v), Token: optional(token)}, Headers: api.SendStatement200ResponseHeaders{ETag: etag(v.Version)},
		}, err
	})
}

// ConfirmStatement implements the operation of that name.
func (s *Server) ConfirmStatement(ctx context.Context, r api.ConfirmStatementRequestObject) (api.ConfirmStatementResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConfirmStatement200JSONResponse, error) {
		v, err := s.Statements.Confirm(tx, who, r.StatementID, optionalMatch(r.Params.IfMatch), statement.Answer{Name: r.Body.Name, Files: r.Body.AttachmentIds})
		return api.ConfirmStatement200JSONResponse{Body: accountBody(v), Headers: api.ConfirmStatement200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// DisputeStatement implements the operation of that name.
func (s *Server) DisputeStatement(ctx context.Context, r api.DisputeStatementRequestObject) (api.DisputeStatementResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DisputeStatement200JSONResponse, error) {
		b := r.Body
		v, err := s.Statements.Dispute(tx, who, r.StatementID, optionalMatch(r.Params.IfMatch), statement.Answer{Name: b.Name, Files: b.AttachmentIds}, objections(b.Lines))
		return api.DisputeStatement200JSONResponse{Body: accountBody(v), Headers: api.DisputeStatement200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

// ResolveStatementDispute implements the operation of that name.
func (s *Server) ResolveStatementDispute(ctx context.Context, r api.ResolveStatementDisputeRequestObject) (api.ResolveStatementDisputeResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ResolveStatementDispute200JSONResponse, error) {
		v, err := s.Statements.Resolve(tx, who, r.StatementID, r.DisputeID, optionalMatch(r.Params.IfMatch), statement.Resolution{
			AdjustingID: r.Body.AdjustingDocumentID, Reason: value(r.Body.Reason),
		})
		return api.ResolveStatementDispute200JSONResponse{Body: accountBody(v), Headers: api.ResolveStatementDispute200ResponseHeaders{ETag: etag(v.Version)}}, err
	})
}

func objections(lines []api.StatementObjection) []statement.Objection {
	return each(lines, func(l api.StatementObjection) statement.Objection {
		return statement.Objection{DocumentID: l.DocumentID, Reason: string(l.Reason), Note: value(l.Note)}
	})
}

func statementRow(r statement.Row) api.Statement {
	body := accountBody(r.Statement)
	body.CustomerCode, body.CustomerName, body.OwnerID = &r.Code, &r.Name, &r.OwnerID
	return body
}

// accountBody maps a statement.
func accountBody(v statement.Statement) api.Statement {
	return api.Statement{
		ID: v.ID, Number: v.Number, Revision: v.Revision, Kind: api.StatementKind(v.Kind), CustomerID: v.CustomerID, From: date(v.StartsOn), To: date(v.EndsOn),
		Opening: openingBody(v), Movements: movementsBody(v.Movements), Closing: closingBody(v), Ageing: bucketsBody(v.Buckets), AgeingBounds: boundsBody(v.Bounds),
		LateDocuments: v.LateDocuments, AdjustedAfter: v.AdjustedAfter, Agreed: v.Agreed, State: api.StatementState(v.State), SentAt: v.SentAt,
		SentVia: optional(api.StatementChannel(v.SentVia)), ConfirmedAt: v.ConfirmedAt, ConfirmedVia: optional(api.StatementConfirmedVia(v.ConfirmedVia)),
		ConfirmedName: optional(v.ConfirmedName), SettledAt: v.SettledAt, ReplacedBy: v.ReplacedBy, MadeAt: v.MadeAt, Etag: etag(v.Version),
	}
}

func openingBody(v statement.Statement) api.StatementBalance {
	return api.StatementBalance{Receivable: v.OpeningReceivable, Shipped: v.OpeningShipped, Prepaid: v.OpeningPrepaid, Total: v.Opening}
}

func closingBody(v statement.Statement) api.StatementBalance {
	return api.StatementBalance{Receivable: v.ClosingReceivable, Shipped: v.ClosingShipped, Prepaid: v.ClosingPrepaid, Total: v.Closing}
}

func movementsBody(m statement.Movements) api.StatementMovements {
	return api.StatementMovements{
		Brought: m.Brought, Delivered: m.Delivered, Invoiced: m.Invoiced, InvoiceDifference: m.InvoiceDifference, Adjusted: m.Adjusted,
		Credited: m.Credited, Received: m.Received, WrittenOff: m.WrittenOff,
	}
}

func bucketsBody(b statement.Buckets) api.AgeBuckets {
	return api.AgeBuckets{NotDue: b.NotDue, LateFirst: b.LateFirst, LateSecond: b.LateSecond, LateThird: b.LateThird, LateBeyond: b.LateBeyond}
}

func boundsBody(b statement.Bounds) api.AgeBounds {
	return api.AgeBounds{First: b.BoundFirst, Second: b.BoundSecond, Third: b.BoundThird}
}

func lineOfStatement(l statement.Line) api.StatementLine {
	return api.StatementLine{
		Kind: api.StatementLineKind(l.Kind), DocumentType: l.DocumentType, DocumentID: l.DocumentID, Number: l.Number, CustomerID: l.CustomerID,
		Remarks: optional(l.Remarks), HappenedOn: date(l.HappenedOn), BookedAt: l.BookedAt, DueOn: optionalDate(l.DueOn), Invoiced: l.Invoiced,
		Amount: l.Amount, Balance: l.Balance, Late: l.Late, Dispute: optional(api.StatementLineDispute(l.Dispute)),
	}
}

func statementDispute(d statement.Dispute) api.StatementObjected {
	return api.StatementObjected{
		ID: d.ID, StatementID: d.StatementID, DocumentType: d.DocumentType, DocumentID: d.DocumentID, Number: d.Number, Amount: d.Amount,
		Reason: api.StatementReason(d.Reason), Note: d.Note, State: api.StatementObjectedState(d.State), RaisedAt: d.RaisedAt,
		RaisedVia: api.StatementObjectedRaisedVia(d.RaisedVia), RaisedName: d.RaisedName, Resolution: optional(d.Resolution), AdjustingDocumentID: d.AdjustingID,
		Effect: d.Effect, ResolvedAt: d.ResolvedAt,
	}
}
