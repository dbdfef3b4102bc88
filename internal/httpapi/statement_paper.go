package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/printing"
	"github.com/salesgate/salesgate/internal/statement"
)

// paperLines is how many lines a printed statement shows; who has more takes the file.
const paperLines = 1000

// GetStatementDocument implements the operation of that name.
func (s *Server) GetStatementDocument(ctx context.Context, r api.GetStatementDocumentRequestObject) (api.GetStatementDocumentResponseObject, error) {
	return s.paper(ctx, (*string)(r.Params.Format), func(tx pg.Tx, who identity.Principal) (printing.Paper, error) {
		return s.statementPaper(tx, who, r.StatementID)
	})
}

// VisitGetStatementDocumentResponse implements the answer.
func (a paperAnswer) VisitGetStatementDocumentResponse(w http.ResponseWriter) error { return a.send(w) }

func (s *Server) statementPaper(tx pg.Tx, who identity.Principal, id uuid.UUID) (printing.Paper, error) {
	v, _, err := s.Statements.Get(tx, who, id)
	if err != nil {
		return printing.Paper{}, err
	}
	buyer, err := s.buyer(tx, who, v.CustomerID)
	if err != nil {
		return printing.Paper{}, err
	}
	rows, next, err := s.Statements.Lines(tx, who, id, pg.Page{Limit: paperLines})
	if err != nil {
		return printing.Paper{}, err
	}
	p := statementFrame(v, buyer)
	p.Rows = statementRows(rows)
	if next != "" {
		p.Terms = append(p.Terms, printing.Text{ZH: "明细较多,仅列前 " + strconv.Itoa(paperLines) + " 笔,其余见电子表格。", EN: "Only the first lines; see the file."})
	}
	p.Totals = statementTotals(v)
	if v.Agreed.IsPos() {
		p.Amount = &v.Agreed
	}
	return p, nil
}

// statementFrame is the paper without its lines and totals.
func statementFrame(v statement.Statement, buyer printing.Party) printing.Paper {
	state, mark := statementState(v.State)
	p := printing.Paper{
		Kind: "statement", Title: printing.Text{ZH: "对账单", EN: "STATEMENT OF ACCOUNT"}, Number: v.Number, Revision: v.Revision, Date: v.EndsOn,
		State: state, Watermark: mark, Parties: []printing.Party{buyer},
		Signatures: []printing.Text{{ZH: "需方核对无误(盖章)", EN: "Confirmed by the buyer"}, {ZH: "供方", EN: "Seller"}},
		Columns: []printing.Column{
			lineColumn,
			{Key: "date", Title: printing.Text{ZH: "日期", EN: "Date"}, Width: 12},
			{Key: "kind", Title: printing.Text{ZH: "类别", EN: "Kind"}, Width: 10},
			{Key: "number", Title: printing.Text{ZH: "单号", EN: "Document"}, Width: 18},
			{Key: "invoiced", Title: printing.Text{ZH: "开票金额", EN: "Invoiced"}, Width: 13, Right: true},
			amountColumn,
			{Key: "balance", Title: printing.Text{ZH: "余额", EN: "Balance"}, Width: 14, Right: true},
		},
		Terms: []printing.Text{{
			ZH: "请核对后盖章或回复;如有异议请逐笔注明(重复、单价、品名、数量、未收到、已付款)。", EN: "Please confirm, or say line by line what differs.",
		}},
	}
	p.Facts = printing.Add(p.Facts, "对账期间", "Period", v.StartsOn.Format(time.DateOnly)+" 至 "+v.EndsOn.Format(time.DateOnly))
	p.Facts = printing.Add(p.Facts, "期初余额", "Opening balance", printing.Figure(v.Opening, money.AmountScale))
	p.Facts = append(p.Facts, ageFacts(v)...)
	return p
}

func statementRows(lines []statement.Line) [][]string {
	rows := make([][]string, len(lines))
	for i, l := range lines {
		invoiced := ""
		if !l.Invoiced.IsZero() {
			invoiced = printing.Figure(l.Invoiced, money.AmountScale)
		}
		rows[i] = []string{
			strconv.Itoa(i + 1), l.HappenedOn.Format(time.DateOnly), lineWord(l.Kind, "zh"), l.Number, invoiced,
			printing.Figure(l.Amount, money.AmountScale), printing.Figure(l.Balance, money.AmountScale),
		}
	}
	return rows
}

func statementTotals(v statement.Statement) []printing.Field {
	totals := []printing.Field{
		total("本期送货", "Delivered", printing.Figure(v.Delivered, money.AmountScale)),
		total("本期收款", "Received", printing.Figure(v.Received, money.AmountScale)),
		total("期末余额(人民币)", "Closing balance (CNY)", printing.Figure(v.Closing, money.AmountScale)),
	}
	if !v.AdjustedAfter.IsZero() {
		totals = append(totals,
			total("期后调整", "Agreed adjustments", printing.Figure(v.AdjustedAfter, money.AmountScale)),
			total("调整后余额", "Agreed balance", printing.Figure(v.Agreed, money.AmountScale)))
	}
	return totals
}

// ageFacts are what the closing balance consists of: the receivable by age, what was delivered and isn't invoiced, less what was paid ahead.
func ageFacts(v statement.Statement) []printing.Field {
	zh, en := ageRows(v, "zh"), ageRows(v, "en")
	facts := make([]printing.Field, len(zh))
	for i := range zh {
		facts[i] = printing.Field{Label: printing.Text{ZH: zh[i].word, EN: en[i].word}, Value: printing.Figure(zh[i].amount, money.AmountScale)}
	}
	return facts
}

// bucketWords names the buckets by their bounds.
func bucketWords(b statement.Bounds, lang string) []string {
	span := func(from, to int) string {
		return word(lang, fmt.Sprintf("逾期 %d-%d 天", from, to), fmt.Sprintf("%d to %d days late", from, to))
	}
	return []string{
		word(lang, "未到期", "Not due"), span(1, b.BoundFirst), span(b.BoundFirst+1, b.BoundSecond), span(b.BoundSecond+1, b.BoundThird),
		word(lang, fmt.Sprintf("逾期 %d 天以上", b.BoundThird), fmt.Sprintf("more than %d days late", b.BoundThird)),
	}
}

func statementState(s statement.State) (state, mark printing.Text) {
	switch s {
	case statement.Draft:
		return printing.Text{ZH: "草稿", EN: "Draft"}, draftMark
	case statement.Sent:
		state = printing.Text{ZH: "待确认", EN: "To be confirmed"}
	case statement.Disputed:
		state = printing.Text{ZH: "有异议", EN: "Disputed"}
	case statement.Confirmed:
		state = printing.Text{ZH: "已确认", EN: "Confirmed"}
	case statement.Settled:
		state = printing.Text{ZH: "已结清", EN: "Settled"}
	case statement.Superseded:
		return printing.Text{ZH: "已被新版本取代", EN: "Superseded"}, void
	}
	return state, mark
}
