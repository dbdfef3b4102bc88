package demo

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/salesgate/salesgate/internal/identity"
)

var roleNames = map[identity.Role]string{
	identity.SalesRep: "销售专员", identity.SalesAssistant: "业务助理", identity.SalesSupervisor: "销售主管", identity.SalesManager: "销售部经理",
	identity.SalesDirector: "销售总监", identity.FinanceClerk: "会计", identity.FinanceManager: "财务部经理", identity.ProductionManager: "厂长",
	identity.Purchasing: "采购", identity.QualityManager: "品质部", identity.WarehouseKeeper: "仓管员", identity.GateGuard: "门卫",
	identity.PriceCommittee: "价格委员会", identity.Auditor: "审计", identity.HR: "人力资源", identity.GeneralManager: "总经理", identity.Admin: "系统管理员",
}

// Welcome prints what a newcomer needs: where the documentation is, one login of each role, a machine client, and three
// calls that work when they are pasted into a shell.
func Welcome(w io.Writer, base string, s Sample) error {
	logins, err := Logins()
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nDEMO COMPANY. Its passwords are published: never put real data here, never open it to a network.\n"+
		"演示数据,密码公开:切勿录入真实数据,切勿对外开放。\n\n")
	fmt.Fprintf(&b, "Documentation      %s/docs\n\n", base)
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "Username\tPassword\tRole\t\tName\n")
	for _, p := range logins {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", p.Username, Password, p.Role, roleNames[p.Role], p.Name)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(&b, "\nMachine client     %s\nIts secret         %s\n\n", ClientID, ClientSecret)
	fmt.Fprintf(&b, "Try it: log in as a rep, read what %s owes, ask who may sell %s 4 %% below its base price.\n\n%s\n",
		s.CustomerName, s.ProductName, strings.Join(Curls(base, s), "\n\n"))
	_, err = io.WriteString(w, b.String()+"\nPlay the story in another terminal: make demo\n\n")
	return err
}

// Curls are the calls that Welcome prints. The second and third use the token that the first leaves in the shell.
func Curls(base string, s Sample) []string {
	return []string{
		fmt.Sprintf(`TOKEN=$(curl -s %s/v1/auth/login -H 'Content-Type: application/json' -d '{"username":"rep","password":"%s"}' | sed -E 's/.*"access_token": ?"([^"]+)".*/\1/'); echo "$TOKEN"`,
			base, Password),
		fmt.Sprintf(`curl -s %s/v1/customers/%s/credit -H "Authorization: Bearer $TOKEN"`, base, s.CustomerID),
		fmt.Sprintf(`curl -s %s/v1/price-checks -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"customer_id":"%s","lines":[{"product_id":"%s","quantity":"2000","price":"%s"}]}'`,
			base, s.CustomerID, s.ProductID, below(s.Price)),
	}
}

// below is 4 % below a price.
func below(price string) string {
	var f float64
	if _, err := fmt.Sscan(price, &f); err != nil {
		return "1.0000"
	}
	return fmt.Sprintf("%.2f", f*0.96)
}
