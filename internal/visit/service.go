package visit

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
	"github.com/salesgate/salesgate/internal/rulebook"
)

// subject is what events and timelines call a visit.
const subject = "visit"

// Service holds the use cases. Every method takes the transaction and the caller.
type Service struct{ rules *rulebook.Service }

// New returns the service.
func New(rules *rulebook.Service) *Service { return &Service{rules: rules} }

// Put takes what a phone says about a visit of the caller, whether it is new, said already, or late (see the package's doc), and
// returns the visit as it stands and what became of what was sent. Locks the visit.
//
// Returns ErrID, ErrEmpty, ErrWhom, ErrNotYourCustomer (ORG-06), ErrOtherSubject, ErrNotYours, errs.ErrNotFound for another's visit
// that the caller may not see, ErrClock, ErrFuture, ErrTooOld, ErrTooFar (CUS-10), ErrNoForm, ErrField and ErrAnswer (CUS-11). It
// writes nothing when it refuses.
func (s *Service) Put(tx pg.Tx, who identity.Principal, in Input) (Visit, Outcome, error) {
	if err := in.check(); err != nil {
		return Visit{}, "", err
	}
	v, err := pg.TakeForUpdate[Visit](tx, "id = ?", in.ID)
	fresh := errors.Is(err, errs.ErrNotFound)
	switch {
	case fresh:
		v, err = begin(tx, who, in)
	case err == nil:
		err = v.mine(tx, who, in)
	}
	if err != nil {
		return Visit{}, "", err
	}
	before := v
	outcome, kept, err := s.merge(tx, &v, in)
	if err != nil {
		return Visit{}, "", err
	}
	if err := store(tx, before, &v, fresh, outcome); err != nil {
		return Visit{}, "", err
	}
	if err := keep(tx, who, v.ID, kept); err != nil || outcome != Applied {
		return v, outcome, err
	}
	if v.ProspectID != nil && v.State == Done { // a prospect that is visited doesn't fall back into the pool (CUS-08)
		if err := prospect.Touch(tx, *v.ProspectID, *v.VisitedAt); err != nil {
			return v, outcome, err
		}
	}
	e := audit.Entry{Action: "putVisit", SubjectType: subject, SubjectID: v.ID, After: v.trace()}
	if !fresh {
		e.Before = before.trace()
	}
	return v, outcome, audit.Record(tx, e)
}

// check holds the input to what can be known without looking.
func (in Input) check() error {
	switch {
	case in.ID.Version() != 7:
		return ErrID.At("/id")
	case in.Plan == nil && in.Report == nil:
		return ErrEmpty
	case (in.CustomerID == nil) == (in.ProspectID == nil):
		return ErrWhom.At("/customer_id")
	}
	return nil
}

// filed is the input under the customer that its prospect has become meanwhile: the phone was offline when it was converted.
func (in Input) filed(tx pg.Tx) (Input, error) {
	if in.ProspectID == nil {
		return in, nil
	}
	x, err := prospect.Brief(tx, *in.ProspectID)
	if errors.Is(err, errs.ErrNotFound) { // mustBeYours says it
		return in, nil
	}
	if x.CustomerID != nil {
		in.CustomerID, in.ProspectID = x.CustomerID, nil
	}
	return in, err
}

// begin makes the caller's new visit to a customer or prospect of theirs.
func begin(tx pg.Tx, who identity.Principal, in Input) (Visit, error) {
	if who.Kind != identity.KindUser {
		return Visit{}, ErrNotYours
	}
	in, err := in.filed(tx)
	if err != nil {
		return Visit{}, err
	}
	if err := mustBeYours(tx, who, in); err != nil {
		return Visit{}, err
	}
	return Visit{ID: in.ID, RepID: who.ID, CustomerID: in.CustomerID, ProspectID: in.ProspectID, CreatedAt: tx.Now}, nil
}

// mustBeYours refuses a visit to a customer or prospect whom the caller doesn't look after (CUS-10, ORG-06). One that isn't there
// and one that is somebody else's are told by the same words.
func mustBeYours(tx pg.Tx, who identity.Principal, in Input) error {
	if in.CustomerID == nil {
		x, err := prospect.BriefFor(tx, who, *in.ProspectID)
		if errors.Is(err, errs.ErrNotFound) || err == nil && x.State != prospect.Active {
			return ErrNotYourCustomer.At("/prospect_id")
		}
		return err
	}
	c, err := customer.Brief(tx, *in.CustomerID)
	if errors.Is(err, errs.ErrNotFound) || err == nil && !who.Sees(c.OwnerID) {
		return ErrNotYourCustomer.At("/customer_id")
	}
	return err
}

// mine guards a visit that is there: who may not see it finds nothing, and only its rep writes in it. A visit that was planned
// when the customer was the rep's is reported also after the customer has changed hands.
func (v Visit) mine(tx pg.Tx, who identity.Principal, in Input) error {
	if v.RepID != who.ID {
		if err := v.mustSee(tx, who); err != nil {
			return err
		}
		return ErrNotYours
	}
	if v.isTo(in) {
		return nil
	}
	in, err := in.filed(tx)
	if err == nil && !v.isTo(in) {
		err = ErrOtherSubject.At("/customer_id")
	}
	return err
}

func (v Visit) isTo(in Input) bool {
	return same(v.CustomerID, in.CustomerID) && same(v.ProspectID, in.ProspectID)
}

func same(a, b *uuid.UUID) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// mustSee lets those see a visit who see its rep, or the customer now (ORG-06).
func (v Visit) mustSee(tx pg.Tx, who identity.Principal) error {
	if who.Sees(v.RepID) {
		return nil
	}
	if v.CustomerID == nil {
		_, err := prospect.Mine(tx, who, *v.ProspectID)
		return err
	}
	c, err := customer.Brief(tx, *v.CustomerID)
	if err != nil {
		return err
	}
	return who.MustSee(c.OwnerID)
}

// merge writes the sections on the visit as far as they stand, and returns the revisions to be kept.
func (s *Service) merge(tx pg.Tx, v *Visit, in Input) (Outcome, []Revision, error) {
	outcome := Unchanged
	var kept []Revision
	if in.Plan != nil {
		r, err := s.mergePlan(tx, v, *in.Plan)
		if err != nil {
			return "", nil, err
		}
		outcome, kept = stronger(outcome, r.outcome), append(kept, r)
	}
	if in.Report != nil {
		r, err := s.mergeReport(tx, v, *in.Report)
		if err != nil {
			return "", nil, err
		}
		outcome, kept = stronger(outcome, r.outcome), append(kept, r)
	}
	v.State = v.state()
	return outcome, kept, nil
}

func (s *Service) mergePlan(tx pg.Tx, v *Visit, sent Sent[Plan]) (Revision, error) {
	p, at := sent.Content.normal(), instant(sent.WrittenAt)
	r, err := revision("plan", p, at)
	if err != nil {
		return r, err
	}
	switch r.outcome = weigh(v.PlanHash, v.PlanWrittenAt, r.Hash, at); r.outcome {
	case Applied:
		if err := s.checkPlan(tx, *v, p, at); err != nil {
			return r, err
		}
		v.Plan, v.PlannedOn, v.PlanHash, v.PlanWrittenAt = &p, &p.PlannedOn, r.Hash, &at
	case Unchanged:
		v.PlanWrittenAt = later(v.PlanWrittenAt, at)
	case Superseded:
	}
	return r, nil
}

func (s *Service) mergeReport(tx pg.Tx, v *Visit, sent Sent[Report]) (Revision, error) {
	p, at := sent.Content.normal(), instant(sent.WrittenAt)
	r, err := revision("report", p, at)
	if err != nil {
		return r, err
	}
	switch r.outcome = weigh(v.ReportHash, v.ReportWrittenAt, r.Hash, at); r.outcome {
	case Applied:
		if err := s.checkReport(tx, *v, p, at); err != nil {
			return r, err
		}
		return r, s.setReport(tx, v, p, r.Hash, at)
	case Unchanged:
		v.ReportWrittenAt = later(v.ReportWrittenAt, at)
	case Superseded:
	}
	return r, nil
}

// later keeps the later of two times at which the same content was written, so that nothing written in between wins.
func later(standing *time.Time, at time.Time) *time.Time {
	if at.After(*standing) {
		return &at
	}
	return standing
}

// setReport writes a report on the visit and says whether it came late: by its first coming, not by that of a correction.
func (s *Service) setReport(tx pg.Tx, v *Visit, p Report, hash []byte, at time.Time) error {
	if v.ReportedAt == nil {
		v.ReportedAt = &tx.Now
	}
	allowed, err := s.rules.Int(tx, "visit.late_after_days")
	if err != nil {
		return err
	}
	day := clock.Today(p.VisitedAt)
	v.Late = daysBetween(day, clock.Today(*v.ReportedAt)) > allowed // CUS-10
	v.Report, v.VisitedAt, v.VisitedOn, v.ReportHash, v.ReportWrittenAt = &p, &p.VisitedAt, &day, hash, &at
	v.FormVersion = p.FormVersion
	return nil
}

// Get returns a visit. Returns errs.ErrNotFound for one that the caller may not see (ORG-06).
func (s *Service) Get(tx pg.Tx, who identity.Principal, id uuid.UUID) (Visit, error) {
	v, err := pg.Take[Visit](tx, "id = ?", id)
	if err != nil {
		return Visit{}, err
	}
	return v, v.mustSee(tx, who)
}

// ListRevisions returns what was ever sent about a visit, newest first, also what came too late to stand.
func (s *Service) ListRevisions(tx pg.Tx, who identity.Principal, id uuid.UUID, p pg.Page) ([]Revision, string, error) {
	if _, err := s.Get(tx, who, id); err != nil {
		return nil, "", err
	}
	return revisions(tx, id, p)
}
