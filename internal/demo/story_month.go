package demo

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/pkg/client"
)

// monthEnd lets the month be over: statements are made and sent by link, the customer disputes one line without signing in, finance
// explains it, and what was to wait for the confirmed statement is invoiced (ARV-02, D2.10).
func (s *Story) monthEnd() error {
	payer := s.customer["credit"].ID
	now, err := s.as("finance").GetInvoicingTermsWithResponse(s.ctx, payer)
	if err != nil {
		return err
	}
	etag := now.HTTPResponse.Header.Get("ETag")
	_, err = s.as("finance").SetInvoicingTermsWithResponse(s.ctx, payer, &client.SetInvoicingTermsParams{IfMatch: etag}, client.InvoicingTermsInput{
		Mode: client.AfterStatement, Reason: "客户要求对账后开票",
	})
	if err != nil {
		return err
	}
	s.tell("finance", "约定 %s 对账确认后开票", "agrees with %s that invoices wait for the confirmed statement", s.customer["credit"].Name)
	n, err := s.releasedOpen("credit")
	if err != nil {
		return err
	}
	note, err := s.dispatchOn(n)
	if err != nil {
		return err
	}
	_, err = s.as("clerk").PostInvoiceWithResponse(s.ctx, &client.PostInvoiceParams{}, client.InvoiceCreate{DeliveryNoteIds: []client.UUID{note.ID}})
	if err := s.refusedWith(err, http.StatusUnprocessableEntity); err != nil {
		return err
	}
	month := s.today.Format("2006-01")
	ran, err := s.turnMonth()
	if err != nil || !ran {
		return err
	}
	v, err := s.statement(payer, month)
	if err != nil {
		return err
	}
	if err := s.disputed(v, note); err != nil {
		return err
	}
	return s.invoice(note)
}

// dispatchOn lays out a notice that names no vehicle, loads all of it, and lets it out.
func (s *Story) dispatchOn(n client.ShippingNotice) (client.DeliveryNote, error) {
	if err := s.lay(n); err != nil {
		return client.DeliveryNote{}, err
	}
	note, err := s.load(n, n.Lines[0].Quantity, "示D·5555")
	if err != nil {
		return note, err
	}
	return note, s.gate(note, nil)
}

// turnMonth moves a sandbox's clock to the first of the next month. A server whose clock can't be moved makes its statements when its month is over; the
// chapter then ends here.
func (s *Story) turnMonth() (bool, error) {
	first := time.Date(s.today.Year(), s.today.Month(), 1, 0, 10, 0, 0, clock.Shanghai).AddDate(0, 1, 0)
	_, err := s.as("admin").AdvanceSandboxClockWithResponse(s.ctx, &client.AdvanceSandboxClockParams{}, client.ClockAdvance{To: first})
	var refused *client.Error
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		s.sayf("      → %s\n", s.in("此服务器不是沙箱,月末对账单要等到月末", "this server is no sandbox: statements are made when its month is over"))
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s.people, s.today, s.ahead = map[string]*client.Conn{}, clock.Today(first), time.Until(first) // whoever goes on signs in again
	s.tell("admin", "把沙箱时钟拨到 %s,月结开始", "moves the sandbox's clock to %s: the month's run begins", first.Format(time.DateTime))
	return true, nil
}

// statement waits for the run and sends the customer's statement by link.
func (s *Story) statement(payer client.UUID, month string) (client.StatementSent, error) {
	var found client.StatementSent
	err := s.eventually("the month's statement", func() (bool, error) {
		res, err := s.as("clerk").ListStatementsWithResponse(s.ctx, &client.ListStatementsParams{CustomerID: &payer, Month: &month})
		if err != nil || len(res.JSON200.Data) == 0 {
			return false, err
		}
		found.Statement = res.JSON200.Data[0]
		return true, nil
	})
	if err != nil {
		return found, err
	}
	v := found.Statement
	s.tell("clerk", "月结生成对账单 %s:期初 %s,期末 %s 元", "finds the statement %s of the run: opening %s, closing %s CNY", v.Number, v.Opening.Total, v.Closing.Total)
	sent, err := s.as("clerk").SendStatementWithResponse(s.ctx, v.ID, &client.SendStatementParams{}, client.StatementSend{Via: client.StatementChannelLink})
	if err != nil {
		return found, err
	}
	s.tell("clerk", "以签名链接发给客户", "sends it by a signed link")
	return *sent.JSON200, nil
}

// disputed is the customer's side: it reads the statement by its link, disputes a line, and accepts what finance explains.
func (s *Story) disputed(sent client.StatementSent, note client.DeliveryNote) error {
	guest, err := client.Connect(s.Base, client.Options{HTTP: s.HTTP})
	if err != nil {
		return err
	}
	token := *sent.Token
	seen, err := guest.ReadPublicStatementWithResponse(s.ctx, &client.ReadPublicStatementParams{XStatementToken: token})
	if err != nil {
		return err
	}
	s.sayf("   %s\n", fmt.Sprintf(s.in("客户(凭链接,无需登录)查看:应收合计 %s 元", "The customer (by the link, without signing in) reads: %s CNY in all"), seen.JSON200.Closing.Total))
	_, err = guest.DisputePublicStatementWithResponse(s.ctx, &client.DisputePublicStatementParams{XStatementToken: token}, client.PublicStatementDispute{
		Name: "陈示例", Lines: []client.StatementObjection{{DocumentID: note.ID, Reason: client.StatementReasonNotReceived, Note: new("仓库说未收到")}},
	})
	if err != nil {
		return err
	}
	s.sayf("   %s\n", fmt.Sprintf(s.in("客户对 %s 一行提出异议:未收到", "The customer disputes the line of %s: not received"), note.Number))
	v, err := s.as("clerk").GetStatementWithResponse(s.ctx, sent.Statement.ID)
	if err != nil {
		return err
	}
	for _, d := range *v.JSON200.Disputes {
		_, err := s.as("clerk").ResolveStatementDisputeWithResponse(s.ctx, sent.Statement.ID, d.ID, &client.ResolveStatementDisputeParams{},
			client.StatementResolve{Reason: new("已附签收回单,客户复核后认可")})
		if err != nil {
			return err
		}
		s.tell("clerk", "附签收回单答复:%s", "answers with the proof of delivery: %s", d.Number)
	}
	if v, err = s.as("clerk").GetStatementWithResponse(s.ctx, sent.Statement.ID); err != nil {
		return err
	}
	s.result(v.JSON200.Number, string(v.JSON200.State)+" (ARV-02)")
	return want("statement", string(v.JSON200.State), "confirmed")
}
