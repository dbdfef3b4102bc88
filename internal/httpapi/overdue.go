package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/govalues/decimal"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListOverdueItems implements the operation of that name.
func (s *Server) ListOverdueItems(ctx context.Context, r api.ListOverdueItemsRequestObject) (api.ListOverdueItemsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListOverdueItems200JSONResponse, error) {
		rows, next, err := s.Collection.ListOverdue(tx, who, overdueFilter(r.Params), page(r.Params.Limit, r.Params.Cursor))
		return api.ListOverdueItems200JSONResponse{Data: each(rows, overdueBody), NextCursor: optional(next)}, err
	})
}

func overdueFilter(p api.ListOverdueItemsParams) collection.OverdueFilter {
	return collection.OverdueFilter{
		OwnerID: value(p.OwnerID), TeamID: value(p.TeamID), CustomerID: value(p.CustomerID), PayerID: value(p.PayerID),
		MinDays: value(p.MinDays), MaxDays: value(p.MaxDays), MinAmount: amountOf(p.MinAmount), MaxAmount: amountOf(p.MaxAmount),
		Step: p.Step, Promised: p.Promised, Disputed: p.Disputed, BadDebt: p.BadDebt,
	}
}

// amountOf is a query's amount, whose form the contract has checked.
func amountOf(text *string) *decimal.Decimal {
	if text == nil {
		return nil
	}
	d, err := decimal.Parse(*text)
	if err != nil {
		return nil
	}
	return &d
}

func overdueBody(v collection.OverdueItem) api.OverdueItem {
	return api.OverdueItem{
		InvoiceID: v.InvoiceID, Number: v.Number, CustomerID: v.CustomerID, CustomerCode: v.CustomerCode, CustomerName: v.CustomerName,
		PayerID: v.PayerID, PayerName: v.PayerName, OwnerID: v.OwnerID, OwnerName: v.OwnerName, TeamID: v.TeamID,
		InvoicedOn: openapi_types.Date{Time: v.InvoicedOn}, DueOn: openapi_types.Date{Time: v.DueOn}, Days: v.Days, Total: v.Total, Open: v.Open,
		Disputed: v.Disputed, ContactedAt: v.ContactedAt, Contact: optional(v.Contact), PromiseID: v.PromiseID, PromisedAmount: v.PromisedAmount,
		PromisedFor: optionalDate(v.PromisedFor), BrokenPromises: v.BrokenPromises, DunningStep: v.DunningStep, DunnedAt: v.DunnedAt,
		DunningProposed: v.DunningProposed, PausedUntil: optionalDate(v.PausedUntil), Bucket: v.Bucket, BadDebt: v.BadDebt,
	}
}

// ExportOverdueItems implements the operation of that name.
func (s *Server) ExportOverdueItems(ctx context.Context, r api.ExportOverdueItemsRequestObject) (api.ExportOverdueItemsResponseObject, error) {
	c, p := current(ctx), r.Params
	name := "overdue-items-"
	if c.lang != "en" {
		name = "逾期应收清单-"
	}
	f := overdueFilter(api.ListOverdueItemsParams{
		OwnerID: p.OwnerID, TeamID: p.TeamID, CustomerID: p.CustomerID, PayerID: p.PayerID, MinDays: p.MinDays, MaxDays: p.MaxDays,
		MinAmount: p.MinAmount, MaxAmount: p.MaxAmount, Step: p.Step, Promised: p.Promised, Disputed: p.Disputed, BadDebt: p.BadDebt,
	})
	return overdueExport{sheetExport{
		ctx: ctx, server: s, kind: string(value(p.Format)), name: name + clock.Today(s.DB.Clock().Now()).Format(time.DateOnly), header: overdueHeader,
		read: func(tx pg.Tx, row func([]any) error) error {
			return s.Collection.ExportOverdue(tx, c.who, f, func(v collection.OverdueItem) error { return row(overdueCells(v)) })
		},
	}}, nil
}

// overdueExport is the overdue list as a file.
type overdueExport struct{ sheetExport }

// VisitExportOverdueItemsResponse writes the file.
func (e overdueExport) VisitExportOverdueItemsResponse(w http.ResponseWriter) error { return e.send(w) }

// overdueHeader names the columns of overdueCells.
var overdueHeader = []column{
	{"发票号", "Invoice", 20},
	{"客户编码", "Code", 16},
	{"客户名称", "Customer", 36},
	{"付款方", "Payer", 36},
	{"负责人", "Owner", 12},
	{"开票日期", "Invoiced on", 12},
	{"到期日", "Due on", 12},
	{"逾期天数", "Days", 10},
	{"发票金额", "Total (CNY)", 16},
	{"未付金额", "Open (CNY)", 16},
	{"争议金额", "Disputed (CNY)", 16},
	{"最近联系", "Last contact", 12},
	{"承诺金额", "Promised (CNY)", 16},
	{"承诺付款日", "Promised for", 12},
	{"未守承诺次数", "Broken promises", 12},
	{"催款步骤", "Dunning step", 10},
	{"最近催款", "Dunned on", 12},
	{"账龄档", "Ageing bucket", 14},
	{"坏账申请中", "Bad debt applied for", 12},
}

func overdueCells(v collection.OverdueItem) []any {
	return []any{
		v.Number, v.CustomerCode, v.CustomerName, v.PayerName, v.OwnerName, v.InvoicedOn, v.DueOn, v.Days, v.Total, v.Open, v.Disputed,
		dateCell(v.ContactedAt), cell(v.PromisedAmount), cell(v.PromisedFor), v.BrokenPromises, v.DunningStep, dateCell(v.DunnedAt),
		v.Bucket, v.BadDebt,
	}
}

// dateCell is an instant as the date that it has here.
func dateCell(at *time.Time) any {
	if at == nil {
		return nil
	}
	return clock.Today(*at)
}
