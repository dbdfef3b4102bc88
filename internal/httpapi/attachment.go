package httpapi

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// UploadAttachment implements the operation of that name. The content is in the storage before the transaction, which may run
// more than once, begins; its checksum is part of what an Idempotency-Key is bound to. What no row came of is removed.
func (s *Server) UploadAttachment(ctx context.Context, r api.UploadAttachmentRequestObject) (api.UploadAttachmentResponseObject, error) {
	stored, err := s.Attachments.Store(ctx, body{r.Body})
	if err != nil {
		return nil, err
	}
	c, h := current(ctx), sha256.New()
	h.Write(c.hash)
	h.Write(stored.SHA256)
	c.hash = h.Sum(nil)
	answer, err := write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UploadAttachment201JSONResponse, error) {
		a, err := s.Attachments.Upload(tx, who, stored, r.Params.FileName)
		return api.UploadAttachment201JSONResponse{
			Body: attachmentBody(a), Headers: api.UploadAttachment201ResponseHeaders{ETag: etag(1)},
		}, err
	})
	unknown := errors.Is(err, errs.ErrOutcomeUnknown) // the row may be there
	if !unknown && (err != nil || answer.Body.ID != stored.ID) {
		s.Attachments.Discard(context.WithoutCancel(ctx), stored.ID)
	}
	return answer, err
}

// body is an upload whose reading fails as the contract says.
type body struct{ io.Reader }

// Read implements io.Reader.
func (b body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = unreadable(err)
	}
	return n, err
}

// GetAttachment implements the operation of that name.
func (s *Server) GetAttachment(ctx context.Context, r api.GetAttachmentRequestObject) (api.GetAttachmentResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetAttachment200JSONResponse, error) {
		a, version, err := s.Attachments.Get(tx, who, r.AttachmentID)
		return api.GetAttachment200JSONResponse{
			Body: attachmentBody(a), Headers: api.GetAttachment200ResponseHeaders{ETag: etag(version)},
		}, err
	})
}

// DeleteAttachment implements the operation of that name.
func (s *Server) DeleteAttachment(ctx context.Context, r api.DeleteAttachmentRequestObject) (api.DeleteAttachmentResponseObject, error) {
	answer, err := write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DeleteAttachment204Response, error) {
		return api.DeleteAttachment204Response{}, s.Attachments.Delete(tx, who, r.AttachmentID, ifMatch(r.Params.IfMatch))
	})
	if err == nil {
		s.Attachments.Discard(context.WithoutCancel(ctx), r.AttachmentID)
	}
	return answer, err
}

// GetAttachmentContent implements the operation of that name. It holds no connection of the database while it streams.
func (s *Server) GetAttachmentContent(ctx context.Context, r api.GetAttachmentContentRequestObject) (api.GetAttachmentContentResponseObject, error) {
	a, err := read(ctx, s, func(tx pg.Tx, who identity.Principal) (attachment.Attachment, error) {
		a, _, err := s.Attachments.Get(tx, who, r.AttachmentID)
		return a, err
	})
	if err != nil {
		return nil, err
	}
	content, err := s.Attachments.Open(ctx, a)
	if err != nil {
		return nil, err
	}
	headers := api.GetAttachmentContent200ResponseHeaders{
		ETag: `"` + a.SHA256 + `"`, ContentDisposition: disposition(a.FileName), ContentLength: strconv.FormatInt(a.Size, 10),
	}
	switch a.MediaType {
	case "image/jpeg":
		return api.GetAttachmentContent200ImageJpegResponse{Body: content, Headers: headers}, nil
	case "image/png":
		return api.GetAttachmentContent200ImagePngResponse{Body: content, Headers: headers}, nil
	}
	return api.GetAttachmentContent200ApplicationPdfResponse{Body: content, Headers: headers}, nil
}

// disposition names a file for saving: in ASCII for old clients, and whole, as RFC 5987 has it.
func disposition(name string) string {
	ascii := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, name)
	return `attachment; filename="` + ascii + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

func attachmentBody(a attachment.Attachment) api.Attachment {
	return api.Attachment{
		ID: a.ID, FileName: a.FileName, MediaType: a.MediaType, Size: a.Size, Sha256: a.SHA256,
		UploadedBy: a.UploadedBy, UploadedAt: a.UploadedAt,
	}
}

// attachmentBodies is a document's list of attachments; never nil.
func attachmentBodies(all []attachment.Attachment) []api.Attachment {
	return each(all, attachmentBody)
}

// attachmentIDs is what a request names; nil for nothing.
func attachmentIDs(ids *api.AttachmentIds) []uuid.UUID { return value(ids) }
