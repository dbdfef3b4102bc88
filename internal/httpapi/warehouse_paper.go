package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/printing"
	"github.com/salesgate/salesgate/internal/stock"
)

// GetPreparationDocument implements the operation of that name.
func (s *Server) GetPreparationDocument(ctx context.Context, r api.GetPreparationDocumentRequestObject) (api.GetPreparationDocumentResponseObject, error) {
	return s.paper(ctx, (*string)(r.Params.Format), func(tx pg.Tx, who identity.Principal) (printing.Paper, error) {
		p, err := s.Preparations.GetPreparation(tx, who, r.PreparationID)
		return preparationPaper(p), err
	})
}

// VisitGetPreparationDocumentResponse implements the answer.
func (a paperAnswer) VisitGetPreparationDocumentResponse(w http.ResponseWriter) error {
	return a.send(w)
}

// preparationPaper is what the keeper walks the warehouse with: no prices for anybody.
func preparationPaper(v preparation.List) printing.Paper {
	p := printing.Paper{
		Kind: "preparation_list", Title: printing.Text{ZH: "备货通知单", EN: "PREPARATION LIST"}, Number: v.Number, Date: clock.Today(v.PreparedAt),
		Parties:    []printing.Party{{Role: printing.Text{ZH: "客户", EN: "Customer"}, Name: v.CustomerName}},
		Signatures: []printing.Text{{ZH: "制单", EN: "Listed by"}, {ZH: "拣货", EN: "Picked by"}, {ZH: "复核", EN: "Checked by"}},
		Copies:     [3]string{"存根", "仓库", "质检"},
		Columns: []printing.Column{
			lineColumn,
			{Key: "warehouse", Title: printing.Text{ZH: "仓库", EN: "Warehouse"}, Width: 15},
			productColumn, lotColumn,
			{Key: "inspection", Title: printing.Text{ZH: "检验", EN: "Inspection"}, Width: 10},
			{Key: "expires_on", Title: printing.Text{ZH: "有效期至", EN: "Expires"}, Width: 12},
			unitColumn, quantityColumn,
			{Key: "picked", Title: printing.Text{ZH: "实拣", EN: "Picked"}, Width: 11},
		},
	}
	p.State, p.Watermark = preparationState(v.State)
	p.Facts = printing.Add(p.Facts, "发货通知单", "Shipping notice", v.NoticeNumber)
	p.Facts = printing.Add(p.Facts, "发货日期", "Ships on", v.ShipDate.Format(time.DateOnly))
	p.Facts = carriedBy(p.Facts, v.Carrier, v.Vehicle, "", "")
	p.Facts = printing.Add(p.Facts, "备注", "Remarks", v.Remarks)
	p.Facts = printing.Add(p.Facts, "终止原因", "Ended", v.EndReason)
	for i, l := range v.Lines {
		expires := ""
		if l.ExpiresOn != nil {
			expires = l.ExpiresOn.Format(time.DateOnly)
		}
		p.Rows = append(p.Rows, []string{
			strconv.Itoa(i + 1), lines(l.WarehouseName, l.WarehouseCode), lines(l.ProductName, l.ProductCode), l.LotNo, inspectionWord(l.Inspection), expires,
			l.Unit, printing.Figure(l.Quantity, 0), "",
		})
	}
	return p
}

func preparationState(s preparation.State) (state, mark printing.Text) {
	switch s {
	case preparation.Open:
		state = printing.Text{ZH: "待拣货", EN: "To be picked"}
	case preparation.Picked:
		state = printing.Text{ZH: "已备齐", EN: "Laid out"}
	case preparation.Done:
		state = printing.Text{ZH: "已发货", EN: "Shipped"}
	case preparation.Ended:
		return printing.Text{ZH: "已取消", EN: "Given back"}, void
	}
	return state, printing.Text{}
}

func inspectionWord(i stock.Inspection) string {
	switch i {
	case stock.Passed:
		return "合格"
	case stock.Failed:
		return "不合格"
	case stock.Pending:
	}
	return "待检"
}

// GetGatePassDocument implements the operation of that name.
func (s *Server) GetGatePassDocument(ctx context.Context, r api.GetGatePassDocumentRequestObject) (api.GetGatePassDocumentResponseObject, error) {
	return s.paper(ctx, (*string)(r.Params.Format), func(tx pg.Tx, who identity.Principal) (printing.Paper, error) {
		d, token, err := s.Gate.Pass(tx, who, r.DeliveryNoteID)
		if err != nil {
			return printing.Paper{}, err
		}
		return passPaper(d, token, tx.Now), nil
	})
}

// VisitGetGatePassDocumentResponse implements the answer.
func (a paperAnswer) VisitGetGatePassDocumentResponse(w http.ResponseWriter) error { return a.send(w) }

// passPaper is what the driver hands in at the gate: the code that the guard's phone reads, and the same in words (SHP-09). What let nobody out
// any more says so.
func passPaper(d delivery.Note, token string, now time.Time) printing.Paper {
	p := printing.Paper{
		Kind: "gate_pass", Title: printing.Text{ZH: "出门证", EN: "GATE PASS"}, Number: d.Pass.Number, Date: clock.Today(d.Pass.IssuedAt), Code: token,
		Us:         shipper,
		Parties:    []printing.Party{carrierParty(d.Carrier, d.Vehicle, d.Driver, "")},
		Signatures: []printing.Text{{ZH: "仓管员", EN: "Warehouse"}, {ZH: "司机", EN: "Driver"}, {ZH: "门卫", EN: "Gate"}},
		Copies:     [3]string{"存根", "门卫", "司机"},
		Columns:    []printing.Column{lineColumn, productColumn, unitColumn, quantityColumn},
		Terms: []printing.Text{{
			ZH: "本证一车一证,仅限所列车辆、货物一次出门,过期、涂改无效。", EN: "For this vehicle and these goods, once.",
		}},
	}
	p.Facts = printing.Add(p.Facts, "送货单", "Delivery note", d.Number)
	p.Facts = printing.Add(p.Facts, "有效期至", "Valid until", d.Pass.ExpiresAt.In(clock.Shanghai).Format("2006-01-02 15:04"))
	switch {
	case d.Pass.State == delivery.PassUsed:
		p.State, p.Watermark = printing.Text{ZH: "已使用", EN: "Used"}, printing.Text{ZH: "已使用", EN: "USED"}
	case d.Pass.State == delivery.PassCancelled:
		p.State, p.Watermark = printing.Text{ZH: "已作废", EN: "Cancelled"}, void
	case !d.Pass.ExpiresAt.After(now):
		p.State, p.Watermark = printing.Text{ZH: "已过期", EN: "Expired"}, printing.Text{ZH: "已过期", EN: "EXPIRED"}
	default:
		p.State = printing.Text{ZH: "有效", EN: "Valid"}
	}
	for i, l := range d.Lines {
		p.Rows = append(p.Rows, []string{strconv.Itoa(i + 1), lines(l.ProductName, l.ProductCode), l.Unit, printing.Figure(l.Quantity, 0)})
	}
	return p
}
