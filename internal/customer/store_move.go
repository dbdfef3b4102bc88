package customer

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

func holdPerson(tx pg.Tx, id uuid.UUID) error {
	_, err := pg.Exec(tx, "SELECT FROM users WHERE id = ? FOR SHARE", id)
	return err
}

// HoldLeaving holds a person whose customers all move: nobody registers one for them, nor gives them one, until the transaction
// ends (CUS-13). Foreign keys don't wait for it.
func HoldLeaving(tx pg.Tx, id uuid.UUID) error {
	_, err := pg.Exec(tx, "SELECT FROM users WHERE id = ? FOR NO KEY UPDATE", id)
	return err
}

// holdRequests locks the requests about what belongs to the customers that may still change it: they come before all that moves.
func holdRequests(tx pg.Tx, moves []Move) error {
	ids := make([]uuid.UUID, len(moves))
	for i, m := range moves {
		ids[i] = m.CustomerID
	}
	_, err := pg.Exec(tx, `SELECT FROM approval_requests WHERE id IN (SELECT request FROM requests_of_customers(?::uuid[]))
		AND state IN ('pending', 'approved') ORDER BY id FOR NO KEY UPDATE`, texts(ids))
	return err
}

// lockMoving locks the customers so that no document of theirs is written meanwhile: the strongest lock, which keys wait for.
func lockMoving(tx pg.Tx, moves []Move) (map[uuid.UUID]Customer, error) {
	ids := make([]uuid.UUID, len(moves))
	for i, m := range moves {
		ids[i] = m.CustomerID
	}
	found := make(map[uuid.UUID]Customer, len(ids))
	var c Customer
	err := pg.ScanRows(tx, []any{&c.ID, &c.OwnerID, &c.BillToID, &c.Version}, func() error {
		found[c.ID] = c
		c = Customer{}
		return nil
	}, "SELECT id, owner_id, bill_to_id, version FROM customers WHERE id = ANY (?::uuid[]) ORDER BY id FOR UPDATE", texts(ids))
	return found, err
}

func storeMoved(tx pg.Tx, moves []Move) error {
	ids, to := make([]uuid.UUID, len(moves)), make([]uuid.UUID, len(moves))
	for i, m := range moves {
		ids[i], to[i] = m.CustomerID, m.To
	}
	_, err := pg.Exec(tx, `UPDATE customers c SET owner_id = m.owner, owned_at = ?, updated_at = ?, version = version + 1
		FROM unnest(?::uuid[], ?::uuid[]) AS m (id, owner) WHERE c.id = m.id`, tx.Now, tx.Now, texts(ids), texts(to))
	return err
}

// OwnedBy returns the customers of a person, in id order.
func OwnedBy(tx pg.Tx, owner uuid.UUID) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.Raw("SELECT id FROM customers WHERE owner_id = ? ORDER BY id", owner).Scan(&ids).Error
	return ids, err
}
