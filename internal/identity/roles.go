package identity

import "slices"

// Role is one of the roles of the rulebook (section ORG).
type Role string

// The roles, with the titles of the rulebook.
const (
	SalesRep          Role = "sales_rep"          // 销售专员/客户经理/业务员
	SalesAssistant    Role = "sales_assistant"    // 业助/跟单
	SalesSupervisor   Role = "sales_supervisor"   // 销售主管
	SalesManager      Role = "sales_manager"      // 销售部经理
	SalesDirector     Role = "sales_director"     // 销售总监
	FinanceClerk      Role = "finance_clerk"      // 会计
	FinanceManager    Role = "finance_manager"    // 财务部经理
	ProductionManager Role = "production_manager" // 生产部/厂长
	Purchasing        Role = "purchasing"         // 采购
	QualityManager    Role = "quality_manager"    // 品质部
	WarehouseKeeper   Role = "warehouse_keeper"   // 仓管员
	GateGuard         Role = "gate_guard"         // 门卫
	PriceCommittee    Role = "price_committee"    // 价格委员会
	Auditor           Role = "auditor"            // 审计督察
	HR                Role = "hr"                 // 人力资源
	GeneralManager    Role = "general_manager"    // 总经理
	Admin             Role = "admin"
	Integration       Role = "integration" // machine clients
)

// Sells reports whether one of the roles is in sales: such people own customers (ORG-06).
func Sells(roles []Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool {
		switch r {
		case SalesRep, SalesAssistant, SalesSupervisor, SalesManager, SalesDirector:
			return true
		}
		return false
	})
}
