package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/printing"
	"github.com/salesgate/salesgate/internal/production"
)

// GetProductionRequestDocument implements the operation of that name.
func (s *Server) GetProductionRequestDocument(ctx context.Context, r api.GetProductionRequestDocumentRequestObject) (api.GetProductionRequestDocumentResponseObject, error) {
	return s.paper(ctx, (*string)(r.Params.Format), func(tx pg.Tx, who identity.Principal) (printing.Paper, error) {
		v, err := s.Production.Get(tx, who, r.ProductionRequestID)
		if err != nil {
			return printing.Paper{}, err
		}
		return s.productionPaper(tx, v)
	})
}

// VisitGetProductionRequestDocumentResponse implements the answer.
func (a paperAnswer) VisitGetProductionRequestDocumentResponse(w http.ResponseWriter) error {
	return a.send(w)
}

// productionPaper has no prices for anybody (ORD-03).
func (s *Server) productionPaper(tx pg.Tx, v production.Request) (printing.Paper, error) {
	products, names, err := papersNeed(tx, v.OwnerID, idsOf(v.Lines, func(l production.Line) uuid.UUID { return l.ProductID }))
	if err != nil {
		return printing.Paper{}, err
	}
	state, mark := productionState(v.State)
	p := printing.Paper{
		Kind: "production_request", Title: printing.Text{ZH: "生产委托单", EN: "PRODUCTION REQUEST"}, Number: v.Number, Revision: v.Revision,
		Date: clock.Today(v.CreatedAt), State: state, Watermark: mark,
		Parties:    []printing.Party{{Role: printing.Text{ZH: "客户", EN: "Customer"}, Name: v.CustomerName}},
		Signatures: []printing.Text{{ZH: "销售部", EN: "Sales"}, {ZH: "生产部", EN: "Production"}, {ZH: "管理部", EN: "Management"}, {ZH: "财务部", EN: "Finance"}},
		Columns: []printing.Column{
			lineColumn, productColumn, unitColumn, quantityColumn,
			{Key: "wanted_on", Title: printing.Text{ZH: "交货日期", EN: "Wanted"}, Width: 12},
			{Key: "handling", Title: printing.Text{ZH: "包装、运输及特殊要求", EN: "Handling"}, Width: 34},
		},
	}
	p.Facts = printing.Add(p.Facts, "订单号", "Order", v.OrderNumber+" 第 "+strconv.Itoa(v.OrderRevision)+" 版")
	p.Facts = printing.Add(p.Facts, "业务员", "Sales", names[v.OwnerID])
	for _, l := range v.Lines {
		if l.Removed {
			continue
		}
		wanted := l.PromisedOn
		if l.AgreedOn != nil {
			wanted = l.AgreedOn
		}
		on := ""
		if wanted != nil {
			on = wanted.Format(time.DateOnly)
		}
		p.Rows = append(p.Rows, []string{
			strconv.Itoa(l.LineNo), productName(products[l.ProductID]), l.Unit, printing.Figure(l.Quantity, 0), on,
			lines(l.DeliveryPlace, l.Packing, l.Transport, l.SpecialDemands),
		})
	}
	return p, nil
}

func productionState(s production.State) (state, mark printing.Text) {
	switch s {
	case production.Open:
		state = printing.Text{ZH: "进行中", EN: "Open"}
	case production.Held:
		return printing.Text{ZH: "暂停:订单修改中", EN: "Held: its order is being changed"}, printing.Text{ZH: "暂停", EN: "HELD"}
	case production.Closed:
		state = printing.Text{ZH: "已完成", EN: "Closed"}
	case production.Cancelled:
		return printing.Text{ZH: "已取消", EN: "Cancelled"}, void
	}
	return state, mark
}
