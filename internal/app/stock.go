package app

import (
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/stock"
)

// joinStock builds the warehouses and what is laid out of them for shipping notices (SHP-16).
func (a *App) joinStock(s *httpapi.Server) {
	s.Stock = stock.New(s.Rulebook, s.Attachments)
	s.Preparations = preparation.New(s.Stock)
	s.Shipments.Preparations, s.Deliveries.Stock, s.Deliveries.Preparations = s.Preparations, s.Stock, s.Preparations
	s.Attachments.Register(stock.SubjectReport, s.Stock.ReportSeen, "inspection.read")
}
