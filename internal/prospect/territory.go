package prospect

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// MatterOutside is the approval of a registration outside the rep's territory (CUS-09).
const MatterOutside = "prospect.outside_territory"

// SubjectTerritory is what events call a territory; its subject is the rep.
const SubjectTerritory = "territory"

// Territory is where a rep sells: in these industries and in these regions. An empty list doesn't bind.
type Territory struct {
	UserID     uuid.UUID
	Industries pg.TextArray
	Regions    pg.TextArray
	UpdatedAt  time.Time
	Version    int64
}

// covers reports whether a company lies within the territory (CUS-09). Of a list that binds, one entry must be the company's,
// compared without width, case and spaces; a company whose industry isn't known lies in none.
func (t Territory) covers(industry, region string) bool {
	return within(t.Industries, industry) && within(t.Regions, region)
}

func within(list []string, v string) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(x string) bool { return areaKey(x) == areaKey(v) })
}

func areaKey(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(s)), ""))
}

// Outside reports whether a company lies outside the owner's territory (CUS-09). It is what customers ask, too
// (customer.Territories).
func (s *Service) Outside(tx pg.Tx, owner uuid.UUID, industry, region string) (bool, error) {
	t, err := takeTerritory(tx, owner)
	return err == nil && !t.covers(industry, region), err
}

// GetTerritory returns where somebody sells; version 0 says that nobody has bound them. Returns errs.ErrNotFound for a person
// whose documents the caller may not see.
func (s *Service) GetTerritory(tx pg.Tx, who identity.Principal, userID uuid.UUID) (Territory, error) {
	if err := who.MustSee(userID); err != nil {
		return Territory{}, err
	}
	if _, err := identity.Take(tx, userID); err != nil {
		return Territory{}, err
	}
	return takeTerritory(tx, userID)
}

// ReplaceTerritory binds somebody to industries and regions (CUS-09). version is the one that the caller read, 0 for none yet.
// It looks forward only: what they have registered stays theirs. Returns ErrOwner for somebody who doesn't sell.
func (s *Service) ReplaceTerritory(tx pg.Tx, who identity.Principal, version int64, t Territory) (Territory, error) {
	have, err := s.GetTerritory(tx, who, t.UserID)
	if err != nil {
		return Territory{}, err
	}
	if have.Version != version {
		return Territory{}, errs.ErrStale
	}
	if err := mustSell(tx, t.UserID); err != nil {
		return Territory{}, err
	}
	t.UpdatedAt, t.Version = tx.Now, version+1
	if err := storeTerritory(tx, t); err != nil {
		return Territory{}, err
	}
	return t, audit.Record(tx, audit.Entry{
		Action: "replaceTerritory", SubjectType: SubjectTerritory, SubjectID: t.UserID, Before: have.trace(), After: t.trace(),
	})
}

func (t Territory) trace() map[string]any {
	return map[string]any{"industries": t.Industries, "regions": t.Regions, "version": t.Version}
}

// permit enforces CUS-09 on a new prospect: within the territory, or registered by a manager, or with a reason that the sales
// manager has to agree to first.
func (s *Service) permit(tx pg.Tx, who identity.Principal, x *Prospect) error {
	outside, err := s.Outside(tx, x.OwnerID, x.Industry, x.Region)
	if err != nil || !outside {
		x.OutsideReason = ""
		return err
	}
	if identity.Allowed(who, "customer.assign") {
		return nil
	}
	if strings.TrimSpace(x.OutsideReason) == "" {
		return ErrOutside.At("/outside_reason")
	}
	x.State = PendingPermission
	return nil
}

// askPermission opens the approval of a registration that is pending.
func (s *Service) askPermission(tx pg.Tx, who identity.Principal, x *Prospect) error {
	r, err := s.approvals.Submit(tx, who, approval.Submission{
		Matter: MatterOutside, SubjectType: Subject, SubjectID: x.ID, Number: x.Number, OwnerID: &x.OwnerID,
		TitleEN: "Prospect outside the territory: " + x.Name, TitleZH: "跨区域客户登记:" + x.Name,
		Facts:   map[string]any{"industry": x.Industry, "region": x.Region, "reason": x.OutsideReason},
		Content: x.permission(),
	})
	if err != nil || r.State != approval.Approved {
		return err
	}
	x.State = Active
	return update(tx, x)
}

// permission is what the sales manager agrees to: this company, there.
func (x Prospect) permission() []byte {
	return approval.ContentHash(struct{ Name, Industry, Region string }{x.Name, x.Industry, x.Region})
}

// permitted is the outcome of that approval: allowed, or the company is free again. Returns approval.ErrChanged when the prospect
// isn't the one that was shown to who allowed it.
func (s *Service) permitted(tx pg.Tx, r approval.Request) error {
	x, err := pg.TakeForUpdate[Prospect](tx, "id = ?", r.SubjectID)
	if err != nil {
		return err
	}
	if err := x.mustBe(PendingPermission); err != nil {
		return err
	}
	before := x.snapshot()
	action := "permitProspect"
	if r.State == approval.Approved {
		if !r.Covers(x.permission()) { // CUS-09
			return approval.ErrChanged
		}
		x.State, x.LastTouchedAt, x.UpdatedAt = Active, tx.Now, tx.Now
	} else {
		action = "refuseProspect"
		x.settle(tx, Refused, r.CloseReason)
		if err := s.letGo(tx, x.ID); err != nil {
			return err
		}
	}
	if err := update(tx, &x); err != nil {
		return err
	}
	return record(tx, action, x.ID, before, x.snapshot())
}

// letGo takes from a prospect that is settled what only an open one has: its claims and its purchase window.
func (s *Service) letGo(tx pg.Tx, id uuid.UUID) error {
	if err := customer.ReleaseClaims(tx, id); err != nil {
		return err
	}
	return deleteWindow(tx, id)
}

// ApprovalDecided implements approval.Subject for the matters of this module.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	if r.Matter == MatterPlan {
		return s.planDecided(tx, r)
	}
	return s.permitted(tx, r)
}
