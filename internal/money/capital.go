package money

import (
	"strings"

	"github.com/govalues/decimal"
)

// The words of 人民币大写. The rules are the Ministry of Finance's for vouchers (会计基础工作规范) and the People's Bank's for bills
// (支付结算办法): no maintained Go library has them, those that there are stop at 亿 or write 零零.
var (
	capitalDigits = [...]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}
	capitalPlaces = [...]string{"", "拾", "佰", "仟"}
	capitalGroups = [...]string{"", "万", "亿", "万"} // of four digits each; the fourth counts ten thousands of 亿
)

// groupOf is how many digits share 万 or 亿.
const groupOf = 4

// Capital writes an amount in Chinese capital numerals, as business papers carry it beside the figures: 1,680.32 is
// 人民币壹仟陆佰捌拾元零叁角贰分. It takes any amount that numeric(18,2) holds, rounded to the fen. 整 closes what has no fen; zeros between digits are one
// 零, also one before the 角 or 分 when the yuan, or the 角, are 0.
func Capital(amount decimal.Decimal) string {
	d := Fen(amount)
	yuan, fen, _ := strings.Cut(d.Abs().String(), ".")
	yuan = strings.TrimLeft(yuan, "0")
	var b strings.Builder
	b.WriteString("人民币")
	if d.IsNeg() {
		b.WriteString("负")
	}
	if yuan == "" && fen == "00" {
		return b.String() + "零元整"
	}
	if yuan != "" {
		b.WriteString(capitalYuan(yuan) + "元")
	}
	jiao, cents := fen[0]-'0', fen[1]-'0'
	if yuan != "" && (jiao == 0 && cents > 0 || jiao > 0 && yuan[len(yuan)-1] == '0') {
		b.WriteString("零")
	}
	if jiao > 0 {
		b.WriteString(capitalDigits[jiao] + "角")
	}
	if cents > 0 {
		b.WriteString(capitalDigits[cents] + "分")
	} else {
		b.WriteString("整")
	}
	return b.String()
}

// capitalYuan writes a whole number without leading zeros, of 16 digits at most.
func capitalYuan(digits string) string {
	var b strings.Builder
	gap, upper := false, false // a 0 waits to be written before the next digit; the ten thousands of 亿 were written
	for i, r := range digits {
		place := len(digits) - 1 - i
		if r == '0' {
			gap = true
		} else {
			if gap {
				b.WriteString("零")
			}
			gap = false
			b.WriteString(capitalDigits[r-'0'] + capitalPlaces[place%groupOf])
		}
		if place%groupOf > 0 {
			continue
		}
		group, from := place/groupOf, max(0, i+1-groupOf)
		empty := strings.Trim(digits[from:i+1], "0") == ""
		gap = gap && empty                 // zeros that end a group aren't read before a digit of thousands: 壹拾万柒仟
		if !empty || group == 2 && upper { // 亿 closes both its groups, also when the lower is empty
			b.WriteString(capitalGroups[group])
		}
		upper = upper || group == 3 && !empty
	}
	return b.String()
}
