package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/printing"
	"github.com/salesgate/salesgate/internal/prospect"
	"github.com/salesgate/salesgate/internal/quote"
)

// GetQuotationDocument implements the operation of that name.
func (s *Server) GetQuotationDocument(ctx context.Context, r api.GetQuotationDocumentRequestObject) (api.GetQuotationDocumentResponseObject, error) {
	return s.paper(ctx, (*string)(r.Params.Format), func(tx pg.Tx, who identity.Principal) (printing.Paper, error) {
		q, err := s.Quotes.Get(tx, who, r.QuotationID)
		if err != nil {
			return printing.Paper{}, err
		}
		return s.quotationPaper(tx, who, q)
	})
}

// VisitGetQuotationDocumentResponse implements the answer.
func (a paperAnswer) VisitGetQuotationDocumentResponse(w http.ResponseWriter) error { return a.send(w) }

// ReadPublicQuotationDocument implements the operation of that name.
func (s *Server) ReadPublicQuotationDocument(ctx context.Context, r api.ReadPublicQuotationDocumentRequestObject) (api.ReadPublicQuotationDocumentResponseObject, error) {
	return followed(ctx, s, r.Params.XQuotationToken, func(tx pg.Tx, q quote.Quotation, _ quote.Link) (paperAnswer, error) {
		p, err := s.quotationPaper(tx, identity.System(), q)
		if err != nil {
			return paperAnswer{}, err
		}
		offeredOnly(&p)
		return letterhead(ctx, tx, p, (*string)(r.Params.Format))
	})
}

// VisitReadPublicQuotationDocumentResponse implements the answer.
func (a paperAnswer) VisitReadPublicQuotationDocumentResponse(w http.ResponseWriter) error {
	return a.send(w)
}

// offeredOnly leaves on a quotation's paper what its customer's link tells (publicQuotation), and to whom it was offered: a link may be passed
// on, so it says nothing of our people, of what we remarked, and of what we keep about the customer.
func offeredOnly(p *printing.Paper) {
	p.Facts = slices.DeleteFunc(p.Facts, func(f printing.Field) bool { return f.Label == ownerLabel || f.Label == remarksLabel })
	for i := range p.Parties {
		p.Parties[i].Fields = nil
	}
	at := slices.IndexFunc(p.Columns, func(c printing.Column) bool { return c.Key == remarksColumn.Key })
	if at < 0 {
		return
	}
	p.Columns = slices.Delete(p.Columns, at, at+1)
	for i := range p.Rows {
		p.Rows[i] = slices.Delete(p.Rows[i], at, at+1)
	}
}

// GetContractDocument implements the operation of that name.
func (s *Server) GetContractDocument(ctx context.Context, r api.GetContractDocumentRequestObject) (api.GetContractDocumentResponseObject, error) {
	return s.paper(ctx, (*string)(r.Params.Format), func(tx pg.Tx, who identity.Principal) (printing.Paper, error) {
		c, err := s.Contracts.Get(tx, who, r.ContractID)
		if err != nil {
			return printing.Paper{}, err
		}
		return s.contractPaper(tx, who, c)
	})
}

// VisitGetContractDocumentResponse implements the answer.
func (a paperAnswer) VisitGetContractDocumentResponse(w http.ResponseWriter) error { return a.send(w) }

func (s *Server) quotationPaper(tx pg.Tx, who identity.Principal, q quote.Quotation) (printing.Paper, error) {
	buyer, err := s.prospectiveBuyer(tx, who, q)
	if err != nil {
		return printing.Paper{}, err
	}
	products, names, err := papersNeed(tx, q.OwnerID, idsOf(q.Lines, func(l quote.Line) uuid.UUID { return l.ProductID }))
	if err != nil {
		return printing.Paper{}, err
	}
	state, mark := quotationState(q, tx.Now)
	p := printing.Paper{
		Kind: "quotation", Title: printing.Text{ZH: "报价单", EN: "QUOTATION"}, Number: q.Number, Revision: q.Revision, Date: q.ValidFrom,
		State: state, Watermark: mark, Parties: []printing.Party{buyer}, Signatures: []printing.Text{{ZH: "需方确认", EN: "Buyer"}, {ZH: "供方", EN: "Seller"}},
		Columns: []printing.Column{
			lineColumn, productColumn, unitColumn,
			{Key: "quantity", Title: printing.Text{ZH: "适用数量", EN: "Quantity"}, Width: 17, Right: true},
			priceColumn,
			{Key: "lead_days", Title: printing.Text{ZH: "交期(天)", EN: "Lead days"}, Width: 9, Right: true},
			remarksColumn,
		},
		Terms: []printing.Text{taxIncluded, {
			ZH: "本报价有效期至 " + printing.Day(q.ValidUntil) + "(含当日)。", EN: "Valid until " + q.ValidUntil.Format(time.DateOnly) + " inclusive.",
		}},
	}
	p.Facts = printing.Add(p.Facts, "有效期", "Valid", q.ValidFrom.Format(time.DateOnly)+" 至 "+q.ValidUntil.Format(time.DateOnly))
	p.Facts = printing.Add(p.Facts, ownerLabel.ZH, ownerLabel.EN, names[q.OwnerID])
	p.Facts = dealFacts(p.Facts, settlementWords(q.Terms()), q.Delivery, q.Packing, q.Freight, q.Remarks)
	for _, l := range q.Lines {
		p.Rows = append(p.Rows, []string{
			strconv.Itoa(l.LineNo), productName(products[l.ProductID]), l.Unit, quantityRange(l), printing.Figure(l.NetPrice, money.AmountScale), days(l.LeadDays), l.Remarks,
		})
	}
	return p, nil
}

// prospectiveBuyer is the customer, or the company that may become one.
func (s *Server) prospectiveBuyer(tx pg.Tx, who identity.Principal, q quote.Quotation) (printing.Party, error) {
	if q.CustomerID != nil {
		return s.buyer(tx, who, *q.CustomerID)
	}
	x, err := prospect.Brief(tx, *q.ProspectID)
	return printing.Party{Role: printing.Text{ZH: "需方", EN: "Buyer"}, Name: x.Name}, err
}

func (s *Server) contractPaper(tx pg.Tx, who identity.Principal, c contract.Contract) (printing.Paper, error) {
	buyer, err := s.buyer(tx, who, c.CustomerID)
	if err != nil {
		return printing.Paper{}, err
	}
	products, names, err := papersNeed(tx, c.OwnerID, idsOf(c.Lines, func(l contract.Line) uuid.UUID { return l.ProductID }))
	if err != nil {
		return printing.Paper{}, err
	}
	state, mark := contractState(c.State)
	p := printing.Paper{
		Kind: "contract", Title: printing.Text{ZH: "产品销售合同", EN: "SALES CONTRACT"}, Number: c.Number, Revision: c.Revision, Date: clock.Today(c.CreatedAt),
		State: state, Watermark: mark, Parties: []printing.Party{buyer}, Signatures: []printing.Text{{ZH: "需方", EN: "Buyer"}, {ZH: "供方", EN: "Seller"}},
		Columns: []printing.Column{
			lineColumn, productColumn, unitColumn, quantityColumn, priceColumn, amountColumn,
			{Key: "deliveries", Title: printing.Text{ZH: "交货", EN: "Deliveries"}, Width: 18},
			remarksColumn,
		},
		Terms: []printing.Text{taxIncluded},
	}
	if c.SignedOn != nil {
		p.Date = *c.SignedOn
	}
	p.Facts = printing.Add(p.Facts, "合同期限", "Period", c.StartsOn.Format(time.DateOnly)+" 至 "+c.EndsOn.Format(time.DateOnly))
	p.Facts = printing.Add(p.Facts, ownerLabel.ZH, ownerLabel.EN, names[c.OwnerID])
	p.Facts = dealFacts(p.Facts, settlementWords(c.Terms()), c.DeliveryPlace, c.Packing, c.Transport, c.Remarks)
	for _, l := range c.Lines {
		product := products[l.ProductID]
		if l.Spec != "" {
			product.Spec = l.Spec
		}
		p.Rows = append(p.Rows, []string{
			strconv.Itoa(l.LineNo), productName(product), l.Unit, printing.Figure(l.Quantity, 0), printing.Figure(l.Price, money.AmountScale),
			printing.Figure(l.Amount, money.AmountScale), deliveries(l), l.Remarks,
		})
	}
	addTotals(&p, c.Gross, c.HeaderDiscount, c.Total, c.Tax)
	return p, nil
}

// papersNeed reads the products of a document's lines, and its owner's name.
func papersNeed(tx pg.Tx, owner uuid.UUID, productIDs []uuid.UUID) (map[uuid.UUID]catalog.Product, map[uuid.UUID]string, error) {
	products, err := catalog.Briefs(tx, productIDs)
	if err != nil {
		return nil, nil, err
	}
	names, err := identity.Names(tx, owner)
	return products, names, err
}

// What a quotation's paper tells us and not its customer's link.
var (
	ownerLabel   = printing.Text{ZH: "业务员", EN: "Sales"}
	remarksLabel = printing.Text{ZH: "备注", EN: "Remarks"}
)

// dealFacts adds what every deal says of payment and delivery.
func dealFacts(facts []printing.Field, settlement, place, packing, transport, remarks string) []printing.Field {
	facts = printing.Add(facts, "结算方式", "Payment", settlement)
	facts = printing.Add(facts, "交货", "Delivery", place)
	facts = printing.Add(facts, "包装", "Packing", packing)
	facts = printing.Add(facts, "运输", "Transport", transport)
	return printing.Add(facts, remarksLabel.ZH, remarksLabel.EN, remarks)
}

// addTotals adds the sums of a priced document.
func addTotals(p *printing.Paper, gross, discount, sum, tax decimal.Decimal) {
	if !discount.IsZero() {
		p.Totals = append(p.Totals,
			total("小计", "Subtotal", printing.Figure(gross, money.AmountScale)),
			total("整单折让", "Discount", "-"+printing.Figure(discount, money.AmountScale)))
	}
	p.Totals = append(p.Totals,
		total("含税合计(人民币)", "Total, tax included (CNY)", printing.Figure(sum, money.AmountScale)),
		total("其中税额", "Tax contained", printing.Figure(tax, money.AmountScale)))
	p.Amount = &sum
}

// taxIncluded is a term of every priced paper.
var taxIncluded = printing.Text{ZH: "以上单价、金额均为含税价,币种为人民币。", EN: "Prices and amounts are in CNY and include tax."}

func quantityRange(l quote.Line) string {
	from := printing.Figure(l.MinQuantity, 0)
	if l.MaxQuantity == nil {
		return from + " 起"
	}
	return from + " - " + printing.Figure(*l.MaxQuantity, 0)
}

func days(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func deliveries(l contract.Line) string {
	all := make([]string, len(l.Deliveries))
	for i, d := range l.Deliveries {
		all[i] = d.On.Format(time.DateOnly) + " " + printing.Figure(d.Quantity, 0)
	}
	return lines(all...)
}

// notInForce stands across what nobody has approved yet.
var (
	notInForce = printing.Text{ZH: "未生效", EN: "NOT IN FORCE"}
	void       = printing.Text{ZH: "已作废", EN: "VOID"}
	expired    = printing.Text{ZH: "已过期", EN: "EXPIRED"}
	draftMark  = printing.Text{ZH: "草稿", EN: "DRAFT"}
)

func quotationState(q quote.Quotation, now time.Time) (state, mark printing.Text) {
	switch q.State {
	case quote.StateDraft:
		return printing.Text{ZH: "草稿", EN: "Draft"}, draftMark
	case quote.StateSubmitted:
		return printing.Text{ZH: "审批中", EN: "Being approved"}, notInForce
	case quote.StateApproved:
		state = printing.Text{ZH: "已批准", EN: "Approved"}
	case quote.StateSent:
		state = printing.Text{ZH: "已发出", EN: "Sent"}
	case quote.StateAccepted:
		state = printing.Text{ZH: "已接受", EN: "Accepted"}
	case quote.StateDeclined:
		return printing.Text{ZH: "未接受", EN: "Declined"}, void
	case quote.StateExpired:
		return printing.Text{ZH: "已过期", EN: "Expired"}, expired
	case quote.StateCancelled:
		return printing.Text{ZH: "已取消", EN: "Cancelled"}, void
	}
	if q.Over(now) {
		mark = expired
	}
	return state, mark
}

func contractState(s contract.State) (state, mark printing.Text) {
	switch s {
	case contract.StateDraft:
		return printing.Text{ZH: "草稿", EN: "Draft"}, draftMark
	case contract.StateSubmitted:
		return printing.Text{ZH: "审批中", EN: "Being approved"}, notInForce
	case contract.StateApproved:
		state = printing.Text{ZH: "已批准待签", EN: "Approved, to be signed"}
	case contract.StateInForce:
		state = printing.Text{ZH: "履行中", EN: "In force"}
	case contract.StateClosed:
		state = printing.Text{ZH: "已履行完毕", EN: "Carried out"}
	case contract.StateExpired:
		return printing.Text{ZH: "已到期", EN: "Expired"}, expired
	case contract.StateTerminated:
		return printing.Text{ZH: "已终止", EN: "Terminated"}, printing.Text{ZH: "已终止", EN: "TERMINATED"}
	case contract.StateCancelled:
		return printing.Text{ZH: "已取消", EN: "Cancelled"}, void
	}
	return state, mark
}
