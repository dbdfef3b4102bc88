package httpapi_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/pg"
)

// growing are the tables of goods and money that are filled, with how many rows.
var growing = func() map[string]int {
	many, err := strconv.Atoi(os.Getenv("SALESGATE_ROWS")) // fewer, for a first look
	if err != nil {
		many = 100_000
	}
	all := map[string]int{"customers": 3000, "carriers": 300, "products": 2000, "freight_rates": 3000, "gate_devices": 100, "warehouses": 20}
	for name := range strings.FieldsSeq(`acceptance_bills allocations bad_debt_items bad_debts bank_imports bank_lines bill_steps carrier_settlement_lines carrier_settlements
		collection_contacts customer_notices delivery_correction_lines delivery_corrections delivery_note_lines delivery_notes delivery_proof_lines delivery_proofs
		disputed_items dunning_items dunnings dunning_pauses emergency_releases freight_adjustments freight_vouchers gate_checks gate_conflicts gate_passes
		goods_return_lines goods_returns inspection_reports invoice_lines invoices notice_covers order_lines orders paper_signatures payment_promise_items payment_promises receipts
		refunds rep_figure_lines rep_figures shipping_notice_lines shipping_notices special_releases statement_disputes statement_links statements stock_levels stock_lots
		stock_movements stock_preparation_lines stock_preparations transport_notice_lines transport_notices write_offs`) {
		all[name] = many
	}
	return all
}()

// column is one column of a table as its values are invented.
type column struct {
	Table, Name, Type, Target, Check string
	Unique, Required                 bool
	Digits                           int // before the point
}

const columnsSQL = `SELECT t.relname AS table, a.attname AS name, format_type(a.atttypid, NULL) AS type, a.attnotnull AS required,
	CASE WHEN a.atttypmod > 0 THEN ((a.atttypmod - 4) >> 16) - ((a.atttypmod - 4) & 65535) ELSE 9 END AS digits,
	coalesce((SELECT r.relname FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid WHERE f.conrelid = t.oid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum] LIMIT 1), '') AS target,
	coalesce((SELECT string_agg(pg_get_constraintdef(c.oid), ' ') FROM pg_constraint c WHERE c.conrelid = t.oid AND c.contype = 'c' AND c.conkey = ARRAY[a.attnum]), '') AS check,
	EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisunique AND a.attnum = ANY (i.indkey)) AS unique
	FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND t.relname IN ?
	AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY 1, a.attnum`

var literal = regexp.MustCompile(`'([^']*)'::text`)

// idOf is the id of the n-th row of a table.
func idOf(table, n string) string { return "md5('" + table + "' || (" + n + "))::uuid" }

// value invents the column's value in row n: of words that a check allows the first is rare, as what is still open is among what has ended.
func (c column) value() string {
	words := literal.FindAllStringSubmatch(c.Check, -1)
	switch rows := growing[c.Target]; {
	case c.Name == "id":
		return idOf(c.Table, "n")
	case rows > 0:
		return idOf(c.Target, fmt.Sprintf("1 + (n::bigint * 7919) %% %d", rows))
	case c.Name == "lot_id":
		return idOf("stock_lots", fmt.Sprintf("1 + (n::bigint * 7919) %% %d", growing["stock_lots"]))
	case c.Name == "product_id": // also where a key of two columns says so
		return idOf("products", fmt.Sprintf("1 + (n::bigint * 7919) %% %d", growing["products"]))
	case c.Name == "on_hand" || c.Name == "reserved": // little is there of what was there once
		return "CASE WHEN n % 1000 = 0 THEN 7 ELSE 0 END"
	case c.Type == "uuid" && (c.Target == "users" || strings.HasSuffix(c.Name, "_by")):
		return "(SELECT a[1 + n % array_length(a, 1)] FROM people)"
	case c.Type == "uuid":
		return idOf(c.Name, "n")
	case len(words) > 1 && c.Type == "text":
		rest := make([]string, 0, len(words))
		for _, w := range words[min(1, len(words)-1):] {
			rest = append(rest, "'"+w[1]+"'")
		}
		return fmt.Sprintf("CASE WHEN n %% 1000 = 0 THEN '%s' ELSE (ARRAY[%s])[1 + n / 7 %% %d] END", words[0][1], strings.Join(rest, ","), len(rest))
	case strings.HasSuffix(c.Type, "[]"):
		return "'{}'"
	}
	return map[string]string{
		"text": "'X-' || n", "date": "current_date + 30 - n / 90", "timestamp with time zone": "now() + interval '30 days' - n * interval '16 minutes'",
		"boolean": "n % 1000 = 0", "jsonb": "'[]'", "bytea": "decode(md5(n::text), 'hex')", "numeric": fmt.Sprint("n % ", []int{1, 10, 100, 1000}[min(max(c.Digits, 0), 3)]), "integer": "1 + n % 100", "smallint": "1", "bigint": "n", "bigint[]": "'{}'",
	}[c.Type]
}

// fillTables empties the rules of the tables out and puts rows in: what they mean doesn't matter here, only how many there are.
func fillTables(t *testing.T, e *apitest.Env) {
	t.Helper()
	e.Tx(func(tx pg.Tx) error {
		var columns []column
		if err := tx.Raw(columnsSQL, slices.Collect(maps.Keys(growing))).Scan(&columns).Error; err != nil {
			return err
		}
		names, values := map[string][]string{}, map[string][]string{}
		for _, c := range columns {
			v := c.value()
			if v == "" {
				t.Fatalf("%+v: no value", c)
			}
			v = "(" + v + ")::" + c.Type
			if !c.Required && !c.Unique {
				v = "CASE WHEN n % 3 > 0 THEN " + v + " END"
			}
			names[c.Table], values[c.Table] = append(names[c.Table], `"`+c.Name+`"`), append(values[c.Table], v)
		}
		if err := tx.Exec(`SET LOCAL statement_timeout = 0; SET LOCAL session_replication_role = replica; SET LOCAL work_mem = '64MB'`).Error; err != nil {
			return err
		}
		err := tx.Exec(`DO $$ DECLARE c record; BEGIN FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
			WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname); END LOOP; END $$`).Error
		if err != nil {
			return err
		}
		for table, rows := range growing {
			if names[table] == nil {
				t.Fatalf("there is no table %s", table)
			}
			err := tx.Exec(fmt.Sprintf("WITH people AS MATERIALIZED (SELECT array_agg(id) AS a FROM users) INSERT INTO %s (%s) SELECT %s FROM generate_series(1, %d) n ON CONFLICT DO NOTHING",
				table, strings.Join(names[table], ", "), strings.Join(values[table], ", "), rows)).Error
			if err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		return nil
	})
	if _, err := e.DB.Pool().Exec(t.Context(), "SET statement_timeout = 0"); err != nil {
		t.Fatal(err)
	}
	if _, err := e.DB.Pool().Exec(t.Context(), "VACUUM ANALYZE"); err != nil {
		t.Fatal(err)
	}
}

// read is what PostgreSQL says it has read of each of the tables, when everybody who read has told it: connections do so when they end.
func read(t *testing.T, e *apitest.Env) (scanned, fetched map[string]int64) {
	t.Helper()
	ctx := t.Context()
	e.DB.Pool().Reset()
	scanned, fetched = map[string]int64{}, map[string]int64{}
	for others := 1; others > 0; {
		if err := e.DB.Pool().QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'").Scan(&others); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := e.DB.Pool().Query(ctx, "SELECT relname, seq_tup_read, idx_tup_fetch FROM pg_stat_user_tables WHERE n_live_tup > 1000")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var s, f *int64
		if err := rows.Scan(&name, &s, &f); err != nil {
			t.Fatal(err)
		}
		if s != nil && f != nil {
			scanned[name], fetched[name] = *s, *f
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return scanned, fetched
}

// ask sends a list's request without reading what it answers.
func ask(t *testing.T, e *apitest.Env, who, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, e.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+who)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 400))
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// values are what a parameter is asked with: what some rows have, and what none has.
func valuesOf(e *apitest.Env, p *openapi3.Parameter) []string {
	s := p.Schema.Value
	switch {
	case len(s.Enum) > 0:
		var all []string
		for _, v := range s.Enum {
			all = append(all, fmt.Sprint(v))
		}
		return all
	case s.Type.Is("boolean"):
		return []string{"true", "false"}
	case s.Type.Is("integer"):
		return []string{"7"}
	case s.Type.Is("array"):
		if items := s.Items.Value; len(items.Enum) > 0 {
			return []string{fmt.Sprint(items.Enum[0])}
		}
		return []string{"X-7"}
	case s.Format == "uuid":
		table := strings.TrimSuffix(p.Name, "_id") + "s"
		if table == "payers" {
			table = "customers"
		}
		if table == "owners" || table == "reps" {
			return []string{e.People["rep1"].String(), e.People["admin"].String()}
		}
		var id string
		e.Tx(func(tx pg.Tx) error { return tx.Raw("SELECT " + idOf(table, "7")).Scan(&id).Error })
		return []string{id, "01932c07-0000-7000-8000-00000000dead"}
	case s.Format == "date":
		return []string{time.Now().AddDate(0, 0, -100).Format(time.DateOnly), time.Now().AddDate(0, 0, 60).Format(time.DateOnly)}
	case s.Format == "date-time":
		return []string{time.Now().AddDate(0, 0, -100).Format(time.RFC3339), time.Now().AddDate(0, 0, 60).Format(time.RFC3339)}
	case strings.Contains(p.Name, "amount"):
		return []string{"7.00", "123456.78"}
	case strings.Contains(p.Name, "month"):
		return []string{time.Now().AddDate(0, -3, 0).Format("2006-01")}
	}
	return []string{"X-7", "NOTHING"}
}

// wholly are the lists that may read a table whole: the usage of all products together is a sum over the range, and a rep's dunnings of one step are
// narrowed by two things at once, of which PostgreSQL at this size takes the table.
var wholly = regexp.MustCompile(`^/v1/(usage\?.*together=true|dunnings\?.*step=)`)

// mostRead is how many rows of a table a page may cost: pages are of 50, looked at with what belongs to them, by one of each of twenty people.
const mostRead = 20_000

// No list of goods and money reads a growing table whole, whatever is asked for: with 100,000 rows in each table, each filter of the contract alone.
// What a list reads is what PostgreSQL counted, so this holds whoever writes the SQL.
func TestNoListScansAGrowingTable(t *testing.T) {
	if os.Getenv("SALESGATE_LONG") == "" {
		t.Skip("SALESGATE_LONG=1 fills all tables")
	}
	e := apitest.New(t)
	start := time.Now()
	fillTables(t, e)
	t.Logf("filled in %s", time.Since(start).Round(time.Second))
	only, asked := regexp.MustCompile(os.Getenv("SALESGATE_LISTS")), 0
	for _, o := range operations(t) {
		paged := slices.ContainsFunc(o.params, func(p *openapi3.ParameterRef) bool { return p.Value.Name == "limit" })
		if o.method != http.MethodGet || !paged || strings.Contains(o.path, "{") || !aboutGoodsAndMoney.MatchString(o.path) || !only.MatchString(o.path) {
			continue
		}
		queries := []string{""}
		required := ""
		for _, p := range o.params {
			if p.Value.In != openapi3.ParameterInQuery || p.Value.Name == "limit" || p.Value.Name == "cursor" {
				continue
			}
			values := valuesOf(e, p.Value)
			if p.Value.Required {
				required += "&" + p.Value.Name + "=" + url.QueryEscape(values[0])
				continue
			}
			for _, v := range values {
				queries = append(queries, "&"+p.Value.Name+"="+url.QueryEscape(v))
			}
		}
		for _, who := range []string{"gm", "rep1", "keeper"} {
			for _, q := range queries {
				path := o.path + "?limit=50" + required + q
				scanned, fetched := read(t, e)
				began := time.Now()
				status, body := ask(t, e, who, path)
				took := time.Since(began)
				if status == http.StatusForbidden {
					break
				}
				asked++
				if status != http.StatusOK {
					t.Logf("%s %s: %d %s", who, path, status, body)
				}
				scannedAfter, fetchedAfter := read(t, e)
				for table, n := range scannedAfter {
					if n -= scanned[table]; n > 1000 && growing[table] > 5000 && !wholly.MatchString(path) {
						t.Errorf("%s %s reads all of %s: %d rows, %s", who, path, table, n, took.Round(time.Millisecond))
					}
					if n := fetchedAfter[table] - fetched[table]; n > mostRead {
						t.Errorf("%s %s fetches %d rows of %s, %s", who, path, n, table, took.Round(time.Millisecond))
					}
				}
			}
		}
	}
	t.Logf("%d questions", asked)
}

var aboutGoodsAndMoney = regexp.MustCompile(`^/v1/(acceptance|bad-debt|bank|carrier|collection|customer-not|customers-to-inv|deliver|dispatch|disput|dunning|emergency|freight|gate|goods|inspection|invoice|` +
	`notice|paper|paying|payment|prepar|proof|receipt|refund|rep-fig|shipping|special|statement|stock|transport|voucher|write-off|usage|ageing|overdue|monthly-over|collection-rep|violations)`)
