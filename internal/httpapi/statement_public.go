package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/printing"
	"github.com/salesgate/salesgate/internal/statement"
)

// throughLink answers the customer's side, who holds a link: throttled per address, and refused before anything is written when the link
// isn't good. It writes, though only how often the address asked.
func throughLink[T any](ctx context.Context, s *Server, token string, answer func(pg.Tx, statement.Statement, statement.Link) (T, error)) (T, error) {
	address := current(ctx).echo.RealIP()
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (none T, err error) {
		if err := identity.AdmitStranger(tx, "statement", address); err != nil {
			return none, err
		}
		v, l, err := s.Statements.Follow(tx, token)
		if err != nil {
			return none, pg.Keep(err)
		}
		return answer(tx, v, l)
	})
}

// ReadPublicStatement implements the operation of that name.
func (s *Server) ReadPublicStatement(ctx context.Context, r api.ReadPublicStatementRequestObject) (api.ReadPublicStatementResponseObject, error) {
	return throughLink(ctx, s, r.Params.XStatementToken, func(tx pg.Tx, v statement.Statement, l statement.Link) (api.ReadPublicStatement200JSONResponse, error) {
		body, err := s.publicStatement(tx, v, l)
		return api.ReadPublicStatement200JSONResponse(body), err
	})
}

// ReadPublicStatementLines implements the operation of that name.
func (s *Server) ReadPublicStatementLines(ctx context.Context, r api.ReadPublicStatementLinesRequestObject) (api.ReadPublicStatementLinesResponseObject, error) {
	token := r.Params.XStatementToken
	return throughLink(ctx, s, token, func(tx pg.Tx, _ statement.Statement, _ statement.Link) (api.ReadPublicStatementLines200JSONResponse, error) {
		rows, next, err := s.Statements.FollowLines(tx, token, page(r.Params.Limit, r.Params.Cursor))
		for i := range rows {
			rows[i].Remarks = "" // ours
		}
		return api.ReadPublicStatementLines200JSONResponse{Data: each(rows, lineOfStatement), NextCursor: optional(next)}, err
	})
}

// ConfirmPublicStatement implements the operation of that name.
func (s *Server) ConfirmPublicStatement(ctx context.Context, r api.ConfirmPublicStatementRequestObject) (api.ConfirmPublicStatementResponseObject, error) {
	token := r.Params.XStatementToken
	return throughLink(ctx, s, token, func(tx pg.Tx, _ statement.Statement, l statement.Link) (api.ConfirmPublicStatement200JSONResponse, error) {
		v, err := s.Statements.ConfirmLink(tx, token, r.Body.Name)
		if err != nil {
			return api.ConfirmPublicStatement200JSONResponse{}, err
		}
		body, err := s.publicStatement(tx, v, l)
		return api.ConfirmPublicStatement200JSONResponse(body), err
	})
}

// DisputePublicStatement implements the operation of that name.
func (s *Server) DisputePublicStatement(ctx context.Context, r api.DisputePublicStatementRequestObject) (api.DisputePublicStatementResponseObject, error) {
	token := r.Params.XStatementToken
	return throughLink(ctx, s, token, func(tx pg.Tx, _ statement.Statement, l statement.Link) (api.DisputePublicStatement200JSONResponse, error) {
		v, err := s.Statements.DisputeLink(tx, token, r.Body.Name, objections(r.Body.Lines))
		if err != nil {
			return api.DisputePublicStatement200JSONResponse{}, err
		}
		body, err := s.publicStatement(tx, v, l)
		return api.DisputePublicStatement200JSONResponse(body), err
	})
}

// publicStatement is what a link tells: the figures and the customer's own words, and nothing of our people.
func (s *Server) publicStatement(tx pg.Tx, v statement.Statement, l statement.Link) (api.PublicStatement, error) {
	_, disputes, err := s.Statements.Get(tx, identity.System(), v.ID)
	if err != nil {
		return api.PublicStatement{}, err
	}
	c, err := customer.Brief(tx, v.CustomerID)
	if err != nil {
		return api.PublicStatement{}, err
	}
	us, err := printing.Current(tx)
	return api.PublicStatement{
		Number: v.Number, Revision: v.Revision, CustomerName: c.Name, CompanyName: optional(us.NameZH), From: date(v.StartsOn), To: date(v.EndsOn),
		Opening: openingBody(v), Movements: movementsBody(v.Movements), Closing: closingBody(v), Ageing: bucketsBody(v.Buckets),
		AgeingBounds: boundsBody(v.Bounds), AdjustedAfter: v.AdjustedAfter, Agreed: v.Agreed, State: api.StatementState(v.State),
		ConfirmedName: optional(v.ConfirmedName), ExpiresAt: &l.ExpiresAt, Disputes: each(disputes, publicDispute),
	}, err
}

func publicDispute(d statement.Dispute) api.PublicObjected {
	return api.PublicObjected{
		DocumentID: d.DocumentID, Number: d.Number, Amount: d.Amount, Reason: api.StatementReason(d.Reason), Note: d.Note,
		State: api.PublicObjectedState(d.State), Resolution: optional(d.Resolution), Effect: d.Effect,
	}
}
