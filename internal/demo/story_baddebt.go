package demo

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/pkg/client"
)

// badDebt writes off what the new customer never paid: the rep applies, the superior and the general manager agree, finance writes it off; some
// of it comes in after all (ARV-07).
func (s *Story) badDebt() error {
	payer := s.customer["new"].ID
	res, err := s.as("clerk").ListInvoicesWithResponse(s.ctx, &client.ListInvoicesParams{CustomerID: &payer, Open: new(true)})
	if err != nil {
		return err
	}
	if len(res.JSON200.Data) == 0 {
		return fmt.Errorf("%w: the new customer owes nothing", errStory)
	}
	v := res.JSON200.Data[0]
	file, err := s.pdf("破产裁定书.pdf")
	if err != nil {
		return err
	}
	applied, err := s.as("rep").ApplyBadDebtWithResponse(s.ctx, &client.ApplyBadDebtParams{}, client.BadDebtCreate{
		CustomerID: payer, Grounds: client.BadDebtGroundsBankrupt, Reason: "法院裁定破产,无可分配财产", Items: []client.BadDebtItemCreate{{InvoiceID: v.ID}},
		AttachmentIds: client.AttachmentIds{file},
	})
	if err != nil {
		return err
	}
	d := *applied.JSON201
	s.tell("rep", "申请坏账 %s:%s 未收 %s 元,附破产裁定书(ARV-07)", "applies for the bad debt %s: %s, %s CNY open, with the court's ruling (ARV-07)", d.Number, v.Number, d.Amount)
	if err := s.decide(*d.ApprovalID, true); err != nil {
		return err
	}
	if _, err := s.as("clerk").WriteOffBadDebtWithResponse(s.ctx, d.ID, &client.WriteOffBadDebtParams{}); err != nil {
		return err
	}
	s.tell("clerk", "核销坏账 %s 元:占用随之减少,发票与历史保留", "writes off %s CNY: the exposure falls, invoice and history stay", d.Amount)
	return s.recovered(d, v.ID)
}

// recovered books what the liquidator pays later.
func (s *Story) recovered(d client.BadDebt, invoice uuid.UUID) error {
	part := decimal.MustParse("500.00")
	res, err := s.as("clerk").PostReceiptWithResponse(s.ctx, &client.PostReceiptParams{}, client.ReceiptCreate{
		CustomerID: s.customer["new"].ID, Amount: part, Method: client.PaymentMethodBankTransfer, ReceivedOn: s.date(), Reference: new("DEMO-" + s.tag + "-liquidator"),
	})
	if err != nil {
		return err
	}
	back, err := s.as("clerk").RecoverBadDebtWithResponse(s.ctx, d.ID, &client.RecoverBadDebtParams{}, client.BadDebtRecover{
		InvoiceID: invoice, ReceiptID: res.JSON201.ID, Amount: part,
	})
	if err != nil {
		return err
	}
	s.tell("clerk", "数月后破产管理人付来 %s 元,作坏账收回 %s", "books %s CNY that the liquidator pays later, as a recovery: %s", part, *back.JSON200.Items[0].Recovered)
	s.result(d.Number, string(back.JSON200.State))
	return nil
}
