package demo

import (
	"fmt"
	"time"

	"github.com/oapi-codegen/nullable"

	"github.com/salesgate/salesgate/pkg/client"
)

// reviewed is how many reviews one play of the story answers in bulk.
const reviewed = 3

// review works through a part of the batch that the calendar has opened: most reviews are confirmed together, one is changed.
func (s *Story) review() error {
	batch, err := s.batch()
	if err != nil {
		return err
	}
	s.tell("manager", "打开 %s 起的信用评审:共 %d 个客户,%s 截止", "opens the credit review of the period from %s: %d customers, due on %s",
		batch.Period.Format(time.DateOnly), batch.Expected, batch.DueOn.Format(time.DateOnly))
	if err := s.confirmMany(batch.ID); err != nil {
		return err
	}
	return s.changeOne(batch.ID)
}

// batch is the last one, when all of its reviews are there.
func (s *Story) batch() (client.CreditReviewBatch, error) {
	var batch client.CreditReviewBatch
	err := s.eventually("the credit review of June or December", func() (bool, error) {
		res, err := s.as("manager").ListCreditReviewBatchesWithResponse(s.ctx, &client.ListCreditReviewBatchesParams{Limit: new(1)})
		if err != nil || len(res.JSON200.Data) == 0 {
			return false, err
		}
		batch = res.JSON200.Data[0]
		return batch.State != "opening", nil // expected was counted before, opened may differ: the story makes customers meanwhile
	})
	return batch, err
}

// reviews are those of the batch that wait for an answer and propose a change, or none.
func (s *Story) reviews(batch client.UUID, change string, limit int) ([]client.CreditReviewSummary, error) {
	open, proposes := client.ListCreditReviewsParamsState("open"), client.ListCreditReviewsParamsChange(change)
	res, err := s.as("manager").ListCreditReviewsWithResponse(s.ctx, &client.ListCreditReviewsParams{BatchID: &batch, State: &open, Change: &proposes, Limit: &limit})
	if err != nil {
		return nil, err
	}
	return res.JSON200.Data, nil
}

// confirmMany answers those for which the figures propose nothing else.
func (s *Story) confirmMany(batch client.UUID) error {
	rows, err := s.reviews(batch, "none", reviewed)
	if err != nil || len(rows) == 0 {
		return err
	}
	in := client.CreditReviewsConfirm{Mode: "partial"}
	for _, r := range rows {
		s.sayf("      · %s %s %s\n", r.CustomerCode, r.CustomerName, s.in("维持不变", "stays as it is"))
		in.Items = append(in.Items, client.CreditReviewItem{ID: r.ID, Etag: &r.Etag})
	}
	res, err := s.as("manager").ConfirmCreditReviewsWithResponse(s.ctx, &client.ConfirmCreditReviewsParams{}, in)
	if err != nil {
		return err
	}
	for _, r := range res.JSON207.Results {
		if r.Problem != nil {
			return fmt.Errorf("%w: %s", errStory, r.Problem.Code)
		}
	}
	s.tell("manager", "批量确认 %d 项,无需变更", "confirms %d of them together", len(rows))
	return nil
}

// changeOne takes the one with the greatest risk, says why, and has the change that it proposes approved.
func (s *Story) changeOne(batch client.UUID) error {
	rows, err := s.reviews(batch, "down", 1)
	if err != nil || len(rows) == 0 {
		return err
	}
	seen, err := s.as("manager").GetCreditReviewWithResponse(s.ctx, rows[0].ID)
	if err != nil {
		return err
	}
	r := *seen.JSON200
	s.tell("manager", "%s:建议由 %s 级(%s)调为 %s 级(%s)", "%s: from grade %s (%s) to grade %s (%s) is proposed", r.CustomerName,
		known(r.Grade), known(r.LimitAmount), known(r.ProposedGrade), known(r.ProposedLimitAmount))
	s.hearChecks(r.Checks)
	res, err := s.as("manager").ChangeCreditReviewWithResponse(s.ctx, r.ID, &client.ChangeCreditReviewParams{}, client.CreditReviewChange{})
	if err != nil {
		return err
	}
	request, err := s.as("gm").GetCreditLimitRequestWithResponse(s.ctx, *res.JSON200.RequestID)
	if err != nil {
		return err
	}
	if err := s.decide(request.JSON200.ApprovalID, true); err != nil {
		return err
	}
	after, err := s.as("manager").GetCreditReviewWithResponse(s.ctx, r.ID)
	if err != nil {
		return err
	}
	return want("review", after.JSON200.State, "changed")
}

// raised lets a shipment wait above the limit while the limit is raised: it is judged anew at once, and its rep is told.
func (s *Story) raised() error {
	n, err := s.ordered("credit", client.ShippingFlowCredit, storyOrder)
	if err != nil {
		return err
	}
	s.tell("manager", "同意 %s,等待总经理", "agrees to %s; the general manager is asked", n.Number)
	if _, err := s.as("manager").ApproveRequestWithResponse(s.ctx, *n.ApprovalID, &client.ApproveRequestParams{}, client.ApprovalVerdict{Comment: new("同意")}); err != nil {
		return err
	}
	if err := s.askForLimit(storyRaised, "两批货款均按期支付,申请提高额度"); err != nil {
		return err
	}
	err = s.eventually("the waiting shipment", func() (bool, error) {
		res, err := s.as("rep").GetShippingNoticeWithResponse(s.ctx, n.ID)
		return err == nil && res.JSON200.State == "released", err
	})
	if err != nil {
		return err
	}
	if err := s.hearNotice(n); err != nil {
		return err
	}
	if err := s.told("rep"); err != nil {
		return err
	}
	return s.leave(n)
}

// known is a value, or a dash for none.
func known[T any](v nullable.Nullable[T]) string {
	x, err := v.Get()
	if err != nil {
		return "—"
	}
	return fmt.Sprint(x)
}
