package approval

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// RequestSubject is the subject type of the audit events of requests.
const RequestSubject = "approval_request"

// Submit asks for a decision. The request that comes back is Approved when nobody needs to be asked; else it is Pending
// and its tasks are open. who is the person whose submission it is, the one who answers for the document: when somebody
// else sets it going (finance, a job), pass identity.LoadUser of the author, or ORG-03 guards the wrong person.
//
// Returns ErrStarter, ErrFact and ErrAlreadyPending. It costs one statement when nobody needs to be asked, and then
// writes no event and no gate decision of its own: those are the submitter's. Takes no lock; the caller holds that of
// the subject.
func (s *Service) Submit(tx pg.Tx, who identity.Principal, sub Submission) (Request, error) {
	p, j, route, err := s.plan(tx, who, sub.Matter, sub.Facts)
	if err != nil {
		return Request{}, err
	}
	if !p.matters[sub.Matter].rules.starts(who) {
		return Request{}, ErrStarter
	}
	r := newRequest(tx, who, sub, p.version.Version)
	r.Route, r.Facts = route, j.frozen
	kept, err := s.renew(tx, &r, p, j)
	if err != nil {
		return Request{}, err
	}
	r.Step = r.from(0)
	return r, s.open(tx, &r, j, kept)
}

// Preview returns the route that a submission of these facts by this person would take now, empty when nobody would be
// asked. It writes nothing, and doesn't ask whether the person may submit: it is for showing what would happen.
func (s *Service) Preview(tx pg.Tx, who identity.Principal, matter string, facts map[string]any) ([]Step, error) {
	_, _, route, err := s.plan(tx, who, matter, facts)
	return route, err
}

// plan evaluates the matrix in force on the facts.
func (s *Service) plan(tx pg.Tx, who identity.Principal, matter string, facts map[string]any) (*program, judged, []Step, error) {
	p, err := s.inForce(tx)
	if err != nil {
		return nil, judged{}, nil, err
	}
	m := p.matters[matter]
	if m == nil {
		return nil, judged{}, nil, fmt.Errorf("approval: matrix version %d has no matter %q", p.version.Version, matter)
	}
	j, route, err := s.route(tx, p, m, who, facts)
	return p, j, route, err
}

// route is the one way from facts to steps, whichever matrix is asked: that of Submit and of what is only tried.
func (s *Service) route(tx pg.Tx, p *program, m *matterProgram, who identity.Principal, facts map[string]any) (judged, []Step, error) {
	j, err := s.judge(tx, m.matter, who, facts)
	if err != nil {
		return judged{}, nil, err
	}
	stages, err := m.applying(j.vars)
	if err != nil {
		return judged{}, nil, err
	}
	route, err := steps(tx, who, p.version.Body.Ladder, stages)
	return j, route, err
}

func newRequest(tx pg.Tx, who identity.Principal, sub Submission, version int64) Request {
	kind := who.Kind
	if kind == "" {
		kind = identity.KindUser
	}
	return Request{
		ID: uuid.Must(uuid.NewV7()), Matter: sub.Matter, SubjectType: sub.SubjectType, SubjectID: sub.SubjectID,
		Number: sub.Number, TitleEN: sub.TitleEN, TitleZH: sub.TitleZH, SubmittedBy: who.ID, SubmitterKind: kind,
		SubmitterRoles: identity.Roles(slices.Clone(who.Roles)), DepartmentID: who.DepartmentID, TeamID: who.TeamID,
		SubmittedAt: tx.Now, MatrixVersion: version, Content: digest(sub.Content), State: Pending, Version: 1,
		OwnerID: sub.OwnerID, Renews: sub.Renews,
	}
}

// open writes the request; with steps, also the decisions that are kept, the first tasks and the event.
func (s *Service) open(tx pg.Tx, r *Request, j judged, kept []Decision) error {
	facts, err := j.canonical()
	if err != nil {
		return err
	}
	route, err := json.Marshal(r.Route)
	if err != nil {
		return err
	}
	r.ContentHash = shownHash(*r, facts)
	if r.Content == nil {
		r.Content = []byte{}
	}
	if len(r.Route) == 0 {
		r.State, r.ClosedAt = Approved, &tx.Now
		return insertRequest(tx, r, facts, string(route))
	}
	if err := insertRequest(tx, r, facts, string(route)); err != nil {
		return err
	}
	if len(kept) > 0 {
		if err := pg.Insert(tx, &kept); err != nil {
			return err
		}
	}
	if err := s.begin(tx, r, kept); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "submitForApproval", SubjectType: RequestSubject, SubjectID: r.ID, After: r.trace()})
}

// begin opens the first step that somebody has to decide. A request of which every step keeps its approval is approved.
func (s *Service) begin(tx pg.Tx, r *Request, kept []Decision) error {
	if r.Step < len(r.Route) {
		return s.openTasks(tx, *r)
	}
	r.State, r.ClosedAt, r.FinalDecisionID = Approved, &tx.Now, &kept[len(kept)-1].ID
	return advance(tx, r, taskDone)
}

// shownHash is the hash of what a decider is shown: the document, its protected content and the facts.
func shownHash(r Request, facts string) []byte {
	h := sha256.New()
	for _, part := range []string{
		r.Matter, r.SubjectType, r.SubjectID.String(), r.Number, r.TitleEN, r.TitleZH, facts, hex.EncodeToString(r.Content),
	} {
		fmt.Fprintf(h, "%d:%s\n", len(part), part)
	}
	return h.Sum(nil)
}

// trace is what events keep of a request: the names of its steps, not the facts, which the request itself keeps for ever.
func (r Request) trace() map[string]any {
	route, kept := make([]string, 0, len(r.Route)), []string{}
	for _, st := range r.Route {
		route = append(route, st.Stage)
		if st.Carried {
			kept = append(kept, st.Stage)
		}
	}
	return map[string]any{
		"renews": r.Renews, "kept": kept,
		"matter": r.Matter, "document": r.SubjectType, "document_id": r.SubjectID, "number": r.Number, "state": r.State,
		"step": r.Step, "route": route, "matrix_version": r.MatrixVersion, "version": r.Version, "reason": r.CloseReason,
	}
}

// Resubmit asks anew about the subject of a decided request, on behalf of its submitter: for a subject that finds in
// ApprovalDecided that the facts have changed. changed are those that have; the others are as they were, but for the engine's own and
// those of the rulebook, which are filled in as they are now. Steps that have no reason to look again keep their approval.
func (s *Service) Resubmit(tx pg.Tx, r Request, changed map[string]any, content []byte) (Request, error) {
	facts := map[string]any{}
	if m := matterOf(r.Matter); m != nil {
		facts = m.again(r.Facts)
	}
	maps.Copy(facts, changed)
	return s.Submit(tx, r.Submitter(), Submission{
		Matter: r.Matter, SubjectType: r.SubjectType, SubjectID: r.SubjectID, Number: r.Number,
		TitleEN: r.TitleEN, TitleZH: r.TitleZH, Facts: facts, Content: content, OwnerID: r.OwnerID, Renews: &r.ID,
	})
}

// again are the stored facts of a request as they are given to Submit: without those that it fills in itself.
func (m Matter) again(stored map[string]any) map[string]any {
	facts := map[string]any{}
	given := m.fromJSON(stored)
	for _, f := range m.Facts {
		if v, found := given[f.Name]; found && f.Parameter == "" {
			facts[f.Name] = v
		}
	}
	return facts
}

// Lock locks the pending and approved requests about a subject, in id order. Call it before locking the subject's own
// row in a transaction that will Void, since requests come first in the lock order.
func (s *Service) Lock(tx pg.Tx, subjectType string, subjectID uuid.UUID) error {
	_, err := lockOpen(tx, subjectType, subjectID)
	return err
}

// Void ends the pending and approved requests about a subject, because its protected content has changed or it is gone.
// The subject isn't called. It does nothing when there are none. Locks the requests.
func (s *Service) Void(tx pg.Tx, subjectType string, subjectID uuid.UUID, reason string) error {
	rows, err := lockOpen(tx, subjectType, subjectID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		before := r.trace()
		r.close(tx, Void, reason)
		if err := advance(tx, &r, taskCancelled); err != nil {
			return err
		}
		if err := audit.Record(tx, audit.Entry{
			Action: "voidApprovalRequest", SubjectType: RequestSubject, SubjectID: r.ID, Before: before, After: r.trace(),
		}); err != nil {
			return err
		}
	}
	return nil
}

// Latest returns the last request of a matter about a subject. Returns errs.ErrNotFound when there is none.
func (s *Service) Latest(tx pg.Tx, matter, subjectType string, subjectID uuid.UUID) (Request, error) {
	ordered := tx
	ordered.DB = tx.Order("id DESC")
	return pg.Take[Request](ordered, "matter = ? AND subject_type = ? AND subject_id = ?", matter, subjectType, subjectID)
}

// close ends the request in memory.
func (r *Request) close(tx pg.Tx, state State, reason string) {
	r.State, r.ClosedAt, r.ClosedBy, r.CloseReason = state, &tx.Now, tx.By.Actor(), reason
}
