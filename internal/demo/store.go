package demo

import (
	"time"

	"github.com/salesgate/salesgate/internal/pg"
)

// state is how far the database is.
type state struct {
	begun    *time.Time
	complete bool
	people   bool // anybody at all
}

func readState(tx pg.Tx) (state, error) {
	var s struct {
		Begun            *time.Time
		Complete, People bool
	}
	err := tx.Raw(`SELECT (SELECT done_at FROM demo_steps WHERE name = 'begin') AS begun,
		EXISTS (SELECT FROM demo_steps WHERE name = 'complete') AS complete, EXISTS (SELECT FROM users) AS people`).Scan(&s).Error
	return state{s.Begun, s.Complete, s.People}, err
}

// markDone reports whether the step wasn't done before. Of two loads at once the second waits for the first here.
func markDone(tx pg.Tx, name string) (fresh bool, err error) {
	res := tx.Exec("INSERT INTO demo_steps (name, done_at) VALUES (?, ?) ON CONFLICT DO NOTHING", name, tx.Now)
	return res.RowsAffected == 1, res.Error
}

func isDone(tx pg.Tx, name string) (done bool, err error) {
	err = tx.Raw("SELECT EXISTS (SELECT FROM demo_steps WHERE name = ?)", name).Scan(&done).Error
	return done, err
}

// Sample names documents of the demo company that a first call can be made with.
type Sample struct {
	CustomerID, CustomerName string
	ProductID, ProductName   string
	Price                    string // its base price
}

// FindSample returns a customer of the person that owes something, and a product with a base price.
func FindSample(tx pg.Tx, username string) (Sample, error) {
	var s Sample
	err := tx.Raw(`SELECT c.id AS customer_id, c.name AS customer_name, p.id AS product_id, p.name AS product_name, p.price
		FROM (SELECT c.id, c.name FROM customers c JOIN users u ON u.id = c.owner_id LEFT JOIN credit_accounts a ON a.payer_id = c.id
			WHERE u.username = ? AND c.status = 'active' AND c.code LIKE 'C0%'
			ORDER BY coalesce(a.receivable, 0) DESC, c.code LIMIT 1) c,
		(SELECT p.id, p.name, b.price FROM products p JOIN base_prices b ON b.product_id = p.id
			WHERE p.lifecycle = 'standard' AND b.effective_at <= ? ORDER BY p.code, b.effective_at DESC LIMIT 1) p`, username, tx.Now).Scan(&s).Error
	return s, err
}
