package httpapi

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/gate"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListGateKeys implements the operation of that name.
func (s *Server) ListGateKeys(ctx context.Context, _ api.ListGateKeysRequestObject) (api.ListGateKeysResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListGateKeys200JSONResponse, error) {
		keys, err := s.Gate.ListGateKeys(tx)
		body := api.GateKeySet{Keys: make([]api.GateKey, len(keys))}
		for i, k := range keys {
			body.Keys[i] = api.GateKey{
				Kty: "OKP", Crv: "Ed25519", Alg: "EdDSA", Use: "sig", Kid: k.Kid, X: base64.RawURLEncoding.EncodeToString(k.PublicKey),
				NotBefore: k.NotBefore, NotAfter: k.NotAfter,
			}
		}
		return api.ListGateKeys200JSONResponse(body), err
	})
}

// ListGatePassEndings implements the operation of that name.
func (s *Server) ListGatePassEndings(ctx context.Context, r api.ListGatePassEndingsRequestObject) (api.ListGatePassEndingsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListGatePassEndings200JSONResponse, error) {
		p := pg.Page{Limit: 500, Cursor: value(r.Params.Cursor)}
		if r.Params.Limit != nil {
			p.Limit = *r.Params.Limit
		}
		rows, next, more, err := s.Gate.ListEndings(tx, p)
		data := make([]api.GatePassEnding, len(rows))
		for i, e := range rows {
			data[i] = api.GatePassEnding{GatePassID: e.GatePassID, Number: e.Number, State: e.State, UsedAt: e.UsedAt, ExpiresAt: e.ExpiresAt}
		}
		return api.ListGatePassEndings200JSONResponse{Data: data, NextCursor: next, More: more}, err
	})
}

// SynchroniseGateChecks implements the operation of that name.
func (s *Server) SynchroniseGateChecks(ctx context.Context, r api.SynchroniseGateChecksRequestObject) (api.SynchroniseGateChecksResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.SynchroniseGateChecks200JSONResponse, error) {
		b := gate.Batch{DeviceID: r.Body.DeviceID, SentAt: r.Body.SentAt}
		for _, c := range r.Body.Checks {
			b.Checks = append(b.Checks, gate.OfflineCheck{
				Sequence: c.Sequence, SeenAt: c.SeenAt, Decision: gate.DeviceDecision(c.Decision), Note: value(c.Note),
				Sighting: gate.Sighting{Token: value(c.Token), PassNumber: value(c.PassNumber), Vehicle: c.Vehicle, Seen: goodsSeen(c.Seen)},
			})
		}
		skew, rows, err := s.Gate.SynchroniseGateChecks(tx, who, b)
		body := api.SynchroniseGateChecks200JSONResponse{Data: make([]api.GateSynchronisedCheck, len(rows)), ReceivedAt: tx.Now, SkewSeconds: int(skew / time.Second)}
		for i, row := range rows {
			body.Data[i] = api.GateSynchronisedCheck{
				Sequence: *row.Check.Sequence, Repeated: row.Repeated, Check: gateCheckBody(row.Check), Conflicts: make([]api.GateConflict, len(row.Conflicts)),
			}
			for j, c := range row.Conflicts {
				body.Data[i].Conflicts[j] = conflictBody(c)
			}
		}
		return body, err
	})
}

// ListGateConflicts implements the operation of that name.
func (s *Server) ListGateConflicts(ctx context.Context, r api.ListGateConflictsRequestObject) (api.ListGateConflictsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListGateConflicts200JSONResponse, error) {
		f := gate.ConflictFilter{State: string(value(r.Params.State)), Kind: gate.Kind(value(r.Params.Kind)), NoteID: r.Params.DeliveryNoteID}
		rows, next, err := s.Gate.ListConflicts(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.GateConflict, len(rows))
		for i, c := range rows {
			data[i] = conflictBody(c)
		}
		return api.ListGateConflicts200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// GetGateConflict implements the operation of that name.
func (s *Server) GetGateConflict(ctx context.Context, r api.GetGateConflictRequestObject) (api.GetGateConflictResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetGateConflict200JSONResponse, error) {
		c, err := s.Gate.GetConflict(tx, who, r.GateConflictID)
		return api.GetGateConflict200JSONResponse{Body: conflictBody(c), Headers: api.GetGateConflict200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// ResolveGateConflict implements the operation of that name.
func (s *Server) ResolveGateConflict(ctx context.Context, r api.ResolveGateConflictRequestObject) (api.ResolveGateConflictResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ResolveGateConflict200JSONResponse, error) {
		c, err := s.Gate.ResolveConflict(tx, who, r.GateConflictID, optionalMatch(r.Params.IfMatch), r.Body.Note)
		return api.ResolveGateConflict200JSONResponse{Body: conflictBody(c), Headers: api.ResolveGateConflict200ResponseHeaders{ETag: etag(c.Version)}}, err
	})
}

// ListNoticeGatePasses implements the operation of that name.
func (s *Server) ListNoticeGatePasses(ctx context.Context, r api.ListNoticeGatePassesRequestObject) (api.ListNoticeGatePassesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListNoticeGatePasses200JSONResponse, error) {
		lines, trucks, err := s.Gate.Trucks(tx, who, r.ShippingNoticeID)
		body := api.ListNoticeGatePasses200JSONResponse{Lines: make([]api.NoticeGateLine, len(lines)), Trucks: make([]api.NoticeTruck, len(trucks))}
		for i, l := range lines {
			rest := l.Rest()
			if l.Missing.IsPos() {
				rest = decimal.Zero
			}
			body.Lines[i] = api.NoticeGateLine{
				NoticeLineID: l.ID, ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit, Quantity: l.Quantity,
				Left: l.Left, UnderWay: l.UnderWay, Rest: rest, Missing: l.Missing,
			}
		}
		for i, d := range trucks {
			body.Trucks[i] = api.NoticeTruck{DeliveryNoteID: d.ID, DeliveryNoteNumber: d.Number, GatePass: passBody(d.Pass), Goods: goodsBody(d.Goods())}
		}
		return body, err
	})
}

func conflictBody(c gate.Conflict) api.GateConflict {
	return api.GateConflict{
		ID: c.ID, Kind: string(c.Kind), State: c.State, Booking: string(c.Booking), BookedNoteID: c.BookedNoteID, DetailEn: c.DetailEN, DetailZh: c.DetailZH,
		GateCheckID: &c.GateCheckID, DeliveryNoteID: c.DeliveryNoteID, PassNumber: c.PassNumber, Vehicle: c.Vehicle, DeviceID: c.DeviceID,
		Sequence: c.Sequence, DeviceDecision: string(c.DeviceDecision), DeviceNote: optional(c.DeviceNote), SeenAt: c.SeenAt, CheckedBy: c.CheckedBy,
		OpenedAt: c.OpenedAt, Resolution: optional(c.Resolution), ResolvedBy: c.ResolvedBy, ResolvedAt: c.ResolvedAt, Etag: etag(c.Version),
	}
}
