package identity

import (
	"maps"
	"slices"
)

// Permission is what an operation of the contract asks of its caller: the operation's x-permission. A machine client
// is granted permissions as scopes, under the same names.
type Permission string

// The permissions that need no row in the matrix.
const (
	Public        Permission = "public"        // no token needed
	Authenticated Permission = "authenticated" // anyone who is logged in, people and machines
)

// Groups of roles that appear together in the matrix.
var (
	sellers       = []Role{SalesRep, SalesAssistant, SalesSupervisor, SalesManager, SalesDirector}
	salesLeaders  = []Role{SalesManager, SalesDirector}
	finance       = []Role{FinanceClerk, FinanceManager}
	factory       = []Role{ProductionManager, Purchasing, QualityManager, WarehouseKeeper}
	overseers     = []Role{GeneralManager, Auditor}
	generalOffice = []Role{GeneralManager}
	everyone      = []Role{
		SalesRep, SalesAssistant, SalesSupervisor, SalesManager, SalesDirector, FinanceClerk, FinanceManager,
		ProductionManager, Purchasing, QualityManager, WarehouseKeeper, GateGuard, PriceCommittee, Auditor, HR,
		GeneralManager, Admin,
	}
)

// matrix says which roles hold which permission; each module keeps its own paragraph, one line per permission. An
// operation whose x-permission has no row here can't be served: the server refuses to start and a test fails.
// Visibility of single documents (ORG-06) is another question, answered by Principal.Owners.
var matrix = map[Permission][]Role{
	// identity
	"user.read":            roles(overseers, salesLeaders, Admin, HR, FinanceManager),
	"user.write":           roles(Admin),
	"department.read":      everyone,
	"department.write":     roles(Admin),
	"team.read":            everyone,
	"team.write":           roles(Admin),
	"machine_client.read":  roles(Admin, Auditor),
	"machine_client.write": roles(Admin),
	"signing_key.rotate":   roles(Admin),

	// rulebook and decisions
	"rule.read":       everyone,
	"parameter.read":  everyone,
	"parameter.write": roles(Admin),
	"decision.read":   everyone,

	// audit and events
	"event.read":    roles(overseers, Admin),
	"timeline.read": everyone,

	// approval
	"approval.read":    everyone,
	"approval.decide":  everyone, // who decides which request, the authority matrix says
	"authority.read":   everyone,
	"authority.write":  roles(Admin),
	"delegation.write": everyone,
	"violation.decide": roles(salesLeaders, generalOffice),
	"violation.read":   everyone, // one's own; of others by their place in the company

	// leave
	"leave.read":  everyone,
	"leave.write": everyone,

	// attachment and follow-up
	"attachment.read":    everyone, // and of these who may see the document
	"attachment.write":   everyone,
	"follow_up.read":     everyone,
	"follow_up.complete": everyone,

	// backtest
	"approval.preview":       everyone,
	"backtest.run":           roles(salesLeaders, FinanceManager, overseers, Admin), // which kinds, backtest says
	"backtest.read":          roles(salesLeaders, FinanceManager, overseers, Admin),
	"approval.preview_other": roles(SalesSupervisor, salesLeaders, FinanceManager, overseers, Admin), // for whom they see (ORG-06)

	// customer
	"customer.read":   roles(sellers, finance, overseers, Admin, WarehouseKeeper, QualityManager, ProductionManager),
	"customer.write":  roles(sellers, Admin),
	"customer.assign": roles(salesLeaders, Admin),

	// customer: applications, changes, handover
	"handover.read":  roles(sellers, overseers, finance, Admin),
	"handover.write": roles(salesLeaders, Admin),

	// prospect
	"customer.owner_known": roles(salesLeaders, overseers, SalesSupervisor, FinanceManager, Admin), // CUS-08: who owns what others are refused
	"prospect.read":        roles(sellers, overseers, Admin),
	"prospect.write":       roles(sellers, Admin),
	"prospect.assign":      roles(salesLeaders, Admin),
	"company.check":        roles(sellers, overseers, Admin),
	"development.read":     roles(sellers, overseers, Admin, HR),
	"development.write":    roles(sellers),
	"development.review":   roles(salesLeaders, generalOffice), // CUS-04
	"dispute.read":         roles(sellers, overseers, Admin),
	"dispute.write":        roles(sellers),
	"dispute.rule":         roles(salesLeaders, generalOffice), // CUS-08
	"territory.read":       roles(sellers, overseers, Admin),
	"territory.write":      roles(salesLeaders, Admin), // CUS-09

	// opportunity and campaign
	"opportunity.read":  roles(sellers, overseers, FinanceManager),
	"opportunity.write": roles(sellers),
	"campaign.read":     roles(sellers, overseers, FinanceManager),
	"campaign.write":    roles(sellers),
	"campaign.lead":     roles(sellers),

	// visit
	"visit.read":  roles(sellers, overseers),
	"visit.write": roles(sellers),
	"visit.form":  roles(salesLeaders, Admin),
	"visit.key":   roles(salesLeaders),

	// statement: what customers are told, ageing, usage, reps' figures, verifications
	"statement.read":     roles(sellers, finance, overseers),
	"statement.write":    roles(sellers, finance),
	"statement.answer":   roles(sellers, finance), // what the customer answered, recorded
	"statement.resolve":  roles(finance),
	"statement.overview": roles(salesLeaders, finance, overseers), // totals of the company
	"ageing.read":        roles(sellers, finance, overseers),
	"usage.read":         roles(sellers, finance, overseers, factory), // amounts only with sales_price.read
	"rep_figure.read":    roles(sellers, finance, overseers),
	"rep_figure.give":    roles(finance),
	"rep_figure.object":  roles(sellers),
	"rep_figure.decide":  roles(salesLeaders, generalOffice),
	"verification.read":  roles(finance, overseers, Admin),

	// survey
	"survey.read":  roles(sellers, overseers, QualityManager),
	"survey.write": roles(sellers),

	// catalog
	"product.read":  everyone,
	"product.write": roles(Admin, SalesManager, ProductionManager),

	"product_cost.read":  roles(finance, SalesManager, GeneralManager), // PRC-13: and no one else
	"product_cost.write": roles(finance),

	// pricing
	"price_list.read":       roles(sellers, finance, overseers, Admin, PriceCommittee),
	"price_list.write":      roles(SalesManager, SalesDirector, Admin),
	"price_authority.read":  roles(sellers, finance, overseers, Admin, PriceCommittee),
	"price_authority.write": roles(SalesManager, SalesDirector, Admin),
	"price.check":           roles(sellers, finance, overseers, PriceCommittee),

	// credit
	"credit.read":     roles(sellers, finance, overseers),
	"credit.apply":    roles(sellers, FinanceManager, FinanceClerk),
	"credit.register": roles(finance, overseers, salesLeaders),

	// credit: limits and special release
	"credit_group.read":     roles(finance, overseers, salesLeaders),
	"credit_group.apply":    roles(finance, salesLeaders, generalOffice, Admin),
	"special_release.read":  roles(sellers, finance, overseers),
	"special_release.apply": roles(sellers, FinanceManager, generalOffice),

	// credit review
	"credit_review.read": roles(sellers, finance, overseers),
	"credit_review.work": roles(salesLeaders, finance), // the sales department reviews, finance keeps the register

	// terms
	"agreement.read":  roles(sellers, finance, overseers),
	"agreement.write": roles(sellers),
	"agreement.hold":  roles(finance),

	// order
	"order.read":   roles(sellers, finance, factory, overseers),
	"order.write":  roles(sellers),
	"order.review": roles(sellers, QualityManager, ProductionManager), // ORD-02
	"order.submit": roles(sellers),
	"order.cancel": roles(sellers),
	"order.close":  roles(sellers, finance),

	// shipping
	"shipment.read":       roles(sellers, finance, factory, overseers, GateGuard),
	"shipment.write":      roles(sellers),
	"shipment.submit":     roles(sellers),
	"shipment.check":      roles(finance),
	"shipment.release":    roles(sellers, finance, generalOffice),
	"shipment.cancel":     roles(sellers, finance),
	"shipment.dispatch":   roles(WarehouseKeeper),
	"shipment.prioritise": roles(SalesManager), // SHP-19
	"gate_pass.read":      roles(sellers, finance, factory, overseers, GateGuard),
	"gate_pass.check":     roles(GateGuard),

	// the gate offline
	"gate_conflict.read":         roles(sellers, finance, factory, overseers, GateGuard),
	"shipment.emergency":         roles(SalesManager),
	"emergency_release.read":     roles(sellers, finance, factory, overseers),
	"emergency_release.confirm":  roles(WarehouseKeeper, QualityManager),
	"delivery_proof.write":       roles(sellers, WarehouseKeeper),
	"delivery_correction.write":  roles(finance, WarehouseKeeper),
	"delivery_correction.decide": roles(finance),
	"dispatch_register.read":     roles(sellers, finance, factory, overseers, GateGuard),
	"gate_conflict.resolve":      roles(salesLeaders, generalOffice, WarehouseKeeper),

	// stock
	"stock.read":          roles(sellers, finance, factory, overseers, Admin),
	"stock.move":          roles(WarehouseKeeper),                                  // and an ERP
	"stock_movement.read": roles(factory, finance, overseers, salesLeaders, Admin), // of all customers
	"warehouse.write":     roles(WarehouseKeeper, Admin),
	"inspection.read":     roles(sellers, finance, factory, overseers),
	"inspection.write":    roles(QualityManager), // SHP-16; and an ERP
	"shipment.prepare":    roles(WarehouseKeeper),
	"preparation.read":    roles(sellers, finance, factory, overseers),

	// receivable
	"invoice.read":          roles(sellers, finance, overseers),
	"invoice.write":         roles(finance),
	"invoice.reverse":       roles(FinanceManager),
	"invoicing_terms.write": roles(FinanceManager),
	"receipt.read":          roles(sellers, finance, overseers),
	"receipt.write":         roles(finance),
	"receipt.reverse":       roles(FinanceManager),
	"receipt.refund":        roles(FinanceManager),

	// collection
	"collection.read":        roles(sellers, finance, overseers),
	"collection.write":       roles(sellers, finance),
	"dispute.reject":         roles(finance, salesLeaders),
	"bad_debt.apply":         roles(sellers),
	"bad_debt.write_off":     roles(finance),
	"collection_report.read": roles(salesLeaders, SalesSupervisor, finance, overseers),
	"dunning.write":          roles(finance),
	"dunning_step.write":     roles(FinanceManager),
	"paying_staff.read":      roles(sellers, finance, overseers),
	"paying_staff.write":     roles(sellers, finance),

	// bankstatement
	"bank.read":          roles(finance),
	"bank.write":         roles(finance),
	"bank_account.write": roles(FinanceManager),

	// importing
	"import.read":  roles(Admin, FinanceManager, SalesManager),
	"import.write": roles(Admin, FinanceManager, SalesManager),

	// operating
	"operation.read": everyone,
	"sandbox.clock":  roles(Admin),

	// calendar and printing
	"calendar.read":  everyone,
	"calendar.write": roles(HR, Admin),

	"company_profile.read":  everyone,
	"company_profile.write": roles(FinanceManager, Admin), // the bank account is what customers pay to

	// new-product prices and samples
	"new_product.read":        roles(sellers, finance, ProductionManager, Purchasing, QualityManager, overseers, PriceCommittee),
	"new_product.write":       roles(sellers),
	"new_product.cost":        roles(finance), // PRC-13
	"new_product.feasibility": roles(ProductionManager),
	"new_product.return":      roles(finance, ProductionManager, salesLeaders),
	"new_product.draft":       roles(salesLeaders),
	"sample.read":             roles(sellers, factory, overseers),
	"sample.write":            roles(sellers),
	"sample.make":             roles(ProductionManager, QualityManager, WarehouseKeeper),
	"sample.sign":             roles(ProductionManager), // SMP-02
	"initial_price.read":      roles(sellers, finance, overseers, Admin, PriceCommittee),

	// base price adjustments
	"price_list.compare":   roles(salesLeaders, finance, overseers, Admin, PriceCommittee), // volumes of the whole company
	"price_list.recall":    roles(GeneralManager),
	"price_request.read":   roles(sellers, finance, overseers, ProductionManager, PriceCommittee),
	"price_request.write":  roles(sellers, finance, ProductionManager), // PRC-05
	"price_request.answer": roles(salesLeaders),
	"price_review.read":    roles(salesLeaders, finance, overseers, PriceCommittee),
	"price_review.answer":  roles(salesLeaders),

	// price committee and authority
	"price_committee.read":    everyone, // members, and who oversees them: whoever else asks finds nothing
	"price_committee.vote":    everyone, // members who attend
	"price_committee.manage":  roles(salesLeaders, FinanceManager, overseers, PriceCommittee),
	"price_committee.members": roles(generalOffice, Admin),

	// quotations
	"inquiry.read":     roles(sellers, finance, overseers),
	"inquiry.write":    roles(sellers),
	"quotation.read":   roles(sellers, finance, overseers),
	"quotation.write":  roles(sellers),
	"quotation.submit": roles(sellers),
	"quotation.send":   roles(sellers),
	"quotation.accept": roles(sellers),

	// contracts
	"contract.read":     roles(sellers, finance, overseers),
	"contract.write":    roles(sellers),
	"contract.submit":   roles(sellers),
	"contract.capacity": roles(sellers, ProductionManager, overseers), // no prices
	"contract.answer":   roles(ProductionManager, GeneralManager),     // CON-05; who may, the authority matrix says

	// orders: changes, notices
	"sales_price.read":      roles(sellers, finance, overseers, Admin, PriceCommittee), // ORD-03: what a sale costs the customer
	"order.change":          roles(sellers),
	"customer_notice.read":  roles(sellers, finance, overseers, Admin),
	"customer_notice.write": roles(sellers, FinanceClerk),
	"order_change.read":     roles(sellers, finance, factory, overseers),
	"order_change.state":    roles(sellers, finance, factory, generalOffice), // of these, whose department was asked

	// production
	"production.read":        roles(sellers, finance, factory, overseers),
	"production.acknowledge": roles(ProductionManager, finance, generalOffice), // ORD-03
	"production.schedule":    roles(ProductionManager),
	"production.supply":      roles(Purchasing),
	"production.report":      roles(ProductionManager, WarehouseKeeper),
	"production.trouble":     roles(ProductionManager, Purchasing, QualityManager, SalesAssistant, salesLeaders, generalOffice), // ORD-06
	"delivery_check.read":    roles(sellers, ProductionManager, overseers),
	"delivery_check.write":   roles(sellers, ProductionManager),
	"delivery_check.tell":    roles(sellers), // ORD-07
	"allotment.read":         roles(sellers, finance, factory, overseers),
	"allotment.propose":      roles(SalesAssistant, SalesSupervisor, salesLeaders, ProductionManager),
	"allotment.confirm":      roles(SalesManager), // ORD-08

	// transport
	"carrier.read":             roles(sellers, finance, factory, overseers, Admin),
	"carrier.write":            roles(WarehouseKeeper, Purchasing, Admin),
	"freight_rate.read":        roles(sellers, finance, Purchasing, WarehouseKeeper, overseers), // our cost, not the sale's price
	"freight_rate.write":       roles(Purchasing, finance),                                      // not of the warehouse, which signs vouchers
	"transport.read":           roles(sellers, finance, factory, overseers, GateGuard),
	"transport.write":          roles(sellers, Purchasing), // SHP-07: not of the warehouse, which compares
	"freight_voucher.read":     roles(finance, Purchasing, WarehouseKeeper, overseers),
	"freight_voucher.sign":     roles(WarehouseKeeper), // SHP-08
	"freight_voucher.adjust":   roles(Purchasing, finance),
	"carrier_settlement.read":  roles(finance, Purchasing, overseers),
	"carrier_settlement.write": roles(finance),
}

// peopleOnly are permissions that no machine client can be granted: a person has to answer for these.
var peopleOnly = []Permission{
	"new_product.cost",
	"product_cost.read", "product_cost.write", // PRC-13 names people
	"violation.decide", "price_committee.vote", "price_committee.manage", "price_committee.members", // PRC-11: a meeting of people
	"approval.decide", "leave.write", "authority.write", "delegation.write", "parameter.write", "user.write", "department.write",
	"team.write", "machine_client.read", "machine_client.write", "signing_key.rotate", "sandbox.clock",
	"follow_up.read", "follow_up.complete", // they ask people
	"production.acknowledge", "allotment.confirm", // ORD-03, ORD-08 name people
	"freight_voucher.sign", // SHP-08
}

// roles joins groups and single roles to one sorted list without repetition.
func roles(of ...any) []Role {
	var all []Role
	for _, o := range of {
		switch o := o.(type) {
		case Role:
			all = append(all, o)
		case []Role:
			all = append(all, o...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Allowed reports whether the principal may call operations of this permission: a person through one of the roles, a
// machine client through its scopes. A person who must change the password first may do only what needs no
// permission (Authenticated).
func Allowed(p Principal, perm Permission) bool {
	switch {
	case perm == Public:
		return true
	case perm == Authenticated:
		return p.Kind != ""
	case p.MustChangePassword:
		return false
	case p.Kind == KindMachine:
		return slices.Contains(p.Scopes, string(perm))
	}
	return p.Has(matrix[perm]...)
}

// Permit is Allowed as an error: ErrPasswordChange, or errs.ErrForbidden.
func Permit(p Principal, perm Permission) error {
	if Allowed(p, perm) {
		return nil
	}
	if p.MustChangePassword {
		return ErrPasswordChange
	}
	return errForbidden
}

// Known reports whether the permission is public, authenticated or has a row in the matrix.
func Known(perm Permission) bool {
	_, ok := matrix[perm]
	return ok || perm == Public || perm == Authenticated
}

// Permissions returns every permission of the matrix, sorted.
func Permissions() []Permission { return slices.Sorted(maps.Keys(matrix)) }

// RolesOf returns the roles that hold the permission, sorted; nil for one that has no row.
func RolesOf(perm Permission) []Role { return slices.Sorted(slices.Values(matrix[perm])) }

// CountRoles is how many roles a person can have.
func CountRoles() int { return len(everyone) }

// Granted returns the permissions that the principal has now, sorted: what a client may offer its user.
func Granted(p Principal) []Permission {
	return slices.DeleteFunc(Permissions(), func(perm Permission) bool { return !Allowed(p, perm) })
}

// Grantable reports whether a machine client may have this permission as a scope.
func Grantable(perm Permission) bool {
	_, ok := matrix[perm]
	return ok && !slices.Contains(peopleOnly, perm)
}
