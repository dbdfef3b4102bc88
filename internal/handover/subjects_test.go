package handover

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// Every kind of document that is a customer's has its place in openFollowUps: what its owner is asked about it is asked of the next one.
func TestCUS13_NoKindOfDocumentIsForgotten(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	var tables []string
	err := db.View(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		return tx.Raw(`SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'public'
			AND column_name IN ('customer_id', 'payer_id', 'delivery_note_id', 'notice_id')`).Scan(&tables).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	owned := map[string]bool{}
	for _, table := range tables {
		owned[table] = true
	}
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	named, found := regexp.MustCompile(`\b[sS]ubject\w*\s*=\s*"(\w+)"`), 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			subject := m[1]
			if !owned[subject+"s"] && !owned[strings.TrimSuffix(subject, "y")+"ies"] {
				continue
			}
			if found++; !strings.Contains(openFollowUps, "'"+subject+"'") {
				t.Errorf("%s: who takes a customer over isn't asked what was asked about its %s", file, subject)
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d kinds of documents found", found)
	}
}
