package order

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// Destination is what a paper that goes with the goods says of the order they belong to.
type Destination struct {
	ID              uuid.UUID
	Number          string
	CustomerOrderNo string
	DeliveryPlace   string
}

// Destinations returns those of orders that the caller has been shown a document of. One statement.
func Destinations(tx pg.Tx, ids []uuid.UUID) (map[uuid.UUID]Destination, error) {
	var rows []Destination
	if err := tx.Raw("SELECT id, number, customer_order_no, delivery_place FROM orders WHERE id IN ?", ids).Scan(&rows).Error; err != nil {
		return nil, err
	}
	found := make(map[uuid.UUID]Destination, len(rows))
	for _, d := range rows {
		found[d.ID] = d
	}
	return found, nil
}
