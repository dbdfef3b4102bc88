package carrier

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"golang.org/x/text/width"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/sheet"
)

// The bounds of a file of rates.
const (
	maxRateRows   = 2000
	maxRateFaults = 100
)

// rateHeaders are what the columns of a file of rates are called.
var rateHeaders = map[string][]string{
	"carrier":        {"承运商", "承运商名称", "承运商编号", "carrier", "carriercode"},
	"basis":          {"计费方式", "计价方式", "basis"},
	"from_region":    {"起运地", "发货地", "from", "fromregion"},
	"to_region":      {"目的地", "到货地", "to", "toregion"},
	"km_above":       {"里程以上", "起始里程", "kmabove"},
	"km_to":          {"里程至", "截止里程", "kmto"},
	"price":          {"单价", "含税单价", "运价", "price"},
	"minimum_charge": {"最低收费", "起步价", "minimumcharge", "minimum"},
	"tax_rate":       {"税率", "taxrate"},
	"valid_from":     {"生效日期", "生效日", "validfrom"},
	"valid_until":    {"截止日期", "失效日期", "validuntil"},
	"reason":         {"说明", "备注", "reason"},
}

// rateFile collects the rates of a file, and all that is wrong with it.
type rateFile struct {
	at       map[string]int // what a column means → where it is
	names    []string       // headers as the file has them
	carriers map[string]Carrier
	rates    []Rate
	rows     []int // where each rate stands
	faults   []errs.Field
}

// ImportRates keeps the rates of a CSV or XLSX file, all or none (SHP-18). Returns ErrRateFile with every fault at its row and column; ErrRateTable,
// sheet.ErrTooLong, sheet.ErrUnreadable, sheet.ErrEmpty for what is no table of rates.
func (s *Service) ImportRates(tx pg.Tx, who identity.Principal, path string) ([]Rate, error) {
	f, err := readRates(tx, path)
	if err != nil {
		return nil, err
	}
	if err := f.compare(tx); err != nil {
		return nil, err
	}
	if len(f.faults) > 0 {
		e := ErrRateFile.With("count", len(f.faults))
		e.Fields = f.faults
		return nil, e
	}
	return s.CreateRates(tx, who, f.rates)
}

func readRates(tx pg.Tx, path string) (*rateFile, error) {
	in, err := sheet.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close() //nolint:errcheck // read only
	var table [][]string
	for {
		cells, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(table) > maxRateRows {
			return nil, sheet.ErrTooLong.With("max", maxRateRows)
		}
		table = append(table, slices.Clone(cells))
	}
	f := &rateFile{at: map[string]int{}}
	if len(table) == 0 || !f.header(table[0]) {
		return nil, ErrRateTable
	}
	if f.carriers, err = carriersCalled(tx, f.column(table[1:], "carrier")); err != nil {
		return nil, err
	}
	for i, cells := range table[1:] {
		if strings.Join(cells, "") != "" && len(f.faults) < maxRateFaults {
			f.row(i+2, cells)
		}
	}
	if len(f.rates) == 0 && len(f.faults) == 0 {
		return nil, sheet.ErrEmpty
	}
	return f, nil
}

// header finds the columns; false unless carrier, basis, price, tax and first day are there.
func (f *rateFile) header(cells []string) bool {
	f.names = cells
	for i, cell := range cells {
		for meaning, names := range rateHeaders {
			if slices.Contains(names, headerKey(cell)) {
				f.at[meaning] = i
			}
		}
	}
	for _, must := range []string{"carrier", "basis", "price", "tax_rate", "valid_from"} {
		if _, there := f.at[must]; !there {
			return false
		}
	}
	return true
}

// headerKey is a header without what people write differently: 税率 (%) is 税率.
func headerKey(cell string) string {
	cell, _, _ = strings.Cut(strings.ToLower(width.Narrow.String(sheet.Clean(cell))), "(")
	return strings.NewReplacer(" ", "", "_", "", "-", "", "*", "").Replace(cell)
}

func (f *rateFile) cell(cells []string, meaning string) string {
	if i, there := f.at[meaning]; there && i < len(cells) {
		return sheet.Clean(cells[i])
	}
	return ""
}

// column returns what stands in a column, each once.
func (f *rateFile) column(rows [][]string, meaning string) []string {
	var all []string
	for _, cells := range rows {
		all = append(all, f.cell(cells, meaning))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (f *rateFile) fault(row int, meaning string, e *errs.Error) {
	name := ""
	if i, there := f.at[meaning]; there {
		name = sheet.Clean(f.names[i])
	}
	f.faults = append(f.faults, errs.Field{Pointer: "/rows/" + strconv.Itoa(row) + "/" + name, Code: e.Code, EN: e.EN, ZH: e.ZH, Params: e.Params})
}

// row reads one rate.
func (f *rateFile) row(no int, cells []string) {
	before := len(f.faults)
	r := Rate{FromRegion: f.cell(cells, "from_region"), ToRegion: f.cell(cells, "to_region"), Reason: f.cell(cells, "reason")}
	c, known := f.carriers[strings.ToLower(f.cell(cells, "carrier"))]
	if !known || !c.Active {
		f.fault(no, "carrier", ErrNoCarrier.With())
	}
	r.CarrierID = c.ID
	switch strings.TrimPrefix(strings.ToLower(f.cell(cells, "basis")), "按") {
	case "吨", "tonne", "t":
		r.Basis = PerTonne
	case "车", "车次", "趟", "trip":
		r.Basis = PerTrip
	default:
		f.fault(no, "basis", ErrRateBasis.With())
	}
	f.figures(no, cells, &r)
	f.days(no, cells, &r)
	for meaning, long := range map[string]struct {
		text string
		most int
	}{"from_region": {r.FromRegion, 60}, "to_region": {r.ToRegion, 60}, "reason": {r.Reason, 500}} {
		if utf8.RuneCountInString(long.text) > long.most {
			f.fault(no, meaning, ErrRateLong.With("max", long.most))
		}
	}
	if len(f.faults) > before {
		return
	}
	if e, ours := errs.As(r.check("")); ours {
		f.fault(no, strings.TrimPrefix(e.Fields[0].Pointer, "/"), e)
		return
	}
	f.rates, f.rows = append(f.rates, r), append(f.rows, no)
}

// figures reads what is asked, for which distances.
func (f *rateFile) figures(no int, cells []string, r *Rate) {
	read := func(meaning string, scale int, must bool) *decimal.Decimal {
		text := width.Narrow.String(f.cell(cells, meaning))
		if text == "" && !must {
			return nil
		}
		percent := meaning == "tax_rate" && strings.HasSuffix(text, "%")
		d, ok := sheet.Number(strings.TrimSuffix(text, "%"))
		if percent {
			var err error
			d, err = d.Quo(decimal.Hundred)
			ok = ok && err == nil
		}
		d = d.Trim(0)
		if !ok || d.IsNeg() || d.Scale() > scale || d.Prec() > 16 || meaning == "tax_rate" && !d.WithinOne() {
			f.fault(no, meaning, ErrRateFigure.With("decimals", scale))
			return nil
		}
		return &d
	}
	r.KmTo = read("km_to", 1, false)
	for _, c := range []struct {
		to      *decimal.Decimal
		meaning string
		scale   int
		must    bool
	}{
		{&r.KmAbove, "km_above", 1, false},
		{&r.Price, "price", money.PriceScale, true},
		{&r.MinimumCharge, "minimum_charge", money.AmountScale, false},
		{&r.TaxRate, "tax_rate", 4, true},
	} {
		*c.to = decimal.Zero
		if d := read(c.meaning, c.scale, c.must); d != nil {
			*c.to = *d
		}
	}
}

// days reads from when to when.
func (f *rateFile) days(no int, cells []string, r *Rate) {
	var ok bool
	if r.ValidFrom, ok = sheet.Day(f.cell(cells, "valid_from")); !ok {
		f.fault(no, "valid_from", ErrRateDay.With())
	}
	if text := f.cell(cells, "valid_until"); text != "" {
		until, ok := sheet.Day(text)
		if !ok {
			f.fault(no, "valid_until", ErrRateDay.With())
		}
		r.ValidUntil = &until
	}
}

// compare finds rates that answer for the same as another of the file, or as one that is kept.
func (f *rateFile) compare(tx pg.Tx) error {
	ids := make([]uuid.UUID, 0, len(f.carriers))
	for _, c := range f.carriers {
		ids = append(ids, c.ID)
	}
	kept, err := ratesOf(tx, ids)
	if err != nil {
		return err
	}
	for i, r := range f.rates {
		meets := func(other Rate) bool { return other.meets(r) }
		if len(f.faults) < maxRateFaults && (slices.ContainsFunc(f.rates[:i], meets) || slices.ContainsFunc(kept, meets)) {
			f.fault(f.rows[i], "valid_from", ErrRateOverlap.With())
		}
	}
	return nil
}
