package quote

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/pg"
)

func teamMembers(tx pg.Tx, team uuid.UUID) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	return ids, tx.Raw("SELECT id FROM users WHERE team_id = ?", team).Scan(&ids).Error
}

// kind is a table of documents with an owner and a state.
type kind struct {
	table   string
	columns string
	states  []string
}

var (
	quotationKind = kind{
		"quotations", "id, number, customer_id, prospect_id, owner_id, state, revision, total, valid_until, unapproved, created_at, version",
		words(States),
	}
	inquiryKind = kind{"inquiries", `id, number, customer_id, prospect_id, owner_id, state, channel, received_at, new_customer, due_at, needs, monthly_tonnes,
		answered_at, quotation_id, closed_at, close_reason, created_by, created_at, updated_at, version`, []string{"open", "answered", "closed"}}
)

func words(states []State) []string {
	list := make([]string, len(states))
	for i, s := range states {
		list[i] = string(s)
	}
	return list
}

// page is the query behind a page, newest first. Several owners are read one by one, each from its own index range, because a condition
// owner_id IN (…) can't be read in the order of the list. What names few rows (number, customer, deadline) is read by that.
func (k kind) page(w scope) (string, []any) {
	query, args := `SELECT `+k.columns+` FROM `+k.table+` WHERE id < ?`, []any{w.last}
	add := func(condition string, arg any) { query, args = query+" AND "+condition, append(args, arg) }
	few := false
	for _, c := range w.conditions(k) {
		add(c.sql, c.arg)
		few = few || c.few
	}
	if few || w.all {
		if w.State != "" {
			add("state = ?", w.State)
		}
		if !w.all {
			add("owner_id = ANY (?::uuid[])", ids(w.owners))
		}
		return query, args
	}
	states := k.states
	if w.State != "" {
		states = []string{w.State}
	}
	return `SELECT mine.* FROM (SELECT unnest(?::uuid[]) AS owner) u CROSS JOIN (SELECT unnest(?::text[]) AS wanted) s
		CROSS JOIN LATERAL (` + query + ` AND owner_id = u.owner AND state = s.wanted ORDER BY id DESC LIMIT ?) mine`,
		append(append([]any{ids(w.owners), pg.TextArray(states)}, args...), w.limit)
}

type condition struct {
	sql string
	arg any
	few bool // it names few rows
}

// conditions are those of the filter apart from owner and state.
func (w scope) conditions(k kind) []condition {
	var list []condition
	add := func(set, few bool, sql string, arg any) {
		if set {
			list = append(list, condition{sql, arg, few})
		}
	}
	add(w.Number != "", true, "number = ?", w.Number)
	add(w.CustomerID != nil, true, "customer_id = ?", w.CustomerID)
	add(w.ProspectID != nil, true, "prospect_id = ?", w.ProspectID)
	if k.table == quotationKind.table {
		add(w.InquiryID != nil, true, "inquiry_id = ?", w.InquiryID)
		add(w.ValidUntil != nil, false, "valid_until <= ?", w.ValidUntil)
		return list
	}
	add(w.Overdue, true, "state = 'open' AND due_at < ?", w.now)
	add(w.DueBefore != nil, true, "state = 'open' AND due_at < ?", w.DueBefore)
	return list
}

func ids(list []uuid.UUID) pg.TextArray {
	texts := make(pg.TextArray, len(list))
	for i, id := range list {
		texts[i] = id.String()
	}
	return texts
}

// named takes the page first, and then the names of its customers and prospects.
func (k kind) named(w scope) (string, []any) {
	page, args := k.page(w)
	return `SELECT d.*, coalesce(c.name, p.name) AS party_name FROM (` + page + ` ORDER BY id DESC LIMIT ?) d
		LEFT JOIN customers c ON c.id = d.customer_id LEFT JOIN prospects p ON p.id = d.prospect_id ORDER BY d.id DESC`, append(args, w.limit)
}

func listQuotations(tx pg.Tx, w scope) ([]Summary, error) {
	query, args := quotationKind.named(w)
	var rows []Summary
	return rows, tx.Raw(query, args...).Scan(&rows).Error
}

func listInquiries(tx pg.Tx, w scope) ([]InquirySummary, error) {
	query, args := inquiryKind.named(w)
	var rows []InquirySummary
	return rows, tx.Raw(query, args...).Scan(&rows).Error
}
