package bankstatement_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"github.com/salesgate/salesgate/internal/bankstatement"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/receivable"
)

// movement is what happened on an account; ledger are those of a few days, as the bank has them.
type movement struct {
	day                  int // before today
	fen                  int64
	incoming             bool
	party, reference, id string
}

// row is a movement as the bank's file says it.
func (m movement) row(d *desk) string {
	in, out := decimal.MustNew(m.fen, 2).String(), ""
	if !m.incoming {
		in, out = "", in
	}
	return strings.Join([]string{d.day(-m.day), in, out, m.party, "", m.reference, m.id}, ",")
}

// content is what a line of it says; of lines with a number of the bank's, several references may have changed places.
func content(day string, incoming bool, amount, party, reference, id string) string {
	if id != "" {
		reference = ""
	}
	return fmt.Sprint(day, incoming, amount, party, reference, id)
}

// statement is the world of one sequence: an account of its own, what happened on it, and how often a file has said each of it.
type statement struct {
	*desk
	r         *rapid.T
	clerk     identity.Principal
	customers []customer.Customer
	ledger    []movement
	said      map[string]int
	dir       string
}

// opened gives the sequence an account of its own.
func (s *statement) opened() {
	err := s.try(func(tx pg.Tx) error {
		a, err := s.App.Server.BankStatements.CreateAccount(tx, bankstatement.Account{
			Number: fmt.Sprintf("3300%015d", s.phones+1), Bank: "示例银行", Name: "云岭示例化纤有限公司", Currency: receivable.Currency,
		})
		s.account = a.ID.String()
		return err
	})
	if err != nil {
		s.r.Fatal(err)
	}
}

// drawn makes movements that are hard to tell apart: few days, amounts, names and references, and numbers that several share.
func (s *statement) drawn() {
	run := uuid.NewString()
	parties := []string{s.customers[0].Name, s.customers[1].Name, "张三"}
	ids := []string{"", "", "T1", "T2", "LONG-" + run, "ALSO-" + run}
	texts := []string{"货款", "OLD-" + run[:8] + "-1", ""}
	for day := 3; day >= 0; day-- {
		for range rapid.IntRange(0, 3).Draw(s.r, "movements") {
			s.ledger = append(s.ledger, movement{
				day, rapid.SampledFrom([]int64{100, 250, 7_00}).Draw(s.r, "fen"), rapid.IntRange(0, 4).Draw(s.r, "in") > 0,
				rapid.SampledFrom(parties).Draw(s.r, "party"), rapid.SampledFrom(texts).Draw(s.r, "text"), rapid.SampledFrom(ids).Draw(s.r, "id"),
			})
		}
	}
	s.owe(s.customers[0], texts[1], "2.50", -3)
	s.owe(s.customers[1], "OLD-"+run[:8]+"-2", "7.00", -3)
}

// take imports the movements from a day's first up to one, in the bank's order or backwards, and counts the new lines.
func (s *statement) take(from, upTo int, backwards bool) {
	part := slices.DeleteFunc(slices.Clone(s.ledger[:upTo]), func(m movement) bool { return m.day > from })
	if len(part) == 0 {
		return
	}
	if backwards {
		slices.Reverse(part)
	}
	rows, counted, added := []string{"交易日期,收入,支出,对方户名,对方账号,附言,交易流水号"}, map[string]int{}, 0
	for _, m := range part {
		rows = append(rows, m.row(s.desk))
		counted[content(s.day(-m.day), m.incoming, decimal.MustNew(m.fen, 2).String(), m.party, m.reference, m.id)]++
	}
	for what, n := range counted {
		added += max(0, n-s.said[what])
		s.said[what] = max(n, s.said[what])
	}
	path := filepath.Join(s.dir, uuid.NewString()+".csv")
	if err := os.WriteFile(path, []byte(strings.Join(rows, "\n")), 0o600); err != nil {
		s.r.Fatal(err)
	}
	var got bankstatement.Import
	err := s.try(func(tx pg.Tx) (err error) {
		got, err = s.App.Server.BankStatements.Take(tx, bankstatement.Upload{AccountID: uuid.MustParse(s.account), Path: path, FileName: "a.csv", SHA256: make([]byte, 32)})
		return err
	})
	if err != nil || got.Added != added || got.Duplicates != len(part)-added {
		s.r.Fatalf("%v: %+v, want %d added of\n%s", err, got, added, strings.Join(rows, "\n"))
	}
}

func (s *statement) try(fn func(tx pg.Tx) error) error {
	return s.DB.Tx(context.Background(), s.clerk.Origin("test"), fn)
}

func (s *statement) lines() []bankstatement.Line {
	var lines []bankstatement.Line
	if err := s.try(func(tx pg.Tx) error { return tx.Where("account_id = ?", s.account).Order("id").Find(&lines).Error }); err != nil {
		s.r.Fatal(err)
	}
	return lines
}

// handle does something with a line, and compares the answer with the line's state.
func (s *statement) handle(l bankstatement.Line, step int) {
	bank, clerk := s.App.Server.BankStatements, s.clerk
	open, allowed := l.State == bankstatement.Open, []error{nil}
	if !open {
		allowed = []error{bankstatement.ErrHandled, bankstatement.ErrOutgoing}
	}
	err := s.try(func(tx pg.Tx) (err error) {
		switch step {
		case 0: // whose it seems to be, if it is one's
			if open {
				allowed = append(allowed, bankstatement.ErrNoOne)
			}
			_, err = bank.Confirm(tx, clerk, l.ID, nil, bankstatement.Confirmation{})
		case 1:
			c := rapid.SampledFrom(s.customers).Draw(s.r, "customer").ID
			_, err = bank.Confirm(tx, clerk, l.ID, nil, bankstatement.Confirmation{CustomerID: &c, Prepayment: rapid.Bool().Draw(s.r, "ahead")})
		case 2:
			_, err = bank.Ignore(tx, l.ID, nil, "退回")
		case 3:
			if allowed = []error{bankstatement.ErrHandled, bankstatement.ErrOutgoing}; l.Incoming && l.State == bankstatement.Ignored {
				allowed = []error{nil}
			}
			_, err = bank.Reopen(tx, l.ID, nil)
		default:
			if allowed = []error{nil}; l.ReceiptID != nil {
				_, err = s.App.Server.Receivables.ReverseReceipt(tx, clerk, *l.ReceiptID, nil, "错")
			}
		}
		return err
	})
	if !slices.ContainsFunc(allowed, func(e error) bool { return errors.Is(err, e) }) {
		s.r.Fatalf("step %d of a line %s, incoming %t: %v", step, l.State, l.Incoming, err)
	}
}

// sure books what is certain, as finance does in the morning.
func (s *statement) sure() {
	bank := s.App.Server.BankStatements
	var found []bankstatement.Certain
	err := s.try(func(tx pg.Tx) (err error) { found, err = bank.Sure(tx, nil, 50, 100); return err })
	for _, c := range found {
		if err == nil {
			err = s.try(func(tx pg.Tx) error { _, err := bank.ConfirmSure(tx, s.clerk, c); return err })
		}
		if errors.Is(err, bankstatement.ErrNoOne) { // the line before paid it
			err = nil
		}
	}
	if err != nil {
		s.r.Fatal(err)
	}
}

// whole fails unless the lines are what the files said, each once, and what is booked is what was received.
func (s *statement) whole() {
	said, booked, receipts := map[string]int{}, decimal.Zero, map[uuid.UUID]bool{}
	for _, l := range s.lines() {
		said[content(l.BookedOn.Format("2006-01-02"), l.Incoming, l.Amount.String(), l.PartyName, l.Reference, l.TransactionID)]++
		if (l.State == bankstatement.Booked) != (l.ReceiptID != nil) || !l.Incoming && l.State != bankstatement.Ignored {
			s.r.Fatalf("a line %s, incoming %t, receipt %v", l.State, l.Incoming, l.ReceiptID)
		}
		if l.ReceiptID != nil {
			if receipts[*l.ReceiptID] {
				s.r.Fatal("two lines, one receipt")
			}
			receipts[*l.ReceiptID] = true
			booked, _ = booked.Add(l.Amount)
		}
	}
	if !maps.Equal(said, s.said) {
		s.r.Fatalf("the files said %v, the books have %v", s.said, said)
	}
	var posted []receivable.Receipt
	err := s.try(func(tx pg.Tx) error {
		return tx.Where("payer_id IN ? AND state = 'posted'", []uuid.UUID{s.customers[0].ID, s.customers[1].ID}).Find(&posted).Error
	})
	sum := decimal.Zero
	for _, p := range posted {
		sum, _ = sum.Add(p.Amount)
	}
	if err != nil || len(posted) != len(receipts) || !sum.Equal(booked) {
		s.r.Fatalf("%v: %d receipts of %s, %d lines of %s booked", err, len(posted), sum, len(receipts), booked)
	}
}

// Whatever files of an account overlap in whatever order, and whatever is done with their lines between: no movement is lost and none is booked
// twice, and what is booked comes to what was received (ARV-01).
func TestARV01_PropertyOfAnyStatementsAndWhatBecomesOfTheirLines(t *testing.T) {
	t.Parallel()
	d, dir := open(t), t.TempDir()
	clerk := d.Principal("clerk")
	rapid.Check(t, func(r *rapid.T) {
		s := &statement{desk: d, r: r, clerk: clerk, said: map[string]int{}, dir: dir}
		s.opened()
		for range 2 {
			s.customers = append(s.customers, d.company("云岭示例"+uuid.NewString()[:12]+"有限公司"))
		}
		s.drawn()
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			lines := s.lines()
			switch step := rapid.IntRange(-3, 4).Draw(r, "step"); {
			case step < -1 || len(lines) == 0:
				s.take(rapid.IntRange(0, 3).Draw(r, "from"), rapid.IntRange(0, len(s.ledger)).Draw(r, "up to"), rapid.Bool().Draw(r, "backwards"))
			case step == -1:
				s.sure()
			default:
				s.handle(rapid.SampledFrom(lines).Draw(r, "line"), step)
			}
		}
		s.whole()
		s.take(3, len(s.ledger), false) // the month's file, twice
		s.take(3, len(s.ledger), true)
		for _, l := range s.lines() {
			if l.State == bankstatement.Ignored && l.Incoming {
				s.handle(l, 3)
			}
		}
		for _, l := range s.lines() {
			if l.State == bankstatement.Open {
				s.handle(l, 1)
			}
		}
		s.whole()
		s.everything()
	})
	d.agree()
}

// everything fails unless all that came in on the account is received by now.
func (s *statement) everything() {
	came, booked := int64(0), decimal.Zero
	for _, m := range s.ledger {
		if m.incoming {
			came += m.fen
		}
	}
	for _, l := range s.lines() {
		if l.State == bankstatement.Booked {
			booked, _ = booked.Add(l.Amount)
		}
	}
	if !booked.Equal(decimal.MustNew(came, 2)) {
		s.r.Fatalf("%s booked, %d fen came in", booked, came)
	}
}
