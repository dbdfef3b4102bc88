package decision_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/decision"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

var errOver = errs.Define(errs.Rule, "decision_test.over", "Over.", "超额。", "SHP-06")

func TestRecordAndList(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	subject, actor := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	version := int64(3)
	first := decision.New("shipment", "shipping_notice", subject)
	first.Check("SHP-04", true, nil, "Nothing is overdue.", "无逾期。")
	first.Check("SHP-06", false, map[string]string{"limit": "1000.00"}, "Above the limit.", "超出额度。")
	first.Check("SHP-06", false, nil, "Again.", "同上。")
	first.Info("CRD-12", nil, "Headroom is 0.", "可用额度为 0。")
	first.Outcome, first.Matter, first.MatrixVersion = decision.ApprovalRequired, "shipment.release", &version
	if rules := first.Rules(); !reflect.DeepEqual(rules, []string{"SHP-06"}) || len(first.Failed()) != 2 {
		t.Errorf("failed rules %v", rules)
	}
	second := decision.New("gate", "shipping_notice", subject)
	other := decision.New("gate", "shipping_notice", uuid.Must(uuid.NewV7()))
	err := db.Tx(context.Background(), pg.Origin{ActorID: actor, ActorKind: "user"}, func(tx pg.Tx) error {
		return errors.Join(decision.Record(tx, &first), decision.Record(tx, &second), decision.Record(tx, &other))
	})
	if err != nil {
		t.Fatal(err)
	}
	var rows []decision.Decision
	err = db.View(context.Background(), pg.System("test"), func(tx pg.Tx) (err error) {
		rows, err = decision.List(tx, "shipping_notice", subject)
		return err
	})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d decisions: %v", len(rows), err)
	}
	got := rows[0]
	if got.Outcome != decision.ApprovalRequired || *got.MatrixVersion != 3 || *got.DecidedBy != actor || !got.At.Equal(first.At) || !reflect.DeepEqual(got.Checks, first.Checks) {
		t.Errorf("%+v", got)
	}
	if rows[1].Outcome != decision.Passed || rows[1].Checks == nil || rows[1].MatrixVersion != nil {
		t.Errorf("%+v", rows[1])
	}
}

// A refusal rolls its effects back, but its decision stays when the gate asks for it.
func TestARefusalKeepsItsDecision(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	subject := uuid.Must(uuid.NewV7())
	err := db.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		d := decision.New("credit", "order", subject)
		d.Outcome = decision.Refused
		if err := decision.Record(tx, &d); err != nil {
			return err
		}
		return pg.Keep(errOver.With().Deciding(d))
	})
	e, ok := errs.As(err)
	if !ok || e.Decision.(decision.Decision).Outcome != decision.Refused {
		t.Fatalf("%v", err)
	}
	err = db.View(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		rows, err := decision.List(tx, "order", subject)
		if len(rows) != 1 {
			t.Errorf("%d decisions", len(rows))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDecisionsAreAppendOnly(t *testing.T) {
	t.Parallel()
	db := testpg.New(t)
	for _, stmt := range []string{`UPDATE decisions SET gate = 'x'`, `DELETE FROM decisions`, `TRUNCATE decisions`} {
		if _, err := db.Pool().Exec(context.Background(), stmt); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", stmt, err)
		}
	}
	_, err := db.Pool().Exec(context.Background(), `INSERT INTO decisions (id, gate, subject_type, subject_id, outcome, checks, matter, at)
		VALUES (gen_random_uuid(), 'price', 'order', gen_random_uuid(), 'maybe', '[]', '', now())`)
	if err == nil {
		t.Error("an unknown outcome was taken")
	}
}
