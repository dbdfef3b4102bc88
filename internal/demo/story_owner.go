package demo

import (
	"fmt"
	"net/http"
	"time"

	"github.com/salesgate/salesgate/pkg/client"
)

// company is the prospect of the chapter, as one rep writes its name and as another does.
func (s *Story) company() (first, second, phone string) {
	return "云岭同归" + s.tag + "染整有限公司", "云岭 同归" + s.tag + " 染整股份有限公司", fmt.Sprintf("1370%07d", number(random(3))%10000000)
}

// ownership shows whose a company is: one rep registers it, another is refused, and each is told what they may know.
func (s *Story) ownership() error {
	first, second, phone := s.company()
	p, err := s.prospect("rep", first, phone)
	if err != nil {
		return err
	}
	s.tell("rep", "登记潜在客户 %s(%s),商机等级 %s", "registers the prospect %s (%s), opportunity grade %s", p.Number, p.Name, p.PurchaseWindow.Grade)
	s.tell("rep2", "登记同一家公司,写作 %s", "registers the same company, written %s", second)
	_, err = s.prospect("rep2", second, phone)
	if err := s.refusedWith(err, http.StatusConflict); err != nil {
		return err
	}
	return s.whose("manager", second)
}

func (s *Story) prospect(who, name, phone string) (client.Prospect, error) {
	res, err := s.as(who).RegisterProspectWithResponse(s.ctx, &client.RegisterProspectParams{}, client.ProspectCreate{
		Name: name, Industry: "染整", Region: "浙江", Need: "每月约 30 吨低弹丝,要求批次色差小", Source: "面料展会",
		PurchaseWindow: &client.PurchaseWindowInput{WithinMonths: new(2)},
		Contacts:       []client.ContactInput{{Name: "采购部", Position: "采购经理", Phone: phone}},
	})
	if err != nil {
		return client.Prospect{}, err
	}
	return *res.JSON201, nil
}

// whose asks who has a company, as somebody who may know.
func (s *Story) whose(who, name string) error {
	res, err := s.as(who).CheckCompanyWithResponse(s.ctx, &client.CheckCompanyParams{}, client.CompanyCheckInput{Name: &name})
	if err != nil {
		return err
	}
	c := *res.JSON200
	if c.Free || c.Owner == nil || c.Since == nil {
		return fmt.Errorf("%w: %s isn't told whose %s is", errStory, who, name)
	}
	s.tell(who, "查询归属:%s,自 %s 起", "asks whose it is: %s's, since %s", *c.Owner, c.Since.Format(time.DateOnly))
	return nil
}
