package credit_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// askGroup applies for a group as the sales manager.
func (c company) askGroup(a credit.GroupApplication) (r credit.GroupRequest, err error) {
	a.Reasons = "合并授信"
	err = c.db.Tx(context.Background(), c.manager.Origin("test"), func(tx pg.Tx) error {
		r, err = c.credit.CreateCreditGroupRequest(tx, c.manager, a)
		return err
	})
	return r, err
}

func (c company) approveGroup(who identity.Principal, r credit.GroupRequest) error {
	return c.db.Tx(context.Background(), who.Origin("test"), func(tx pg.Tx) error {
		_, err := c.approvals.ApproveRequest(tx, who, r.ApprovalID, approval.Verdict{})
		return err
	})
}

// group makes a group of these members with this limit.
func (c company) group(t *testing.T, limit string, members ...uuid.UUID) credit.GroupRequest {
	t.Helper()
	return c.changeGroup(t, credit.GroupApplication{Name: new("云岭示例集团"), Limit: new(yuan(limit)), Members: &members})
}

func (c company) changeGroup(t *testing.T, a credit.GroupApplication) credit.GroupRequest {
	t.Helper()
	r, err := c.askGroup(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []identity.Principal{c.finance, c.gm} {
		if err := c.approveGroup(who, r); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// members are n customers of the rep, each with a limit of its own.
func (c company) members(t *testing.T, n int, limit string) []uuid.UUID {
	t.Helper()
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = customerOf(t, c.db, c.rep.ID, nil)
		setOpening(t, c.db, ids[i], credit.LimitOf(yuan(limit)))
	}
	return ids
}

func groupsAgree(t *testing.T, db *pg.DB) {
	t.Helper()
	agrees(t, db)
	inView(t, db, func(tx pg.Tx) error {
		found, err := credit.ReconcileGroups(tx)
		if len(found) > 0 {
			t.Fatalf("groups disagree: %+v", found)
		}
		return err
	})
}

// Members release at once; each has room of its own, the group has room for exactly five: five pass.
func TestCRD17_RaceMembersNeverPassTheGroupLimitTogether(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	for range rounds() {
		members := c.members(t, 3, "1000")
		c.group(t, "1000", members...)
		var passed atomic.Int32
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				var j credit.Judgement
				err := inTx(c.db, func(tx pg.Tx) (err error) {
					j, err = release(tx, members[i%3], yuan("200"))
					return err
				})
				if err != nil {
					t.Error(err)
				} else if !j.OverLimit {
					passed.Add(1)
				}
			})
		}
		wg.Wait()
		if passed.Load() != 5 {
			t.Fatalf("%d of 12 passed, want 5", passed.Load())
		}
		if p := mustPosition(t, c.db, members[0]); !p.Group.Exposure.Equal(yuan("1000")) || p.Group.Members != 3 || !p.Group.Headroom().IsZero() {
			t.Fatalf("the group stands at %+v", p.Group)
		}
	}
	groupsAgree(t, c.db)
}

// A member joins while members release: whatever comes first, what passed was within the limits in force then.
func TestCRD17_RaceMembershipChangesWhileMembersRelease(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	for range rounds() {
		members := c.members(t, 3, "600")
		made := c.group(t, "1000", members[:2]...)
		r, err := c.askGroup(credit.GroupApplication{GroupID: &made.GroupID, Members: &members})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.approveGroup(c.finance, r); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var alone atomic.Int32 // what the third one got before it was a member
		for i := range 9 {
			wg.Go(func() {
				err := inTx(c.db, func(tx pg.Tx) error {
					j, err := release(tx, members[i%3], yuan("200"))
					if err == nil && j.Group == nil && !j.OverLimit {
						alone.Add(1)
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			if err := c.approveGroup(c.gm, r); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		sum := mustPosition(t, c.db, members[2]).Group.Exposure
		most := yuan("1000")
		if ahead := decimal.MustNew(int64(alone.Load())*200, 0); ahead.IsPos() { // at most what the two had room for, and what the third had before
			most, _ = most.Add(ahead)
		}
		if sum.Cmp(most) > 0 || sum.Cmp(yuan("1000")) < 0 {
			t.Fatalf("the group owes %s, of which %d×200 before the third joined", sum, alone.Load())
		}
	}
	groupsAgree(t, c.db)
}

func TestCRD12_GroupLimitOneFenAbove(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	members := c.members(t, 2, "5000")
	made := c.group(t, "1000", members...)
	mustPost(t, c.db, members[1], credit.ReleaseMove(id(), yuan("700")))
	for extra, over := range map[string]bool{"299.99": false, "300": false, "300.01": true} {
		err := inTx(c.db, func(tx pg.Tx) error {
			a, err := service.Lock(tx, members[0])
			if err != nil {
				return err
			}
			p, err := service.Under(tx, a)
			if err != nil {
				return err
			}
			if j := credit.Judge(p, yuan(extra)); j.OverLimit != over || j.OverGroup != over {
				t.Errorf("%s: over = %v", extra, j.OverLimit)
			}
			if err := service.Post(tx, a, credit.ReleaseMove(id(), yuan("10"))); err != nil {
				return err
			}
			if p, err = service.Under(tx, a); err == nil && !p.Group.Exposure.Equal(yuan("710")) {
				t.Errorf("after a posting the group stands at %s", p.Group.Exposure)
			}
			return errors.Join(err, errRollBack)
		})
		if !errors.Is(err, errRollBack) {
			t.Fatal(err)
		}
	}
	// who leaves is judged by its own limit again
	left := members[:1]
	c.changeGroup(t, credit.GroupApplication{GroupID: &made.GroupID, Members: &left})
	if p := mustPosition(t, c.db, members[1]); p.Group != nil {
		t.Errorf("left, and still in %+v", p.Group)
	}
	if p := mustPosition(t, c.db, members[0]); p.Group == nil || !p.Group.Exposure.IsZero() {
		t.Errorf("the group stands at %+v", p.Group)
	}
	c.changeGroup(t, credit.GroupApplication{GroupID: &made.GroupID, Close: true})
	if p := mustPosition(t, c.db, members[0]); p.Group != nil {
		t.Errorf("the group was ended: %+v", p.Group)
	}
	groupsAgree(t, c.db)
}

var errRollBack = errors.New("roll back")

// A payer is in one group: of two groups that ask for it at once, the one approved first has it.
func TestCRD12_RaceTwoGroupsForOneCustomer(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	for range rounds() {
		members := c.members(t, 3, "1000")
		var asked []credit.GroupRequest
		for _, with := range members[1:] {
			r, err := c.askGroup(credit.GroupApplication{Name: new("集团"), Limit: new(yuan("1")), Members: &[]uuid.UUID{members[0], with}})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.approveGroup(c.finance, r); err != nil {
				t.Fatal(err)
			}
			asked = append(asked, r)
		}
		var wg sync.WaitGroup
		var won, lost atomic.Int32
		for _, r := range asked {
			wg.Go(func() {
				switch err := c.approveGroup(c.gm, r); {
				case err == nil:
					won.Add(1)
				case errors.Is(err, credit.ErrInOtherGroup):
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 1 {
			t.Fatalf("%d won, %d lost", won.Load(), lost.Load())
		}
	}
	groupsAgree(t, c.db)
}

// Behind the program's back nothing makes, changes or joins a group.
func TestCRD10_TheDatabaseGuardsGroups(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	members := c.members(t, 3, "1000")
	r := c.group(t, "1000", members[:2]...)
	for _, statement := range []string{
		`UPDATE credit_groups SET limit_amount = 9999`,
		`UPDATE credit_groups SET state = 'closed'`,
		`DELETE FROM credit_groups`,
		`UPDATE credit_group_versions SET limit_amount = 9999`,
		`DELETE FROM credit_group_versions`,
		`DELETE FROM credit_group_members`,
		`UPDATE credit_group_members SET group_id = gen_random_uuid()`,
		`UPDATE credit_accounts SET group_id = NULL`,
		`INSERT INTO credit_group_members (group_id, payer_id, request_id, valid_from) SELECT '` + r.GroupID.String() + `', '` + members[2].String() + `', '` + r.ID.String() + `', now()`,
		`UPDATE credit_accounts SET group_id = '` + r.GroupID.String() + `' WHERE payer_id = '` + members[2].String() + `'`,
	} {
		if err := inTx(c.db, func(tx pg.Tx) error { return tx.Exec(statement).Error }); !errors.Is(err, credit.ErrOnlyByRequest) {
			t.Errorf("%s: %v", statement, err)
		}
	}
	for _, statement := range []string{`UPDATE credit_group_requests SET limit_amount = 9`, `DELETE FROM credit_group_requests`} {
		if err := inTx(c.db, func(tx pg.Tx) error { return tx.Exec(statement).Error }); !errors.Is(err, credit.ErrFrozen) {
			t.Errorf("%s: %v", statement, err)
		}
	}
	// a membership that ended without its account is found
	if err := inTx(c.db, func(tx pg.Tx) error {
		return tx.Exec(`UPDATE credit_group_members SET valid_to = valid_from + interval '1 second' WHERE payer_id = ?`, members[0]).Error
	}); err != nil {
		t.Fatal(err)
	}
	inView(t, c.db, func(tx pg.Tx) error {
		found, err := credit.ReconcileGroups(tx)
		if len(found) != 1 || found[0].What != "member" {
			t.Errorf("found %+v", found)
		}
		return err
	})
}

// What has no group costs nothing more.
func TestGroupsCostNothingWithoutAGroup(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	members := c.members(t, 3, "1000")
	c.group(t, "1000", members[:2]...)
	count := func(payer uuid.UUID) int64 {
		if err := inTx(c.db, func(tx pg.Tx) error { _, err := service.FirstReviewMonths(tx); return err }); err != nil { // parameters are cached
			t.Fatal(err)
		}
		ctx, probe := pg.WithProbe(context.Background(), 0)
		if err := c.db.Tx(ctx, pg.System("test"), func(tx pg.Tx) error { _, err := release(tx, payer, yuan("1")); return err }); err != nil {
			t.Fatal(err)
		}
		return probe.Statements()
	}
	if without, with := count(members[2]), count(members[0]); without > 5 || with > without+2 {
		t.Errorf("%d statements without a group, %d with one", without, with)
	}
}
