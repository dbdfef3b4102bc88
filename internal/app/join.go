package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/allotment"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/backtest"
	"github.com/salesgate/salesgate/internal/calendar"
	"github.com/salesgate/salesgate/internal/campaign"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/committee"
	"github.com/salesgate/salesgate/internal/conduct"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/correspondence"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/creditreview"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/deliverycheck"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/handover"
	"github.com/salesgate/salesgate/internal/httpapi"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/importing"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/leave"
	"github.com/salesgate/salesgate/internal/opportunity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/orderchange"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/priceadjust"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/production"
	"github.com/salesgate/salesgate/internal/prospect"
	"github.com/salesgate/salesgate/internal/quote"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/survey"
	"github.com/salesgate/salesgate/internal/terms"
	"github.com/salesgate/salesgate/internal/visit"
	"github.com/salesgate/salesgate/migrations"
)

// join is the wiring of the whole program. The modules are built in the order of the import map, and the server's fields are where
// they meet.
func (a *App) join(ctx context.Context) error {
	behind, err := migrations.Pending(ctx, a.DB.SQL())
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if behind {
		return errors.New("the database schema is behind this program: run `salesgate migrate`")
	}
	if a.cfg.Sandbox {
		if err := a.DB.LoadClock(ctx); err != nil {
			return fmt.Errorf("read sandbox clock: %w", err)
		}
	}
	people := identity.New(a.DB, identity.Config{MasterKey: a.cfg.MasterKey})
	rules := rulebook.New()
	approvals := approval.New(rules)
	a.jobs = a.sweeps(approvals, people)
	if err := a.DB.Tx(ctx, pg.System("bootstrap"), approvals.Bootstrap); err != nil {
		return fmt.Errorf("authority matrix: %w", err)
	}
	s := &httpapi.Server{
		DB: a.DB, Log: a.cfg.Log, Ready: a.ready, Sandbox: a.cfg.Sandbox, Jobs: a.jobs,
		Authenticate: people.Authenticator().Authenticate, People: people,
		Rulebook: rules, Approvals: approvals, TaskFeed: approval.NewFeed(),
		Attachments: attachment.New(a.DB, rules, a.storage),
	}
	a.Server = s
	a.sweepFiles(s.Attachments)
	a.joinSale(s)
	a.joinStock(s)
	a.joinTerms(s)
	a.joinDemand(s)
	a.joinAfter(s)
	a.joinPapers(s)
	a.joinPrices(s)
	a.joinDeals(s)
	a.joinFollowUp(s)
	a.joinMoney(s)
	a.joinStatements(s)
	a.joinCollection(s)
	a.joinTransport(s)
	a.handler, err = s.Handler()
	return err
}

// joinSale builds the way of an order: customers, products, prices, credit, orders, shipping, receivables, and the import of their data.
func (a *App) joinSale(s *httpapi.Server) {
	rules, approvals := s.Rulebook, s.Approvals
	s.Products, s.Customers, s.Prices = catalog.New(), customer.New(), pricing.New(approvals)
	s.Credits = credit.New(rules, approvals)
	s.Orders = order.New(rules, approvals, s.Prices, s.Credits)
	s.Shipments = shipping.New(rules, approvals, s.Credits, s.Orders)
	s.Deliveries = delivery.New(rules, s.Credits, s.Orders, s.Shipments)
	a.joinGate(s)
	s.Receivables = receivable.New(s.Credits, s.Shipments, s.Deliveries)
	s.PriceLists = pricelist.New(rules, approvals, s.Deliveries)
	s.Shipments.Deliveries, s.Deliveries.Invoices, s.Gate.Payments = s.Deliveries, s.Receivables, s.Receivables
	s.Shipments.Payments, s.Customers.Accounts, s.Customers.Rules = s.Receivables, s.Credits, rules

	approvals.Register(pricelist.MatterBaseList, s.PriceLists)
	approvals.Register(pricing.MatterAuthority, s.Prices)
	approvals.Register(credit.MatterLimit, s.Credits)
	approvals.Register(order.Matter, s.Orders)
	s.Orders.Files = s.Attachments
	s.Attachments.Register(order.Subject, s.Orders.Seen, "order.read")
	approvals.Register(shipping.Matter, s.Shipments)
	approvals.Register(shipping.MatterEmergency, s.Shipments)

	a.Imports = importing.New(a.DB, s.Customers, s.Products, s.PriceLists, s.Credits, s.Receivables, func(tx pg.Tx, id uuid.UUID) error {
		return jobs.InsertTx(tx, importJob{id})
	})
	s.Imports = a.Imports
	jobs.Handle(a.jobs, func(ctx context.Context, job importJob) error { return a.Imports.Run(ctx, job.ID) })
}

// joinTerms builds what may be agreed with a customer beside the plain limit: groups, special releases, papers, monthly settlement.
func (a *App) joinTerms(s *httpapi.Server) {
	files := s.Attachments
	s.Approvals.Register(credit.MatterGroup, s.Credits)
	s.Approvals.Register(shipping.MatterSpecial, s.Shipments)
	s.Credits.Shipments, s.Credits.Files, s.Shipments.Files = s.Shipments, files, files
	files.Register(credit.SubjectRequest, s.Credits.RequestSeen, "credit.read")
	files.Register(credit.SubjectGroupRequest, s.Credits.GroupRequestSeen, "credit_group.read")
	files.Register(shipping.SubjectNotice, s.Shipments.PapersSeen, "shipment.read")
	files.Register(shipping.SubjectSpecial, s.Shipments.SpecialSeen, "special_release.read")
	a.watchLimits(s.Credits, s.Shipments)

	s.Terms = terms.New(s.Rulebook, s.Approvals, files, s.Credits)
	s.Approvals.Register(terms.Matter, s.Terms)
	files.Register(terms.Subject, s.Terms.Seen, "agreement.read")
	a.jobs.Every("settlement_bridges", time.Hour, a.batches("settlement_bridges", s.Terms.MarkOverdue)) // CRD-15
}

// joinDemand builds what comes before an order: whose a company is, and what is done for a sale.
func (a *App) joinDemand(s *httpapi.Server) {
	rules, approvals, files := s.Rulebook, s.Approvals, s.Attachments
	s.CustomerRequests = customer.NewRequests(s.Customers, approvals)
	approvals.Register(customer.MatterApplication, s.CustomerRequests)
	approvals.Register(customer.MatterChange, s.CustomerRequests)
	a.jobs.Every("customer_changes", 10*time.Minute, func(ctx context.Context) error { return a.applyCustomerChanges(ctx, s.CustomerRequests) })

	s.Prospects = prospect.New(rules, approvals, s.Customers, files)
	approvals.Register(prospect.MatterOutside, s.Prospects)
	approvals.Register(prospect.MatterPlan, s.Prospects)
	s.Prospects.Orders, s.Customers.Territories = s.Orders, s.Prospects
	a.prospectSweeps(s.Prospects)

	s.Visits, s.Opportunities = visit.New(rules), opportunity.New(rules)
	s.Campaigns = campaign.New(approvals, files)
	approvals.Register(campaign.Matter, s.Campaigns)
	files.Register(campaign.Subject, s.Campaigns.Visible, "campaign.read")
}

// joinAfter builds what follows a sale or goes beside it: surveys, reviews, handovers, leave, backtests.
func (a *App) joinAfter(s *httpapi.Server) {
	rules, approvals := s.Rulebook, s.Approvals
	s.Surveys = survey.New(rules, s.People)
	a.jobs.Every("open_surveys", time.Hour, a.batches("open_surveys", s.Surveys.OpenDue)) // CUS-14

	s.Reviews = creditreview.New(rules, s.Credits)
	s.Credits.Watchers = append(s.Credits.Watchers, s.Reviews)
	a.sweepReviews(s.Reviews)

	s.Handovers = handover.New(s.Customers, s.Prospects)
	s.Customers.Handovers = s.Handovers

	s.Leaves = leave.New(rules, approvals, s.Attachments)
	approvals.Register(leave.Matter, s.Leaves)
	s.Attachments.Register(leave.Subject, leave.See, "leave.read")
	a.jobs.Every("leaves", time.Minute, a.batches("leaves", s.Leaves.Sweep))

	s.Backtests = backtest.New(a.DB, rules, approvals, s.Prices, func(tx pg.Tx, id uuid.UUID) error {
		return jobs.InsertTx(tx, backtestJob{id})
	})
	jobs.Handle(a.jobs, func(ctx context.Context, job backtestJob) error { return s.Backtests.Run(ctx, job.ID) })
	a.jobs.Every("purge_backtests", time.Hour, s.Backtests.Purge)
}

// joinPapers builds the working calendar and what is printed.
func (a *App) joinPapers(s *httpapi.Server) {
	s.Calendar = calendar.New(func(tx pg.Tx) error { return jobs.InsertTx(tx, deadlinesJob{}) })
	jobs.Handle(a.jobs, func(ctx context.Context, _ deadlinesJob) error { return a.RecomputeDeadlines(ctx) })
	a.deadlines = append(a.deadlines,
		deadlines{"approvals", s.Approvals.RecomputeDeadlines},
		deadlines{"follow_ups", followup.RecomputeDeadlines},
	)
}

// joinPrices builds what makes prices: new products, adjustments, the price committee.
func (a *App) joinPrices(s *httpapi.Server) {
	// new-product prices and samples
	a.joinNewProducts(s)
	a.joinSamples(s)

	// base price adjustments
	s.PriceLists.EnqueueRollOut = func(tx pg.Tx, id uuid.UUID) error { return jobs.InsertTx(tx, rollOutJob{id}) }
	s.PriceAdjustments = priceadjust.New(s.Rulebook, s.Attachments, s.Deliveries)
	s.PriceLists.Requests, s.PriceLists.Reviews = s.PriceAdjustments, s.PriceAdjustments
	s.Attachments.Register(priceadjust.RequestSubject, s.PriceAdjustments.RequestSeen, "price_request.read")
	a.adjustPrices(s.PriceLists, s.PriceAdjustments)

	// price committee and authority
	s.Conduct = conduct.New(s.Rulebook)
	s.PriceCommittee = committee.New(s.Rulebook, s.Approvals, s.Attachments)
	s.Attachments.Register(committee.Subject, s.PriceCommittee.Seen, "price_committee.read")
	a.jobs.Every("price_meetings", 10*time.Minute, a.batches("price_meetings", s.PriceCommittee.Watch))
	joinAgenda(s)
	a.jobs.Period("price_committee", jobs.Quarterly, a.inPeriod("price_committee", a.BeginQuarter)) // PRC-08, PRC-11
}

// joinDeals builds what is agreed before an order: inquiries, quotations, contracts.
func (a *App) joinDeals(s *httpapi.Server) {
	// quotations
	s.Quotes = quote.New(s.Rulebook, s.Approvals, s.Prices, s.Credits, s.Attachments, s.People)
	s.Approvals.Register(quote.Matter, s.Quotes)
	s.Attachments.Register(quote.Subject, s.Quotes.Seen, "quotation.read")
	s.Attachments.Register(quote.SubjectInquiry, s.Quotes.InquirySeen, "inquiry.read")
	a.deadlines = append(a.deadlines, deadlines{"inquiries", s.Quotes.RecomputeDeadlines})
	a.jobs.Every("expire_quotations", 10*time.Minute, a.batches("expire_quotations", s.Quotes.Expire)) // QUO-05

	// contracts
	s.Contracts = contract.New(s.Rulebook, s.Approvals, s.Attachments, s.Prices, s.Credits)
	s.Approvals.Register(contract.Matter, s.Contracts)
	s.Approvals.Register(contract.MatterTerminate, s.Contracts)
	s.Attachments.Register(contract.Subject, s.Contracts.Seen, "contract.read")
	a.jobs.Every("expire_contracts", 10*time.Minute, a.batches("expire_contracts", s.Contracts.ExpireDue)) // CON-09
	s.Quotes.Watchers = []quote.Watcher{s.Contracts, s.Orders}                                             // QUO-06
	s.Contracts.Watcher = s.Orders                                                                         // ORG-05
	a.jobs.Every("warn_of_contracts", time.Hour, a.batches("warn_of_contracts", s.Contracts.WarnDue))      // CON-09
}

// joinFollowUp builds what is done about an order: changes, customers' notices, production.
func (a *App) joinFollowUp(s *httpapi.Server) {
	// orders: changes, notices
	s.OrderChanges = orderchange.New(s.Rulebook, s.Approvals, s.Orders)
	s.Orders.Changes = s.OrderChanges
	s.Approvals.Register(orderchange.MatterChange, s.OrderChanges)
	s.Approvals.Register(orderchange.MatterCancel, s.OrderChanges)
	s.CustomerNotices = correspondence.New(s.Rulebook, s.Attachments)
	s.Attachments.Register(correspondence.Subject, s.CustomerNotices.Seen, "customer_notice.read")
	a.deadlines = append(a.deadlines, deadlines{"customer_notices", correspondence.RecomputeDeadlines})

	// production
	s.Production = production.New(s.Rulebook)
	s.OrderChanges.Recipients = acknowledged{s.Production}
	s.Orders.Follower = s.Production
	s.DeliveryChecks = deliverycheck.New(s.Rulebook, s.Production)
	s.Production.Watcher = s.DeliveryChecks
	s.Allotments = allotment.New(s.Rulebook, s.Credits)
	s.Shipments.Allotments = allowances{s.Allotments}
	a.deadlines = append(a.deadlines, deadlines{"production", s.Production.RecomputeDeadlines}, deadlines{"delivery_checks", s.DeliveryChecks.RecomputeDeadlines})
	a.followOrders(s.Orders)
	a.followProduction(s)
}

// acknowledged tells package orderchange who has acknowledged an order's production request (ORD-05).
type acknowledged struct{ production *production.Service }

// speakers are the roles that speak for the departments.
var speakers = map[production.Department]identity.Role{
	production.Production: identity.ProductionManager,
	production.Management: identity.GeneralManager,
	production.Finance:    identity.FinanceManager,
}

// AcknowledgedRoles implements orderchange.Recipients. Purchasing acknowledges by its answer about the materials; the warehouse has
// nothing of an order before goods are on a notice, and those bound the change by themselves.
func (a acknowledged) AcknowledgedRoles(tx pg.Tx, orderID uuid.UUID) ([]identity.Role, error) {
	departments, err := a.production.Acknowledged(tx, orderID)
	if err != nil {
		return nil, err
	}
	roles := make([]identity.Role, len(departments), len(departments)+1)
	for i, d := range departments {
		roles[i] = speakers[d]
	}
	supplied, err := production.Supplied(tx, orderID)
	if supplied {
		roles = append(roles, identity.Purchasing)
	}
	return roles, err
}

// importJob carries out an uploaded file.
type importJob struct {
	ID uuid.UUID `json:"id"`
}

// Kind implements jobs.Args.
func (importJob) Kind() string { return "run_import" }

// backtestJob carries out a backtest, or goes on with one.
type backtestJob struct {
	ID uuid.UUID `json:"id"`
}

// Kind implements jobs.Args.
func (backtestJob) Kind() string { return "run_backtest" }
