package approval

import (
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// overseers see every request.
var overseers = []identity.Role{identity.GeneralManager, identity.Auditor, identity.Admin}

// Dossier is a request with all that was said about it.
type Dossier struct {
	Request
	Decisions   []Decision
	Comments    []Comment
	Verbals     []VerbalApproval
	Escalations []Escalation
	Tasks       []Task     // open ones
	MayDecide   bool       // the open step asks the one who reads it
	DecidesFor  *uuid.UUID // the absent person in whose place they would decide (ORG-04)
}

// GetApproval returns a request with its decisions, comments, verbal approvals and open tasks. Returns errs.ErrNotFound
// also for what the principal may not see: it is seen by its submitter and their superiors in sales (ORG-06), by whoever
// has or had a task in it, and by the general manager, the auditor and the administrator.
func (s *Service) GetApproval(tx pg.Tx, who identity.Principal, id uuid.UUID) (Dossier, error) {
	r, err := pg.Take[Request](tx, "id = ?", id)
	if err != nil {
		return Dossier{}, err
	}
	if err := mustSee(tx, who, r); err != nil {
		return Dossier{}, err
	}
	d := Dossier{Request: r}
	if d.Decisions, err = decisionsOf(tx, id); err != nil {
		return Dossier{}, err
	}
	if d.Comments, err = commentsOf(tx, id); err != nil {
		return Dossier{}, err
	}
	if d.Verbals, err = verbalsOf(tx, id); err != nil {
		return Dossier{}, err
	}
	if err := tx.Where("request_id = ? AND state = ?", id, taskOpen).Order("id").Find(&d.Tasks).Error; err != nil {
		return Dossier{}, err
	}
	if d.Escalations, err = escalationsOf(tx, id); err != nil {
		return Dossier{}, err
	}
	return d, d.may(tx, who)
}

// People returns everybody whom the request names as submitter or decider.
func (d *Dossier) People() []uuid.UUID {
	ids := []uuid.UUID{d.SubmittedBy}
	for _, x := range d.Decisions {
		ids = append(ids, x.DecidedBy, x.voice())
	}
	return ids
}

// may fills in whether the principal may decide now, and for whom.
func (d *Dossier) may(tx pg.Tx, who identity.Principal) error {
	if d.Current() == nil {
		return nil
	}
	seats, err := deputySeats(tx, who, false)
	if err != nil {
		return err
	}
	b := ballot{
		step:        d.Current(),
		before:      slices.DeleteFunc(slices.Clone(d.Decisions), func(x Decision) bool { return x.Step != d.Step }),
		escalations: slices.DeleteFunc(slices.Clone(d.Escalations), func(e Escalation) bool { return e.Step != d.Step }),
	}
	p, err := b.seated(who.ID, d.bench(who, seats))
	d.MayDecide = err == nil && (who.ID != d.SubmittedBy || p.role == identity.GeneralManager)
	if d.MayDecide {
		d.DecidesFor = p.seat.absent()
	}
	return nil
}

// mustSee returns errs.ErrNotFound for a request that the principal may not see. It reads only when the request itself
// doesn't tell.
func mustSee(tx pg.Tx, who identity.Principal, r Request) error {
	if r.shows(who) {
		return nil
	}
	cond, args := seen(tx, who)
	args["id"] = r.ID
	var found bool
	err := tx.Raw(`SELECT EXISTS (SELECT 1 FROM approval_requests r WHERE r.id = @id AND `+cond+`)`, args).Scan(&found).Error
	if err == nil && !found {
		err = errs.ErrNotFound
	}
	return err
}

// shows reports whether the request itself says that the principal sees it.
func (r Request) shows(who identity.Principal) bool {
	if who.ID == r.SubmittedBy || r.OwnerID != nil && *r.OwnerID == who.ID || who.Kind == identity.KindSystem || who.Has(overseers...) || r.superior(who) {
		return true
	}
	return slices.ContainsFunc(r.Route, func(st Step) bool {
		return slices.ContainsFunc(st.Deciders, func(d Decider) bool { return d.asks(who) })
	})
}

// superior reports whether the submitter, or the owner of the document, is one of the people whose documents the principal
// sees by their place in sales (ORG-06). Those who see everybody's for other reasons (warehouse, gate) don't see approvals by that.
func (r Request) superior(who identity.Principal) bool {
	owners, all := who.Owners()
	return !all && (slices.Contains(owners, r.SubmittedBy) || r.OwnerID != nil && slices.Contains(owners, *r.OwnerID))
}

// lockSeen locks a request that the principal may see.
func (s *Service) lockSeen(tx pg.Tx, who identity.Principal, id uuid.UUID) (Request, error) {
	r, err := lockRequest(tx, id)
	if err != nil {
		return Request{}, err
	}
	return r, mustSee(tx, who, r)
}

// Filter narrows the list of requests; zero values don't.
type Filter struct {
	State       State
	Matter      string
	SubjectType string
	SubjectID   *uuid.UUID
	SubmittedBy *uuid.UUID
}

// ListApprovals returns the requests that the principal may see (as GetApproval says), the last one first. One statement.
func (s *Service) ListApprovals(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Request, string, error) {
	q := tx.Table("approval_requests r").Select("r.*")
	for column, value := range map[string]string{"r.state": string(f.State), "r.matter": f.Matter, "r.subject_type": f.SubjectType} {
		if value != "" {
			q = q.Where(column+" = ?", value)
		}
	}
	if f.SubjectID != nil {
		q = q.Where("r.subject_id = ?", *f.SubjectID)
	}
	if f.SubmittedBy != nil {
		q = q.Where("r.submitted_by = ?", *f.SubmittedBy)
	}
	if !who.Has(overseers...) && who.Kind != identity.KindSystem {
		cond, args := seen(tx, who)
		q = q.Where(cond, args)
	}
	var last uuid.UUID
	found, err := p.After(&last)
	if err != nil {
		return nil, "", err
	}
	if found {
		q = q.Where("r.id < ?", last)
	}
	var rows []Request
	if err := q.Order("r.id DESC").Limit(p.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(p, rows, func(r Request) any { return r.ID })
}

// seen is mustSee as a condition on requests (r).
func seen(tx pg.Tx, who identity.Principal) (string, map[string]any) {
	cond, args := asked(who)
	args["owners"], args["now"] = []uuid.UUID{who.ID}, tx.Now
	if owners, all := who.Owners(); !all && len(owners) > 0 {
		args["owners"] = append(slices.Clone(owners), who.ID)
	}
	return `(r.submitted_by IN @owners OR r.owner_id IN @owners
		OR EXISTS (SELECT 1 FROM approval_tasks t WHERE t.request_id = r.id AND ` + cond + `)
		OR EXISTS (SELECT 1 FROM approval_decisions d WHERE d.request_id = r.id
			AND (d.decided_by = @me OR d.recorded_by = @me OR d.on_behalf_of = @me))
		OR EXISTS (SELECT 1 FROM ` + deputed + ` AND t.request_id = r.id))`, args
}

// decisionsAt returns the decisions on one step.
func decisionsAt(tx pg.Tx, request uuid.UUID, step int) ([]Decision, error) {
	var rows []Decision
	return rows, tx.Where("request_id = ? AND step = ?", request, step).Order("id").Find(&rows).Error
}
