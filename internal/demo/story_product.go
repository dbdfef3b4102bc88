package demo

import (
	"fmt"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/pkg/client"
)

// the figures of the new product: its cost without tax, its price, and an order above what makes the price committee act in a month.
var (
	storyCost    = decimal.MustParse("19.8")
	storyInitial = decimal.MustParse("28.80")
	storyFloor   = decimal.MustParse("26.50")
	storyBulk    = decimal.MustParse("345600") // CNY: 12 tonnes
)

// product is the way of a new product: a sample that the customer tries, a price by cost and feasibility, an order by that price, and the
// volume at which the price committee sets a base price.
func (s *Story) product() error {
	made, err := s.as("manager").CreateProductWithResponse(s.ctx, &client.CreateProductParams{}, client.ProductCreate{
		Code: "FX-" + s.tag, Name: "阻燃功能丝", Unit: "kg", Kind: client.ProductKindFinished, Lifecycle: new(client.ProductLifecycleNew), TaxRate: decimal.MustParse("0.13"),
	})
	if err != nil {
		return err
	}
	p := *made.JSON201
	s.tell("manager", "建档新产品 %s %s:没有基准价,暂不能销售", "registers the new product %s %s: without a base price it can't be sold yet", p.Code, p.Name)
	x, err := s.sample(p)
	if err != nil {
		return err
	}
	if err := s.priceProduct(p); err != nil {
		return err
	}
	o, err := s.sellProduct(p)
	if err != nil {
		return err
	}
	_, err = s.as("rep").ReferToSampleWithResponse(s.ctx, x.ID, &client.ReferToSampleParams{}, client.SampleReferenceCreate{OrderID: o.ID})
	if err != nil {
		return err
	}
	s.tell("rep", "以合格样品 %s 作为 %s 的验收依据", "makes the passed sample %s the reference of %s", x.Number, o.Number)
	return s.volume(p)
}

// sample has one approved, made, signed and sent, and records that it passed (SMP-01, SMP-02).
func (s *Story) sample(p client.Product) (client.Sample, error) {
	id := s.customer["prepaid"].ID
	made, err := s.as("rep").CreateSampleWithResponse(s.ctx, &client.CreateSampleParams{}, client.SampleCreate{
		CustomerID: &id, Purpose: "试织座椅面料", NeededBy: s.after(14), DeliverTo: "示例省示例市先达路 1 号",
		Lines: []client.SampleLineInput{{ProductID: &p.ID, Quantity: decimal.MustParse("5")}},
	})
	if err != nil {
		return client.Sample{}, err
	}
	x := *made.JSON201
	s.tell("rep", "提交样品申请 %s", "asks for the sample %s", x.Number)
	sent, err := s.as("rep").SubmitSampleWithResponse(s.ctx, x.ID, &client.SubmitSampleParams{})
	if err != nil {
		return x, err
	}
	if err := s.decide(*sent.JSON200.ApprovalID, true); err != nil {
		return x, err
	}
	if _, err := s.as("production").MakeSampleWithResponse(s.ctx, x.ID, &client.MakeSampleParams{}, client.MakeSampleJSONRequestBody{}); err != nil {
		return x, err
	}
	if _, err := s.as("production").SignSampleWithResponse(s.ctx, x.ID, &client.SignSampleParams{}); err != nil {
		return x, err
	}
	s.tell("production", "样品完成并由生产厂长签字", "makes the sample and signs it")
	if _, err := s.as("rep").SendSampleWithResponse(s.ctx, x.ID, &client.SendSampleParams{}, client.SampleSent{Carrier: "示例快递", TrackingNo: new("SF" + s.tag)}); err != nil {
		return x, err
	}
	done, err := s.as("rep").RecordSampleResultWithResponse(s.ctx, x.ID, &client.RecordSampleResultParams{}, client.SampleResult{Outcome: client.SampleOutcomePassed, Result: "强力与色牢度合格"})
	if err != nil {
		return x, err
	}
	s.tell("rep", "寄出样品,登记客户试样结果:合格", "sends it and records that it passed")
	return x, want("sample", string(done.JSON200.State), "passed")
}

// priceProduct has the new product's price decided: finance states the cost, production the feasibility, the sales manager drafts (PRC-03).
func (s *Story) priceProduct(p client.Product) error {
	id := s.customer["prepaid"].ID
	opened, err := s.as("rep").OpenNewProductRequestWithResponse(s.ctx, &client.OpenNewProductRequestParams{}, client.NewProductRequestCreate{
		ProductID: p.ID, CustomerID: &id, MonthlyQuantity: decimal.MustParse("12000"), Market: "用于座椅面料,竞品约 29 元/公斤",
	})
	if err != nil {
		return err
	}
	r := *opened.JSON201
	s.tell("rep", "提交新产品定价申请 %s", "asks for a price of the new product: %s", r.Number)
	_, err = s.as("clerk").StateNewProductCostWithResponse(s.ctx, r.ID, &client.StateNewProductCostParams{}, client.NewProductCostStatement{Cost: storyCost})
	if err != nil {
		return err
	}
	s.tell("clerk", "提供不含税成本 %s", "states the cost without tax: %s", storyCost)
	_, err = s.as("production").StateNewProductFeasibilityWithResponse(s.ctx, r.ID, &client.StateNewProductFeasibilityParams{}, client.NewProductFeasibilityStatement{
		Feasible: true, MonthlyCapacity: new(decimal.MustParse("20000")), LeadDays: new(15),
	})
	if err != nil {
		return err
	}
	s.tell("production", "确认可产:每月 20 吨,15 天交货", "can make 20 tonnes a month, within 15 days")
	_, err = s.as("manager").DraftNewProductPriceWithResponse(s.ctx, r.ID, &client.DraftNewProductPriceParams{}, client.NewProductDraft{Price: storyInitial, FloorPrice: new(storyFloor)})
	if err != nil {
		return err
	}
	s.tell("manager", "拟定价格 %s、底价 %s", "drafts the price %s and the floor price %s", storyInitial, storyFloor)
	sent, err := s.as("manager").SubmitNewProductPriceWithResponse(s.ctx, r.ID, &client.SubmitNewProductPriceParams{})
	if err != nil {
		return err
	}
	return s.decide(*sent.JSON200.ApprovalID, true)
}

// sellProduct sells 12 tonnes at the initial price, and ships them when the money is there.
func (s *Story) sellProduct(p client.Product) (client.Order, error) {
	usual := s.goods
	defer func() { s.goods = usual }()
	s.goods = client.BasePrice{ProductID: p.ID, ProductName: p.Name, Unit: p.Unit, Price: storyInitial}
	o, err := s.order("prepaid", storyBulk, "1")
	if err != nil {
		return o, err
	}
	if o.ApprovalID != nil {
		if err := s.decide(*o.ApprovalID, true); err != nil {
			return o, err
		}
	}
	if err := s.receipt("prepaid", *o.Total, nil); err != nil {
		return o, err
	}
	n, err := s.notice(o, client.ShippingFlowPrepaid)
	if err != nil {
		return o, err
	}
	if n, err = s.check(n, false); err != nil {
		return o, err
	}
	if err := s.receive(p, n); err != nil {
		return o, err
	}
	return o, s.leave(n)
}

// volume shows what was shipped of the product against the bounds at which the price committee has to act (PRC-04).
func (s *Story) volume(p client.Product) error {
	res, err := s.as("manager").ListNewProductVolumesWithResponse(s.ctx, &client.ListNewProductVolumesParams{Limit: new(200)})
	if err != nil {
		return err
	}
	for _, v := range res.JSON200.Data {
		if v.ProductID != p.ID {
			continue
		}
		s.tell("manager", "查看新产品销量:%s 本月 %s 吨,达到 %s 吨,价格委员会须制定基准价与价格权限(系统自动开立任务)",
			"sees the new product's volume: %s t of %s this month; from %s t on the price committee sets base price and authority, and the system opens that task",
			s.volumeWords(v, res.JSON200.MonthBound)...)
		if v.BestMonthTonnes.Cmp(res.JSON200.MonthBound) < 0 {
			return fmt.Errorf("%w: only %s t of %s", errStory, v.BestMonthTonnes, v.ProductCode)
		}
		return nil
	}
	return fmt.Errorf("%w: %s isn't watched", errStory, p.Code)
}

func (s *Story) volumeWords(v client.NewProductVolume, bound decimal.Decimal) []any {
	if s.Lang == "zh" {
		return []any{v.ProductCode, v.BestMonthTonnes, bound}
	}
	return []any{v.BestMonthTonnes, v.ProductCode, bound}
}
