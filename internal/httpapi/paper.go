package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/printing"
)

// paperAnswer is a printable document as an operation answers it, in the form that was asked for.
type paperAnswer struct {
	paper printing.Paper
	form  printing.Form // "" for JSON
}

// paper makes the paper of a document that the caller may read. make fills in what the document says.
func (s *Server) paper(ctx context.Context, format *string, fill func(tx pg.Tx, who identity.Principal) (printing.Paper, error)) (paperAnswer, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (paperAnswer, error) {
		p, err := fill(tx, who)
		if err != nil {
			return paperAnswer{}, err
		}
		names, err := identity.Names(tx, who.ID)
		if err != nil {
			return paperAnswer{}, err
		}
		p.PrintedBy = names[who.ID]
		return letterhead(ctx, tx, p, format)
	})
}

// letterhead puts on a paper what all of them carry: whose it is, when it was printed, and our side.
func letterhead(ctx context.Context, tx pg.Tx, p printing.Paper, format *string) (paperAnswer, error) {
	profile, err := printing.Current(tx)
	p.Profile, p.PrintedAt = profile, tx.Now
	if p.Amount == nil || p.Us.ZH != "" { // nobody pays us by it
		p.Profile.BankName, p.Profile.BankAccount = "", ""
	}
	p.Parties = append(p.Parties, seller(p))
	return paperAnswer{p, wantedForm(current(ctx), format)}, err
}

// wantedForm reads the parameter, and without one the Accept header, by which a browser asks for HTML and a program for nothing.
func wantedForm(c *call, format *string) printing.Form {
	if format != nil {
		if f := printing.Form(*format); f == printing.A4 || f == printing.ThreePart {
			return f
		}
		return ""
	}
	for part := range strings.SplitSeq(c.echo.Request().Header.Get("Accept"), ",") {
		media, _, _ := strings.Cut(part, ";")
		switch strings.TrimSpace(media) {
		case "text/html":
			return printing.A4
		case "application/json":
			return ""
		}
	}
	return ""
}

// send writes the paper. A page says itself what it may load: nothing.
func (a paperAnswer) send(w http.ResponseWriter) error {
	h := w.Header()
	if a.form == "" {
		h.Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(printedBody(a.paper))
	}
	page, err := a.paper.HTML(a.form)
	if err != nil {
		return err
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", printing.Policy(a.form))
	h.Set("Content-Disposition", "inline; filename*=UTF-8''"+strings.ReplaceAll(url.QueryEscape(a.paper.FileName()+".html"), "+", "%20"))
	h.Set("Content-Length", strconv.Itoa(len(page)))
	_, err = w.Write(page)
	return err
}

// GetCompanyProfile implements the operation of that name.
func (s *Server) GetCompanyProfile(ctx context.Context, _ api.GetCompanyProfileRequestObject) (api.GetCompanyProfileResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetCompanyProfile200JSONResponse, error) {
		p, err := printing.Current(tx)
		return api.GetCompanyProfile200JSONResponse{Body: companyBody(p), Headers: api.GetCompanyProfile200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

// ReplaceCompanyProfile implements the operation of that name.
func (s *Server) ReplaceCompanyProfile(ctx context.Context, r api.ReplaceCompanyProfileRequestObject) (api.ReplaceCompanyProfileResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ReplaceCompanyProfile200JSONResponse, error) {
		b := r.Body
		p, err := printing.Replace(tx, ifMatch(r.Params.IfMatch), printing.Profile{
			NameZH: b.NameZh, NameEN: b.NameEn, AddressZH: b.AddressZh, AddressEN: b.AddressEn, TaxNumber: b.TaxNumber, Phone: b.Phone,
			Fax: b.Fax, Email: b.Email, BankName: b.BankName, BankAccount: b.BankAccount,
		})
		return api.ReplaceCompanyProfile200JSONResponse{Body: companyBody(p), Headers: api.ReplaceCompanyProfile200ResponseHeaders{ETag: etag(p.Version)}}, err
	})
}

func companyBody(p printing.Profile) api.CompanyProfile {
	return api.CompanyProfile{
		NameZh: p.NameZH, NameEn: p.NameEN, AddressZh: p.AddressZH, AddressEn: p.AddressEN, TaxNumber: p.TaxNumber, Phone: p.Phone, Fax: p.Fax,
		Email: p.Email, BankName: p.BankName, BankAccount: p.BankAccount, SetAt: &p.SetAt, Etag: optional(etag(p.Version)),
	}
}

func printedBody(p printing.Paper) api.Paper {
	body := api.Paper{
		Kind: p.Kind, Title: paperText(p.Title), Number: p.Number, Revision: optional(p.Revision), Date: date(p.Date), Company: companyBody(p.Profile),
		Facts: paperFields(p.Facts), Totals: paperFields(p.Totals), Rows: p.Rows, Amount: p.Amount, AmountWords: optional(p.Words()),
		Body: optional(p.Body), Code: optional(p.Code),
		Parties: each(p.Parties, func(x printing.Party) api.PaperParty {
			return api.PaperParty{Role: paperText(x.Role), Name: x.Name, Fields: paperFields(x.Fields)}
		}),
		Columns: each(p.Columns, func(x printing.Column) api.PaperColumn {
			return api.PaperColumn{Key: x.Key, Title: paperText(x.Title), Figures: x.Right}
		}),
		Terms: each(p.Terms, paperText), Signatures: each(p.Signatures, paperText),
	}
	if body.Rows == nil {
		body.Rows = [][]string{}
	}
	if p.State.ZH != "" {
		body.State = new(paperText(p.State))
	}
	if p.Watermark.ZH != "" {
		body.Watermark = new(paperText(p.Watermark))
	}
	return body
}

func paperText(t printing.Text) api.PaperText {
	return api.PaperText{Zh: t.ZH, En: optional(t.EN)}
}

func paperFields(all []printing.Field) []api.PaperField {
	return each(all, func(f printing.Field) api.PaperField {
		return api.PaperField{Label: paperText(f.Label), Value: f.Value}
	})
}

// buyer is the customer's side. Who sees the document and not the customer (the factory) gets no more than the name.
func (s *Server) buyer(tx pg.Tx, who identity.Principal, id uuid.UUID) (printing.Party, error) {
	c, err := s.Customers.Get(tx, who, id)
	if errors.Is(err, errs.ErrNotFound) {
		c, err = customer.Brief(tx, id)
		c.USCC = nil
	}
	p := printing.Party{Role: printing.Text{ZH: "需方", EN: "Buyer"}, Name: c.Name}
	p.Fields = printing.Add(p.Fields, "客户编号", "Customer no.", c.Code)
	p.Fields = printing.Add(p.Fields, "税号", "Tax no.", value(c.USCC))
	for _, a := range c.Addresses {
		if a.Kind == "registered" {
			p.Fields = printing.Add(p.Fields, "地址", "Address", a.Line)
		}
	}
	if len(c.Contacts) > 0 {
		p.Fields = printing.Add(p.Fields, "联系人", "Contact", c.Contacts[0].Name)
	}
	return p, err
}

// seller is our side.
func seller(p printing.Paper) printing.Party {
	us := printing.Party{Role: printing.Text{ZH: "供方", EN: "Seller"}, Name: p.Profile.NameZH}
	if p.Us.ZH != "" {
		us.Role = p.Us
	}
	us.Fields = printing.Add(us.Fields, "税号", "Tax no.", p.Profile.TaxNumber)
	us.Fields = printing.Add(us.Fields, "开户行", "Bank", p.Profile.BankName)
	us.Fields = printing.Add(us.Fields, "账号", "Account", p.Profile.BankAccount)
	return us
}

// settlementWords names payment terms in Chinese.
func settlementWords(t credit.Terms) string {
	days := strconv.Itoa(t.Days)
	switch t.Settlement {
	case credit.Prepay:
		return "款到发货"
	case credit.COD:
		return "货到付款"
	case credit.NetDays:
		return "开票后 " + days + " 天内付款"
	case credit.MonthEndDays:
		return "月结,月末后 " + days + " 天内付款"
	case credit.Cash:
	}
	return "现款"
}
