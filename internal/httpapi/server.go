package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/allotment"
	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/backtest"
	"github.com/salesgate/salesgate/internal/baddebt"
	"github.com/salesgate/salesgate/internal/bankstatement"
	"github.com/salesgate/salesgate/internal/calendar"
	"github.com/salesgate/salesgate/internal/campaign"
	"github.com/salesgate/salesgate/internal/carrier"
	"github.com/salesgate/salesgate/internal/catalog"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/committee"
	"github.com/salesgate/salesgate/internal/conduct"
	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/correspondence"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/creditreview"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/deliverycheck"
	"github.com/salesgate/salesgate/internal/departure"
	"github.com/salesgate/salesgate/internal/dispute"
	"github.com/salesgate/salesgate/internal/gate"
	"github.com/salesgate/salesgate/internal/handover"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/importing"
	"github.com/salesgate/salesgate/internal/invoicing"
	"github.com/salesgate/salesgate/internal/jobs"
	"github.com/salesgate/salesgate/internal/leave"
	"github.com/salesgate/salesgate/internal/newproduct"
	"github.com/salesgate/salesgate/internal/opportunity"
	"github.com/salesgate/salesgate/internal/order"
	"github.com/salesgate/salesgate/internal/orderchange"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/preparation"
	"github.com/salesgate/salesgate/internal/priceadjust"
	"github.com/salesgate/salesgate/internal/pricelist"
	"github.com/salesgate/salesgate/internal/pricing"
	"github.com/salesgate/salesgate/internal/production"
	"github.com/salesgate/salesgate/internal/prospect"
	"github.com/salesgate/salesgate/internal/quote"
	"github.com/salesgate/salesgate/internal/receivable"
	"github.com/salesgate/salesgate/internal/rulebook"
	"github.com/salesgate/salesgate/internal/sample"
	"github.com/salesgate/salesgate/internal/shipping"
	"github.com/salesgate/salesgate/internal/statement"
	"github.com/salesgate/salesgate/internal/stock"
	"github.com/salesgate/salesgate/internal/survey"
	"github.com/salesgate/salesgate/internal/terms"
	"github.com/salesgate/salesgate/internal/transport"
	"github.com/salesgate/salesgate/internal/visit"
)

// requestTimeout bounds every request but a stream.
const requestTimeout = 15 * time.Second

// Server serves the contract. Its fields are what app joins; Handler builds the routes.
type Server struct {
	DB  *pg.DB
	Log *slog.Logger

	Authenticate func(ctx context.Context, bearer string) (identity.Principal, error)
	Ready        func(ctx context.Context) error // nil when the server can take requests

	Sandbox bool         // the clock may be moved forward
	Jobs    *jobs.Runner // what the sandbox runs at once after a jump

	Rulebook       *rulebook.Service
	People         *identity.Service
	Customers      *customer.Service
	Shipments      *shipping.Service
	Deliveries     *delivery.Service
	Gate           *gate.Service
	Stock          *stock.Service
	Preparations   *preparation.Service
	Departures     *departure.Service
	BankStatements *bankstatement.Service
	Receivables    *receivable.Service
	Invoicing      *invoicing.Service
	Collection     *collection.Service
	Disputes       *dispute.Service
	BadDebts       *baddebt.Service
	Imports        *importing.Service
	Credits        *credit.Service
	Products       *catalog.Service
	Prices         *pricing.Service
	Approvals      *approval.Service
	TaskFeed       *approval.Feed // wakes the streams of GET /v1/me/events; app runs it
	Orders         *order.Service

	Attachments      *attachment.Service
	Leaves           *leave.Service
	CustomerRequests *customer.Requests
	Handovers        *handover.Service
	Prospects        *prospect.Service
	Visits           *visit.Service
	Opportunities    *opportunity.Service
	Campaigns        *campaign.Service
	Surveys          *survey.Service
	Terms            *terms.Service
	Reviews          *creditreview.Service
	Backtests        *backtest.Service

	// calendar and printing
	Calendar *calendar.Service

	// new-product prices and samples
	NewProducts *newproduct.Service
	Samples     *sample.Service

	// base price adjustments
	PriceLists       *pricelist.Service
	PriceAdjustments *priceadjust.Service

	// price committee and authority
	PriceCommittee *committee.Service
	Conduct        *conduct.Service

	// quotations
	Quotes *quote.Service

	// contracts
	Contracts *contract.Service

	// orders: changes, notices
	OrderChanges    *orderchange.Service
	CustomerNotices *correspondence.Service

	// production
	Production     *production.Service
	DeliveryChecks *deliverycheck.Service
	Allotments     *allotment.Service

	Carriers  carrier.Service
	Transport *transport.Service
	// statements, ageing, reps' figures
	Statements *statement.Service

	exporting atomic.Int32 // files that are being written now
}

// The generated interface is the list of what must be here.
var _ api.StrictServerInterface = (*Server)(nil)

// Handler returns the whole HTTP interface: the contract's operations and the operating endpoints.
func (s *Server) Handler() (http.Handler, error) {
	c, err := openAPI()
	if err != nil {
		return nil, err
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.handleError
	e.IPExtractor = echo.ExtractIPDirect()
	m := newMetrics(s.DB)
	e.Use(s.identify, s.observe(m, c.table), s.recoverPanic, s.secure, s.gate(c.table))
	s.operate(e, m, c)
	api.RegisterHandlers(e, api.NewStrictHandler(s, nil))
	return e, nil
}
