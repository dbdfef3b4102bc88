package credit

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/money"
	"github.com/salesgate/salesgate/internal/pg"
)

// Names under which groups appear in the approval engine and the event log.
const (
	MatterGroup         = "credit.group"
	SubjectGroup        = "credit_group"
	SubjectGroupRequest = "credit_group_request"
)

// LockGroup locks the group of an account that this transaction has locked and reads how it stands; it does nothing for a
// payer without group. A gate takes it before it locks orders and notices (see pg), so that of two members one is judged
// after the other (CRD-17). The sum is read when the lock is held: what another member has posted is committed by then, since
// only judging adds to an exposure on the strength of a limit.
func (s *Service) LockGroup(tx pg.Tx, a *Account) error {
	if a.GroupID == nil || a.group != nil {
		return nil
	}
	g, err := lockStanding(tx, *a.GroupID)
	if err != nil {
		return err
	}
	a.group = &g
	return nil
}

// CreateCreditGroupRequest applies for a credit group, a change of its name, limit or members, or its end, and submits it for
// approval. Returns errs.ErrNotFound for a group that the caller doesn't see, errs.ErrState for a closed one, ErrGroupPending
// while another request of it is pending, errs.ErrReferenced for members that the caller doesn't see, ErrNotPayer for one whose
// bill-to is another, ErrInOtherGroup, and ErrGroupForm. Locks the members' accounts and the
// group.
func (s *Service) CreateCreditGroupRequest(tx pg.Tx, who identity.Principal, a GroupApplication) (GroupRequest, error) {
	var now Group
	var err error
	if a.GroupID != nil {
		if now, err = s.groupToChange(tx, who, *a.GroupID); err != nil {
			return GroupRequest{}, err
		}
	}
	r, err := newGroupRequest(a, now, tx.Now)
	if err != nil {
		return GroupRequest{}, err
	}
	if r.Exposure, err = s.mayJoin(tx, who, r); err != nil {
		return GroupRequest{}, err
	}
	if err := s.lockForGroup(tx, r, now.Version); err != nil {
		return GroupRequest{}, err
	}
	r.RequestedBy = who.ID
	if r.Number, err = pg.NextNumber(tx, "CR", tx.Now.In(clock.Shanghai)); err != nil {
		return GroupRequest{}, err
	}
	asked, err := s.approvals.Submit(tx, who, r.submission())
	if err != nil {
		return GroupRequest{}, err
	}
	r.ApprovalID = asked.ID
	if err := pg.Insert(tx, &r); err != nil {
		return GroupRequest{}, err
	}
	if err := s.bind(tx, who, SubjectGroupRequest, r.ID, a.Files); err != nil {
		return GroupRequest{}, err
	}
	err = audit.Record(tx, audit.Entry{Action: "createCreditGroupRequest", SubjectType: SubjectGroupRequest, SubjectID: r.ID, After: r.trace()})
	if err == nil && asked.State == approval.Approved { // the matrix asks nobody
		err = s.concludeGroup(tx, &r, RequestApproved)
	}
	return r, err
}

func (s *Service) groupToChange(tx pg.Tx, who identity.Principal, id uuid.UUID) (Group, error) {
	g, err := s.GetCreditGroup(tx, who, id)
	if err != nil {
		return Group{}, err
	}
	if g.State != GroupActive {
		return Group{}, errs.ErrState.With("state", string(g.State))
	}
	if pending, err := groupPending(tx, id); err != nil || pending {
		if err == nil {
			err = ErrGroupPending
		}
		return Group{}, err
	}
	return g, nil
}

// GetCreditGroup returns a group with its members. Returns errs.ErrNotFound unless the caller sees all of them (ORG-06).
func (s *Service) GetCreditGroup(tx pg.Tx, who identity.Principal, id uuid.UUID) (Group, error) {
	rows, _, err := listGroups(tx, who, GroupFilter{ID: id}, pg.Page{Limit: 1})
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Group{}, err
	}
	return rows[0], nil
}

// GroupFilter narrows ListCreditGroups; zero fields don't.
type GroupFilter struct {
	ID         uuid.UUID
	State      GroupState
	CustomerID uuid.UUID // a member
}

// ListCreditGroups returns a page of the groups of which the caller sees all members (ORG-06), newest first: two statements.
func (s *Service) ListCreditGroups(tx pg.Tx, who identity.Principal, f GroupFilter, page pg.Page) ([]Group, string, error) {
	return listGroups(tx, who, f, page)
}

// GroupRequestFilter narrows ListCreditGroupRequests; zero fields don't.
type GroupRequestFilter struct {
	ID      uuid.UUID
	GroupID uuid.UUID
	State   RequestState
}

// ListCreditGroupRequests returns a page of requests of which the caller sees all members, newest first.
func (s *Service) ListCreditGroupRequests(tx pg.Tx, who identity.Principal, f GroupRequestFilter, page pg.Page) ([]GroupRequest, string, error) {
	return listGroupRequests(tx, who, f, page)
}

// GetCreditGroupRequest returns one request. Returns errs.ErrNotFound also when a member isn't visible.
func (s *Service) GetCreditGroupRequest(tx pg.Tx, who identity.Principal, id uuid.UUID) (GroupRequest, error) {
	rows, _, err := listGroupRequests(tx, who, GroupRequestFilter{ID: id}, pg.Page{Limit: 1})
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return GroupRequest{}, err
	}
	return rows[0], nil
}

// groupDecided is ApprovalDecided of the matter credit.group. The approval request is locked; locks the accounts of all
// members, those that leave included, then the group, then the request: a gate of any of them sees all or nothing of it.
func (s *Service) groupDecided(tx pg.Tx, asked approval.Request) error {
	r, err := pg.Take[GroupRequest](tx, "id = ?", asked.SubjectID)
	if err != nil {
		return err
	}
	if asked.State == approval.Approved {
		if err := s.lockForGroup(tx, r, 0); err != nil {
			return err
		}
	}
	if r, err = pg.TakeForUpdate[GroupRequest](tx, "id = ?", r.ID); err != nil {
		return err
	}
	if r.State != RequestPending {
		return ErrFrozen
	}
	return s.concludeGroup(tx, &r, outcome(asked.State))
}

// lockForGroup locks the accounts of all members, old and new, and the group. Returns pg.ErrAgain when the group isn't of the
// version given, if one is given, any more.
func (s *Service) lockForGroup(tx pg.Tx, r GroupRequest, version int64) error {
	if err := lockAccounts(tx, r.touched()); err != nil {
		return err
	}
	if r.Kind == CreateGroup {
		return nil
	}
	g, err := pg.TakeForUpdate[Group](tx, "id = ?", r.GroupID)
	if err == nil && version != 0 && g.Version != version {
		err = pg.ErrAgain
	}
	return err
}

// concludeGroup writes the outcome and, of an approved request, the group as it is from now on (CRD-10). Returns
// ErrInOtherGroup when a member has joined another group meanwhile.
func (s *Service) concludeGroup(tx pg.Tx, r *GroupRequest, state RequestState) error {
	err := pg.Update(tx, r.TableName(), r.ID, r.Version, map[string]any{"state": state, "decided_at": tx.Now})
	if err != nil {
		return err
	}
	r.State, r.DecidedAt, r.Version = state, &tx.Now, r.Version+1
	err = audit.Record(tx, audit.Entry{
		Action: "decideCreditGroupRequest", SubjectType: SubjectGroupRequest, SubjectID: r.ID,
		Before: map[string]any{"state": RequestPending}, After: map[string]any{"state": state},
	})
	if err != nil || state != RequestApproved {
		return err
	}
	if err := s.applyGroup(tx, *r); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{
		Action: "changeCreditGroup", SubjectType: SubjectGroup, SubjectID: r.GroupID, Before: r.Previous,
		After: TerseGroup{Name: r.Name, Limit: &r.LimitAmount, Members: r.Members},
	})
}

func (s *Service) applyGroup(tx pg.Tx, r GroupRequest) error {
	if r.Kind == CreateGroup {
		number, err := pg.NextNumber(tx, "CG", tx.Now.In(clock.Shanghai))
		if err != nil {
			return err
		}
		if err := insertGroup(tx, r, number); err != nil {
			return err
		}
	} else if err := updateGroup(tx, r); err != nil {
		return err
	}
	if err := storeGroupHistory(tx, r, without(r.Members, r.Previous.Members), without(r.Previous.Members, r.Members)); err != nil {
		return err
	}
	return s.worsened(tx, r.touched()...)
}

// mayJoin checks the members and returns what they owe together.
func (s *Service) mayJoin(tx pg.Tx, who identity.Principal, r GroupRequest) (decimal.Decimal, error) {
	sum := decimal.Zero.Pad(money.AmountScale)
	found, err := readCandidates(tx, r.Members)
	if err != nil {
		return sum, err
	}
	for i, id := range r.Members {
		m, ok := found[id]
		switch {
		case !ok || !who.Sees(m.OwnerID):
			err = errs.ErrReferenced.At(member(i))
		case m.PayerID != id:
			err = ErrNotPayer.With("payer_id", m.PayerID).At(member(i))
		case m.GroupID != nil && *m.GroupID != r.GroupID:
			err = ErrInOtherGroup.With("customer", m.Code).At(member(i))
		}
		if err != nil {
			return sum, err
		}
		sum = money.Add(sum, m.Exposure)
	}
	return sum, nil
}

func member(i int) string { return fmt.Sprintf("/members/%d", i) }
