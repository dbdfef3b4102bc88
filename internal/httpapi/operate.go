package httpapi

import (
	"html"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// metrics are what /metrics serves.
type metrics struct {
	registry   *prometheus.Registry
	duration   *prometheus.HistogramVec
	statements *prometheus.HistogramVec
}

func newMetrics(db *pg.DB) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "salesgate_http_request_seconds", Help: "Time to answer, by route and status.", Buckets: prometheus.DefBuckets,
		}, []string{"route", "status"}),
		statements: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "salesgate_http_request_statements", Help: "SQL statements per request, by route.", Buckets: []float64{1, 2, 4, 8, 16, 32, 64},
		}, []string{"route"}),
	}
	m.registry.MustRegister(m.duration, m.statements, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewDBStatsCollector(db.SQL(), "salesgate"), booksCollector{db})
	return m
}

func (m *metrics) observe(route string, status int, took time.Duration, statements int64) {
	m.duration.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
	m.statements.WithLabelValues(route).Observe(float64(statements))
}

// operate adds what operators and newcomers need. None of it is part of the contract.
func (s *Server) operate(e *echo.Echo, m *metrics, c served) {
	e.GET("/healthz", func(ec echo.Context) error { return ec.String(http.StatusOK, "ok\n") })
	e.GET("/readyz", func(ec echo.Context) error {
		if err := s.Ready(ec.Request().Context()); err != nil {
			return errs.ErrBusy.Wrap(err)
		}
		return ec.String(http.StatusOK, "ready\n")
	})
	e.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})))
	e.GET("/openapi.json", func(ec echo.Context) error { return ec.Blob(http.StatusOK, "application/json", c.json) })
	e.GET("/openapi.yaml", func(ec echo.Context) error { return ec.Blob(http.StatusOK, "application/yaml", c.yaml) })
	e.GET("/docs/errors/:code", errorPage)
	docs := v5emb.NewHandlerWithConfig(swgui.Config{
		Title: c.spec.Info.Title, SwaggerJSON: "/openapi.json", BasePath: "/docs/", HideCurl: false,
		SettingsUI: map[string]string{"persistAuthorization": "true", "docExpansion": `"none"`, "filter": "true", "tryItOutEnabled": "true"},
	})
	e.GET("/docs", func(ec echo.Context) error { return ec.Redirect(http.StatusMovedPermanently, "/docs/") })
	e.GET("/docs/*", echo.WrapHandler(docs))
	e.GET("/", func(ec echo.Context) error { return ec.Redirect(http.StatusFound, "/docs/") })
}

// errorPage is what the type of a problem opens.
func errorPage(ec echo.Context) error {
	for _, d := range errs.All() {
		if d.Code == ec.Param("code") {
			return ec.HTML(http.StatusOK, "<!doctype html><meta charset=utf-8><title>"+d.Code+"</title><h1>"+d.Code+"</h1><p>HTTP "+
				strconv.Itoa(statusOf[d.Kind])+"</p><p>"+html.EscapeString(d.EN)+"</p><p lang=zh-CN>"+html.EscapeString(d.ZH)+"</p>")
		}
	}
	return errNoRoute
}
