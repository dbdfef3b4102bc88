package pg_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// someone sees the documents of these people.
type someone struct {
	people []uuid.UUID
	all    bool
}

func (s someone) Owners() ([]uuid.UUID, bool) { return s.people, s.all }

// Who sees nobody's documents finds none, who sees all finds all; and a list leaves the people as they are, whom other requests of the same person read
// meanwhile.
func TestORG06_ListsAreNarrowedToWhoseDocumentsAreSeen(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	mine, other := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	people := []uuid.UUID{mine, other}
	for name, c := range map[string]struct {
		who   someone
		found []uuid.UUID
	}{
		"nobody's": {someone{}, nil},
		"one's":    {someone{people: people[:1]}, people[:1]},
		"both's":   {someone{people: people}, []uuid.UUID{other, mine}},
		"all":      {someone{all: true}, []uuid.UUID{other, mine}},
	} {
		type row struct{ ID uuid.UUID }
		var found []uuid.UUID
		err := db.View(context.Background(), pg.System("test"), func(tx pg.Tx) error {
			n := pg.Narrow()
			n.Seen(c.who, "d.id IN @owners")
			rows, _, err := pg.Newest(tx, pg.Page{Limit: 10}, n, "SELECT d.id FROM (VALUES ('"+mine.String()+"'::uuid), ('"+other.String()+"'::uuid)) d (id) ", "d.id", func(r row) uuid.UUID { return r.ID })
			for _, r := range rows {
				found = append(found, r.ID)
			}
			return err
		})
		if err != nil || !slices.Equal(found, c.found) {
			t.Errorf("%s: %v %v, want %v", name, found, err, c.found)
		}
	}
	if people[0] != mine || people[1] != other {
		t.Errorf("the list changed whose documents are seen: %v", people)
	}
}
