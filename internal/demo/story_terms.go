package demo

import (
	"bytes"
	"time"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/pkg/client"
)

// signAgreement files the signed settlement agreement without which monthly orders are refused (CRD-15).
func (s *Story) signAgreement() error {
	file, err := s.as("rep").UploadAttachmentWithBodyWithResponse(s.ctx, &client.UploadAttachmentParams{FileName: "月结协议.pdf"},
		"application/octet-stream", bytes.NewReader([]byte("%PDF-1.7 example")))
	if err != nil {
		return err
	}
	day := openapi_types.Date{Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	res, err := s.as("rep").CreateSettlementAgreementWithResponse(s.ctx, &client.CreateSettlementAgreementParams{}, client.SettlementAgreementCreate{
		CustomerID: s.customer["credit"].ID, Settlement: client.MonthlySettlementNetDays, TermsDays: 30, Conditions: "每月 25 日对账、次月底前付清",
		ValidFrom: day, SignedOn: day, Sealed: true, AttachmentIds: []uuid.UUID{file.JSON201.ID},
	})
	if err != nil {
		return err
	}
	s.tell("rep", "登记签字盖章的月结协议 %s", "files the signed settlement agreement %s", res.JSON201.Number)
	return nil
}
