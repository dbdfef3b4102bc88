package httpapi

import (
	"bytes"
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/gate"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// GetGatePass implements the operation of that name.
func (s *Server) GetGatePass(ctx context.Context, r api.GetGatePassRequestObject) (api.GetGatePassResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetGatePass200JSONResponse, error) {
		d, token, err := s.Gate.Pass(tx, who, r.DeliveryNoteID)
		body := api.GetGatePass200JSONResponse{Pass: passBody(d.Pass), Token: token, DeliveryNoteID: d.ID, Goods: goodsBody(d.Goods())}
		return body, err
	})
}

// GetGatePassImage implements the operation of that name.
func (s *Server) GetGatePassImage(ctx context.Context, r api.GetGatePassImageRequestObject) (api.GetGatePassImageResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetGatePassImage200ImagePngResponse, error) {
		png, err := s.Gate.PassPNG(tx, who, r.DeliveryNoteID)
		return api.GetGatePassImage200ImagePngResponse{Body: bytes.NewReader(png), ContentLength: int64(len(png))}, err
	})
}

// ListGateChecks implements the operation of that name.
func (s *Server) ListGateChecks(ctx context.Context, r api.ListGateChecksRequestObject) (api.ListGateChecksResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListGateChecks200JSONResponse, error) {
		rows, next, err := s.Gate.ListGateChecks(tx, who, r.Params.DeliveryNoteID, string(value(r.Params.Outcome)), page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.GateCheck, len(rows))
		for i, g := range rows {
			data[i] = gateCheckBody(g)
		}
		return api.ListGateChecks200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// CheckGatePass implements the operation of that name.
func (s *Server) CheckGatePass(ctx context.Context, r api.CheckGatePassRequestObject) (api.CheckGatePassResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CheckGatePass201JSONResponse, error) {
		seen := gate.Sighting{Token: value(r.Body.Token), PassNumber: value(r.Body.PassNumber), Vehicle: r.Body.Vehicle, Seen: goodsSeen(r.Body.Seen)}
		g, err := s.Gate.CheckGatePass(tx, who, seen)
		if err != nil {
			return api.CheckGatePass201JSONResponse{}, err
		}
		body := gateCheckBody(g)
		d := decisionBody(g.Decision)
		body.Decision = &d
		return api.CheckGatePass201JSONResponse(body), nil
	})
}

func goodsSeen(all []api.GateGoodsInput) []delivery.Goods {
	seen := make([]delivery.Goods, len(all))
	for i, g := range all {
		seen[i] = delivery.Goods{ProductCode: g.ProductCode, Quantity: g.Quantity}
	}
	return seen
}

func passBody(p delivery.GatePass) api.GatePass {
	return api.GatePass{
		ID: p.ID, Number: p.Number, Vehicle: p.Vehicle, State: p.State, IssuedAt: p.IssuedAt, ExpiresAt: p.ExpiresAt, UsedAt: p.UsedAt,
	}
}

func goodsBody(goods []delivery.Goods) []api.GateGoods {
	body := make([]api.GateGoods, len(goods))
	for i, g := range goods {
		body[i] = api.GateGoods{ProductCode: g.ProductCode, Quantity: g.Quantity}
	}
	return body
}

func gateCheckBody(g gate.GateCheck) api.GateCheck {
	return api.GateCheck{
		ID: g.ID, GatePassID: g.GatePassID, DeliveryNoteID: g.DeliveryNoteID, PassNumber: g.PassNumber, Vehicle: g.Vehicle,
		Seen: goodsBody(g.Seen), Outcome: string(g.Outcome), Code: optional(g.Code), DecisionID: g.DecisionID, CheckedBy: g.CheckedBy,
		CheckedAt: g.CheckedAt, DeviceID: g.DeviceID, Sequence: g.Sequence, DeviceDecision: (*string)(g.DeviceDecision), SeenAt: g.SeenAt, ReceivedAt: g.ReceivedAt,
	}
}
