package httpapi_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"github.com/xuri/excelize/v2"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
)

// registered makes a customer of a rep with an opening profile that is in force from an instant on.
func registered(e *apitest.Env, n int, name string, from time.Time, o credit.Opening) string {
	id := e.As("rep1").Post("/v1/customers", company(name, fmt.Sprintf("138000100%02d", n))).Want(201).ID()
	e.Tx(func(tx pg.Tx) error {
		tx.Now, o.CustomerID = from, uuid.MustParse(id)
		return e.App.Server.Credits.SetOpening(tx, o)
	})
	return id
}

// listed reads all pages of the register, and shows what a spreadsheet shows of each row.
func listed(e *apitest.Env, query string) (rows []string) {
	next := ""
	for {
		a := e.As("gm").Get("/v1/credit-register?limit=2&" + query + next).Want(200)
		for i := range a.Len("data") {
			at := func(member string) string {
				if v := a.At(fmt.Sprintf("data.%d.%s", i, member)); v != nil {
					return fmt.Sprint(v)
				}
				return ""
			}
			kind := at("profile.limit_kind")
			if kind == "none" {
				kind = "not set"
			}
			rows = append(rows, strings.Join([]string{
				at("code"), at("name"), at("owner_name"), at("payer_code"), at("profile.grade"), kind, at("profile.limit_amount"), at("profile.valid_until"),
				at("profile.terms_days"), at("next_review"), at("group.number"), at("group.name"), at("group.limit"), a.String("as_of"),
			}, "|"))
		}
		if a.String("next_cursor") == "" {
			return rows
		}
		next = "&cursor=" + url.QueryEscape(a.String("next_cursor"))
	}
}

// shown picks the columns of listed from a row of a spreadsheet.
func shown(record []string) string {
	record = append(record, make([]string, 21-len(record))...)
	var cells []string
	for _, i := range []int{0, 1, 2, 3, 4, 5, 6, 7, 14, 15, 17, 18, 19, 20} {
		cells = append(cells, record[i])
	}
	return strings.Join(cells, "|")
}

func parsedCSV(t *testing.T, a apitest.Answer) [][]string {
	t.Helper()
	body, marked := strings.CutPrefix(string(a.Body), "\uFEFF")
	if !marked || strings.Count(body, "\n") != strings.Count(body, "\r\n") {
		t.Errorf("no byte order mark, or a bare line end: %q", a.Body)
	}
	records, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func parsedXLSX(t *testing.T, a apitest.Answer) [][]string {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	records, err := book.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestCRD01_RegisterFilesSayWhatTheListSays(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	day := clock.Today(e.DB.Clock().Now())
	midnight := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, clock.Shanghai)
	limit := func(s string) credit.Limit { return credit.LimitOf(decimal.MustParse(s)) }
	net := credit.Terms{Settlement: credit.NetDays, Days: 30}
	review := day.AddDate(0, 3, 0)
	last := registered(e, 1, "云岭末刻示例有限公司", midnight.Add(-time.Microsecond), credit.Opening{Grade: credit.GradeB, Limit: limit("500"), Terms: net, NextReview: &review})
	registered(e, 2, "=云岭公式,\"示例\"有限公司", midnight, credit.Opening{Grade: credit.GradeA, Limit: credit.Unlimited(), Terms: net})
	registered(e, 3, "-示例减号有限公司", midnight, credit.Opening{Grade: credit.GradeD, Limit: limit("0"), Terms: credit.CashTerms()})
	e.DB.Clock().SetOffset(72 * time.Hour)
	groupOf(e)
	change := without(limitFor(last), "limit_amount", "1234567.89")
	change["valid_until"] = day.AddDate(0, 1, 0).Format(time.DateOnly)
	change["temporary_limit"] = object{"amount": "2000000.00", "from": day.AddDate(0, 0, 3).Format(time.DateOnly), "until": day.AddDate(0, 0, 9).Format(time.DateOnly)}
	approveLimit(e, e.As("rep1").Post("/v1/credit-limit-requests", change).Want(201).ID())
	e.DB.Clock().SetOffset(96 * time.Hour)
	for _, c := range []struct {
		days int
		rows int
		has  string // of the profiles, in the order of the codes
	}{
		{-1, 0, ""},
		{0, 3, "500.00 - -"}, // the profiles of midnight belong to the next date
		{1, 3, "500.00 unlimited 0.00"},
		{2, 3, "500.00 unlimited 0.00"},
		{3, 5, "1234567.89 unlimited 0.00 - -"},
		{4, 5, "1234567.89 unlimited 0.00 - -"},
	} {
		asOf := "as_of=" + day.AddDate(0, 0, c.days).Format(time.DateOnly)
		want := listed(e, asOf)
		var has []string
		for _, r := range want {
			cells := strings.Split(r, "|")
			switch cells[5] {
			case "amount":
				has = append(has, cells[6])
			case "unlimited":
				has = append(has, cells[5])
			default:
				has = append(has, "-")
			}
			if grouped := cells[10] != ""; grouped != (cells[1] != "" && c.days >= 3 && len(has) > 3) || grouped && cells[12] != "100000.00" {
				t.Errorf("%s: group of %s", asOf, r)
			}
		}
		if len(want) != c.rows || strings.Join(has, " ") != c.has {
			t.Errorf("%s: %d rows, %v", asOf, len(want), has)
		}
		csvFile := e.As("gm").Get("/v1/credit-register/export?" + asOf).Want(200)
		xlsxFile := e.As("gm").Get("/v1/credit-register/export?format=xlsx&" + asOf).Want(200)
		for kind, records := range map[string][][]string{"csv": parsedCSV(t, csvFile), "xlsx": parsedXLSX(t, xlsxFile)} {
			if len(records) != len(want)+1 || records[0][0] != "Code" {
				t.Fatalf("%s %s: %q", asOf, kind, records)
			}
			for i, r := range records[1:] {
				wanted, got := want[i], shown(r)
				if kind == "csv" { // the guard, and nothing but the guard
					wanted = strings.Replace(strings.Replace(wanted, "|=", "|'=", 1), "|-", "|'-", 1)
				} else {
					got = strings.ReplaceAll(got, ",", "")
					wanted = strings.ReplaceAll(wanted, ",", "")
				}
				if got != wanted {
					t.Errorf("%s %s:\n got %s\nwant %s", asOf, kind, got, wanted)
				}
			}
		}
		if d := csvFile.Header.Get("Content-Disposition"); !strings.Contains(d, day.AddDate(0, 0, c.days).Format(time.DateOnly)+".csv") {
			t.Errorf("%s: %s", asOf, d)
		}
	}
	registerFilters(t, e, day)
}

func registerFilters(t *testing.T, e *apitest.Env, day time.Time) {
	t.Helper()
	on := func(days int) string { return day.AddDate(0, 0, days).Format(time.DateOnly) }
	rep := e.People["rep1"].String()
	for query, want := range map[string]int{
		"grade=B": 1, "grade=A": 1, "grade=D": 1, "grade=C": 0, "grade=none": 2, "grade=B&as_of=" + on(0): 1, "grade=A&as_of=" + on(0): 0,
		"limit_kind=unlimited": 1, "limit_kind=none": 2, "limit_kind=amount&grade=B": 1,
		"owner_id=" + rep: 5, "owner_id=" + uuid.NewString(): 0,
		"q=" + url.QueryEscape("=云岭"): 1, "q=" + url.QueryEscape("云岭末刻"): 1, "q=%25": 0, "q=c-": 5, "q=" + url.QueryEscape("末刻"): 0,
		"limit_ending_before=" + on(9): 0, "limit_ending_before=" + on(10): 1, "limit_ending_before=" + on(10) + "&as_of=" + on(2): 0,
		"review_due_before=" + on(0): 0, "review_due_before=" + day.AddDate(0, 3, 1).Format(time.DateOnly) + "&as_of=" + on(2): 1,
		"review_due_before=" + day.AddDate(0, 3, 0).Format(time.DateOnly) + "&as_of=" + on(2): 0,
	} {
		if rows := listed(e, query); len(rows) != want {
			t.Errorf("%s: %d rows, want %d: %v", query, len(rows), want, rows)
		}
		if records := parsedCSV(t, e.As("gm").Get("/v1/credit-register/export?"+query).Want(200)); len(records) != want+1 {
			t.Errorf("%s: %d records, want %d and a header", query, len(records), want)
		}
	}
}

func TestCRD01_RegisterFilesSpeakTheReadersLanguage(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customerOf(e)
	zh := e.As("finance").With("Accept-Language", "zh-CN").Get("/v1/credit-register/export").Want(200)
	records := parsedCSV(t, zh)
	if records[0][0] != "客户编码" || records[0][6] != "信用额度" || len(records) != 2 || records[1][5] != "未设定" || records[1][13] != "现结" {
		t.Errorf("%q", records)
	}
	if d := zh.Header.Get("Content-Disposition"); !strings.Contains(d, url.QueryEscape("客户信用额度总表")) {
		t.Error(d)
	}
	en := parsedXLSX(t, e.As("finance").Get("/v1/credit-register/export?format=xlsx").Want(200))
	if en[0][0] != "Code" || en[0][6] != "Limit (CNY)" || en[1][5] != "not set" {
		t.Errorf("%q", en)
	}
	e.As("finance").Get("/v1/credit-register/export?format=pdf").Want(400)
	e.As("finance").Get("/v1/credit-register/export?as_of=yesterday").Want(400)
}

func TestORG06_RegisterFilesAreForThoseWhoReadTheRegister(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	customerOf(e)
	for who, want := range map[string]int{"rep1": 403, "supervisor": 403, "guard": 403, "admin": 403, "gm": 200, "clerk": 200, "auditor": 200, "manager": 200} {
		if a := e.As(who).Get("/v1/credit-register/export"); a.Status != want {
			t.Errorf("%s: %d, want %d", who, a.Status, want)
		}
	}
	e.As("").Get("/v1/credit-register/export").Want(401)
}

// The database goes away in the middle of a file: its reader is told, instead of taking a part for the whole.
func TestCRD01_ABrokenRegisterFileIsNoWholeFile(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	e.Tx(func(tx pg.Tx) error {
		if err := tx.Exec(registerSeed[1]).Error; err != nil {
			return err
		}
		return tx.Exec(strings.ReplaceAll(registerSeed[2], "100000", "30000")).Error
	})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.URL()+"/v1/credit-register/export", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer gm")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	e.Tx(func(tx pg.Tx) error { // who has a transaction open besides this one
		return tx.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`).Error
	})
	n, err := io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusOK || n == 0 || err == nil {
		t.Errorf("status %d, %d bytes, %v", res.StatusCode, n, err)
	}
}
