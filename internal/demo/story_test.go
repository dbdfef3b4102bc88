package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/app"
	"github.com/salesgate/salesgate/internal/demo"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/testpg"
)

// serve starts a server, its jobs included, on the demo company without its history.
func serve(t *testing.T) (*app.App, string) {
	t.Helper()
	cfg := app.Config{DatabaseURL: testpg.URL(t), Addr: "127.0.0.1:0", Database: testpg.Patient, Sandbox: true}
	if err := app.LoadDemo(context.Background(), cfg, 0, t.Logf); err != nil {
		t.Fatal(err)
	}
	a, err := app.New(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	ctx, stop := context.WithCancel(context.Background())
	addr, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- a.Run(ctx, func(at string) { addr <- at }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ends with %v", err)
		}
	})
	select {
	case at := <-addr:
		return a, "http://" + at
	case err := <-ended:
		t.Fatal(err)
		return nil, ""
	}
}

// The story from end to end: contract, logins, every gate, both languages, twice on one server.
func TestStory(t *testing.T) {
	t.Parallel()
	a, url := serve(t)
	for lang, words := range map[string][]string{
		"zh": {"SHP-04 B5.4.2.1C: 额度内且无逾期", "SHP-06 B5.4.2.1C: 超出信用额度", "SHP-10 B5.4.2.2: 款到发货", "SHP-11 B5.4.2.3", "SHP-12 B5.4.2.4", "SHP-16 B5.3", "409 customer.taken", "裁定归后者", "转为正式客户", "需求调查表", "合同尚余", "验收依据", "价格委员会须制定基准价", "看不到价格和金额", "晚于交期", "客户接受新交期", "确认分配", "回测:", "紧急放行 SN-", "422 shipping.untried", "手续须在", "第二辆车出示第一辆车的出门证", "过账发货更正单", "离线放行", "看到冲突(SHP-09)", "422 invoice.awaits_statement", "客户对 DN-", "confirmed (ARV-02)", "核销坏账", "作坏账收回 500.00", "演示结束"},
		"en": {"The sales supervisor can allow it", "409 gate.pass_used", "422 shipping.not_covered", "422 stock.not_passed", "may leave", "refuses SN-", "disputes it", "it is the price base of orders until it expires", "left on the contract", "makes the passed sample", "the price committee sets base price and authority", "no prices or amounts", "they accept", "ends it, since the material has come", "general_manager → sales_director", "releases SN-", "the papers are due by", "= notice", "posts the correction", "misreads the plate", "sees the conflict (SHP-09)", "moves the sandbox's clock", "The customer disputes the line of DN-", "writes off", "as a recovery: 500.00", "The end."},
	} {
		var out bytes.Buffer
		story := demo.Story{Base: url, Lang: lang, Out: &out}
		if err := story.Play(context.Background()); err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		for _, w := range words {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%s: nobody says %q", lang, w)
			}
		}
	}
	t.Run("statements", func(t *testing.T) { named(t, a) })
	t.Run("printed calls", func(t *testing.T) { printed(t, a, url) })
	t.Run("machine client", func(t *testing.T) { erp(t, url) })
}

// Whatever moved a customer's balance, the statement's line names the document.
func named(t *testing.T, a *app.App) {
	who := identity.System()
	lines := 0
	err := a.DB.View(context.Background(), pg.System("test"), func(tx pg.Tx) error {
		var ids []uuid.UUID
		if err := tx.Raw("SELECT id FROM statements").Scan(&ids).Error; err != nil {
			return err
		}
		for _, id := range ids {
			rows, _, err := a.Server.Statements.Lines(tx, who, id, pg.Page{Limit: 200})
			if err != nil {
				return err
			}
			for _, l := range rows {
				if l.Number == "" && l.Kind != "opening" {
					t.Errorf("a %s (%s) of %s names no document", l.Kind, l.DocumentType, l.Amount)
				}
				lines++
			}
		}
		return nil
	})
	if err != nil || lines == 0 {
		t.Errorf("%d lines, %v", lines, err)
	}
}

// The calls that a newcomer is told to paste work as printed.
func printed(t *testing.T, a *app.App, url string) {
	var sample demo.Sample
	err := a.DB.View(context.Background(), pg.System("test"), func(tx pg.Tx) (err error) {
		sample, err = demo.FindSample(tx, "rep")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Log("no curl here: the printed calls aren't tried")
		return
	}
	out, err := exec.Command("bash", "-c", strings.Join(demo.Curls(url, sample), "\n")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{`"exposure":`, `"required_role":"sales_manager"`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the printed calls don't answer %s:\n%s", want, out)
		}
	}
	var welcome bytes.Buffer
	if err := demo.Welcome(&welcome, url, sample); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{url + "/docs", "gate_guard", demo.ClientSecret, demo.ClientID.String()} {
		if !strings.Contains(welcome.String(), want) {
			t.Errorf("the welcome doesn't say %s", want)
		}
	}
}

// The machine client that a newcomer is given stands for an ERP: it reads what it settles, and keeps the stock (SHP-16).
func erp(t *testing.T, url string) {
	ask := func(method, path, body string, prepare func(*http.Request)) (int, []byte) {
		r, err := http.NewRequestWithContext(t.Context(), method, url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		prepare(r)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		all, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, all
	}
	_, body := ask("POST", "/v1/auth/token", "grant_type=client_credentials", func(r *http.Request) {
		r.SetBasicAuth(demo.ClientID.String(), demo.ClientSecret)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	})
	var token struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &token); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	for _, path := range []string{"stock-levels", "stock-movements", "inspection-reports", "dispatch-register", "invoices", "receipts", "statements", "ageing"} {
		status, body := ask("GET", "/v1/"+path+"?limit=1", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token.Access) })
		if status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}
