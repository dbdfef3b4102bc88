package statement_test

import (
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/pg"
)

// product writes a product; tonnes is how much a unit weighs, "" where nobody has said.
func (b *books) product(code, unit, tonnes string) uuid.UUID {
	b.t.Helper()
	id := uuid.Must(uuid.NewV7())
	b.Tx(func(tx pg.Tx) error {
		return tx.Exec(`INSERT INTO products (id, code, name, name_en, spec, unit, kind, lifecycle, tax_rate, active, created_at, updated_at, version, tonnes_per_unit)
			VALUES (?, ?, ?, '', '', ?, 'finished', 'standard', 0.13, true, ?, ?, 1, CAST(nullif(?, '') AS numeric))`, id, code, "示例"+code, unit, tx.Now, tx.Now, tonnes).Error
	})
	return id
}

// delivered is a line of goods that left: what the note says, by how much it was wrong, what came back; each at 10.00.
type delivered struct {
	on, state                     string
	product                       uuid.UUID
	code, unit                    string
	quantity, corrected, cameBack string
}

// deliver writes delivery notes of one line, without what led to them.
func (b *books) deliver(c customer.Customer, all ...delivered) {
	b.t.Helper()
	b.Tx(func(tx pg.Tx) error {
		if err := tx.Exec("SET LOCAL session_replication_role = replica").Error; err != nil { // the notice isn't the subject
			return err
		}
		for _, d := range all {
			note := uuid.Must(uuid.NewV7())
			args := object{
				"note": note, "customer": c.ID, "owner": c.OwnerID, "state": d.state, "on": d.on, "now": tx.Now, "any": uuid.Must(uuid.NewV7()), "number": "DN-" + note.String(),
				"line": uuid.Must(uuid.NewV7()), "product": d.product, "code": d.code, "unit": d.unit, "quantity": d.quantity, "corrected": d.corrected, "back": d.cameBack,
			}
			if err := tx.Exec(`INSERT INTO delivery_notes (id, number, notice_id, customer_id, payer_id, owner_id, flow, state, vehicle, carrier, driver, currency, amount,
					shipped_on, cancel_reason, created_at, version)
				VALUES (@note, @number, @any, @customer, @customer, @owner, 'credit', @state, '浙A', '', '', 'CNY', 0, CAST(@on AS date), '', @now, 1)`, args).Error; err != nil {
				return err
			}
			if err := tx.Exec(`INSERT INTO delivery_note_lines (id, delivery_note_id, position_no, notice_line_id, order_id, order_line_id, product_id, product_code, product_name,
					unit, quantity, price, tax_rate, amount, invoiced_quantity, invoiced_amount, corrected_quantity, corrected_amount, returned_quantity, returned_amount)
				SELECT @line, @note, 1, @any, @any, @any, @product, @code, '示例' || @code, @unit, q, 10, 0.13, q * 10, 0, 0, k, k * 10, r, r * 10
				FROM (SELECT CAST(@quantity AS numeric) AS q, CAST(@corrected AS numeric) AS k, CAST(@back AS numeric) AS r) x`, args).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// yarns is a world where two customers of two reps took two products in two months.
func yarns(t *testing.T) (b *books, own, other customer.Customer, yarn, film uuid.UUID) {
	t.Helper()
	b = open(t, "2026-11-20 10:00")
	own, other = b.customer, b.company("云岭示例第二织造有限公司", "13700000011")
	b.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE customers SET owner_id = ? WHERE id = ?", b.People["rep3"], other.ID).Error
	})
	other.OwnerID = b.People["rep3"]
	yarn, film = b.product("PET-150D", "kg", "0.001"), b.product("BOPET-12", "卷", "0.25")
	b.deliver(
		own,
		delivered{"2026-10-01", "left", yarn, "PET-150D", "kg", "100", "-4.5", "0"},
		delivered{"2026-10-31", "left", yarn, "PET-150D", "kg", "50", "2", "10"},
		delivered{"2026-10-31", "cancelled", yarn, "PET-150D", "kg", "999", "0", "0"},
		delivered{"2026-11-01", "issued", yarn, "PET-150D", "kg", "30", "0", "0"},
		delivered{"2026-10-15", "left", film, "BOPET-12", "卷", "8", "0", "8"},
	)
	b.deliver(other, delivered{"2026-10-20", "left", yarn, "PET-150D", "kg", "7", "0", "0"}, delivered{"2026-09-30", "left", film, "BOPET-12", "卷", "3", "0", "0"})
	return b, own, other, yarn, film
}

// usageRows are an answer's rows as "product month deliveries quantity amount".
func (b *books) usageRows(who, query string) string {
	b.t.Helper()
	a := b.As(who).Get("/v1/usage" + query).Want(200)
	var rows []string
	for _, x := range a.At("data").([]any) {
		r := x.(map[string]any)
		amount, _ := r["amount"].(string)
		rows = append(rows, strings.TrimSpace(strings.Join([]string{
			r["product_code"].(string), r["month"].(string), strings.TrimSuffix(r["quantity"].(string), "000"), amount,
		}, " ")))
	}
	return strings.Join(rows, "; ")
}

// What was taken is what left, as corrected, without what came back; by month, customer and product.
func TestARV02_UsageIsWhatReallyLeft(t *testing.T) {
	t.Parallel()
	b, own, other, yarn, _ := yarns(t)
	for query, want := range map[string]string{
		"?from=2026-10&to=2026-10&customer_id=" + own.ID.String():            "PET-150D 2026-10 137.5 1375.00; BOPET-12 2026-10 0.0 0.00",
		"?from=2026-11&to=2026-11":                                           "PET-150D 2026-11 30.0 300.00",
		"?from=2026-09&to=2026-10&customer_id=" + other.ID.String():          "PET-150D 2026-10 7.0 70.00; BOPET-12 2026-09 3.0 30.00",
		"?from=2026-10&to=2026-11&together=true&product_id=" + yarn.String(): "PET-150D 2026-10 144.5 1445.00; PET-150D 2026-11 30.0 300.00",
		"?from=2026-10&to=2026-10&owner_id=" + b.People["rep3"].String():     "PET-150D 2026-10 7.0 70.00",
		"?from=2026-08&to=2026-08":                                           "",
	} {
		if got := b.usageRows("clerk", query); got != want {
			t.Errorf("%s:\n%s, want\n%s", query, got, want)
		}
	}
	if n := b.As("clerk").Get("/v1/usage?from=2026-10&to=2026-10&product_id=" + yarn.String() + "&customer_id=" + own.ID.String()).Want(200).At("data.0.deliveries"); n != 2.0 {
		t.Errorf("%v deliveries", n)
	}
}

func TestORG06_UsageOfOtherRepsCustomersIsntShown(t *testing.T) {
	t.Parallel()
	b, _, _, _, _ := yarns(t)
	const all = "?from=2026-09&to=2026-11"
	if got, want := b.usageRows("rep1", all), "PET-150D 2026-10 137.5 1375.00; PET-150D 2026-11 30.0 300.00; BOPET-12 2026-10 0.0 0.00"; got != want {
		t.Errorf("rep1: %s, want %s", got, want)
	}
	if got, want := b.usageRows("rep3", all), "PET-150D 2026-10 7.0 70.00; BOPET-12 2026-09 3.0 30.00"; got != want {
		t.Errorf("rep3: %s, want %s", got, want)
	}
	if got := b.usageRows("rep2", all); got != "" {
		t.Errorf("rep2: %s", got)
	}
	if got, want := b.usageRows("rep3", all+"&together=true"), "PET-150D 2026-10 7.0 70.00; BOPET-12 2026-09 3.0 30.00"; got != want {
		t.Errorf("together: %s, want %s", got, want)
	}
	if file := b.As("rep3").Get("/v1/usage/file" + all).Want(200); strings.Contains(string(file.Body), "137.5") {
		t.Errorf("%s", file.Body)
	}
}

// Who plans production sees quantities and no amounts, in the list and in the file.
func TestORD03_UsageHasNoAmountsForTheFactory(t *testing.T) {
	t.Parallel()
	b, _, _, _, _ := yarns(t)
	const query = "?from=2026-10&to=2026-10&together=true"
	if got, want := b.usageRows("production", query), "PET-150D 2026-10 144.5; BOPET-12 2026-10 0.0"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for who, columns := range map[string]int{"production": 8, "clerk": 9} {
		file := b.As(who).Get("/v1/usage/file" + query).Want(200)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(file.Body), "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 3 || len(rows[1]) != columns || rows[1][2] != "PET-150D" || !strings.HasPrefix(rows[1][7], "144.5") {
			t.Errorf("%s: %v %q", who, err, rows)
		}
		if strings.Contains(string(file.Body), "1445") != (who == "clerk") {
			t.Errorf("%s: %s", who, file.Body)
		}
	}
}

// sheet reads a file of rows.
func (b *books) sheet(who, path string) [][]string {
	b.t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b.As(who).Get(path).Want(200).Body), "\ufeff"))).ReadAll()
	if err != nil {
		b.t.Fatal(err)
	}
	return rows
}

// accounts is a world where two customers of two reps owe, one of them partly late, and one more had nothing.
func accounts(t *testing.T) (b *books, own, other, still customer.Customer) {
	t.Helper()
	b = open(t, "2026-10-05 10:00")
	own, other, still = b.customer, b.company("云岭示例第二织造有限公司", "13700000011"), b.company("云岭示例第三织造有限公司", "13700000012")
	b.Tx(func(tx pg.Tx) error {
		return tx.Exec("UPDATE customers SET owner_id = ? WHERE id = ?", b.People["rep3"], other.ID).Error
	})
	b.owe(own, "500", "2026-10-05", "2026-10-20")
	b.ship(own, "300")
	b.receive(own, "100", "2026-10-05")
	b.owe(other, "70", "2026-10-05", "2026-12-01")
	b.at("2026-11-01 00:10")
	b.run("2026-10-01")
	return b, own, other, still
}

// The month's list has every customer with what was owed, sold, received and is owed, also who had nothing; as list and as file, of one's own
// customers only.
func TestARV03_TheOverviewHasAllCustomersWithTheirValues(t *testing.T) {
	t.Parallel()
	b, own, other, still := accounts(t)
	want := map[string][]string{ // opening, delivered, invoiced, received, closing, receivable, not due, late
		own.Code: {"0.00", "300.00", "0.00", "100.00", "700.00", "500.00", "0.00", "500.00"}, other.Code: {"0.00", "0.00", "0.00", "0.00", "70.00", "70.00", "70.00", "0.00"},
		still.Code: {"0.00", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00"},
	}
	for who, codes := range map[string][]string{"manager": {own.Code, other.Code, still.Code}, "rep1": {own.Code, still.Code}, "rep3": {other.Code}, "rep2": {}} {
		a := b.As(who).Get("/v1/monthly-overview?month=2026-10").Want(200)
		file := b.sheet(who, "/v1/monthly-overview/file?month=2026-10")
		if a.Len("data") != len(codes) || len(file) != len(codes)+1 {
			t.Errorf("%s: %s %v", who, a.Body, file)
			continue
		}
		for i, code := range codes {
			at := "data." + strconv.Itoa(i) + "."
			var got []string
			for _, field := range []string{"opening", "delivered", "invoiced", "received", "closing", "receivable", "ageing.not_due", "ageing.late_first"} {
				got = append(got, a.String(at+field))
			}
			if a.String(at+"code") != code || !slices.Equal(got, want[code]) || (a.String(at+"statement_id") == "") != (code == still.Code) {
				t.Errorf("%s: %s %v, want %v", who, code, got, want[code])
			}
			if file[i+1][0] != code || !slices.Equal(file[i+1][2:10], want[code]) {
				t.Errorf("%s: file %v, want %v", who, file[i+1], want[code])
			}
		}
	}
	if a := b.As("manager").Get("/v1/monthly-overview?month=2026-10&limit=2").Want(200); a.Len("data") != 2 ||
		b.As("manager").Get("/v1/monthly-overview?month=2026-10&limit=2&cursor="+a.String("next_cursor")).Want(200).String("data.0.code") != still.Code {
		t.Errorf("%s", a.Body)
	}
	for _, who := range []string{"keeper", "guard", "production"} { // ORD-03
		b.As(who).Get("/v1/monthly-overview?month=2026-10").Want(403)
		b.As(who).Get("/v1/monthly-overview/file?month=2026-10").Want(403)
		b.As(who).Get("/v1/ageing").Want(403)
		b.As(who).Get("/v1/ageing/file").Want(403)
	}
}

// The ageing's file has the list's values, of one's own customers only.
func TestARV05_TheAgeingsFileIsItsList(t *testing.T) {
	t.Parallel()
	b, own, other, _ := accounts(t)
	for who, code := range map[string]string{"rep1": own.Code, "rep3": other.Code} {
		a := b.As(who).Get("/v1/ageing").Want(200)
		file := b.sheet(who, "/v1/ageing/file")
		if a.Len("data") != 1 || len(file) != 2 || a.String("data.0.code") != code {
			t.Errorf("%s: %s %v", who, a.Body, file)
			continue
		}
		row := strings.Join(file[1], "|")
		for _, field := range []string{"code", "receivable", "not_due", "late_first", "prepaid"} {
			value := a.String("data.0." + field)
			if value == "" {
				value = a.String("data.0.ageing." + field)
			}
			if value == "" || !slices.Contains(file[1], value) {
				t.Errorf("%s: %s = %q isn't in %s", who, field, value, row)
			}
		}
	}
}

// A rep's figures come to their lines, page by page (ARV-08).
func TestARV08_TheLinesOfFiguresArePaged(t *testing.T) {
	t.Parallel()
	b := open(t, "2026-10-05 10:00")
	for i := range 3 {
		b.receive(b.company("云岭示例第"+strconv.Itoa(i)+"织造有限公司", "1370000000"+strconv.Itoa(10+i)), "100", "2026-10-05")
	}
	b.at("2026-11-01 00:10")
	b.run("2026-10-01")
	b.at("2026-11-02 10:00")
	b.As("finance").Post("/v1/rep-figures/give", object{"month": "2026-10"}).Want(200)
	list := b.As("rep1").Get("/v1/rep-figures").Want(200)
	path, seen := "/v1/rep-figures/"+list.String("data.0.id")+"/lines?limit=2", 0
	for cursor := ""; ; {
		a := b.As("rep1").Get(path + cursor).Want(200)
		seen += a.Len("data")
		if a.String("next_cursor") == "" {
			break
		}
		cursor = "&cursor=" + a.String("next_cursor")
	}
	if seen != 3 || list.String("data.0.received") != "300.00" {
		t.Errorf("%d lines of %s", seen, list.Body)
	}
	b.As("rep3").Get(path).Want(404)
}

// Pages of any length come to the same rows, each once.
func TestARV02_UsagePages(t *testing.T) {
	t.Parallel()
	b, own, _, yarn, film := yarns(t)
	for _, month := range []string{"2026-03-01", "2026-04-01", "2026-05-01"} {
		b.deliver(own, delivered{month, "left", yarn, "PET-150D", "kg", "1", "0", "0"}, delivered{month, "left", film, "BOPET-12", "卷", "1", "0", "0"}, delivered{month, "left", film, "BOPET-12", "kg", "1", "0", "0"})
	}
	for _, query := range []string{"?from=2026-01&to=2026-11", "?from=2026-01&to=2026-11&together=true", "?from=2026-01&to=2026-11&product_id=" + film.String()} {
		whole := b.usageRows("clerk", query)
		for _, limit := range []string{"1", "2", "3", "5"} {
			var rows []string
			for cursor := ""; ; {
				a := b.As("clerk").Get("/v1/usage" + query + "&limit=" + limit + cursor).Want(200)
				rows = append(rows, b.usageRows("clerk", query+"&limit="+limit+cursor))
				if a.String("next_cursor") == "" {
					break
				}
				cursor = "&cursor=" + a.String("next_cursor")
			}
			if got := strings.Join(rows, "; "); got != whole {
				t.Errorf("%s, %s a page:\n%s, want\n%s", query, limit, got, whole)
			}
		}
	}
}

// A rep's tonnes are what really left by the product's weight, also of goods in rolls; what nobody has weighed is counted.
func TestARV08_TonnesAreByTheProductsWeight(t *testing.T) {
	t.Parallel()
	b := open(t, "2026-10-05 10:00")
	b.ship(b.customer, "300")
	yarn, film, tube := b.product("PET-150D", "kg", "0.001"), b.product("BOPET-12", "卷", "0.25"), b.product("TUBE-1", "只", "")
	b.deliver(
		b.customer,
		delivered{"2026-10-05", "left", yarn, "PET-150D", "kg", "1500", "-300", "200"}, // 1 t
		delivered{"2026-10-06", "left", film, "BOPET-12", "卷", "8", "0", "2"},          // 1.5 t
		delivered{"2026-10-06", "left", film, "BOPET-12", "吨", "2", "0", "0"},          // 2 t: the line's unit says it
		delivered{"2026-10-07", "left", tube, "TUBE-1", "只", "10", "0", "0"},
		delivered{"2026-10-07", "left", film, "BOPET-12", "箱", "10", "0", "0"},
		delivered{"2026-10-07", "left", tube, "TUBE-1", "只", "10", "0", "10"}, // all came back
		delivered{"2026-11-01", "left", yarn, "PET-150D", "kg", "9000", "0", "0"},
	)
	b.at("2026-11-01 00:10")
	b.run("2026-10-01")
	b.at("2026-11-02 10:00")
	b.As("finance").Post("/v1/rep-figures/give", object{"month": "2026-10"}).Want(200)
	a := b.As("rep1").Get("/v1/rep-figures").Want(200)
	if a.String("data.0.tonnes") != "4.5000" || a.At("data.0.unweighed") != 2.0 {
		t.Errorf("%s", a.Body)
	}
	one := b.As("rep1").Get("/v1/rep-figures/" + a.String("data.0.id")).Want(200)
	if one.String("lines.0.tonnes") != "4.5000" || one.At("lines.0.unweighed") != 2.0 {
		t.Errorf("%s", one.Body)
	}
	// Whose they are is said by the list, by the figures themselves, and by the answers to what is done with them.
	objected := b.As("rep1").Post("/v1/rep-figures/"+a.String("data.0.id")+"/object", object{"reason": "少计一单"}).Want(200)
	decided := b.As("manager").Post("/v1/rep-figures/"+a.String("data.0.id")+"/decide", object{"reason": "核对无误"}).Want(200)
	for _, seen := range []string{one.String("rep_name"), objected.String("rep_name"), decided.String("rep_name")} {
		if seen == "" || seen != a.String("data.0.rep_name") {
			t.Errorf("figures of %q, %q in the list", seen, a.String("data.0.rep_name"))
		}
	}
}
