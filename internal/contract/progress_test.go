package contract_test

import (
	"strings"
	"testing"
	"time"

	"github.com/salesgate/salesgate/internal/contract"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// carriedOut writes 200 orders of 100 on a line, among 20,000 others: every second has shipped 60, every fourth is invoiced, half of every
// eighth is paid. The first order's note was cancelled. Written as it stands, without the modules that it belongs to.
const carriedOut = `
SET LOCAL session_replication_role = replica;
INSERT INTO orders (id, number, customer_id, owner_id, state, revision, channel, customer_order_no, settlement, terms_days, header_discount,
	gross, total, tax, currency, remarks, state_reason, content, submitted_at, created_at, updated_at, version)
SELECT md5('o' || n)::uuid, 'SO-' || n, @customer, @customer, 'partly_shipped', 1, 'api', '', 'cash', 0, 0, 1000, 1000, 0, 'CNY', '', '',
	decode(repeat('00', 32), 'hex'), now(), now(), now(), 1 FROM generate_series(1, 20200) n;
INSERT INTO order_lines (id, order_id, line_no, product_id, unit, price, quantity, tax_rate, amount, net_amount, remarks, noticed, shipped, contract_line_id)
SELECT md5('l' || n)::uuid, md5('o' || n)::uuid, 1, @product, 'kg', 10, 100, 0.13, 1000, 1000, '', 0, 60, CASE WHEN n <= 200 THEN CAST(@line AS uuid) END
FROM generate_series(1, 20200) n;
INSERT INTO contract_call_offs (contract_line_id, order_id, contract_id, quantity, amount, updated_at)
SELECT @line, md5('o' || n)::uuid, @contract, 100, 1000, now() FROM generate_series(1, 200) n;
INSERT INTO delivery_notes (id, number, notice_id, customer_id, payer_id, owner_id, flow, state, vehicle, carrier, driver, currency, amount, shipped_on,
	cancel_reason, created_at, version)
SELECT md5('d' || n)::uuid, 'DN-' || n, md5('n' || n)::uuid, @customer, @customer, @customer, 'credit', CASE n WHEN 1 THEN 'cancelled' ELSE 'left' END,
	'浙A·12345', '', '', 'CNY', 600, '2026-01-01', '', now(), 1 FROM generate_series(1, 20200) n WHERE n = 1 OR n % 2 = 0;
INSERT INTO delivery_note_lines (id, delivery_note_id, position_no, notice_line_id, order_id, order_line_id, product_id, product_code, product_name, unit,
	quantity, price, tax_rate, amount, invoiced_quantity, invoiced_amount)
SELECT md5('dl' || n)::uuid, md5('d' || n)::uuid, 1, md5('nl' || n)::uuid, md5('o' || n)::uuid, md5('l' || n)::uuid, @product, '', '', 'kg', 60, 10, 0.13, 600,
	CASE WHEN n % 4 = 0 THEN 60 ELSE 0 END, CASE WHEN n % 4 = 0 THEN 600 ELSE 0 END FROM generate_series(1, 20200) n WHERE n = 1 OR n % 2 = 0;
INSERT INTO invoices (id, number, kind, state, customer_id, payer_id, invoiced_on, due_on, terms, currency, total, tax_total, paid, tax_number, remarks,
	created_at, version)
SELECT md5('i' || n)::uuid, 'INV-' || n, 'invoice', 'posted', @customer, @customer, '2026-01-01', '2026-01-01', 'cash', 'CNY', 600, 0,
	CASE WHEN n % 8 = 0 THEN 300 ELSE 0 END, '', '', now(), 1 FROM generate_series(1, 20200) n WHERE n % 4 = 0;
INSERT INTO invoice_lines (id, invoice_id, line_no, delivery_note_id, delivery_line_id, product_id, quantity, price, amount, tax_rate, tax)
SELECT md5('il' || n)::uuid, md5('i' || n)::uuid, 1, md5('d' || n)::uuid, md5('dl' || n)::uuid, @product, 60, 10, 600, 0.13, 0
FROM generate_series(1, 20200) n WHERE n % 4 = 0;
ANALYZE orders; ANALYZE order_lines; ANALYZE delivery_notes; ANALYZE delivery_note_lines; ANALYZE invoices; ANALYZE invoice_lines; ANALYZE contract_call_offs`

// CON-09: ordered, shipped, invoiced and paid of a contract are what the documents say, at the cost of the contract's own ones.
func TestCON09_ProgressIsWhatTheDocumentsSay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.stored("300000.00", goods{w.plain, "25000", "10", "250000.00"}, goods{w.other, "5000", "10", "50000.00"})
	w.Tx(func(tx pg.Tx) error {
		for q := range strings.SplitSeq(carriedOut, ";") {
			var args []any
			if strings.Contains(q, "@") {
				args = append(args, map[string]any{"customer": w.customer, "product": w.plain, "line": c.Lines[0].ID, "contract": c.ID})
			}
			if err := tx.Exec(q, args...).Error; err != nil {
				return err
			}
		}
		return nil
	})
	service := contract.New(nil, nil, nil, nil, nil)
	ctx, probe := pg.WithProbe(t.Context(), 0)
	begun := time.Now()
	var p contract.Progress
	w.must(w.DB.View(ctx, pg.System("test"), func(tx pg.Tx) (err error) {
		p, err = service.ReadProgress(tx, identity.System(), c.ID)
		return err
	}))
	t.Logf("200 orders among 20,200 in %s", time.Since(begun).Round(time.Millisecond))
	l := p.Lines[0]
	if l.ShippedQuantity.String() != "6000.0000" || l.ShippedAmount.String() != "60000.00" || l.InvoicedQuantity.String() != "3000.0000" ||
		l.InvoicedAmount.String() != "30000.00" || l.PaidAmount.String() != "7500.00" || !p.Lines[1].ShippedAmount.IsZero() || p.Paid.String() != "7500.00" {
		t.Errorf("%+v", p.Lines)
	}
	if probe.Statements() != 3 {
		t.Errorf("%d statements", probe.Statements())
	}
	var rows []contract.CallOff
	var next string
	ctx, probe = pg.WithProbe(t.Context(), 0)
	w.must(w.DB.View(ctx, pg.System("test"), func(tx pg.Tx) (err error) {
		rows, next, err = service.ListCallOffs(tx, identity.System(), c.ID, true, pg.Page{Limit: 150})
		if err != nil {
			return err
		}
		rest, _, err := service.ListCallOffs(tx, identity.System(), c.ID, true, pg.Page{Limit: 150, Cursor: next})
		rows = append(rows, rest...)
		return err
	}))
	if len(rows) != 200 || probe.Statements() != 4 || rows[0].OrderID.String() <= rows[199].OrderID.String() {
		t.Errorf("%d orders in %d statements", len(rows), probe.Statements())
	}
	var plan []string
	w.must(w.DB.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error { // without the choice that small tables tempt to
		if err := tx.Exec("SET LOCAL enable_seqscan = off").Error; err != nil {
			return err
		}
		return tx.Raw("EXPLAIN "+contract.ProgressSQL, c.ID, c.ID, c.ID).Scan(&plan).Error
	}))
	for _, table := range []string{"order_lines", "delivery_notes", "delivery_note_lines", "invoices", "invoice_lines"} {
		if text := strings.Join(plan, "\n"); strings.Contains(text, "Seq Scan on "+table+" ") {
			t.Errorf("reads all of %s:\n%s", table, text)
		}
	}
}

// The database holds what the code relies on (CON-03, CON-07, CON-09).
func TestCON07_ConstraintsOfTheFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.stored("1000.00", goods{w.plain, "100", "10", "1000.00"})
	try := func(sql string, args ...any) error {
		return w.DB.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error { return tx.Exec(sql, args...).Error })
	}
	const paper = `INSERT INTO contract_papers (id, contract_id, revision, kind, label, holder_id, holder, place, created_at, version)
		VALUES (gen_random_uuid(), ?, 1, 'original', ?, NULL, ?, '', now(), 1)`
	w.must(try(paper, c.ID, "原件 1", "客户"))
	wantErr(t, try(paper, c.ID, "原件 1", "客户"), contract.ErrPaper, "the same label")
	wantErr(t, try(paper, c.ID, "原件 2", ""), contract.ErrHolder, "nobody's")
	const amendment = `INSERT INTO contract_amendments (id, contract_id, revision, state, reason, change, content, state_reason, demand_round, price_round,
		period_round, condition_round, created_at, version) VALUES (gen_random_uuid(), ?, 2, 'draft', 'x', '{}', '', '', 1, 1, 1, 1, now(), 1)`
	w.must(try(amendment, c.ID))
	wantErr(t, try(amendment, c.ID), contract.ErrAmending, "two amendments")
	wantErr(t, try("UPDATE contracts SET signed_content = decode(repeat('01', 32), 'hex') WHERE id = ?", c.ID), contract.ErrNotInForce, "another content than was signed")
	const termination = `INSERT INTO contract_terminations (id, contract_id, state, by_party, reason, state_reason, requested_at, version)
		VALUES (gen_random_uuid(), ?, 'submitted', 'us', 'x', '', now(), 1)`
	w.must(try(termination, c.ID))
	wantErr(t, try(termination, c.ID), contract.ErrTerminating, "two terminations")
	wantErr(t, try("UPDATE contracts SET customer_id = gen_random_uuid() WHERE id = ?", c.ID), contract.ErrNoCustomer, "no customer")
	line := c.Lines[0]
	line.ID, line.LineNo = c.ID, 2
	line.ProductID = c.ID
	wantErr(t, w.DB.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error { return pg.Insert(tx, &line) }), contract.ErrNoProduct, "no product")
	line.ProductID, line.Quantity = w.plain, dec("0")
	wantErr(t, w.DB.Tx(t.Context(), pg.System("test"), func(tx pg.Tx) error { return pg.Insert(tx, &line) }), contract.ErrQuantity, "no quantity")
	for _, table := range []string{"contract_revisions", "contract_paper_moves", "contract_capacity_answers"} {
		if try("DELETE FROM "+table) == nil {
			t.Errorf("%s isn't append-only", table)
		}
	}
}
