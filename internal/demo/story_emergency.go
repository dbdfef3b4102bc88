package demo

import (
	"net/http"
	"time"

	"github.com/salesgate/salesgate/pkg/client"
)

// emergency lets a shipment out by phone in the evening, when finance and the general manager can't be reached, and hands the papers in (SHP-15).
func (s *Story) emergency() error {
	o, err := s.order("credit", storySample, "1")
	if err != nil {
		return err
	}
	n, err := s.notice(o, client.ShippingFlowCredit)
	if err != nil {
		return err
	}
	in, err := s.byPhone()
	if err != nil {
		return err
	}
	tried := in.Tried
	in.Tried = tried[:1]
	s.tell("manager", "要求紧急放行 %s,但只联系过总经理", "wants %s out at once, but has tried nobody of finance", n.Number)
	_, err = s.as("manager").ReleaseInEmergencyWithResponse(s.ctx, n.ID, &client.ReleaseInEmergencyParams{}, in)
	if err := s.refusedWith(err, http.StatusUnprocessableEntity); err != nil {
		return err
	}
	in.Tried = tried
	res, err := s.as("manager").ReleaseInEmergencyWithResponse(s.ctx, n.ID, &client.ReleaseInEmergencyParams{}, in)
	if err != nil {
		return err
	}
	e := *res.JSON201
	s.tell("manager", "财务与总经理均联系不上,经仓库与质检负责人电话同意,紧急放行 %s(SHP-15),手续须在 %s 前补齐",
		"releases %s by phone through the heads of warehouse and quality (SHP-15), as nobody answers; the papers are due by %s", n.Number, e.DueAt.Format(time.DateTime))
	if err := s.hearNotice(n); err != nil {
		return err
	}
	if err := s.standing(); err != nil { // the exposure counts at once
		return err
	}
	note, err := s.dispatch(n)
	if err != nil {
		return err
	}
	if err := s.gate(note, nil); err != nil {
		return err
	}
	return s.papers(n, e)
}

// byPhone is what the manager says: whom they tried, and which heads agreed.
func (s *Story) byPhone() (client.EmergencyReleaseCreate, error) {
	in := client.EmergencyReleaseCreate{Reason: "客户停机待料,车辆已到厂"}
	for _, who := range []string{"gm", "clerk", "keeper", "quality"} {
		me, err := s.as(who).GetMeWithResponse(s.ctx)
		if err != nil {
			return in, err
		}
		switch who {
		case "keeper":
			in.WarehouseHeadID = me.JSON200.ID
		case "quality":
			in.QualityHeadID = me.JSON200.ID
		default:
			in.Tried = append(in.Tried, client.EmergencyAttemptInput{PersonID: me.JSON200.ID, At: s.now().Add(-10 * time.Minute), Outcome: "无人接听"})
		}
	}
	return in, nil
}

// papers follow: both heads confirm what they said, finance checks, and who should have decided does.
func (s *Story) papers(n client.ShippingNotice, e client.EmergencyRelease) error {
	for _, who := range []string{"keeper", "quality"} {
		_, err := s.as(who).ConfirmEmergencyReleaseWithResponse(s.ctx, e.ID, &client.ConfirmEmergencyReleaseParams{}, client.EmergencyConfirmation{Agreed: true})
		if err != nil {
			return err
		}
		s.tell(who, "书面确认曾电话同意", "confirms in writing what was said by phone")
	}
	if _, err := s.check(n, false); err != nil {
		return err
	}
	if err := s.decide(e.ApprovalID, true); err != nil {
		return err
	}
	got, err := s.as("manager").GetEmergencyReleaseWithResponse(s.ctx, e.ID)
	if err != nil {
		return err
	}
	s.result(e.Number, string(got.JSON200.State))
	return want("emergency release", string(got.JSON200.State), "complete")
}
