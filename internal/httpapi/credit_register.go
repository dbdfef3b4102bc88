package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListCreditRegister implements the operation of that name.
func (s *Server) ListCreditRegister(ctx context.Context, r api.ListCreditRegisterRequestObject) (api.ListCreditRegisterResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCreditRegister200JSONResponse, error) {
		p := r.Params
		f := registerFilter(tx, p.AsOf, (*string)(p.Grade), p.LimitKind, p.OwnerID, p.Q, p.LimitEndingBefore, p.ReviewDueBefore)
		rows, next, err := s.Credits.ListCreditRegister(tx, who, f, page(p.Limit, p.Cursor))
		if err != nil {
			return api.ListCreditRegister200JSONResponse{}, err
		}
		months, err := s.Credits.FirstReviewMonths(tx)
		data := each(rows, func(c credit.RegisterRow) api.CreditRegisterRow { return registerBody(c, months) })
		return api.ListCreditRegister200JSONResponse{AsOf: openapi_types.Date{Time: f.AsOf}, Data: data, NextCursor: optional(next)}, err
	})
}

// registerFilter maps the parameters that the list and its export share.
func registerFilter(tx pg.Tx, asOf *openapi_types.Date, grade *string, kind *api.CreditLimitKind, owner *uuid.UUID, q *string, ending, review *openapi_types.Date) credit.RegisterFilter {
	f := credit.RegisterFilter{
		AsOf: clock.Today(tx.Now), LimitKind: credit.LimitKind(value(kind)), OwnerID: value(owner), Text: value(q),
		EndingBefore: dayOf(ending), ReviewBefore: dayOf(review),
	}
	if asOf != nil {
		f.AsOf = asOf.Time
	}
	if grade != nil {
		g := credit.Grade(*grade)
		if *grade == "none" {
			g = credit.NoGrade
		}
		f.Grade = &g
	}
	return f
}

func registerBody(c credit.RegisterRow, firstReviewMonths int) api.CreditRegisterRow {
	row := api.CreditRegisterRow{
		CustomerID: c.CustomerID, Code: c.Code, Name: c.Name, OwnerID: c.OwnerID, OwnerName: c.OwnerName, PayerID: c.PayerID, PayerCode: c.PayerCode,
		Profile: profileBody(c.Profile), NextReview: dateOrNull(c.NextReview(firstReviewMonths)),
	}
	if g := c.Group; g != nil {
		row.Group = &api.CreditRegisterGroup{ID: g.ID, Number: g.Number, Name: g.Name, Limit: g.Limit}
	}
	return row
}

// Bounds of the exports: each holds a connection of the database while it reads.
const maxExports = 4

// ExportCreditRegister implements the operation of that name.
func (s *Server) ExportCreditRegister(ctx context.Context, r api.ExportCreditRegisterRequestObject) (api.ExportCreditRegisterResponseObject, error) {
	c, p := current(ctx), r.Params
	name, asOf := "credit-register-", clock.Today(s.DB.Clock().Now())
	if c.lang != "en" {
		name = "客户信用额度总表-"
	}
	if p.AsOf != nil {
		asOf = p.AsOf.Time
	}
	return registerExport{sheetExport{
		ctx: ctx, server: s, kind: string(value(p.Format)), name: name + asOf.Format(time.DateOnly), header: registerHeader,
		read: func(tx pg.Tx, row func([]any) error) error {
			f := registerFilter(tx, p.AsOf, (*string)(p.Grade), p.LimitKind, p.OwnerID, p.Q, p.LimitEndingBefore, p.ReviewDueBefore)
			f.AsOf = asOf
			months, err := s.Credits.FirstReviewMonths(tx)
			if err != nil {
				return err
			}
			return s.Credits.ExportCreditRegister(tx, c.who, f, func(r credit.RegisterRow) error {
				return row(registerCells(r, f.AsOf, months, c.lang))
			})
		},
	}}, nil
}

// registerExport is the register as a file.
type registerExport struct{ sheetExport }

// VisitExportCreditRegisterResponse writes the file.
func (e registerExport) VisitExportCreditRegisterResponse(w http.ResponseWriter) error {
	return e.send(w)
}

// registerHeader names the columns of registerCells.
var registerHeader = []column{
	{"客户编码", "Code", 18},
	{"客户名称", "Name", 36},
	{"负责人", "Owner", 12},
	{"付款方编码", "Payer code", 18},
	{"信用等级", "Grade", 10},
	{"额度类型", "Limit kind", 12},
	{"信用额度", "Limit (CNY)", 16},
	{"额度有效期至", "Limit valid until", 14},
	{"临时额度", "Temporary limit (CNY)", 16},
	{"临时额度起", "Temporary from", 14},
	{"临时额度止", "Temporary until", 14},
	{"逾期容忍金额", "Tolerated overdue (CNY)", 16},
	{"逾期容忍天数", "Tolerated days late", 12},
	{"结算方式", "Settlement", 14},
	{"账期天数", "Terms (days)", 10},
	{"下次评审", "Next review", 14},
	{"生效日期", "In force since", 14},
	{"集团编号", "Group number", 18},
	{"集团名称", "Group name", 28},
	{"集团额度", "Group limit (CNY)", 16},
	{"截止日期", "As of", 14},
}

// registerCells is a row as a spreadsheet has it: what isn't there is an empty cell.
func registerCells(r credit.RegisterRow, asOf time.Time, firstReviewMonths int, lang string) []any {
	p := r.Profile
	cells := []any{r.Code, r.Name, r.OwnerName, r.PayerCode, string(p.Grade), registerWord(string(p.Limit.Kind), lang), cell(p.Limit.Shown()), cell(p.Extras.ValidUntil)}
	if t := p.Extras.Temporary; t != nil {
		cells = append(cells, t.Amount, t.From, t.Until)
	} else {
		cells = append(cells, nil, nil, nil)
	}
	if t := p.Extras.Tolerance; t != nil {
		cells = append(cells, t.Amount, t.Days)
	} else {
		cells = append(cells, nil, nil)
	}
	var since any
	if p.ID != uuid.Nil {
		since = clock.Today(p.ValidFrom)
	}
	cells = append(cells, registerWord(string(p.Terms.Settlement), lang), p.Terms.Days, cell(r.NextReview(firstReviewMonths)), since)
	if g := r.Group; g != nil {
		cells = append(cells, g.Number, g.Name, g.Limit)
	} else {
		cells = append(cells, nil, nil, nil)
	}
	return append(cells, asOf)
}

// cell is nil for nothing, which an empty pointer in an interface isn't.
func cell[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// registerWord says a word of the API as people do.
func registerWord(word, lang string) string {
	said, ok := map[string][2]string{
		"none": {"未设定", "not set"}, "amount": {"金额", "amount"}, "unlimited": {"不限额", "unlimited"},
		"cash": {"现结", "cash"}, "prepaid": {"预付", "prepaid"}, "cod": {"货到付款", "cash on delivery"},
		"net_days": {"票后天数", "days after invoice"}, "month_end_days": {"月结天数", "days after month end"},
	}[word]
	switch {
	case !ok:
		return word
	case lang == "en":
		return said[1]
	}
	return said[0]
}
