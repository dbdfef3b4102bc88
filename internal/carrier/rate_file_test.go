package carrier_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/salesgate/salesgate/internal/apitest"
)

const rateHeader = "承运商,计费方式,起运地,目的地,里程以上,里程至,单价(元),最低收费,税率,生效日期,截止日期,说明\n"

// rateFile imports a file of rates.
func (w *world) rateFile(who, query, text string) apitest.Answer {
	w.t.Helper()
	return w.As(who).With("Content-Type", "application/octet-stream").Post("/v1/freight-rates/import"+query, text)
}

// Rates of several carriers come from one file, as CSV in both encodings and as a workbook; tried first, and all or none.
func TestSHP18_RatesComeFromAFile(t *testing.T) {
	w := open(t)
	w.newCarrier("云岭示例快运有限公司")
	count := func() int {
		return w.As("purchasing").Get("/v1/freight-rates?limit=100").Want(200).Len("data")
	}
	before := count()
	row := "云岭示例快运有限公司,按吨,云岭,天涯,0,100,\"1,180.5\",300.00,9%,2026-12-01,2026/12/31,年度协议\n" + carrierName + ",车次,,天涯,,,2600,,0.09,2026年12月1日,,\n"
	w.rateFile("rep1", "", rateHeader+row).WantProblem(403, "auth.forbidden")
	if a := w.rateFile("purchasing", "?validate_only=true", rateHeader+row); a.Status != 200 && a.Status != 201 || count() != before {
		t.Errorf("trying kept something: %d %s", a.Status, a.Body)
	}
	if a := w.rateFile("purchasing", "", rateHeader+row).Want(201); a.At("rates") != float64(2) || count() != before+2 {
		t.Errorf("%s", a.Body)
	}
	got := w.As("purchasing").Get("/v1/freight-rates?to_region=%E5%A4%A9%E6%B6%AF&basis=tonne").Want(200)
	for path, want := range map[string]string{
		"carrier_name": "云岭示例快运有限公司", "price": "1180.5000", "minimum_charge": "300.00", "tax_rate": "0.0900", "km_to": "100.0", "valid_from": "2026-12-01",
		"valid_until": "2026-12-31", "from_region": "云岭", "reason": "年度协议",
	} {
		if got.String("data.0."+path) != want {
			t.Errorf("%s is %s, want %s", path, got.String("data.0."+path), want)
		}
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(rateHeader + carrierName + ",吨,,云端,,,190,,0.09,2026-12-01,,\n")
	if err != nil {
		t.Fatal(err)
	}
	w.rateFile("purchasing", "", gb).Want(201)
	book := excelize.NewFile()
	for i, cells := range [][]any{{"Carrier", "Basis", "To", "Price", "Tax rate", "Valid from"}, {carrierName, "trip", "海岛", 3100, 0.09, "2026-12-01"}} {
		if err := book.SetSheetRow("Sheet1", []string{"A1", "A2"}[i], &cells); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	w.rateFile("purchasing", "", out.String()).Want(201)
	if n := count(); n != before+4 {
		t.Errorf("%d rates, want %d", n, before+4)
	}
}

// Every fault of a file is said with its row and column, and nothing of it is kept.
func TestSHP18_AFileOfRatesWithFaultsIsNotTaken(t *testing.T) {
	w := open(t)
	before := w.As("purchasing").Get("/v1/freight-rates?limit=100").Want(200).Len("data")
	good := carrierName + ",吨,,天涯,,,180,,0.09,2026-12-01,,\n"
	a := w.rateFile("purchasing", "", rateHeader+good+
		"无此承运商,吨,,天涯,,,180,,0.09,2026-12-01,,\n"+ // 3
		carrierName+",公里,,天涯,,,180,,0.09,2026-12-01,,\n"+ // 4
		carrierName+",吨,,地角,,,-1,,0.09,昨天,,\n"+ // 5, twice
		carrierName+",吨,,地角,,,0,,0.09,2026-12-01,,\n"+ // 6
		carrierName+",吨,,地角,100,50,180,,0.09,2026-12-01,,\n"+ // 7
		carrierName+",吨,,地角,,,180,,1.09,2026-12-01,2026-11-01,\n"+ // 8
		carrierName+",吨,,天涯,,,190,,0.09,2027-01-01,,\n"+ // 9: as row 2
		carrierName+",吨,,海角,,,190,,0.09,2027-01-01,,\n"+ // 10: as one that is kept
		carrierName+",吨,,"+strings.Repeat("海", 61)+",,,190,,0.09,2027-01-01,,\n"). // 11
		WantProblem(422, "freight.rate_file")
	for _, want := range []string{
		"/rows/3/承运商", "/rows/4/计费方式", "/rows/5/单价(元)", "/rows/5/生效日期", "/rows/6/单价(元)", "/rows/7/里程至", "/rows/8/税率", "/rows/9/生效日期", "/rows/10/生效日期", "/rows/11/目的地",
	} {
		if !strings.Contains(string(a.Body), want) {
			t.Errorf("%s isn't named: %s", want, a.Body)
		}
	}
	w.rateFile("purchasing", "", "承运商,单价\n甲,1\n").WantProblem(422, "freight.no_rate_table")
	w.rateFile("purchasing", "", rateHeader).WantProblem(422, "import.empty")
	w.rateFile("purchasing", "", rateHeader+strings.Repeat(good, 2001)).WantProblem(422, "import.too_many_rows")
	if n := w.As("purchasing").Get("/v1/freight-rates?limit=100").Want(200).Len("data"); n != before {
		t.Errorf("%d rates, want %d", n, before)
	}
}
