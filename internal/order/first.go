package order

import (
	"fmt"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/pg"
)

// firstBusiness enforces CUS-05: a customer's first order needs an approved new-customer application. Who has traded with us, or
// whose credit profile is opening data, is no new customer: for them nothing is read. Else one statement, and a second for a
// customer without application that may have ordered while customer.application_required was off.
func (s *Service) firstBusiness(tx pg.Tx, o *Order, p credit.Position, v *verdict) error {
	required, err := s.rules.Bool(tx, "customer.application_required")
	if err != nil || !required || p.Traded() {
		return err
	}
	standing, err := customer.ReadStanding(tx, o.CustomerID)
	if err != nil || standing.Opening {
		return err
	}
	in := map[string]string{"customer": p.Code, "application": standing.Number, "state": string(standing.State)}
	if standing.Approved() {
		v.check("CUS-05", true, in, fmt.Sprintf("The customer's application %s is approved.", standing.Number),
			fmt.Sprintf("新客户申请 %s 已批准。", standing.Number))
		return nil
	}
	before, err := customer.HasOrdered(tx, o.CustomerID, o.ID)
	if err != nil || before {
		return err
	}
	en, zh := "There is none: hand one in.", "尚未提交申请。"
	if standing.Number != "" {
		en = fmt.Sprintf("%s is %s.", standing.Number, standing.State)
		zh = fmt.Sprintf("申请 %s 状态为 %s。", standing.Number, standing.State)
	}
	v.check("CUS-05", false, in, "A customer's first business needs a new-customer application that the sales manager has approved. "+en,
		"客户首次业务须有经销售部经理批准的新客户申请。"+zh)
	v.refuse(ErrNoApplication.With())
	return nil
}
