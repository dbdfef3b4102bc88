package httpapi

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/verify"
)

var (
	booksDifferences = prometheus.NewDesc("salesgate_verification_differences",
		"Differences that the last comparison of the books found (CRD-11); anything but 0 is a fault.", nil, nil)
	booksAge = prometheus.NewDesc("salesgate_verification_age_seconds",
		"Time since the last comparison of the books ended; it runs every night.", nil, nil)
)

// booksWait bounds what a scrape spends on the books.
const booksWait = 2 * time.Second

// booksCollector reads the last verification when it is asked, so that every server says the same, whichever ran the job, and
// says it after a restart, too. Nothing is said before the first run, nor while the database doesn't answer.
type booksCollector struct{ db *pg.DB }

// Describe implements prometheus.Collector.
func (booksCollector) Describe(ch chan<- *prometheus.Desc) { ch <- booksDifferences; ch <- booksAge }

// Collect implements prometheus.Collector.
func (c booksCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), booksWait)
	defer cancel()
	var last verify.Verification
	var found bool
	var age time.Duration
	err := c.db.View(ctx, pg.System("metrics"), func(tx pg.Tx) (err error) {
		last, found, err = verify.Last(tx)
		age = tx.Now.Sub(last.EndedAt)
		return err
	})
	if err != nil || !found {
		return
	}
	ch <- prometheus.MustNewConstMetric(booksDifferences, prometheus.GaugeValue, float64(last.Differences))
	ch <- prometheus.MustNewConstMetric(booksAge, prometheus.GaugeValue, max(age, 0).Seconds())
}
