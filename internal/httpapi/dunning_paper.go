package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/printing"
)

// GetDunningDocument implements the operation of that name.
func (s *Server) GetDunningDocument(ctx context.Context, r api.GetDunningDocumentRequestObject) (api.GetDunningDocumentResponseObject, error) {
	return s.paper(ctx, (*string)(r.Params.Format), func(tx pg.Tx, who identity.Principal) (printing.Paper, error) {
		d, err := s.Collection.GetDunning(tx, who, r.DunningID)
		if err != nil {
			return printing.Paper{}, err
		}
		buyer, err := s.buyer(tx, who, d.PayerID)
		return dunningPaper(d, buyer, clock.Today(tx.Now)), err
	})
}

// VisitGetDunningDocumentResponse implements the answer.
func (a paperAnswer) VisitGetDunningDocumentResponse(w http.ResponseWriter) error { return a.send(w) }

// dunningPaper is the letter with the invoices that it is about; one that hasn't been sent says that it is a draft.
func dunningPaper(d collection.Dunning, debtor printing.Party, today time.Time) printing.Paper {
	debtor.Role = printing.Text{ZH: "致", EN: "To"}
	p := printing.Paper{
		Kind: "dunning_letter", Title: printing.Text{ZH: "催款函", EN: "DEMAND FOR PAYMENT"}, Number: "—", Date: today, Parties: []printing.Party{debtor},
		Body: d.LetterZH, Amount: &d.Amount, Signatures: []printing.Text{{ZH: "财务部", EN: "Finance"}, {ZH: "收件人签收", EN: "Received by"}},
		Columns: []printing.Column{
			lineColumn,
			{Key: "invoice", Title: printing.Text{ZH: "单据号", EN: "Invoice"}, Width: 30},
			{Key: "due_on", Title: printing.Text{ZH: "到期日", EN: "Due on"}, Width: 16},
			{Key: "days", Title: printing.Text{ZH: "逾期天数", EN: "Days late"}, Width: 12, Right: true},
			amountColumn,
		},
		Totals: []printing.Field{total("逾期合计(人民币)", "Overdue (CNY)", printing.Figure(d.Amount, money.AmountScale))},
	}
	switch d.State {
	case collection.DunningProposed:
		p.State, p.Watermark = printing.Text{ZH: "草稿", EN: "Draft"}, draftMark
	case collection.DunningSent:
		p.State = printing.Text{ZH: "已发出", EN: "Sent"}
	case collection.DunningCancelled:
		p.State, p.Watermark = printing.Text{ZH: "已取消", EN: "Called off"}, void
	}
	if d.Number != nil {
		p.Number = *d.Number
	}
	if d.SentAt != nil {
		p.Date = clock.Today(*d.SentAt)
	}
	p.Facts = printing.Add(p.Facts, "催款级别", "Step", d.StepZH)
	if d.PayBy != nil {
		p.Facts = printing.Add(p.Facts, "请于此日前付款", "Pay by", d.PayBy.Format(time.DateOnly))
	}
	for _, i := range d.Items {
		p.Rows = append(p.Rows, []string{
			strconv.Itoa(len(p.Rows) + 1), i.Number, i.DueOn.Format(time.DateOnly), strconv.Itoa(i.Days), printing.Figure(i.Amount, money.AmountScale),
		})
	}
	return p
}
