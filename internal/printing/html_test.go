package printing_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/govalues/decimal"
	"github.com/skip2/go-qrcode"

	"github.com/salesgate/salesgate/internal/apitest"
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

func html(t *testing.T, p printing.Paper, form ...printing.Form) string {
	t.Helper()
	b, err := p.HTML(append(form, printing.A4)[0])
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

var forms = []printing.Form{printing.A4, printing.ThreePart}

// The style is the one that the policy names, and nothing in the page needs more than it allows.
func TestThePolicyFitsThePage(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		p := sample(2, true)
		p.Code = "token"
		page := html(t, p, form)
		found := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(page, -1)
		if len(found) != 1 {
			t.Fatalf("%d styles", len(found))
		}
		sum := sha256.Sum256([]byte(found[0][1]))
		if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(printing.Policy(form), want) {
			t.Errorf("%s lacks %s", printing.Policy(form), want)
		}
		for _, bad := range []string{"<script", "style=", "src=", "href=", "url(", "onload", "http:", "https:"} {
			if strings.Contains(page, bad) {
				t.Errorf("the page has %s", bad)
			}
		}
	}
}

// Text of customers is text.
func TestTextIsEscaped(t *testing.T) {
	t.Parallel()
	p := sample(1, false)
	evil := `<script>alert(1)</script><img src=x onerror="x">`
	p.Rows[0][1], p.Parties[0].Name, p.Facts[0].Value, p.Number, p.Watermark.ZH, p.Body = evil, evil, evil, evil, evil, evil
	p.Terms, p.PrintedBy, p.Copies[0] = append(p.Terms, printing.Text{ZH: evil, EN: evil}), evil, evil
	for _, form := range forms {
		page := html(t, p, form)
		if strings.Contains(page, "<script") || strings.Contains(page, "<img") {
			t.Error("markup came through")
		}
		if strings.Count(page, "&lt;script&gt;") < 9 {
			t.Error("text was lost")
		}
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

// In a real browser, on either form: one line fits one sheet, two hundred go on over further ones, the longest names too.
func TestPapersPrint(t *testing.T) {
	t.Parallel()
	draft := sample(1, false)
	draft.Watermark = printing.Text{ZH: "草稿", EN: "DRAFT"}
	coded := sample(3, false)
	coded.Code = strings.Repeat("eyJhbGciOiJFZERTQSJ9", 50)
	for _, c := range []struct {
		name        string
		p           printing.Paper
		form        printing.Form
		least, most int
	}{
		{"one", draft, printing.A4, 1, 1},
		{"four", signedByFour(), printing.A4, 1, 1},
		{"sixty", sample(60, false), printing.A4, 3, 5},
		{"long", sample(12, true), printing.A4, 2, 8},
		{"code", coded, printing.A4, 1, 1},
		{"three one", draft, printing.ThreePart, 1, 1},
		{"three five", sample(5, false), printing.ThreePart, 1, 1},
		{"three code", coded, printing.ThreePart, 1, 2},
		{"three many", sample(200, false), printing.ThreePart, 15, 40},
		{"three long", sample(12, true), printing.ThreePart, 4, 14},
	} {
		n, box, ran := apitest.Print(t, c.name, []byte(html(t, c.p, c.form)))
		if !ran {
			return
		}
		if n < c.least || n > c.most {
			t.Errorf("%s: %d sheets", c.name, n)
		}
		if wide := strings.HasPrefix(box, "0 0 683"); wide != (c.form == printing.ThreePart) { // 241 mm
			t.Errorf("%s: %s points", c.name, box)
		}
	}
}

// The continuous form says on every sheet whose paper it is, and which part goes to whom.
func TestTheThreePartFormNamesItsParts(t *testing.T) {
	t.Parallel()
	p := sample(3, false)
	for _, want := range []string{
		"size: 241mm 140mm", "第一联 存根 白色", "第二联 客户 红色", "第三联 财务 黄色", "订货确认书", "SO-202611-00042", "第 2 版", "云岭示例染整有限公司", "活性红 3BS", "12,345,678",
		"人民币壹仟陆佰捌拾元零叁角贰分", "需方确认", "PO-778", "2026-11-20 16:30",
	} {
		if !strings.Contains(html(t, p, printing.ThreePart), want) {
			t.Errorf("%s is missing", want)
		}
	}
	p.Copies = [3]string{"存根", "门卫", "司机"}
	if page := html(t, p, printing.ThreePart); !strings.Contains(page, "第三联 司机 黄色") || strings.Contains(page, "财务") {
		t.Error("the parts of this trade aren't named")
	}
}

// The QR code is drawn module by module as the library lays it out, with its quiet zone, and what is too long for one is no paper.
func TestTheCodeIsDrawn(t *testing.T) {
	t.Parallel()
	p := sample(1, false)
	p.Code = strings.Repeat("eyJhbGciOiJFZERTQSJ9.", 40)
	code, err := qrcode.New(p.Code, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	want := code.Bitmap()
	for _, form := range []printing.Form{printing.A4, printing.ThreePart} {
		page := html(t, p, form)
		if !strings.Contains(page, fmt.Sprintf(`viewBox="0 0 %d %d"`, len(want), len(want))) {
			t.Error("the drawing has another size")
		}
		got := make([][]bool, len(want))
		for y := range got {
			got[y] = make([]bool, len(want))
		}
		for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(page, -1) {
			var x, y, n, back int
			if _, err := fmt.Sscan(m[1]+" "+m[2]+" "+m[3]+" "+m[4], &x, &y, &n, &back); err != nil || n != back {
				t.Fatalf("%v %v", m, err)
			}
			for i := range n {
				got[y][x+i] = true
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: another code is drawn", form)
		}
	}
	p.Code = strings.Repeat("x", 4000)
	if _, err := p.HTML(printing.A4); err == nil {
		t.Error("4,000 characters fit into a code")
	}
}
