package printing_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/printing"
)

// sample is a paper with so many lines, and names as long as they may be when long is true.
func sample(n int, long bool) printing.Paper {
	amount := decimal.MustParse("1680.32")
	name, remark := "活性红 3BS 示例染料\n粉状 25kg/桶\nP-0001", ""
	customer := "云岭示例纺织有限公司"
	if long {
		name = strings.Repeat("云岭示例高耐晒分散活性环保型复合染料", 6) + "\n" + strings.Repeat("XK-9081/", 20)
		remark, customer = strings.Repeat("客户要求外包装加印英文唛头并附质检报告", 4), strings.Repeat("云岭示例国际纺织印染进出口", 6)+"有限公司"
		amount = decimal.MustParse("9999999999999999.99")
	}
	p := printing.Paper{
		Kind: "order_confirmation", Title: printing.Text{ZH: "订货确认书", EN: "ORDER CONFIRMATION"}, Number: "SO-202611-00042", Revision: 2,
		Date: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), State: printing.Text{ZH: "已确认", EN: "Confirmed"},
		Profile: printing.Profile{
			NameZH: "云岭示例染整有限公司", NameEN: "Yunling Example Dyeing Co., Ltd.", AddressZH: "示例省云岭市示例路1号", Phone: "0571-00000000",
			TaxNumber: "91330000MA2EXAMPL0", BankName: "示例银行云岭支行", BankAccount: "3300 0000 0000 0000 000",
		},
		Parties: []printing.Party{
			{Role: printing.Text{ZH: "需方", EN: "Buyer"}, Name: customer, Fields: printing.Add(nil, "税号", "Tax no.", "91330000MA2EXAMPL1")},
			{Role: printing.Text{ZH: "供方", EN: "Seller"}, Name: "云岭示例染整有限公司", Fields: printing.Add(nil, "开户行", "Bank", "示例银行云岭支行")},
		},
		Facts: []printing.Field{
			{Label: printing.Text{ZH: "客户订单号", EN: "Your order"}, Value: "PO-778"},
			{Label: printing.Text{ZH: "结算方式", EN: "Payment"}, Value: "月结,月末后 30 天内付款"},
			{Label: printing.Text{ZH: "交货地点", EN: "Place"}, Value: "示例省云岭市开发区示例大道 1888 号云岭示例纺织有限公司三号仓库"},
		},
		Columns: []printing.Column{
			{Key: "line", Title: printing.Text{ZH: "序号", EN: "No."}, Width: 6, Right: true},
			{Key: "product", Title: printing.Text{ZH: "产品名称及规格", EN: "Product"}, Width: 28},
			{Key: "unit", Title: printing.Text{ZH: "单位", EN: "Unit"}, Width: 6},
			{Key: "quantity", Title: printing.Text{ZH: "数量", EN: "Quantity"}, Width: 11, Right: true},
			{Key: "price", Title: printing.Text{ZH: "单价(元)", EN: "Price"}, Width: 12, Right: true},
			{Key: "amount", Title: printing.Text{ZH: "金额(元)", EN: "Amount"}, Width: 15, Right: true},
			{Key: "promised_on", Title: printing.Text{ZH: "交货日期", EN: "Delivery"}, Width: 11},
			{Key: "remarks", Title: printing.Text{ZH: "备注", EN: "Remarks"}, Width: 16},
		},
		Totals: []printing.Field{{Label: printing.Text{ZH: "含税合计(人民币)", EN: "Total, tax included (CNY)"}, Value: printing.Figure(amount, 2)}}, Amount: &amount,
		Terms:      []printing.Text{{ZH: "以上单价、金额均为含税价,币种为人民币。", EN: "Prices and amounts are in CNY and include tax."}},
		Signatures: []printing.Text{{ZH: "需方确认", EN: "Buyer"}, {ZH: "供方确认", EN: "Seller"}},
		PrintedAt:  time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC), PrintedBy: "示例业务员",
	}
	for i := range n {
		p.Rows = append(p.Rows, []string{fmt.Sprint(i + 1), name, "kg", "12,345,678", "136.0259", printing.Figure(amount, 2), "2027-01-15", remark})
	}
	return p
}

// signedByFour is a paper of one page that four departments sign, of a company that hasn't said yet who it is.
func signedByFour() printing.Paper {
	p := sample(1, false)
	p.Profile = printing.Profile{}
	p.Signatures = []printing.Text{{ZH: "销售部", EN: "Sales"}, {ZH: "生产部", EN: "Production"}, {ZH: "管理部", EN: "Management"}, {ZH: "财务部", EN: "Finance"}}
	return p
}

func html(t *testing.T, p printing.Paper) string {
	t.Helper()
	b, err := p.HTML()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What is printed is what the paper says, every column and every cell.
func TestThePaperSaysItAll(t *testing.T) {
	t.Parallel()
	page := html(t, sample(3, false))
	for _, want := range []string{
		"订货确认书", "ORDER CONFIRMATION", "SO-202611-00042", "第 2 版", "2026年11月20日", "云岭示例染整有限公司", "Yunling Example Dyeing", "云岭示例纺织有限公司", "示例银行云岭支行", "活性红 3BS",
		"12,345,678", "136.0259", "人民币壹仟陆佰捌拾元零叁角贰分", "1,680.32", "月结,月末后 30 天内付款", "需方确认", "2026-11-20 16:30", "示例业务员", "已确认",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if n := strings.Count(page, "<td"); n != 3*8 {
		t.Errorf("%d cells", n)
	}
	if strings.Contains(page, `class="mark"`) {
		t.Error("a paper in force has a watermark")
	}
}

func TestWhatIsNotInForceSaysSo(t *testing.T) {
	t.Parallel()
	p := sample(1, false)
	p.Watermark = printing.Text{ZH: "已作废", EN: "VOID"}
	if page := html(t, p); !strings.Contains(page, `class="mark"`) || !strings.Contains(page, "已作废<small>VOID") {
		t.Error("no watermark")
	}
}

// Nobody should send out a paper that doesn't say whose it is without noticing.
func TestAMissingProfileShows(t *testing.T) {
	t.Parallel()
	if page := html(t, signedByFour()); !strings.Contains(page, "公司资料未填写") || strings.Contains(page, "· </th>") {
		t.Error("the head of the paper is empty")
	}
	if strings.Contains(html(t, sample(1, false)), "公司资料未填写") {
		t.Error("a filled-in profile is called missing")
	}
}

// The style is the one that the policy names, and nothing in the page needs more than it allows.
func TestThePolicyFitsThePage(t *testing.T) {
	t.Parallel()
	page := html(t, sample(2, true))
	found := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(page, -1)
	if len(found) != 1 {
		t.Fatalf("%d styles", len(found))
	}
	sum := sha256.Sum256([]byte(found[0][1]))
	if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(printing.Policy(), want) {
		t.Errorf("%s lacks %s", printing.Policy(), want)
	}
	for _, bad := range []string{"<script", "style=", "src=", "href=", "url(", "onload", "http:", "https:"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
}

// Text of customers is text.
func TestTextIsEscaped(t *testing.T) {
	t.Parallel()
	p := sample(1, false)
	evil := `<script>alert(1)</script><img src=x onerror="x">`
	p.Rows[0][1], p.Parties[0].Name, p.Facts[0].Value, p.Number, p.Watermark.ZH = evil, evil, evil, evil, evil
	p.Terms, p.PrintedBy = append(p.Terms, printing.Text{ZH: evil, EN: evil}), evil
	page := html(t, p)
	if strings.Contains(page, "<script") || strings.Contains(page, "<img") {
		t.Error("markup came through")
	}
	if strings.Count(page, "&lt;script&gt;") < 8 {
		t.Error("text was lost")
	}
}

func TestFigure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in       string
		decimals int
		want     string
	}{
		{"0", 2, "0.00"},
		{"999", 0, "999"},
		{"1000.0000", 0, "1,000"},
		{"1000.5000", 0, "1,000.5"},
		{"-1234567.1", 2, "-1,234,567.10"},
		{"9999999999999999.99", 2, "9,999,999,999,999,999.99"},
		{"12.3456", 2, "12.3456"},
		{"12.3000", 2, "12.30"},
	} {
		if got := printing.Figure(decimal.MustParse(c.in), c.decimals); got != c.want {
			t.Errorf("%s: %s, want %s", c.in, got, c.want)
		}
	}
}

// pages prints a paper with the Chromium of this machine and counts the pages of the file.
func pages(t *testing.T, chromium, name string, p printing.Paper) int {
	t.Helper()
	dir := t.TempDir()
	if keep := os.Getenv("SALESGATE_PAPERS"); keep != "" { // to look at them
		dir = keep
	}
	source, pdf := filepath.Join(dir, name+".html"), filepath.Join(dir, name+".pdf")
	if err := os.WriteFile(source, []byte(html(t, p)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(),
		"--no-pdf-header-footer", "--print-to-pdf="+pdf, "file://"+source).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(pdf)
	if err != nil {
		t.Fatal(err)
	}
	return len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(b, -1))
}

// In a real browser: one line fits one page, sixty break over several, the longest names too.
func TestPapersPrint(t *testing.T) {
	t.Parallel()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Log("no Chromium here: the HTML is tested all the same, and CI prints")
		return
	}
	draft := sample(1, false)
	draft.Watermark = printing.Text{ZH: "草稿", EN: "DRAFT"}
	for _, c := range []struct {
		name        string
		p           printing.Paper
		least, most int
	}{{"one", draft, 1, 1}, {"four", signedByFour(), 1, 1}, {"sixty", sample(60, false), 3, 5}, {"long", sample(12, true), 2, 8}} {
		if n := pages(t, chromium, c.name, c.p); n < c.least || n > c.most {
			t.Errorf("%s: %d pages", c.name, n)
		}
	}
}
