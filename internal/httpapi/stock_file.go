package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/stock"
)

// ExportStockLevels implements the operation of that name.
func (s *Server) ExportStockLevels(ctx context.Context, r api.ExportStockLevelsRequestObject) (api.ExportStockLevelsResponseObject, error) {
	c, p := current(ctx), r.Params
	f := stock.LevelFilter{
		ProductID: p.ProductID, ProductCode: value(p.ProductCode), LotID: p.LotID, LotNo: value(p.LotNo), WarehouseID: p.WarehouseID,
		Inspection: stock.Inspection(value(p.Inspection)), Available: value(p.Available), ExpiringBefore: dayOf(p.ExpiringBefore),
	}
	return stockExport{s.stockSheet(ctx, "stock-", "库存-", string(value(p.Format)), levelHeader, func(tx pg.Tx, row func([]any) error) error {
		return s.Stock.ExportLevels(tx, f, func(l stock.LevelRow) error { return row(levelCells(l, c.lang)) })
	})}, nil
}

// ExportStockMovements implements the operation of that name.
func (s *Server) ExportStockMovements(ctx context.Context, r api.ExportStockMovementsRequestObject) (api.ExportStockMovementsResponseObject, error) {
	c, p := current(ctx), r.Params
	f := movementFilter(p.ProductID, p.LotID, p.WarehouseID, p.ShippingNoticeID, p.DeliveryNoteID, p.Kind, p.From, p.Until)
	return stockExport{s.stockSheet(ctx, "stock-movements-", "库存流水-", string(value(p.Format)), movementHeader, func(tx pg.Tx, row func([]any) error) error {
		return s.Stock.ExportMovements(tx, f, func(m stock.MovementRow) error { return row(movementCells(m, c.lang)) })
	})}, nil
}

// stockSheet is a file of stock, named by the day.
func (s *Server) stockSheet(ctx context.Context, en, zh, kind string, header []column, read func(pg.Tx, func([]any) error) error) sheetExport {
	name := zh
	if current(ctx).lang == "en" {
		name = en
	}
	day := clock.Today(s.DB.Clock().Now()).Format(time.DateOnly)
	return sheetExport{ctx: ctx, server: s, kind: kind, name: name + day, header: header, read: read}
}

// stockExport is stock as a file.
type stockExport struct{ sheetExport }

// VisitExportStockLevelsResponse writes the file.
func (e stockExport) VisitExportStockLevelsResponse(w http.ResponseWriter) error { return e.send(w) }

// VisitExportStockMovementsResponse writes the file.
func (e stockExport) VisitExportStockMovementsResponse(w http.ResponseWriter) error { return e.send(w) }

var levelHeader = []column{
	{"产品编码", "Product code", 18},
	{"产品名称", "Product", 32},
	{"批号", "Lot", 18},
	{"仓库", "Warehouse", 12},
	{"仓库名称", "Warehouse name", 20},
	{"检验", "Inspection", 10},
	{"单位", "Unit", 8},
	{"结存", "On hand", 14},
	{"已备货", "Reserved", 14},
	{"可发", "Available", 14},
	{"生产日期", "Made on", 12},
	{"失效日期", "Expires on", 12},
	{"入库日期", "Received on", 12},
}

func levelCells(l stock.LevelRow, lang string) []any {
	return []any{
		l.ProductCode, l.ProductName, l.LotNo, l.WarehouseCode, l.WarehouseName, stockWord(string(l.Inspection), lang), l.Unit,
		unitPrice{l.OnHand},
		unitPrice{l.Reserved},
		unitPrice{l.Available},
		cell(l.ProducedOn), cell(l.ExpiresOn), l.ReceivedOn,
	}
}

var movementHeader = []column{
	{"日期", "Date", 12},
	{"类型", "Kind", 12},
	{"产品编码", "Product code", 18},
	{"批号", "Lot", 18},
	{"仓库", "Warehouse", 12},
	{"单位", "Unit", 8},
	{"数量", "Quantity", 14},
	{"结存变动", "Change on hand", 14},
	{"备货变动", "Change reserved", 14},
	{"原因", "Reason", 24},
	{"单据号", "Document", 20},
	{"外部单号", "External number", 20},
	{"发货通知单", "Shipping notice", 20},
	{"送货单", "Delivery note", 20},
}

func movementCells(m stock.MovementRow, lang string) []any {
	return []any{
		m.MovedOn, stockWord(string(m.Kind), lang), m.ProductCode, m.LotNo, m.WarehouseCode, m.Unit,
		unitPrice{m.Quantity},
		unitPrice{m.OnHand},
		unitPrice{m.Reserved},
		m.Reason, m.DocumentNo, m.ExternalNo, m.NoticeNumber, m.DeliveryNumber,
	}
}

// stockWord says a word of the API as people do.
func stockWord(word, lang string) string {
	if lang == "en" {
		return word
	}
	if said, ok := map[string]string{
		"pending": "待检", "passed": "合格", "failed": "不合格", "receipt": "入库", "reservation": "备货", "unreservation": "撤销备货", "pick": "拣货",
		"shipment": "发货", "unloading": "卸货退回", "return": "客户退货", "transfer": "调拨", "adjustment": "盘点调整",
	}[word]; ok {
		return said
	}
	return word
}
