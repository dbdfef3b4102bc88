package httpapi

import (
	"context"
	"crypto/sha256"
	"io"
	"os"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/importing"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListImports implements the operation of that name.
func (s *Server) ListImports(ctx context.Context, r api.ListImportsRequestObject) (api.ListImportsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListImports200JSONResponse, error) {
		rows, next, err := s.Imports.List(tx, who, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.Import, len(rows))
		for i, imp := range rows {
			data[i] = importBody(imp)
		}
		return api.ListImports200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// StartImport implements the operation of that name. The file is spooled to disk before the transaction, which may run
// more than once, begins; its hash is part of what an Idempotency-Key is bound to.
func (s *Server) StartImport(ctx context.Context, r api.StartImportRequestObject) (api.StartImportResponseObject, error) {
	file, err := os.CreateTemp("", "salesgate-upload-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	c, h := current(ctx), sha256.New()
	h.Write(c.hash)
	if _, err := io.Copy(io.MultiWriter(file, h), r.Body); err != nil {
		return nil, unreadable(err)
	}
	c.hash = h.Sum(nil)
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.StartImport202JSONResponse, error) {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return api.StartImport202JSONResponse{}, err
		}
		mode := importing.Atomic
		if r.Params.Mode != nil {
			mode = importing.Mode(*r.Params.Mode)
		}
		imp, err := s.Imports.Start(tx, who, importing.Upload{
			Kind: importing.Kind(r.Kind), Mode: mode, CheckOnly: value(r.Params.CheckOnly), FileName: value(r.Params.FileName), Content: file,
			AcceptLarge: value(r.Params.AcceptLargeChanges), ReasonKind: string(value(r.Params.ReasonKind)), Reason: value(r.Params.Reason),
			EffectiveAt: r.Params.EffectiveAt,
		})
		return api.StartImport202JSONResponse{
			Body: importBody(imp), Headers: api.StartImport202ResponseHeaders{Location: "/v1/operations/" + imp.ID.String()},
		}, err
	})
}

// GetImport implements the operation of that name.
func (s *Server) GetImport(ctx context.Context, r api.GetImportRequestObject) (api.GetImportResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetImport200JSONResponse, error) {
		imp, err := s.Imports.Get(tx, who, r.ImportID)
		return api.GetImport200JSONResponse(importBody(imp)), err
	})
}

// ListImportErrors implements the operation of that name.
func (s *Server) ListImportErrors(ctx context.Context, r api.ListImportErrorsRequestObject) (api.ListImportErrorsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListImportErrors200JSONResponse, error) {
		rows, next, err := s.Imports.Errors(tx, who, r.ImportID, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.ImportError, len(rows))
		for i, p := range rows {
			data[i] = api.ImportError{Row: p.Row, Column: optional(p.Field), Code: p.Code, Message: errs.Fill(p.EN, p.ZH, current(ctx).lang, nil)}
		}
		return api.ListImportErrors200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// GetOperation implements the operation of that name. Long work is imports and backtests.
func (s *Server) GetOperation(ctx context.Context, r api.GetOperationRequestObject) (api.GetOperationResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetOperation200JSONResponse, error) {
		imp, err := s.Imports.Get(tx, who, r.OperationID)
		if err != nil {
			return s.backtestOperation(tx, who, r, err)
		}
		return api.GetOperation200JSONResponse{
			ID: imp.ID, Kind: "import." + string(imp.Kind), State: string(imp.State), Done: imp.RowsDone, Total: imp.RowsTotal,
			Result: "/v1/import-runs/" + imp.ID.String(),
		}, err
	})
}

func importBody(i importing.Import) api.Import {
	return api.Import{
		ID: i.ID, Kind: api.ImportKind(i.Kind), Mode: string(i.Mode), CheckOnly: i.CheckOnly, FileName: optional(i.FileName),
		State: string(i.State), RowsTotal: i.RowsTotal, RowsDone: i.RowsDone, Created: i.Created, Updated: i.Updated,
		Unchanged: i.Unchanged, Refused: i.Refused, Message: optional(i.Message), ListID: i.ListID, CreatedAt: i.CreatedAt, FinishedAt: i.FinishedAt,
	}
}
