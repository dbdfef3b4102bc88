//go:build ignore

// Generate writes the files of the demo company below data/ anew, from a fixed seed: go run internal/demo/generate.go.
// Names, numbers and places are invented: the cities don't exist, and the codes carry a district that nobody has.
// Dates are as of base; the loader moves them to the day of loading.
package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	folder = "internal/demo/data"
	orders = 450 // in the year of history
)

var (
	base = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	dice = rand.New(rand.NewPCG(2026, 11))
)

func main() {
	log.SetFlags(0)
	people := makePeople()
	products := makeProducts()
	prices := makePrices(products)
	customers := makeCustomers(people)
	write("people.csv", utf8BOM(table(peopleHead, people)))
	write("products.csv", gb18030(table(productHead, products)))
	for i, list := range prices {
		write(fmt.Sprintf("prices-%d.csv", i+1), table(priceHead, list.rows))
	}
	workbook("customers.xlsx", customerHead, customers)
	receivables, receipts := makeOpenings(customers)
	write("receivables.csv", utf8BOM(table(receivableHead, receivables)))
	write("receipts.csv", table([]string{"invoice", "paid_days_ago"}, receipts))
	write("orders.csv", table(orderHead, makeOrders(customers, products, prices)))
}

// People.

var peopleHead = []string{"username", "name", "roles", "department", "team", "leads", "phone"}

var surnames = strings.Fields("林 陈 周 吴 郑 沈 韩 蒋 许 何 吕 施 孔 曹 严 金 魏 陶 姜 戚 谢 邹 喻 柏 水 窦 章 云 苏 潘 葛 范 彭 郎 鲁 韦 昌 马 苗 凤 花 方")

var givens = strings.Fields("知遥 以宁 清和 书远 望舒 景澄 若川 云舟 晚晴 星野 砚秋 思齐 明屿 南乔 听澜 疏影 怀瑾 语桐 向晚 初霁 亦岚 北辰 青禾 子衿 安澜 行之 沐阳 半夏 长风 朝颜 未央 溪亭 修竹 千寻 闻笛 见山 临川 归雁 逐月 夏至 鹿鸣 采薇")

func makePeople() [][]string {
	type post struct {
		role, department, team string
		leads                  string
		n                      int
	}
	posts := []post{
		{"general_manager", "OFFICE", "", "OFFICE", 1},
		{"admin", "OFFICE", "", "", 1},
		{"auditor", "OFFICE", "", "", 1},
		{"hr", "OFFICE", "", "", 1},
		{"price_committee", "OFFICE", "", "", 1},
		{"sales_director", "SALES", "", "", 1},
		{"sales_manager", "SALES", "", "SALES", 1},
		{"sales_supervisor", "SALES", "FILAMENT", "FILAMENT", 1},
		{"sales_supervisor", "SALES", "STAPLE", "STAPLE", 1},
		{"sales_supervisor", "SALES", "INDUSTRIAL", "INDUSTRIAL", 1},
		{"sales_rep", "SALES", "FILAMENT", "", 5},
		{"sales_rep", "SALES", "STAPLE", "", 4},
		{"sales_rep", "SALES", "INDUSTRIAL", "", 3},
		{"sales_assistant", "SALES", "FILAMENT", "", 1},
		{"sales_assistant", "SALES", "STAPLE", "", 1},
		{"finance_manager", "FINANCE", "", "FINANCE", 1},
		{"finance_clerk", "FINANCE", "", "", 3},
		{"production_manager", "PLANT", "", "PLANT", 1},
		{"purchasing", "PLANT", "", "", 2},
		{"quality_manager", "PLANT", "", "", 1},
		{"warehouse_keeper", "LOGISTICS", "", "", 5},
		{"gate_guard", "LOGISTICS", "", "", 4},
	}
	short := map[string]string{
		"general_manager": "gm", "sales_director": "director", "sales_manager": "manager", "sales_supervisor": "supervisor",
		"sales_rep": "rep", "sales_assistant": "assistant", "finance_manager": "finance", "finance_clerk": "clerk",
		"production_manager": "production", "quality_manager": "quality", "warehouse_keeper": "keeper", "gate_guard": "guard",
		"price_committee": "committee",
	}
	dice.Shuffle(len(givens), func(i, j int) { givens[i], givens[j] = givens[j], givens[i] })
	var rows [][]string
	count := map[string]int{}
	for _, p := range posts {
		for range p.n {
			name := short[p.role]
			if name == "" {
				name = p.role
			}
			count[p.role]++
			if k := count[p.role]; k > 1 {
				name += strconv.Itoa(k)
			}
			i := len(rows)
			rows = append(rows, []string{name, surnames[i%len(surnames)] + givens[i%len(givens)], p.role, p.department, p.team, p.leads, fmt.Sprintf("13800000%03d", i+1)})
		}
	}
	return rows
}

// Products.

var productHead = []string{"产品编码", "产品名称", "英文名称", "规格", "单位", "类别", "产品状态", "产品大类", "税率"}

type family struct {
	category, code, zh, en string
	specs                  []string
	finishes               [][3]string // code, zh, en
	low, high              float64     // CNY/kg
}

var families = []family{
	{"POY", "POY", "涤纶预取向丝", "Polyester POY", strings.Fields("75D/36F 100D/48F 125D/72F 150D/144F 250D/48F"), [][3]string{{"SD", "半消光", "semi-dull"}, {"BR", "大有光", "bright"}, {"FD", "全消光", "full-dull"}}, 7.1, 8.6},
	{"DTY", "DTY", "涤纶低弹丝", "Polyester DTY", strings.Fields("50D/36F 75D/72F 100D/96F 150D/48F 150D/288F"), [][3]string{{"SIM", "轻网", "slightly intermingled"}, {"HIM", "重网", "highly intermingled"}, {"BK", "原液着色黑", "dope-dyed black"}}, 8.4, 12.9},
	{"FDY", "FDY", "涤纶全牵伸丝", "Polyester FDY", strings.Fields("30D/12F 50D/24F 75D/36F 100D/36F 150D/96F"), [][3]string{{"SD", "半消光", "semi-dull"}, {"BR", "三叶大有光", "trilobal bright"}, {"CD", "阳离子", "cationic"}}, 8.0, 12.0},
	{"PA", "PA6", "锦纶6长丝", "Nylon 6 filament", strings.Fields("20D/7F 40D/34F 70D/24F 70D/68F 140D/48F"), [][3]string{{"FDY", "全牵伸", "fully drawn"}, {"DTY", "弹力丝", "textured"}, {"HT", "高强", "high tenacity"}}, 17.5, 26.0},
	{"PSF", "PSF", "涤纶短纤", "Polyester staple fibre", strings.Fields("1.2D*38 1.4D*38 3D*51 7D*64 15D*64"), [][3]string{{"RAW", "本白", "raw white"}, {"HC", "三维中空", "hollow conjugated"}, {"LM", "低熔点", "low-melt"}}, 6.8, 9.9},
	{"IND", "HTY", "涤纶工业丝", "Polyester industrial yarn", strings.Fields("500D 1000D 1500D 2000D 3000D"), [][3]string{{"HT", "高强", "high tenacity"}, {"LS", "低收缩", "low shrinkage"}, {"AA", "活化", "adhesive-activated"}}, 9.2, 13.5},
	{"RPET", "R", "再生涤纶丝", "Recycled polyester", strings.Fields("75D/72F 100D/96F 150D/48F 150D/144F 300D/96F"), [][3]string{{"DTY", "低弹", "textured"}, {"FDY", "全牵伸", "fully drawn"}, {"PSF", "短纤", "staple"}}, 9.0, 13.8},
	{"FUNC", "FX", "功能丝", "Functional yarn", strings.Fields("50D/48F 75D/48F 75D/144F 100D/72F 150D/96F"), [][3]string{{"COOL", "凉感", "cooling"}, {"AB", "抑菌", "antibacterial"}, {"FR", "阻燃", "flame-retardant"}}, 14.0, 29.5},
}

func makeProducts() [][]string {
	var rows [][]string
	for _, f := range families {
		for si, spec := range f.specs {
			for fi, finish := range f.finishes {
				code := f.code + "-" + strings.NewReplacer("/", "", "*", "X", ".", "").Replace(spec) + "-" + finish[0]
				state := "常规"
				switch n := si*3 + fi; {
				case f.category == "FUNC" && n >= 12:
					state = "新产品"
				case f.category == "POY" && n == 14 || f.category == "IND" && n == 2:
					state = "停产"
				}
				kind := "自产成品"
				if f.category == "PA" && finish[0] == "HT" {
					kind = "外购品"
				}
				rows = append(rows, []string{code, f.zh + " " + spec + " " + finish[1], f.en + " " + spec + " " + finish[2], spec, "kg", kind, state, f.category, "13%"})
			}
		}
	}
	return rows
}

// Prices: the list of a year ago and two changes since.

var priceHead = []string{"产品编码", "基准价", "底价", "原因"}

type priceList struct {
	daysAgo int
	rows    [][]string
	price   map[string]float64 // in force after this list
}

func makePrices(products [][]string) []priceList {
	lists := []priceList{{daysAgo: 370}, {daysAgo: 230}, {daysAgo: 80}}
	reasons := []string{"年度基准价", "PTA、MEG 原料上涨", "旺季结束,长丝下调"}
	current := map[string]float64{}
	for i := range lists {
		for n, p := range products {
			if p[6] != "常规" {
				continue
			}
			f := families[n/15]
			old, had := current[p[0]]
			next := old
			switch {
			case !had:
				next = f.low + (f.high-f.low)*(float64(n%15)/14*0.8+0.2*dice.Float64())
			case i == 1 && dice.Float64() < 0.8:
				next = old * (1.02 + 0.03*dice.Float64())
			case i == 2 && slices.Contains([]string{"POY", "DTY", "FDY"}, f.category):
				next = old * (0.97 + 0.015*dice.Float64())
			}
			next = math.Round(next*20) / 20
			if had && next == old {
				continue
			}
			current[p[0]] = next
			lists[i].rows = append(lists[i].rows, []string{p[0], money(next), money(math.Round(next*88) / 100), reasons[i]})
		}
		lists[i].price = map[string]float64{}
		for code, price := range current {
			lists[i].price[code] = price
		}
	}
	return lists
}

func money(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

// Customers.

var customerHead = []string{
	"客户编码", "客户名称", "统一社会信用代码", "行业", "区域", "状态", "负责人", "联系人", "职务", "电话", "邮箱", "收货地址", "信用等级", "信用额度", "结算方式", "账期天数", "备注",
}

var (
	cities   = strings.Fields("岚州 澄州 梧江 青屿 云岭 沧浦 桐屿 柳津 霁城 鹤川 芦汀 松泉")
	regions  = strings.Fields("华东 华东 华东 华东 华南 华南 华北 华中")
	brands   = strings.Fields("槿禾 锦澜 恒岚 织云 羽纱 瑞絮 泽纶 嘉缕 远绫 盛帛 博纺 新绣 凯丝 宏绵 天缇 裕棉 丰绢 卓纱 源缎 顺织 景纹 同锦 弘线 茂络 和缘")
	branches = [][2]string{{"织造", "梭织面料"}, {"针织", "针织面料"}, {"家纺", "家用纺织"}, {"无纺布", "非织造布"}, {"线业", "缝纫线"}, {"印染", "印染"}, {"帘布", "工业布"}, {"服饰", "服装"}}
	duties   = strings.Fields("采购经理 采购主管 采购员 总经理 生产厂长")
)

const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// uscc makes a code with a right check character, of a district that doesn't exist.
func uscc(n int) string {
	body := []byte("91999999MA")
	for state := uint64(n); len(body) < 17; {
		state = state*6364136223846793005 + 1442695040888963407
		body = append(body, usccAlphabet[state>>33%31])
	}
	sum, weight := 0, 1
	for _, c := range body {
		sum += strings.IndexByte(usccAlphabet, c) * weight
		weight = weight * 3 % 31
	}
	return string(body) + string(usccAlphabet[(31-sum%31)%31])
}

func makeCustomers(people [][]string) [][]string {
	var reps []string
	for _, p := range people {
		if p[2] == "sales_rep" {
			reps = append(reps, p[0])
		}
	}
	var rows [][]string
	names := map[string]bool{}
	for i := 0; len(rows) < 300; i++ {
		branch := branches[dice.IntN(len(branches))]
		city := cities[dice.IntN(len(cities))]
		name := city + brands[dice.IntN(len(brands))] + branch[0] + "有限公司"
		if names[name] {
			continue
		}
		names[name] = true
		n := len(rows) + 1
		grade, limit, settlement, days := credit(n)
		status, remark := "正常", ""
		switch {
		case n%97 == 0:
			status, remark = "停用", "已停止往来"
		case n%61 == 0:
			status, remark = "暂停", "对账中"
		}
		rows = append(rows, []string{
			fmt.Sprintf("C%04d", n), name, uscc(n * 7919), branch[1], regions[dice.IntN(len(regions))], status, reps[n%len(reps)],
			surnames[dice.IntN(len(surnames))] + givens[dice.IntN(len(givens))], duties[dice.IntN(len(duties))],
			fmt.Sprintf("138000%05d", 100+n), fmt.Sprintf("buyer%04d@example.com", n), fmt.Sprintf("%s市%s路%d号", city, brands[dice.IntN(len(brands))], 1+dice.IntN(399)),
			grade, limit, settlement, days, remark,
		})
	}
	return rows
}

// credit is the profile of the n-th customer: A 10 %, B 36 %, C 24 %, D 6 %, without a grade 24 %.
func credit(n int) (grade, limit, settlement, days string) {
	switch k := n % 50; {
	case k < 5:
		if n%100 == 1 {
			return "A", "不限", "月结", "30"
		}
		return "A", strconv.Itoa(500000 + 100000*dice.IntN(16)), "账期", []string{"45", "60"}[n%2]
	case k < 23:
		return "B", strconv.Itoa(100000 + 20000*dice.IntN(20)), []string{"账期", "月结"}[n%2], "30"
	case k < 35:
		return "C", "0", []string{"现款", "款到发货", "货到付款"}[n%3], "0"
	case k < 38:
		return "D", "0", "现款", "0"
	default:
		return "", "", "", ""
	}
}

// Opening receivables, and which of them were paid when.

var receivableHead = []string{"发票号", "客户编码", "开票日期", "到期日", "未收金额"}

func day(ago int) string { return base.AddDate(0, 0, -ago).Format(time.DateOnly) }

func makeOpenings(customers [][]string) (rows, receipts [][]string) {
	for n, c := range customers {
		grade := c[12]
		if grade == "" || dice.Float64() > 0.35 && grade != "D" {
			continue
		}
		number := fmt.Sprintf("OB-%04d", n+1)
		invoiced := 372 + dice.IntN(50)
		due := invoiced - 30
		amount := 3000 + dice.Float64()*22000
		rows = append(rows, []string{number, c[0], day(invoiced), day(due), money(amount)})
		if paid := due - 10 + dice.IntN(40) - 20; grade != "D" && dice.Float64() < 0.93 {
			receipts = append(receipts, []string{number, strconv.Itoa(min(paid, 364))})
		}
	}
	return rows, receipts
}

// Orders: the year's history as days before loading; "" is "not yet".

var orderHead = []string{"no", "customer", "flow", "lines", "ordered", "noticed", "shipped", "part", "invoiced", "paid"}

func makeOrders(customers, products [][]string, prices []priceList) [][]string {
	var buyers [][]string
	for _, c := range customers {
		switch {
		case c[5] != "正常" || c[12] == "D":
		case c[12] == "A":
			buyers = append(buyers, c, c, c, c)
		case c[12] == "B":
			buyers = append(buyers, c, c)
		case c[12] == "C":
			buyers = append(buyers, c)
		}
	}
	seen := map[string]bool{}
	var rows [][]string
	for i := range orders {
		ordered := 362 - i*361/orders
		c := buyers[dice.IntN(len(buyers))]
		if i%25 == 24 { // a first order of a customer that nobody has graded
			for _, x := range customers[dice.IntN(len(customers)):] {
				if x[12] == "" && x[5] == "正常" && !seen[x[0]] {
					c = x

					break
				}
			}
		}
		seen[c[0]] = true
		rows = append(rows, makeOrder(i+1, c, ordered, products, prices))
	}
	return rows
}

func makeOrder(no int, c []string, ordered int, products [][]string, prices []priceList) []string {
	flow := map[string]string{"现款": "cod", "款到发货": "prepaid", "货到付款": "cod", "": "new_customer"}[c[14]]
	if flow == "" {
		flow = "credit"
	}
	limit, _ := strconv.ParseFloat(c[13], 64)
	most := 30000.0
	switch {
	case c[13] == "不限":
		most = 260000
	case limit > 0:
		most = limit * 0.3
	}
	var lines []string
	total, n := 0.0, 1+dice.IntN(3)
	chosen := map[string]bool{}
	for len(lines) < n {
		p := products[dice.IntN(len(products))]
		price, ok := priceAt(prices, p[0], ordered)
		if !ok || chosen[p[0]] {
			continue
		}
		chosen[p[0]] = true
		quantity := math.Max(100, math.Round((0.15+0.85*dice.Float64())*most/float64(n)/price/50)*50)
		deal := price * discount()
		total += quantity * deal
		lines = append(lines, fmt.Sprintf("%s*%.0f@%s", p[0], quantity, money(math.Ceil(deal*100)/100)))
	}
	noticed := ordered - 2 - dice.IntN(9)
	shipped := noticed - 3
	part := ""
	if dice.Float64() < 0.1 {
		part = strconv.Itoa(40 + 5*dice.IntN(9))
	}
	invoiced := shipped - 1 - dice.IntN(6)
	return []string{
		strconv.Itoa(no), c[0], flow, strings.Join(lines, ";"), past(ordered), past(noticed), past(shipped), part, past(invoiced), paid(c, flow, ordered, invoiced),
	}
}

// discount is what a seller gives: mostly nothing or what a rep may, now and then what a superior has to agree to.
func discount() float64 {
	switch x := dice.Float64(); {
	case x < 0.55:
		return 1
	case x < 0.85:
		return 1 - 0.018*dice.Float64()
	case x < 0.90:
		return 1 + 0.02*dice.Float64()
	case x < 0.97:
		return 1 - 0.02 - 0.025*dice.Float64()
	default:
		return 1 - 0.05 - 0.025*dice.Float64()
	}
}

func priceAt(prices []priceList, code string, ago int) (float64, bool) {
	price, ok := 0.0, false
	for _, l := range prices {
		if l.daysAgo > ago {
			price, ok = l.price[code]
		}
	}
	return price, ok
}

func past(ago int) string {
	if ago < 1 {
		return ""
	}
	return strconv.Itoa(ago)
}

// paid says when: prepaid before shipping, cash at delivery, others around the due date. Every fifteenth is slow, every
// fortieth doesn't pay.
func paid(c []string, flow string, ordered, invoiced int) string {
	switch flow {
	case "prepaid":
		return past(ordered - 1)
	case "cod", "new_customer":
		return past(invoiced - 1 - dice.IntN(5))
	}
	days, _ := strconv.Atoi(c[15])
	if c[14] == "月结" {
		days += 15
	}
	switch x := dice.IntN(40); {
	case x == 0:
		return ""
	case x < 3:
		return past(invoiced - days - 20 - dice.IntN(40))
	}
	return past(invoiced - days + dice.IntN(12))
}

// Files.

func table(head []string, rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	must(w.Write(head))
	must(w.WriteAll(rows))
	return b.Bytes()
}

func utf8BOM(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) }

func gb18030(b []byte) []byte {
	out, err := simplifiedchinese.GB18030.NewEncoder().Bytes(b)
	must(err)
	return out
}

func workbook(name string, head []string, rows [][]string) {
	f := excelize.NewFile()
	must(f.SetDocProps(&excelize.DocProperties{Created: "2026-11-01T00:00:00Z", Modified: "2026-11-01T00:00:00Z", Creator: "salesgate"}))
	must(f.SetSheetName("Sheet1", "客户"))
	for i, r := range append([][]string{head}, rows...) {
		must(f.SetSheetRow("客户", fmt.Sprintf("A%d", i+1), &r))
	}
	b, err := f.WriteToBuffer()
	must(err)
	write(name, b.Bytes())
}

func write(name string, b []byte) { must(os.WriteFile(filepath.Join(folder, name), b, 0o644)) }

func must(err error) {
	if err != nil {
		log.Fatal("generate: ", err)
	}
}
