package app

import (
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/stock"
)

// joinStock builds the warehouses, which shipping lays out and takes goods from (SHP-16).
func (a *App) joinStock(s *httpapi.Server) {
	s.Stock = stock.New(s.Rulebook, s.Attachments)
	s.Shipments.Stock = s.Stock
	s.Attachments.Register(stock.SubjectReport, s.Stock.ReportSeen, "inspection.read")
}
