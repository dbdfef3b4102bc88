package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListOrderFiles implements the operation of that name.
func (s *Server) ListOrderFiles(ctx context.Context, r api.ListOrderFilesRequestObject) (api.ListOrderFilesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListOrderFiles200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.Orders.ListFiles(tx, who, fileFilter(p.CustomerID, p.OwnerID, p.TeamID, p.MonthFrom, p.MonthTo), page(p.Limit, p.Cursor))
		return api.ListOrderFiles200JSONResponse{
			Data: each(rows, func(f order.File) api.OrderFile { return orderFile(who, f) }), NextCursor: optional(next),
		}, err
	})
}

// ListFiledOrders implements the operation of that name.
func (s *Server) ListFiledOrders(ctx context.Context, r api.ListFiledOrdersRequestObject) (api.ListFiledOrdersResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListFiledOrders200JSONResponse, error) {
		rows, next, err := s.Orders.ListFiled(tx, who, r.Params.CustomerID, *monthOf(&r.Params.Month), page(r.Params.Limit, r.Params.Cursor))
		return api.ListFiledOrders200JSONResponse{
			Data: each(rows, func(o order.Filed) api.FiledOrder { return filedOrder(who, o) }), NextCursor: optional(next),
		}, err
	})
}

func fileFilter(customer, owner, team *uuid.UUID, from, to *api.Month) order.FileFilter {
	return order.FileFilter{CustomerID: customer, OwnerID: owner, TeamID: team, From: monthOf(from), To: monthOf(to)}
}

// orderFile shows a file, without its total to whom prices aren't shown (ORD-03).
func orderFile(who identity.Principal, f order.File) api.OrderFile {
	body := api.OrderFile{
		Month: f.Month.Format(monthLayout), CustomerID: f.CustomerID, CustomerCode: f.CustomerCode, CustomerName: f.CustomerName,
		OwnerID: f.OwnerID, OwnerName: f.OwnerName, Orders: f.Orders, Currency: order.Currency,
	}
	if identity.SeesPrices(who) {
		body.Total = &f.Total
	}
	return body
}

func filedOrder(who identity.Principal, o order.Filed) api.FiledOrder {
	body := api.FiledOrder{
		ID: o.ID, Number: o.Number, CustomerID: o.CustomerID, CustomerCode: o.CustomerCode, CustomerName: o.CustomerName, OwnerID: o.OwnerID,
		Revision: o.Revision, CustomerOrderNo: optional(o.CustomerOrderNo), Currency: order.Currency, CreatedAt: o.CreatedAt,
		ConfirmedAt: o.ConfirmedAt, ClosedAt: o.ClosedAt, Reason: optional(o.Reason), Etag: etag(o.Version),
	}
	if identity.SeesPrices(who) { // ORD-03
		body.Total = &o.Total
	}
	return body
}

// ExportOrderFiles implements the operation of that name.
func (s *Server) ExportOrderFiles(ctx context.Context, r api.ExportOrderFilesRequestObject) (api.ExportOrderFilesResponseObject, error) {
	who, p := current(ctx).who, r.Params
	f := fileFilter(p.CustomerID, p.OwnerID, p.TeamID, p.MonthFrom, p.MonthTo)
	return orderFileExport{sheetExport{
		ctx: ctx, server: s, kind: string(value(p.Format)), name: filesName(ctx, "order-files", "订单归档"), header: withAmount(who, fileHeader),
		read: func(tx pg.Tx, row func([]any) error) error {
			return s.Orders.EachFile(tx, who, f, func(f order.File) error {
				return row(withAmount(who, []any{f.Month.Format(monthLayout), f.CustomerCode, f.CustomerName, f.OwnerName, f.Orders, f.Total}))
			})
		},
	}}, nil
}

// ExportFiledOrders implements the operation of that name.
func (s *Server) ExportFiledOrders(ctx context.Context, r api.ExportFiledOrdersRequestObject) (api.ExportFiledOrdersResponseObject, error) {
	who, p := current(ctx).who, r.Params
	return filedOrderExport{sheetExport{
		ctx: ctx, server: s, kind: string(value(p.Format)), name: filesName(ctx, "orders-closed", "已完结订单") + "-" + p.Month, header: withAmount(who, filedHeader),
		read: func(tx pg.Tx, row func([]any) error) error {
			return s.Orders.EachFiled(tx, who, p.CustomerID, *monthOf(&p.Month), func(o order.Filed) error {
				var confirmed any
				if o.ConfirmedAt != nil {
					confirmed = clock.Today(*o.ConfirmedAt)
				}
				return row(withAmount(who, []any{
					o.Number, o.CustomerCode, o.CustomerName, o.CustomerOrderNo, o.Revision, clock.Today(o.CreatedAt), confirmed,
					clock.Today(o.ClosedAt), o.Reason, o.Total,
				}))
			})
		},
	}}, nil
}

// withAmount is a row without its last cell, an amount, for whom prices aren't shown to (ORD-03).
func withAmount[T any](who identity.Principal, cells []T) []T {
	if identity.SeesPrices(who) {
		return cells
	}
	return cells[:len(cells)-1]
}

func filesName(ctx context.Context, en, zh string) string {
	if current(ctx).lang == "en" {
		return en
	}
	return zh
}

type orderFileExport struct{ sheetExport }

// VisitExportOrderFilesResponse writes the file.
func (e orderFileExport) VisitExportOrderFilesResponse(w http.ResponseWriter) error { return e.send(w) }

type filedOrderExport struct{ sheetExport }

// VisitExportFiledOrdersResponse writes the file.
func (e filedOrderExport) VisitExportFiledOrdersResponse(w http.ResponseWriter) error {
	return e.send(w)
}

// The amount is the last column of both; see withAmount.
var (
	fileHeader = []column{
		{"月份", "Month", 10},
		{"客户编码", "Customer code", 18},
		{"客户名称", "Customer", 36},
		{"负责人", "Owner", 12},
		{"订单数", "Orders", 10},
		{"金额", "Total (CNY)", 16},
	}
	filedHeader = []column{
		{"订单编号", "Order", 18},
		{"客户编码", "Customer code", 18},
		{"客户名称", "Customer", 36},
		{"客户订单号", "Customer's order", 18},
		{"版次", "Revision", 8},
		{"制单日期", "Written on", 14},
		{"确认日期", "Confirmed on", 14},
		{"结案日期", "Closed on", 14},
		{"结案原因", "Reason", 30},
		{"金额", "Total (CNY)", 16},
	}
)
