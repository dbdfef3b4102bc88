package httpapi

import (
	"context"
	"net/http"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// sheetExport is an answer that is written while it is read: a table as a file.
type sheetExport struct {
	ctx    context.Context
	server *Server
	kind   string // csv or xlsx; "" is csv
	name   string // of the file, without its ending
	header []column
	read   func(tx pg.Tx, row func(cells []any) error) error
}

// send writes the file. An error after the first byte breaks the connection, so that nobody takes a part for the whole.
func (e sheetExport) send(w http.ResponseWriter) error {
	s := e.server
	defer s.exporting.Add(-1)
	if s.exporting.Add(1) > maxExports {
		return errs.ErrBusy.With()
	}
	ctx, cancel := context.WithTimeout(e.ctx, streamLife)
	defer cancel()
	out := &download{w: w}
	err := e.write(ctx, out)
	if err != nil && out.begun {
		s.Log.WarnContext(ctx, "export broken off", "request_id", current(e.ctx).requestID, "error", err.Error())
		panic(http.ErrAbortHandler)
	}
	return err
}

// write reads all rows in one snapshot. The connection is given back before a workbook, which is made whole first, is sent.
func (e sheetExport) write(ctx context.Context, out *download) error {
	c := current(e.ctx)
	if e.kind == "" {
		e.kind = "csv"
	}
	header := make([]column, len(e.header))
	for i, h := range e.header {
		if c.lang == "en" {
			h.zh = h.en
		}
		header[i] = h
	}
	out.name = e.name + "." + e.kind
	var file sheet
	err := e.server.DB.Snapshot(ctx, c.origin(), func(tx pg.Tx) (err error) {
		if file, err = newSheet(e.kind, out, header); err != nil {
			return err
		}
		return e.read(tx, file.row)
	})
	if file == nil {
		return err
	}
	defer file.discard()
	if err != nil {
		return err
	}
	return file.finish()
}
