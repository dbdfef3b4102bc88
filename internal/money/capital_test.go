package money

import (
	"strings"
	"testing"

	"github.com/govalues/decimal"
	"pgregory.net/rapid"
)

func TestCapital(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0": "零元整", "0.00": "零元整", "0.004": "零元整", "0.01": "壹分", "0.10": "壹角整", "0.11": "壹角壹分", "0.99": "玖角玖分",
		"1": "壹元整", "1.01": "壹元零壹分", "1.10": "壹元壹角整", "10": "壹拾元整", "10.10": "壹拾元零壹角整", "10.01": "壹拾元零壹分",
		"100": "壹佰元整", "101": "壹佰零壹元整", "110": "壹佰壹拾元整", "1001": "壹仟零壹元整", "1010": "壹仟零壹拾元整",
		// the examples of 支付结算办法
		"1409.50": "壹仟肆佰零玖元伍角整", "6007.14": "陆仟零柒元壹角肆分", "1680.32": "壹仟陆佰捌拾元零叁角贰分",
		"107000.53": "壹拾万柒仟元零伍角叁分", "16409.02": "壹万陆仟肆佰零玖元零贰分", "325.04": "叁佰贰拾伍元零肆分",
		"10000": "壹万元整", "10001": "壹万零壹元整", "100000": "壹拾万元整", "100100": "壹拾万零壹佰元整", "1000000": "壹佰万元整", "10010": "壹万零壹拾元整",
		"12340000": "壹仟贰佰叁拾肆万元整", "100000000": "壹亿元整", "100000001": "壹亿零壹元整", "100010000": "壹亿零壹万元整", "1000100000": "壹拾亿零壹拾万元整",
		"1010000000000": "壹万零壹佰亿元整", "1000000000000": "壹万亿元整", "1000000010000": "壹万亿零壹万元整", "1000000000001.01": "壹万亿零壹元零壹分",
		"10000000000000": "壹拾万亿元整", "1000100000000": "壹万零壹亿元整",
		"9999999999999999.99": "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
		"1234567890123456.78": "壹仟贰佰叁拾肆万伍仟陆佰柒拾捌亿玖仟零壹拾贰万叁仟肆佰伍拾陆元柒角捌分",
		"2.675":               "贰元陆角捌分",
	} {
		if got := Capital(dec(in)); got != "人民币"+want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if got := Capital(dec("-1680.32")); got != "人民币负壹仟陆佰捌拾元零叁角贰分" {
		t.Error(got)
	}
}

// read is Capital backwards, by the words alone: what a bank's clerk does.
func read(t *rapid.T, words string) decimal.Decimal {
	words = strings.TrimSuffix(strings.TrimPrefix(words, "人民币"), "整")
	neg := strings.HasPrefix(words, "负")
	words = strings.TrimPrefix(words, "负")
	var total, section, digit, fen int64
	for _, r := range words {
		if i := strings.IndexRune("零壹贰叁肆伍陆柒捌玖", r); i >= 0 {
			digit = int64(i / len("零"))
			continue
		}
		switch r {
		case '拾':
			section += digit * 10
		case '佰':
			section += digit * 100
		case '仟':
			section += digit * 1000
		case '万':
			section = (section + digit) * 10_000
			total += section
			section = 0
		case '亿':
			total = (total + section + digit) * 100_000_000
			section = 0
		case '元':
			total += section + digit
			section = 0
		case '角':
			fen += digit * 10
		case '分':
			fen += digit
		default:
			t.Fatalf("%s has %c", words, r)
		}
		digit = 0
	}
	d, err := decimal.New(total*100+fen, AmountScale)
	if err != nil {
		t.Fatal(err)
	}
	if neg {
		d = d.Neg()
	}
	return d
}

// Whatever the amount, its words say it and nothing else, and are well formed.
func TestCapitalProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		digits := rapid.StringMatching(`[1-9]?[0-9]{0,3}(0000|[0-9]{4})?(0000|[0-9]{4})?(00|0[0-9]{3}|[0-9]{4})?`).Draw(r, "yuan")
		if digits == "" {
			digits = "0"
		}
		in := dec(digits + "." + rapid.StringMatching(`[0-9]0|0[0-9]|[0-9]{2}`).Draw(r, "fen"))
		if rapid.Bool().Draw(r, "negative") {
			in = in.Neg()
		}
		words := Capital(in)
		if got := read(r, words); got.Cmp(in) != 0 {
			r.Fatalf("%s is %s, which reads %s", in, words, got)
		}
		for _, bad := range []string{"零零", "零元", "零万", "零亿", "零拾", "零佰", "零仟", "零整", "零角", "零分", "万万", "亿亿"} {
			if strings.Contains(words, bad) && !in.IsZero() {
				r.Fatalf("%s is %s, with %s", in, words, bad)
			}
		}
		if strings.HasSuffix(words, "整") == strings.HasSuffix(words, "分") {
			r.Fatalf("%s is %s", in, words)
		}
	})
}

func FuzzCapital(f *testing.F) {
	f.Add(int64(168032))
	f.Add(int64(999999999999999999))
	f.Fuzz(func(t *testing.T, fen int64) {
		if fen > 999_999_999_999_999_999 || fen < -999_999_999_999_999_999 {
			return // numeric(18,2) doesn't hold it
		}
		d, err := decimal.New(fen, AmountScale)
		if err != nil {
			t.Fatal(err)
		}
		if words := Capital(d); !strings.HasPrefix(words, "人民币") || strings.Contains(words, "零零") {
			t.Errorf("%s: %s", d, words)
		}
	})
}
