package transport

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// A truck is found by its plate however it is written, and every other difference is said.
func TestSHP07_WhatStandsBeforeTheRamp(t *testing.T) {
	t.Parallel()
	truck := func(number, plate, driver string, s State) Truck {
		return Truck{Notice: Notice{Number: number, Vehicle: plate, VehicleKey: PlateKey(plate), CarrierName: "云岭示例物流", Driver: driver, State: s}}
	}
	trucks := func() []Truck {
		return []Truck{truck("TN-1", "浙A·12345", "吴示例", Planned), truck("TN-2", "浙B·67890", "郑示例", Planned), truck("TN-3", "浙C·1", "冯示例", Loaded)}
	}
	for _, c := range []struct {
		seen Sight
		code string
		want string
	}{
		{Sight{"浙a 12345", " 云岭示例物流 ", "吴示例"}, "", "TN-1"},
		{Sight{"浙B67890", "云岭示例物流", "郑示例"}, "", "TN-2"},
		{Sight{"浙B67890", "云岭示例物流", "吴示例"}, "transport.other_driver", ""},
		{Sight{"浙B67890", "别家物流", "郑示例"}, "transport.other_carrier", ""},
		{Sight{"浙C·1", "云岭示例物流", "冯示例"}, "transport.other_vehicle", ""},
		{Sight{"浙A·12346", "云岭示例物流", "吴示例"}, "transport.other_vehicle", ""},
		{Sight{"", "云岭示例物流", "吴示例"}, "transport.say_what_stands_there", ""},
		{Sight{"浙A·12345", "", "吴示例"}, "transport.say_what_stands_there", ""},
		{Sight{"浙A·12345", "云岭示例物流", " "}, "transport.say_what_stands_there", ""},
	} {
		found, refusal := pick(trucks(), c.seen)
		switch {
		case refusal != nil && refusal.Code != c.code, refusal == nil && (c.code != "" || found.Number != c.want):
			t.Errorf("%+v: %v %v", c.seen, found, refusal)
		}
	}
	if _, refusal := pick(trucks()[2:], Sight{"浙C·1", "云岭示例物流", "冯示例"}); refusal == nil || refusal.Code != "transport.none_expected" {
		t.Errorf("a truck leaves twice: %v", refusal)
	}
}

// TestSHP07_SHP18_StatesAndVerbs is every state × every verb against testdata/states.txt (SALESGATE_GOLDEN=1 writes it anew).
func TestSHP07_SHP18_StatesAndVerbs(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, s := range States {
		for _, v := range Verbs {
			fmt.Fprintf(&b, "transport notice %-9s %-28s %v\n", s, v, s.Can(v))
		}
	}
	for _, s := range SettlementStates {
		for _, v := range SettlementVerbs {
			fmt.Fprintf(&b, "settlement       %-9s %-28s %v\n", s, v, s.Can(v))
		}
	}
	const path = "testdata/states.txt"
	if os.Getenv("SALESGATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil || string(golden) != b.String() {
		t.Errorf("states × verbs changed (%v):\n%s", err, b.String())
	}
}

// One key for ramp, transport notices and gate (SHP-07, SHP-09).
func TestSHP07_PlatesHaveOneKey(t *testing.T) {
	t.Parallel()
	for _, plate := range []string{"浙A·12345", "浙a 12345", "浙A-12345", "浙A.12345", "浙A・12345", "浙A•12345", "浙A\u3000123 45"} {
		if PlateKey(plate) != "浙A12345" {
			t.Errorf("%s becomes %s", plate, PlateKey(plate))
		}
	}
}
