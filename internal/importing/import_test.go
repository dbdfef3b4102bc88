package importing_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/importing"
	"github.com/salesgate/salesgate/internal/pg"
)

const customerHeaders = "客户编码,客户名称,统一社会信用代码,状态,负责人,联系人,职务,电话,信用等级,信用额度,结算方式,账期天数\n"

func customerRow(i int) string {
	return fmt.Sprintf("K%05d,导入%05d示例有限公司,,正常,rep1,陈示例,采购,139%08d,B,%d,账期,30\n", i, i, i, 1000*i)
}

// load imports a file in process and returns what became of it.
func load(t *testing.T, e *apitest.Env, kind importing.Kind, mode importing.Mode, file []byte) (importing.Import, []importing.Problem) {
	t.Helper()
	who := e.Principal("admin")
	var imp importing.Import
	err := e.DB.Tx(context.Background(), pg.System("test"), func(tx pg.Tx) (err error) { // as the command line does
		imp, err = e.App.Imports.Start(tx, who, importing.Upload{Kind: kind, Mode: mode, FileName: "t", Content: bytes.NewReader(file)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.App.Imports.Run(context.Background(), imp.ID); err != nil {
		t.Fatal(err)
	}
	var problems []importing.Problem
	e.Tx(func(tx pg.Tx) (err error) {
		if imp, err = e.App.Imports.Get(tx, who, imp.ID); err != nil {
			return err
		}
		problems, _, err = e.App.Imports.Errors(tx, who, imp.ID, pg.Page{Limit: 200})
		return err
	})
	return imp, problems
}

func counts(i importing.Import) string {
	return fmt.Sprintf("%s %d+%d+%d-%d", i.State, i.Created, i.Updated, i.Unchanged, i.Refused)
}

func TestImportSameFileAgainChangesNothing(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	file := []byte("\xef\xbb\xbf" + customerHeaders + customerRow(1) + customerRow(2) + ",,,,,,,,,,,\n" + customerRow(3))
	if imp, problems := load(t, e, importing.Customers, importing.Atomic, file); counts(imp) != "done 3+0+0-0" {
		t.Fatal(counts(imp), imp.Message, problems)
	}
	events := countEvents(e)
	if imp, _ := load(t, e, importing.Customers, importing.Atomic, file); counts(imp) != "done 0+0+3-0" {
		t.Fatal(counts(imp), imp.Message)
	}
	if n := countEvents(e); n != events+1 { // startImport alone
		t.Errorf("%d events after the second import, %d before", n, events)
	}
	changed := bytes.Replace(file, []byte("陈示例,采购,13900000002"), []byte("林示例,采购,13900000002"), 1)
	if imp, _ := load(t, e, importing.Customers, importing.Atomic, changed); counts(imp) != "done 0+1+2-0" {
		t.Fatal(counts(imp), imp.Message)
	}
	credit := e.As("gm").Get("/v1/customers?q=K00002").Want(200)
	if credit.String("data.0.contact_name") != "林示例" {
		t.Errorf("%s", credit.Body)
	}
}

func countEvents(e *apitest.Env) (n int) {
	e.Tx(func(tx pg.Tx) error { return tx.Raw("SELECT count(*) FROM events").Row().Scan(&n) })
	return n
}

func TestImportReadsEveryEncodingAndFormat(t *testing.T) {
	t.Parallel()
	text := customerHeaders + customerRow(7)
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	english := strings.NewReplacer("客户编码", "Customer Code", "客户名称", "customer_name", "统一社会信用代码", "USCC", "状态", "STATUS", "负责人", "Owner",
		"联系人", "contact", "职务", "position", "电话", "phone", "信用等级", "grade", "信用额度", "credit limit", "结算方式", "settlement", "账期天数", "terms days").Replace(text)
	book := excelize.NewFile()
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		var cells []any
		for c := range strings.SplitSeq(line, ",") {
			cells = append(cells, c)
		}
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
	xlsx, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"utf-8": []byte(text), "gb18030": gb, "english": []byte(english), "xlsx": xlsx.Bytes(), "tabs": []byte(strings.ReplaceAll(text, ",", "\t")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := apitest.New(t)
			if imp, problems := load(t, e, importing.Customers, importing.Atomic, file); counts(imp) != "done 1+0+0-0" {
				t.Fatal(counts(imp), imp.Message, problems)
			}
			got := e.As("rep1").Get("/v1/customers").Want(200)
			if got.String("data.0.name") != "导入00007示例有限公司" {
				t.Errorf("%s", got.Body)
			}
		})
	}
}

func TestImportListsErrorsByRowAndColumn(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	file := []byte(customerHeaders + customerRow(1) +
		"K2,,,正常,rep1,陈,采购,13900000012,,,,\n" + // no name
		"K3,三号示例有限公司,91330782MA2EXAMP0D,正常,rep1,陈,采购,13900000013,,,,\n" + // check character
		"K4,四号示例有限公司,,睡眠,rep1,陈,采购,13900000014,,,,\n" + // status
		"K5,五号示例有限公司,,正常,nobody,陈,采购,13900000015,,,,\n" + // owner
		"K00001,六号示例有限公司,,正常,rep1,陈,采购,13900000016,,,,\n" + // key twice
		"K7,导入 00001 示例股份有限公司,,正常,rep1,陈,采购,13900000017,,,,\n" + // CUS-08 within the file
		"K8,八号示例有限公司,,正常,rep1,陈,采购,13900000018,B,abc,,\n" + // number
		"K9,九号示例有限公司,,正常,rep1,陈,采购,13900000019,D,100,现款,0\n" + // CRD-06
		"K10,十号示例有限公司,,正常,rep1,陈,采购,13900000020,B,100,现款,30\n") // days of cash
	imp, problems := load(t, e, importing.Customers, importing.Atomic, file)
	if counts(imp) != "failed 0+0+0-9" {
		t.Fatal(counts(imp), imp.Message, problems)
	}
	want := map[int]string{
		3: "客户名称 import.mandatory", 4: "统一社会信用代码 customer.bad_uscc", 5: "状态 import.bad_choice", 6: "负责人 import.unknown_person",
		7: " import.key_twice", 8: "客户名称 customer.taken_by", 9: "信用额度 import.bad_number",
		10: "信用等级 credit.grade_limit", 11: "账期天数 credit.terms_form",
	}
	for _, p := range problems {
		if got := p.Field + " " + p.Code; want[p.Row] != got {
			t.Errorf("row %d: %s, want %s", p.Row, got, want[p.Row])
		}
		delete(want, p.Row)
	}
	if len(want) > 0 {
		t.Errorf("not reported: %v", want)
	}
	if n := e.As("gm").Get("/v1/customers").Want(200).Len("data"); n != 0 {
		t.Errorf("an atomic import with errors wrote %d customers", n)
	}
	if imp, _ := load(t, e, importing.Customers, importing.Partial, file); counts(imp) != "done 1+0+0-9" {
		t.Fatal(counts(imp))
	}
}

func TestImportRefusesWhatIsNoTable(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for name, file := range map[string]string{
		"binary": "\x00\x01\x02\x03", "broken zip": "PK\x03\x04rubbish", "headers only": customerHeaders,
		"unknown header": "客户编码,什么\nK1,x\n", "missing column": "客户编码,客户名称\nK1,x\n", "open quote": customerHeaders + "\"K1,x\n",
	} {
		imp, problems := load(t, e, importing.Customers, importing.Atomic, []byte(file))
		if imp.State != importing.Failed || imp.Message == "" && len(problems) == 0 {
			t.Errorf("%s: %s %q %v", name, counts(imp), imp.Message, problems)
		}
	}
}

func TestARV06_ImportedOpeningIsNotChangedByAnotherFile(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	load(t, e, importing.Customers, importing.Atomic, []byte(customerHeaders+customerRow(1)))
	const headers = "发票号,客户编码,开票日期,到期日,未收金额\n"
	file := headers + "F-1,K00001,2026-01-05,2026/2/4,\"1,200.50\"\nF-2,K00001,20260106,46070,10\n"
	if imp, problems := load(t, e, importing.Receivables, importing.Atomic, []byte(file)); counts(imp) != "done 2+0+0-0" {
		t.Fatal(counts(imp), imp.Message, problems)
	}
	if imp, _ := load(t, e, importing.Receivables, importing.Atomic, []byte(file)); counts(imp) != "done 0+0+2-0" {
		t.Fatal(counts(imp))
	}
	if imp, problems := load(t, e, importing.Receivables, importing.Atomic, []byte(strings.Replace(file, "200.50", "200.51", 1))); counts(imp) != "failed 0+0+0-1" || problems[0].Code != "receivable.immutable" {
		t.Fatal(counts(imp), problems)
	}
	id := e.As("gm").Get("/v1/customers?q=K00001").Want(200).String("data.0.id")
	credit := e.As("gm").Get("/v1/customers/" + id + "/credit").Want(200)
	if !strings.Contains(string(credit.Body), `"1210.50"`) {
		t.Errorf("%s", credit.Body)
	}
}

func TestPRC05_ImportedPricesAreOpeningThenADraft(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	products := "产品编码,产品名称,单位,税率\nP1,示例短纤,t,13%\nP2,示例长丝,t,0.13\n"
	if imp, problems := load(t, e, importing.Products, importing.Atomic, []byte(products)); counts(imp) != "done 2+0+0-0" {
		t.Fatal(counts(imp), imp.Message, problems)
	}
	if imp, _ := load(t, e, importing.Products, importing.Atomic, []byte(products)); counts(imp) != "done 0+0+2-0" {
		t.Fatal(counts(imp))
	}
	prices := "产品编码,基准价,底价\nP1,8200,7800\nP2,9100.5,\n"
	if imp, problems := load(t, e, importing.Prices, importing.Atomic, []byte(prices)); counts(imp) != "done 2+0+0-0" {
		t.Fatal(counts(imp), imp.Message, problems)
	}
	if imp, _ := load(t, e, importing.Prices, importing.Atomic, []byte(prices)); counts(imp) != "done 0+0+2-0" {
		t.Fatal(counts(imp))
	}
	if imp, problems := load(t, e, importing.Prices, importing.Atomic, []byte("产品编码,基准价,底价\nP1,100,101\nP9,5,\n")); counts(imp) != "failed 0+0+0-2" {
		t.Fatal(counts(imp), problems)
	}
}

// plain is a file without credit columns, as people upload it.
func plain(rows ...string) string {
	return "客户编码,客户名称,状态,负责人,联系人,职务,电话\n" + strings.Join(rows, "\n") + "\n"
}

// upload imports a file over HTTP as that person and returns the import.
func upload(t *testing.T, e *apitest.Env, who, file string) apitest.Answer {
	t.Helper()
	a := e.As(who).With("Content-Type", "application/octet-stream").Post("/v1/imports/customers?mode=partial", file).Want(202)
	if err := e.App.Imports.Run(context.Background(), mustID(t, a.ID())); err != nil {
		t.Fatal(err)
	}
	return e.As(who).Get("/v1/import-runs/" + a.ID()).Want(200)
}

func TestCRD10_UploadedFileSetsNoLimit(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	imp := upload(t, e, "manager", customerHeaders+customerRow(1))
	if imp.String("state") != "failed" {
		t.Fatalf("%s", imp.Body)
	}
	problems := e.As("manager").Get("/v1/import-runs/" + imp.ID() + "/errors").Want(200)
	if problems.Len("data") != 4 || problems.String("data.0.code") != "import.credit_needs_approval" {
		t.Errorf("%s", problems.Body)
	}
	if n := e.As("gm").Get("/v1/customers").Want(200).Len("data"); n != 0 {
		t.Errorf("%d customers", n)
	}
}

func TestORG06_CUS06_UploadChangesOnlyWhatTheUploaderSeesAndMay(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	load(t, e, importing.Customers, importing.Atomic, []byte(plain("K1,一号示例有限公司,正常,rep1,陈,采购,13900000001")))
	e.Tx(func(tx pg.Tx) error { // the manager's department is another now
		return tx.Exec("UPDATE users SET department_id = (SELECT id FROM departments WHERE code = 'OFFICE'), team_id = NULL WHERE username = 'manager'").Error
	})
	e.Tx(func(tx pg.Tx) error { return tx.Exec("UPDATE departments SET head_id = NULL").Error })
	if imp := upload(t, e, "manager", plain("K1,改名示例有限公司,正常,rep1,陈,采购,13900000001")); imp.At("refused") != float64(1) || imp.At("updated") != float64(0) {
		t.Errorf("%s", imp.Body)
	}
	renamed := plain("K1,改名示例有限公司,正常,rep1,陈,采购,13900000001")
	if imp := upload(t, e, "admin", renamed); imp.At("refused") != float64(1) {
		t.Errorf("CUS-06: a file is no way past the change request: %s", imp.Body)
	}
	e.Tx(func(tx pg.Tx) error { // the company lets people edit
		return tx.Exec(`INSERT INTO parameter_versions (name, version, value, effective_at, set_at, reason)
			VALUES ('customer.changes_need_approval', 2, 'false', now() - interval '1 minute', now(), 'test')`).Error
	})
	time.Sleep(1100 * time.Millisecond) // a parameter is believed for a second
	if imp := upload(t, e, "admin", renamed); imp.At("updated") != float64(1) {
		t.Errorf("%s", imp.Body)
	}
	var actor string
	e.Tx(func(tx pg.Tx) error {
		return tx.Raw("SELECT actor_kind FROM events WHERE action = 'importCustomer' ORDER BY seq DESC LIMIT 1").Row().Scan(&actor)
	})
	if actor != "user" {
		t.Errorf("the change is on record as done by %q", actor)
	}
}

func TestImportEmptyCellLeavesWhatIsThere(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	load(t, e, importing.Customers, importing.Atomic, []byte("客户编码,客户名称,统一社会信用代码,行业,状态,负责人,联系人,职务,电话\nK1,一号示例有限公司,91330782MA2EXAMP0C,针织,正常,rep1,陈,采购,13900000001\n"))
	if imp := upload(t, e, "admin", plain("K1,一号示例有限公司,正常,rep1,陈,采购,13900000001")); imp.At("unchanged") != float64(1) {
		t.Errorf("%s", imp.Body)
	}
}

func TestImportOverHTTP(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	first, second := plain("K1,一号示例有限公司,正常,rep1,陈,采购,13900000001"), plain("K2,二号示例有限公司,正常,rep1,陈,采购,13900000002")
	c := e.As("admin").With("Content-Type", "application/octet-stream").With("Idempotency-Key", "upload-1")
	a := c.Post("/v1/imports/customers?mode=partial&file_name=t.csv", first).Want(202)
	if again := c.Post("/v1/imports/customers?mode=partial&file_name=t.csv", first).Want(202); again.ID() != a.ID() {
		t.Error("the same key made two imports")
	}
	c.Post("/v1/imports/customers?mode=partial&file_name=t.csv", second).WantProblem(422, "idempotency.key_reused")
	if err := e.App.Imports.Run(context.Background(), mustID(t, a.ID())); err != nil {
		t.Fatal(err)
	}
	op := e.As("admin").Get(a.Header.Get("Location")).Want(200)
	if op.String("state") != "done" {
		t.Errorf("%s", op.Body)
	}
	e.As("admin").Get(op.String("result") + "/errors").Want(200)
	e.As("manager").Get(op.String("result")).WantProblem(404, "resource.not_found")
	e.As("rep1").With("Content-Type", "application/octet-stream").Post("/v1/imports/customers", "x").Want(403)
}

// TestImportFiftyThousandRows is the figure of the issue: 50,000 rows within 60 s. The short form is a tenth of it.
func TestImportFiftyThousandRows(t *testing.T) {
	t.Parallel()
	n := 5000
	if os.Getenv("SALESGATE_LONG") != "" {
		n = 50_000
	}
	e := apitest.New(t)
	var file bytes.Buffer
	file.WriteString(customerHeaders)
	for i := range n {
		file.WriteString(customerRow(i + 1))
	}
	start := time.Now()
	imp, problems := load(t, e, importing.Customers, importing.Atomic, file.Bytes())
	took := time.Since(start)
	t.Logf("%d rows in %s", n, took)
	if counts(imp) != fmt.Sprintf("done %d+0+0-0", n) {
		t.Fatal(counts(imp), imp.Message, problems)
	}
}

func mustID(t *testing.T, s string) uuid.UUID {
	t.Helper()
	id, err := uuid.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
