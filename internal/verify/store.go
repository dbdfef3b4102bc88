package verify

import (
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

// row is a difference as it is stored.
type row struct {
	VerificationID uuid.UUID
	No             int
	CheckName      string
	SubjectType    string
	SubjectID      *uuid.UUID
	Number         string
	What           string
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "verification_differences" }

// longestWhat is what the column holds.
const longestWhat = 500

func insertDifferences(tx pg.Tx, id uuid.UUID, found []Difference) error {
	for len(found) > 0 {
		n := min(len(found), 1000)
		rows := make([]row, n)
		for i, d := range found[:n] {
			if utf8.RuneCountInString(d.What) > longestWhat {
				d.What = string([]rune(d.What)[:longestWhat])
			}
			rows[i] = row{id, 0, d.Check, d.SubjectType, d.SubjectID, d.Number, d.What}
		}
		if err := number(tx, id, rows); err != nil {
			return err
		}
		found = found[n:]
	}
	return nil
}

// number gives the rows the numbers that follow and inserts them.
func number(tx pg.Tx, id uuid.UUID, rows []row) error {
	var last int
	if err := tx.Raw("SELECT coalesce(max(no), 0) FROM verification_differences WHERE verification_id = ?", id).Scan(&last).Error; err != nil {
		return err
	}
	for i := range rows {
		rows[i].No = last + i + 1
	}
	return pg.Insert(tx, &rows)
}

// nameCustomers gives the customers among the differences the codes that people know them by. One statement, however many; none for none.
func nameCustomers(tx pg.Tx, found []Difference) error {
	var ids []uuid.UUID
	for _, d := range found {
		if d.SubjectType == SubjectCustomer && d.SubjectID != nil {
			ids = append(ids, *d.SubjectID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []struct {
		ID   uuid.UUID
		Code string
	}
	if err := tx.Raw("SELECT id, code FROM customers WHERE id = ANY (?::uuid[])", pg.IDs(ids)).Scan(&rows).Error; err != nil {
		return err
	}
	codes := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		codes[r.ID] = r.Code
	}
	for i, d := range found {
		if d.SubjectType == SubjectCustomer && d.SubjectID != nil {
			found[i].Number = codes[*d.SubjectID]
		}
	}
	return nil
}

// closeTasks ends what earlier runs asked for: this run says how it stands.
func closeTasks(tx pg.Tx) error {
	return tx.Exec(`UPDATE follow_ups SET state = 'closed', closed_at = ?, version = version + 1 WHERE kind = ? AND subject_type = ? AND state = 'open'`,
		tx.Now, KindDiffer, Subject).Error
}

func differences(tx pg.Tx, id uuid.UUID, p pg.Page) ([]Difference, string, error) {
	after := 0
	if _, err := p.After(&after); err != nil {
		return nil, "", err
	}
	var rows []row
	if err := tx.Where("verification_id = ? AND no > ?", id, after).Order("no").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	rows, next, err := pg.Cut(p, rows, func(r row) any { return r.No })
	found := make([]Difference, len(rows))
	for i, r := range rows {
		found[i] = Difference{r.CheckName, r.SubjectType, r.SubjectID, r.Number, r.What}
	}
	return found, next, err
}
