package pricelist

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/pricing"
)

// SubmitBasePriceList asks for the approval of a list (PRC-05): sales manager, price committee, general manager, as the
// authority matrix says. It is published at once when that asks nobody. version is optional. Locks as UpdateBasePriceList. Returns
// pricing.ErrNotDraft, pricing.ErrNoLines, pricing.ErrEffectivePast, ErrDormant, pricing.ErrInactive, ErrBaseMoved.
func (s *Service) SubmitBasePriceList(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64) (BasePriceList, error) {
	l, err := s.lockList(tx, id, version)
	if err != nil {
		return BasePriceList{}, err
	}
	if l.State != pricing.Draft {
		return BasePriceList{}, pricing.ErrNotDraft.With("state", l.State)
	}
	if err := pricing.CheckEffective(l.EffectiveAt, tx.Now); err != nil {
		return BasePriceList{}, err
	}
	content, err := contentOf(tx, l)
	if err != nil {
		return BasePriceList{}, err
	}
	if err := content.check(); err != nil {
		return BasePriceList{}, err
	}
	if err := checkBase(tx, l); err != nil {
		return BasePriceList{}, err
	}
	before := l
	approved, err := l.Submit(tx, s.approvals, who, content.submission(l))
	if err != nil {
		return BasePriceList{}, err
	}
	if l, err = s.keepList(tx, "submitBasePriceList", before, l); err != nil || !approved {
		return l, err
	}
	return s.publishList(tx, l)
}

// listContent is what an approval of a list is bound to, and what makes it fit to be asked for.
type listContent struct {
	EffectiveAt *time.Time
	ReasonKind  ReasonKind
	Reason      string
	Lines       int
	Digest      string // of all lines, by the database: a list can have 100,000

	GeneralAuthority bool `json:",omitempty"` // said only where it is set: what was submitted before there was such a thing stays the same

	dormant, inactive string // code of such a product, "" for none
}

func contentOf(tx pg.Tx, l BasePriceList) (listContent, error) {
	c := listContent{EffectiveAt: utc(l.EffectiveAt), ReasonKind: l.ReasonKind, Reason: l.Reason, GeneralAuthority: l.GeneralAuthority}
	var row struct {
		Lines             int
		Digest            string
		Dormant, Inactive string
	}
	err := tx.Raw(`SELECT count(*) AS lines,
			coalesce(encode(sha256(convert_to(string_agg(concat_ws('|', l.product_id, l.price, coalesce(l.floor_price::text, '-'), l.reason),
				E'\n' ORDER BY l.product_id), 'UTF8')), 'hex'), '') AS digest,
			coalesce(min(p.code) FILTER (WHERE p.lifecycle = 'dormant'), '') AS dormant,
			coalesce(min(p.code) FILTER (WHERE NOT p.active), '') AS inactive
		FROM base_price_lines AS l JOIN products AS p ON p.id = l.product_id WHERE l.list_id = ?`, l.ID).Scan(&row).Error
	c.Lines, c.Digest, c.dormant, c.inactive = row.Lines, row.Digest, row.Dormant, row.Inactive
	return c, err
}

func (c listContent) check() error {
	switch {
	case c.Lines == 0:
		return pricing.ErrNoLines
	case c.dormant != "": // PRC-02: it is priced as a new one when it returns
		return ErrDormant.With("product", c.dormant)
	case c.inactive != "":
		return pricing.ErrInactive.With("product", c.inactive)
	}
	return nil
}

func (c listContent) submission(l BasePriceList) approval.Submission {
	effective := ""
	if l.EffectiveAt != nil {
		effective = l.EffectiveAt.Format(time.RFC3339)
	}
	en, zh := "", ""
	if c.GeneralAuthority {
		en, zh = "; the general price authority holds for what is adopted", ";新产品转正后适用通用价格权限"
	}
	return approval.Submission{
		Matter: MatterBaseList, SubjectType: listType, SubjectID: l.ID, Number: l.Number,
		TitleEN: fmt.Sprintf("Base price list %s: %d products, %s%s", l.Number, c.Lines, l.Reason, en),
		TitleZH: fmt.Sprintf("基价调整 %s:%d 个产品,%s%s", l.Number, c.Lines, l.Reason, zh),
		Facts: map[string]any{
			"reason": string(l.ReasonKind) + ": " + l.Reason, "lines": int64(c.Lines), "effective_at": effective, // PRC-06
		},
		Content: approval.ContentHash(c),
	}
}

// ApprovalDecided implements approval.Subject.
func (s *Service) ApprovalDecided(tx pg.Tx, r approval.Request) error {
	if r.Matter != MatterBaseList {
		return errNotWaiting
	}
	l, err := pg.TakeForUpdate[BasePriceList](tx, "id = ?", r.SubjectID)
	if err != nil {
		return err
	}
	if l.State != pricing.Submitted || l.ApprovalID == nil || *l.ApprovalID != r.ID {
		return errNotWaiting
	}
	if r.State == approval.Approved {
		content, err := contentOf(tx, l)
		if err != nil {
			return err
		}
		if !r.Covers(approval.ContentHash(content)) {
			return pricing.ErrContent
		}
		_, err = s.publishList(tx, l)
		return err
	}
	before := l
	l.Decided(r.State)
	if l, err = s.keepList(tx, "decideBasePriceList", before, l); err != nil || l.State != pricing.Rejected {
		return err
	}
	return s.tellRequests(tx, l)
}

// errNotWaiting reports an approval that speaks of something that isn't waiting for it: a fault of the program.
var errNotWaiting = errors.New("pricelist: an approval was decided of what wasn't submitted")
