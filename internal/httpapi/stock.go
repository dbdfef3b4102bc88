package httpapi

import (
	"context"

	"github.com/google/uuid"
	openapi "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

// ListWarehouses implements the operation of that name.
func (s *Server) ListWarehouses(ctx context.Context, r api.ListWarehousesRequestObject) (api.ListWarehousesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListWarehouses200JSONResponse, error) {
		rows, next, err := s.Stock.ListWarehouses(tx, page(r.Params.Limit, r.Params.Cursor))
		return api.ListWarehouses200JSONResponse{Data: each(rows, warehouseBody), NextCursor: optional(next)}, err
	})
}

// CreateWarehouse implements the operation of that name.
func (s *Server) CreateWarehouse(ctx context.Context, r api.CreateWarehouseRequestObject) (api.CreateWarehouseResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.CreateWarehouse201JSONResponse, error) {
		w, err := s.Stock.CreateWarehouse(tx, r.Body.Code, r.Body.Name)
		return api.CreateWarehouse201JSONResponse{Body: warehouseBody(w), Headers: api.CreateWarehouse201ResponseHeaders{ETag: etag(w.Version)}}, err
	})
}

// GetWarehouse implements the operation of that name.
func (s *Server) GetWarehouse(ctx context.Context, r api.GetWarehouseRequestObject) (api.GetWarehouseResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetWarehouse200JSONResponse, error) {
		w, err := s.Stock.GetWarehouse(tx, r.WarehouseID)
		return api.GetWarehouse200JSONResponse{Body: warehouseBody(w), Headers: api.GetWarehouse200ResponseHeaders{ETag: etag(w.Version)}}, err
	})
}

// UpdateWarehouse implements the operation of that name.
func (s *Server) UpdateWarehouse(ctx context.Context, r api.UpdateWarehouseRequestObject) (api.UpdateWarehouseResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.UpdateWarehouse200JSONResponse, error) {
		w, err := s.Stock.UpdateWarehouse(tx, r.WarehouseID, ifMatch(r.Params.IfMatch), r.Body.Name, r.Body.Active)
		return api.UpdateWarehouse200JSONResponse{Body: warehouseBody(w), Headers: api.UpdateWarehouse200ResponseHeaders{ETag: etag(w.Version)}}, err
	})
}

func warehouseBody(w stock.Warehouse) api.Warehouse {
	return api.Warehouse{ID: w.ID, Code: w.Code, Name: w.Name, Active: w.Active, Etag: etag(w.Version)}
}

// ListStockLots implements the operation of that name.
func (s *Server) ListStockLots(ctx context.Context, r api.ListStockLotsRequestObject) (api.ListStockLotsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListStockLots200JSONResponse, error) {
		f := stock.LotFilter{
			ProductID: r.Params.ProductID, LotNo: value(r.Params.LotNo), Inspection: stock.Inspection(value(r.Params.Inspection)), InStock: value(r.Params.InStock),
		}
		rows, next, err := s.Stock.ListLots(tx, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListStockLots200JSONResponse{Data: each(rows, lotBody), NextCursor: optional(next)}, err
	})
}

// GetStockLot implements the operation of that name.
func (s *Server) GetStockLot(ctx context.Context, r api.GetStockLotRequestObject) (api.GetStockLotResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetStockLot200JSONResponse, error) {
		l, err := s.Stock.GetLot(tx, r.StockLotID)
		return api.GetStockLot200JSONResponse{Body: wholeLot(l), Headers: api.GetStockLot200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// UpdateStockLot implements the operation of that name.
func (s *Server) UpdateStockLot(ctx context.Context, r api.UpdateStockLotRequestObject) (api.UpdateStockLotResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.UpdateStockLot200JSONResponse, error) {
		l, err := s.Stock.UpdateLot(tx, r.StockLotID, ifMatch(r.Params.IfMatch), dayOf(r.Body.ProducedOn), dayOf(r.Body.ExpiresOn))
		return api.UpdateStockLot200JSONResponse{Body: wholeLot(l), Headers: api.UpdateStockLot200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// GetStockLotTimeline implements the operation of that name.
func (s *Server) GetStockLotTimeline(ctx context.Context, r api.GetStockLotTimelineRequestObject) (api.GetStockLotTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetStockLotTimeline200JSONResponse, error) {
		if err := s.Stock.LotSeen(tx, who, r.StockLotID); err != nil {
			return api.GetStockLotTimeline200JSONResponse{}, err
		}
		body, err := timeline(tx, stock.SubjectLot, r.StockLotID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetStockLotTimeline200JSONResponse(body), err
	})
}

func lotBody(l stock.LotRow) api.StockLot {
	return api.StockLot{
		ID: l.ID, ProductID: l.ProductID, ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit, LotNo: l.LotNo,
		ProducedOn: optionalDate(l.ProducedOn), ExpiresOn: optionalDate(l.ExpiresOn), ReceivedOn: openapi.Date{Time: l.ReceivedOn},
		Inspection: api.LotInspection(l.Inspection), Returned: l.Returned, OriginLotID: l.OriginLotID, OnHand: l.OnHand, Reserved: l.Reserved, Etag: etag(l.Version),
	}
}

// wholeLot is a lot with what lies where and its reports.
func wholeLot(l stock.LotRow) api.StockLot {
	body := lotBody(l)
	levels, reports := each(l.Levels, levelBody), each(l.Reports, reportBody)
	body.Levels, body.Reports, body.MoreReports = &levels, &reports, &l.More
	return body
}

// ListStockLevels implements the operation of that name.
func (s *Server) ListStockLevels(ctx context.Context, r api.ListStockLevelsRequestObject) (api.ListStockLevelsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListStockLevels200JSONResponse, error) {
		p := r.Params
		f := stock.LevelFilter{
			ProductID: p.ProductID, ProductCode: value(p.ProductCode), LotID: p.LotID, LotNo: value(p.LotNo), WarehouseID: p.WarehouseID,
			Inspection: stock.Inspection(value(p.Inspection)), Available: value(p.Available), ExpiringBefore: dayOf(p.ExpiringBefore), Empty: value(p.Empty),
		}
		rows, next, err := s.Stock.ListLevels(tx, f, page(p.Limit, p.Cursor))
		return api.ListStockLevels200JSONResponse{Data: each(rows, levelBody), NextCursor: optional(next)}, err
	})
}

// ListProductStock implements the operation of that name.
func (s *Server) ListProductStock(ctx context.Context, r api.ListProductStockRequestObject) (api.ListProductStockResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListProductStock200JSONResponse, error) {
		rows, next, err := s.Stock.ListProducts(tx, value(r.Params.Code), page(r.Params.Limit, r.Params.Cursor))
		data := each(rows, func(p stock.ProductStock) api.ProductStock {
			return api.ProductStock{
				ProductID: p.ProductID, ProductCode: p.ProductCode, ProductName: p.ProductName, Unit: p.Unit, OnHand: p.OnHand, Reserved: p.Reserved,
				Available: p.Available, Pending: p.Pending, Failed: p.Failed,
			}
		})
		return api.ListProductStock200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

func levelBody(l stock.LevelRow) api.StockLevel {
	return api.StockLevel{
		LotID: l.LotID, LotNo: l.LotNo, ProductID: l.ProductID, ProductCode: l.ProductCode, ProductName: l.ProductName, Unit: l.Unit,
		WarehouseID: l.WarehouseID, WarehouseCode: l.WarehouseCode, WarehouseName: l.WarehouseName, Inspection: api.LotInspection(l.Inspection),
		ProducedOn: optionalDate(l.ProducedOn), ExpiresOn: optionalDate(l.ExpiresOn), ReceivedOn: openapi.Date{Time: l.ReceivedOn},
		OnHand: l.OnHand, Reserved: l.Reserved, Available: l.Available,
	}
}

// ListStockMovements implements the operation of that name.
func (s *Server) ListStockMovements(ctx context.Context, r api.ListStockMovementsRequestObject) (api.ListStockMovementsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListStockMovements200JSONResponse, error) {
		p := r.Params
		f := movementFilter(p.ProductID, p.LotID, p.WarehouseID, p.ShippingNoticeID, p.DeliveryNoteID, p.Kind, p.From, p.Until)
		rows, next, err := s.Stock.ListMovements(tx, f, page(p.Limit, p.Cursor))
		return api.ListStockMovements200JSONResponse{Data: each(rows, movementBody), NextCursor: optional(next)}, err
	})
}

// movementFilter maps the parameters that the list and its export share.
func movementFilter(product, lot, warehouse, notice, note *uuid.UUID, kind *api.StockMovementKind, from, until *openapi.Date) stock.MovementFilter {
	return stock.MovementFilter{
		ProductID: product, LotID: lot, WarehouseID: warehouse, NoticeID: notice, DeliveryNoteID: note, Kind: stock.Kind(value(kind)),
		From: dayOf(from), Until: dayOf(until),
	}
}

// PostStockMovements implements the operation of that name.
func (s *Server) PostStockMovements(ctx context.Context, r api.PostStockMovementsRequestObject) (api.PostStockMovementsResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.PostStockMovements201JSONResponse, error) {
		moved, err := s.Stock.PostMovements(tx, each(r.Body.Movements, func(e api.StockEntry) stock.Entry {
			return stock.Entry{
				Kind: stock.Kind(e.Kind), ProductCode: e.ProductCode, LotNo: e.LotNo, Warehouse: e.WarehouseCode, To: value(e.ToWarehouseCode),
				Quantity: e.Quantity, ProducedOn: dayOf(e.ProducedOn), ExpiresOn: dayOf(e.ExpiresOn), MovedOn: dayOf(e.MovedOn),
				Reason: value(e.Reason), DocumentNo: value(e.DocumentNo), ExternalNo: value(e.ExternalNo),
			}
		}))
		if err != nil {
			return api.PostStockMovements201JSONResponse{}, err
		}
		rows, err := s.Stock.Posted(tx, moved)
		return api.PostStockMovements201JSONResponse{Data: each(rows, movementBody)}, err
	})
}

func movementBody(m stock.MovementRow) api.StockMovement {
	return api.StockMovement{
		ID: m.ID, Kind: api.StockMovementKind(m.Kind), ProductID: m.ProductID, ProductCode: m.ProductCode, Unit: m.Unit, LotID: m.LotID, LotNo: m.LotNo,
		WarehouseID: m.WarehouseID, WarehouseCode: m.WarehouseCode, Quantity: m.Quantity, OnHand: m.OnHand, Reserved: m.Reserved,
		Reason: optional(m.Reason), DocumentNo: optional(m.DocumentNo), ExternalNo: optional(m.ExternalNo), ShippingNoticeID: m.NoticeID,
		ShippingNoticeNumber: optional(m.NoticeNumber), DeliveryNoteID: m.DeliveryNoteID, DeliveryNoteNumber: optional(m.DeliveryNumber),
		MovedOn: openapi.Date{Time: m.MovedOn}, RecordedAt: m.RecordedAt, RecordedBy: m.RecordedBy,
	}
}
