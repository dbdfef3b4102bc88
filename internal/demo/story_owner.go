package demo

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/pkg/client"
)

// company is the prospect of the chapter, as one rep writes its name and as another does.
func (s *Story) company() (first, second, phone string) {
	return "云岭同归" + s.tag + "染整有限公司", "云岭 同归" + s.tag + " 染整股份有限公司", fmt.Sprintf("1370%07d", number(random())%10000000)
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
	if err := s.whose("manager", second); err != nil {
		return err
	}
	if err := s.dispute(second, phone); err != nil {
		return err
	}
	return s.convert(p)
}

// dispute lets the second rep say why the company is theirs, and the sales manager rule.
func (s *Story) dispute(name, phone string) error {
	opened, err := s.as("rep2").OpenOwnershipDisputeWithResponse(s.ctx, &client.OpenOwnershipDisputeParams{}, client.OwnershipDisputeInput{
		Name: &name, Phones: &[]string{phone}, Statement: "九月起已三次拜访并送样,有拜访记录",
	})
	if err != nil {
		return err
	}
	d := *opened.JSON201
	if d.OwnerID != nil {
		return fmt.Errorf("%w: the claimant is told whose the company is before the ruling", errStory)
	}
	s.tell("rep2", "提出归属争议 %s:%s", "disputes it (%s): %s", d.Number, "九月起已三次拜访并送样,有拜访记录")
	if _, err := s.as("rep").StateOwnershipCaseWithResponse(s.ctx, d.ID, &client.StateOwnershipCaseParams{}, client.OwnershipCase{Statement: "展会上首次接触,尚未拜访"}); err != nil {
		return err
	}
	s.tell("rep", "陈述:%s", "states the other case: %s", "展会上首次接触,尚未拜访")
	ruled, err := s.as("manager").RuleOwnershipDisputeWithResponse(s.ctx, d.ID, &client.RuleOwnershipDisputeParams{}, client.OwnershipRuling{
		Ruling: "moves", Reason: "先行拜访记录属实",
	})
	if err != nil {
		return err
	}
	s.tell("manager", "裁定归后者:%s", "rules that it moves to the second rep: %s", "先行拜访记录属实")
	s.result(d.Number, ruled.JSON200.State)
	return s.told("rep")
}

// told repeats what somebody's follow-ups say that only inform, the last one, and marks it as read.
func (s *Story) told(who string) error {
	res, err := s.as(who).ListMyFollowUpsWithResponse(s.ctx, &client.ListMyFollowUpsParams{Limit: new(200)})
	if err != nil {
		return err
	}
	for _, f := range slices.Backward(res.JSON200.Data) {
		if !f.Inform {
			continue
		}
		s.tell(who, "收到通知:%s", "is told: %s", f.Title)
		_, err := s.as(who).CompleteFollowUpWithResponse(s.ctx, f.ID, &client.CompleteFollowUpParams{}, client.FollowUpCompletion{})
		return err
	}
	return fmt.Errorf("%w: nobody tells %s", errStory, who)
}

// convert makes a customer of the prospect, with the customer's evaluation of us as evidence.
func (s *Story) convert(p client.Prospect) error {
	file, err := s.as("rep2").UploadAttachmentWithBodyWithResponse(s.ctx, &client.UploadAttachmentParams{FileName: "客户评价表.pdf"},
		"application/octet-stream", strings.NewReader("%PDF-1.4\n% 示例:客户评价表 "+s.tag+"\n%%EOF\n"))
	if err != nil {
		return err
	}
	s.tell("rep2", "上传 %s(%d 字节)", "uploads %s (%d bytes)", file.JSON201.FileName, file.JSON201.Size)
	res, err := s.as("rep2").ConvertProspectWithResponse(s.ctx, p.ID, &client.ConvertProspectParams{}, client.ProspectConversion{
		AttachmentIds: client.AttachmentIds{file.JSON201.ID}, Address: new("示例省示例市染整路 8 号"), Uscc: new(creditCode()),
	})
	if err != nil {
		return err
	}
	s.tell("rep2", "转为正式客户 %s %s,联系记录、商机等级与归属一并带入", "makes it the customer %s %s, with its contacts, grade and owner",
		res.JSON200.Customer.Code, res.JSON200.Customer.Name)
	if _, err := s.as("manager").GetAttachmentContentWithResponse(s.ctx, file.JSON201.ID); err != nil {
		return err
	}
	s.tell("manager", "查阅附件 %s", "reads %s", file.JSON201.FileName)
	return want("prospect", res.JSON200.Prospect.State, "converted")
}

// creditCode is a unified social credit code that nobody has.
func creditCode() string {
	for {
		code := fmt.Sprintf("91330782MA%08d", number(random())%100000000)
		if customer.ValidUSCC(code) {
			return code
		}
	}
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
