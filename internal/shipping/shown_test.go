package shipping_test

import (
	"fmt"
	"strings"
	"testing"
)

// Warehouse, quality, production, purchasing and the gate handle notices and delivery notes without prices, amounts and what finance
// found; sales, finance and who oversees them see all. The secrets are figures that nothing else has.
func TestORD03_NoticesAndDeliveryNotesHideAmountsFromTheFactory(t *testing.T) {
	w := open(t, "98765.43")
	w.order, w.line = w.newOrder("1000", "7.3579", "7357.90")
	w.owe("4321.09", 30)
	body := w.draft("credit", "100")
	body["overdue_reason"] = "欠款4321.09元下周付"
	n := w.write(body)
	w.verb("clerk", n, "check", object{}).Want(200)
	w.verb("manager", n, "release", object{}).Want(200)
	note := w.dispatch(n, "40").Want(201)
	secrets := []string{"735.79", "294.32", "7.3579", "98765.43", "4321.09", `"amount"`, `"price"`, `"figures"`, `"covered_amount"`, `"overdue_reason"`, `_amount"`}
	places := []string{
		notices + n, "/v1/shipping-notices", notices + n + "/timeline", notices + n + "/decisions", "/v1/delivery-notes/" + note.ID(), "/v1/delivery-notes",
		"/v1/delivery-notes/" + note.ID() + "/decisions", "/v1/delivery-notes/" + note.ID() + "/timeline", "/v1/delivery-notes/" + note.ID() + "/gate-pass",
		"/v1/orders/" + w.order.String() + "/timeline", "/v1/approvals", "/v1/me/tasks",
	}
	for _, who := range []string{"keeper", "quality", "production", "purchasing", "guard"} {
		for _, place := range places {
			got := w.As(who).Get(place)
			for _, secret := range secrets {
				// names of fields that changed are no amounts
				if got.Status == 200 && strings.Contains(string(got.Body), secret) && !strings.HasSuffix(place, "/timeline") {
					t.Errorf("%s reads %s at %s: %s", who, secret, place, got.Body)
				}
			}
			if got.Status != 200 && (got.Status != 403 || who != "guard" || !strings.HasPrefix(place, "/v1/orders")) {
				t.Errorf("%s gets %d at %s", who, got.Status, place)
			}
		}
	}
	if strings.Contains(string(note.Body), "294.32") {
		t.Errorf("the warehouse is answered with amounts: %s", note.Body)
	}
	for _, who := range []string{"rep1", "assistant", "supervisor", "manager", "director", "clerk", "finance", "gm", "auditor"} {
		got, left := w.As(who).Get(notices+n).Want(200), w.As(who).Get("/v1/delivery-notes/"+note.ID()).Want(200)
		if got.String("amount") != "735.79" || got.String("lines.0.price") != "7.3579" || got.String("figures.limit") != "98765.43" || got.String("overdue_reason") == "" ||
			left.String("amount") != "294.32" || left.String("lines.0.amount") != "294.32" {
			t.Errorf("%s: %s %s", who, got.Body, left.Body)
		}
		if list := w.As(who).Get("/v1/delivery-notes").Want(200); list.String("data.0.amount") != "294.32" || list.String("data.0.invoiced_amount") != "0.00" {
			t.Errorf("%s: %s", who, list.Body)
		}
	}
}

// An order's timeline names its notices and delivery notes, at each step that is news of the order.
func TestORD09_TheOrdersTimelineTellsOfNoticesAndDeliveries(t *testing.T) {
	w := open(t, "1000")
	n := w.released("600")
	note := w.dispatch(n, "250").Want(201)
	w.let(note.ID()).Want(201)
	back := w.dispatch(n, "100").Want(201)
	w.As("keeper").Post("/v1/delivery-notes/"+back.ID()+"/cancel", object{"reason": "卸货"}).Want(200)
	w.verb("rep1", n, "close", object{"reason": "余量不发"}).Want(200)
	cancelled := w.write(w.draft("credit", "1"))
	w.verb("rep1", cancelled, "cancel", object{"reason": "客户推迟"}).Want(200)
	notice, other := w.As("rep1").Get(notices+n).String("number"), w.As("rep1").Get(notices+cancelled).String("number")
	var told []string
	a := w.As("keeper").Get("/v1/orders/" + w.order.String() + "/timeline?limit=200").Want(200)
	for i := range a.Len("data") {
		at := fmt.Sprintf("data.%d.", i)
		if document := a.String(at + "document"); document != "" {
			told = append(told, a.String(at+"action")+" "+document)
		}
	}
	want := []string{
		"createShippingNotice " + notice, "submitShippingNotice " + notice, "checkShippingNotice " + notice, "releaseShippingNotice " + notice,
		"dispatchShippingNotice " + notice, "issueDeliveryNote " + note.String("number"), "checkGatePass " + note.String("number"),
		"issueDeliveryNote " + back.String("number"), "cancelDeliveryNote " + back.String("number"), "closeShippingNotice " + notice,
		"createShippingNotice " + other, "submitShippingNotice " + other, "cancelShippingNotice " + other,
	}
	if got := strings.Join(told, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("told:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}
