package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/statement"
)

// ListAgeing implements the operation of that name.
func (s *Server) ListAgeing(ctx context.Context, r api.ListAgeingRequestObject) (api.ListAgeingResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListAgeing200JSONResponse, error) {
		p := r.Params
		f := ageFilter(tx.Now, p.AsOf, p.CustomerID, p.OwnerID, p.TeamID, (*string)(p.Bucket), p.Overdue)
		rows, bounds, next, err := s.Statements.Ageing(tx, who, f, page(p.Limit, p.Cursor))
		return api.ListAgeing200JSONResponse{AsOf: date(f.AsOf), Bounds: boundsBody(bounds), Data: each(rows, ageBody), NextCursor: optional(next)}, err
	})
}

// ageFilter maps the parameters that the list and its export share.
func ageFilter(now time.Time, asOf *api.AgeAsOf, customer, owner, team *uuid.UUID, bucket *string, overdue *bool) statement.AgeFilter {
	f := statement.AgeFilter{
		AsOf: clock.Today(now), CustomerID: customer, OwnerID: owner, TeamID: team, Bucket: value(bucket), Overdue: value(overdue),
	}
	if asOf != nil {
		f.AsOf = asOf.Time
	}
	return f
}

func ageBody(a statement.Age) api.AgeRow {
	return api.AgeRow{
		CustomerID: a.CustomerID, Code: a.Code, Name: a.Name, OwnerID: a.OwnerID, OwnerName: a.OwnerName, Receivable: a.Receivable,
		Ageing: bucketsBody(a.Buckets), Late: a.Late, OldestDue: optionalDate(a.OldestDue), Prepaid: a.Prepaid,
	}
}

// viewExport is one of the views of this file as a file.
type viewExport struct{ sheetExport }

// named is the name of a file in the caller's language.
func named(c *call, zh, en, rest string) string {
	if c.lang == "en" {
		return en + "-" + rest
	}
	return zh + "-" + rest
}

// ExportAgeing implements the operation of that name.
func (s *Server) ExportAgeing(ctx context.Context, r api.ExportAgeingRequestObject) (api.ExportAgeingResponseObject, error) {
	c, p := current(ctx), r.Params
	f := ageFilter(s.DB.Clock().Now(), p.AsOf, p.CustomerID, p.OwnerID, p.TeamID, (*string)(p.Bucket), p.Overdue)
	return viewExport{sheetExport{
		ctx: ctx, server: s, kind: string(value(p.Format)), name: named(c, "应收账龄表", "ageing", f.AsOf.Format(time.DateOnly)), header: ageHeader,
		read: func(tx pg.Tx, row func([]any) error) error {
			return s.Statements.EachAge(tx, c.who, f, func(a statement.Age) error {
				return row([]any{
					a.Code, a.Name, a.OwnerName, a.Receivable, a.NotDue, a.LateFirst, a.LateSecond, a.LateThird, a.LateBeyond, a.Late, cell(a.OldestDue), a.Prepaid, f.AsOf,
				})
			})
		},
	}}, nil
}

// VisitExportAgeingResponse writes the file.
func (e viewExport) VisitExportAgeingResponse(w http.ResponseWriter) error { return e.send(w) }

var ageHeader = []column{
	{"客户编码", "Code", 18},
	{"客户名称", "Name", 36},
	{"负责人", "Owner", 12},
	{"应收合计", "Receivable (CNY)", 16},
	{"未到期", "Not due", 16},
	{"逾期一档", "Late, first", 16},
	{"逾期二档", "Late, second", 16},
	{"逾期三档", "Late, third", 16},
	{"逾期更久", "Late, beyond", 16},
	{"逾期合计", "Late in all", 16},
	{"最早到期日", "Oldest due", 14},
	{"预收", "Prepaid", 16},
	{"截止日期", "As of", 14},
}

// GetAgeingTotals implements the operation of that name.
func (s *Server) GetAgeingTotals(ctx context.Context, _ api.GetAgeingTotalsRequestObject) (api.GetAgeingTotalsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetAgeingTotals200JSONResponse, error) {
		rows, bounds, err := s.Statements.AgeingTotals(tx, who)
		return api.GetAgeingTotals200JSONResponse{AsOf: date(clock.Today(tx.Now)), Bounds: boundsBody(bounds), Data: each(rows, func(t statement.AgeTotal) api.AgeTotal {
			return api.AgeTotal{
				OwnerID: t.OwnerID, OwnerName: optional(t.OwnerName), Customers: t.Customers, Receivable: t.Receivable, Ageing: bucketsBody(t.Buckets), Late: t.Late,
			}
		})}, err
	})
}

// usageMonths is how many months of usage are shown when nobody says from when, and mostMonths how many at most.
const (
	usageMonths = 12
	mostMonths  = 60
)

func usageFilter(now time.Time, from, to *api.Month, customer, owner, product *uuid.UUID, together *bool) statement.UsageFilter {
	f := statement.UsageFilter{CustomerID: customer, OwnerID: owner, ProductID: product, Together: value(together)}
	today := clock.Today(now)
	f.To = today.AddDate(0, 0, 1-today.Day())
	if m := monthOf(to); m != nil {
		f.To = *m
	}
	f.From = clock.AddMonths(f.To, 1-usageMonths)
	if m := monthOf(from); m != nil {
		f.From = *m
	}
	if earliest := clock.AddMonths(f.To, 1-mostMonths); f.From.Before(earliest) {
		f.From = earliest
	}
	return f
}

// ListUsage implements the operation of that name.
func (s *Server) ListUsage(ctx context.Context, r api.ListUsageRequestObject) (api.ListUsageResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListUsage200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.Statements.Usage(tx, who, usageFilter(tx.Now, p.From, p.To, p.CustomerID, p.OwnerID, p.ProductID, p.Together), page(p.Limit, p.Cursor))
		return api.ListUsage200JSONResponse{Data: each(rows, func(u statement.Usage) api.UsageRow { return usageBody(who, u) }), NextCursor: optional(next)}, err
	})
}

// usageBody shows a row, without its amount to whom prices aren't shown (ORD-03).
func usageBody(who identity.Principal, u statement.Usage) api.UsageRow {
	body := api.UsageRow{
		CustomerID: optional(u.CustomerID), CustomerCode: optional(u.CustomerCode), CustomerName: optional(u.CustomerName), ProductID: u.ProductID,
		ProductCode: u.ProductCode, ProductName: u.ProductName, Unit: u.Unit, Month: u.Month.Format(monthLayout), Deliveries: u.Deliveries, Quantity: u.Quantity,
	}
	if identity.SeesPrices(who) {
		body.Amount = &u.Amount
	}
	return body
}

// ExportUsage implements the operation of that name.
func (s *Server) ExportUsage(ctx context.Context, r api.ExportUsageRequestObject) (api.ExportUsageResponseObject, error) {
	c, p := current(ctx), r.Params
	f := usageFilter(s.DB.Clock().Now(), p.From, p.To, p.CustomerID, p.OwnerID, p.ProductID, p.Together)
	return viewExport{sheetExport{
		ctx: ctx, server: s, kind: string(value(p.Format)), name: named(c, "客户月使用量统计", "usage", f.To.Format(monthLayout)), header: usageHeader(c.who),
		read: func(tx pg.Tx, row func([]any) error) error {
			return s.Statements.EachUsage(tx, c.who, f, func(u statement.Usage) error { return row(usageCells(c.who, u)) })
		},
	}}, nil
}

// VisitExportUsageResponse writes the file.
func (e viewExport) VisitExportUsageResponse(w http.ResponseWriter) error { return e.send(w) }

func usageHeader(who identity.Principal) []column {
	header := []column{
		{"客户编码", "Customer code", 18},
		{"客户名称", "Customer", 36},
		{"产品编码", "Product code", 18},
		{"产品名称", "Product", 28},
		{"单位", "Unit", 8},
		{"月份", "Month", 10},
		{"送货次数", "Deliveries", 10},
		{"数量", "Quantity", 16},
	}
	if identity.SeesPrices(who) {
		header = append(header, column{"金额", "Amount (CNY)", 16})
	}
	return header
}

func usageCells(who identity.Principal, u statement.Usage) []any {
	cells := []any{u.CustomerCode, u.CustomerName, u.ProductCode, u.ProductName, u.Unit, u.Month.Format(monthLayout), u.Deliveries, unitPrice{u.Quantity}}
	if identity.SeesPrices(who) {
		cells = append(cells, u.Amount)
	}
	return cells
}

// ListStatementRuns implements the operation of that name.
func (s *Server) ListStatementRuns(ctx context.Context, r api.ListStatementRunsRequestObject) (api.ListStatementRunsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListStatementRuns200JSONResponse, error) {
		rows, next, err := s.Statements.Runs(tx, page(r.Params.Limit, r.Params.Cursor))
		return api.ListStatementRuns200JSONResponse{Data: each(rows, func(m statement.Run) api.StatementRun {
			return api.StatementRun{
				ID: m.ID, Month: m.Month.Format(monthLayout), State: api.StatementRunState(m.State), Statements: m.Statements, Skipped: m.Skipped,
				Opening: m.Opening, Delivered: m.Delivered, Invoiced: m.Invoiced, Received: m.Received, Closing: m.Closing, Receivable: m.Receivable,
				StartedAt: m.StartedAt, FinishedAt: m.FinishedAt,
			}
		}), NextCursor: optional(next)}, err
	})
}

// GetMonthlyOverview implements the operation of that name.
func (s *Server) GetMonthlyOverview(ctx context.Context, r api.GetMonthlyOverviewRequestObject) (api.GetMonthlyOverviewResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetMonthlyOverview200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.Statements.Overview(tx, who, *monthOf(&p.Month), p.OwnerID, page(p.Limit, p.Cursor))
		return api.GetMonthlyOverview200JSONResponse{Month: p.Month, Data: each(rows, overviewBody), NextCursor: optional(next)}, err
	})
}

func overviewBody(r statement.Row) api.OverviewRow {
	return api.OverviewRow{
		StatementID: optional(r.ID), CustomerID: r.CustomerID, Code: r.Code, Name: r.Name, OwnerID: r.OwnerID, Opening: r.Opening, Delivered: r.Delivered,
		Invoiced: r.Invoiced, Received: r.Received, Closing: r.Closing, Receivable: r.ClosingReceivable, Ageing: bucketsBody(r.Buckets),
	}
}

// ExportMonthlyOverview implements the operation of that name.
func (s *Server) ExportMonthlyOverview(ctx context.Context, r api.ExportMonthlyOverviewRequestObject) (api.ExportMonthlyOverviewResponseObject, error) {
	c, p := current(ctx), r.Params
	return viewExport{sheetExport{
		ctx: ctx, server: s, kind: string(value(p.Format)), name: named(c, "客户应收月报", "open-amounts", p.Month), header: overviewHeader,
		read: func(tx pg.Tx, row func([]any) error) error {
			return s.Statements.EachOverview(tx, c.who, *monthOf(&p.Month), p.OwnerID, func(r statement.Row) error {
				return row([]any{
					r.Code, r.Name, r.Opening, r.Delivered, r.Invoiced, r.Received, r.Closing, r.ClosingReceivable, r.NotDue, r.LateFirst, r.LateSecond, r.LateThird, r.LateBeyond,
				})
			})
		},
	}}, nil
}

// VisitExportMonthlyOverviewResponse writes the file.
func (e viewExport) VisitExportMonthlyOverviewResponse(w http.ResponseWriter) error { return e.send(w) }

var overviewHeader = []column{
	{"客户编码", "Code", 18},
	{"客户名称", "Name", 36},
	{"上期余额", "Last balance (CNY)", 16},
	{"本月发货", "Delivered", 16},
	{"本月开票", "Invoiced", 16},
	{"本月回款", "Received", 16},
	{"期末余额", "Balance", 16},
	{"其中应收", "Of it receivable", 16},
	{"未到期", "Not due", 16},
	{"逾期一档", "Late, first", 16},
	{"逾期二档", "Late, second", 16},
	{"逾期三档", "Late, third", 16},
	{"逾期更久", "Late, beyond", 16},
}
