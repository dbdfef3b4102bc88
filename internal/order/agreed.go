package order

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/credit"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/terms"
)

// agreement enforces CRD-15: monthly settlement needs a signed agreement, or a bridge for the first order. Nothing is read for an
// order on cash terms, for a customer who settles in cash, or whose profile is opening data; else one statement.
func (s *Service) agreement(tx pg.Tx, o *Order, p credit.Position, v *verdict) error {
	if o.Terms().IsCash() || p.Profile.Terms.IsCash() || p.Profile.RequestID == nil {
		return nil
	}
	required, err := s.rules.Bool(tx, "terms.agreement_required")
	if err != nil || !required {
		return err
	}
	st, err := terms.ReadStanding(tx, p.PayerID, o.ID)
	if err != nil || st.Opening && st.Agreement == "" {
		return err
	}
	in := map[string]string{"terms": p.Profile.Terms.String(), "agreement": st.Agreement, "bridge": st.Number}
	switch {
	case st.Agreement != "":
		v.check("CRD-15", true, in, "The settlement agreement "+st.Agreement+" is in force.", "月结协议 "+st.Agreement+" 有效。")
	case st.Bridge != uuid.Nil:
		if !st.Taken {
			v.bridge = st.Bridge
		}
		v.check("CRD-15", true, in, "The superior's approval "+st.Number+" lets the first order pass; the agreement must be signed within this month.",
			"上级批准 "+st.Number+" 允许首单先行,协议须于当月内签订。")
	default:
		v.check("CRD-15", false, in, "Monthly settlement needs a signed and sealed agreement, or a superior's approval for the first order. On cash terms it passes.",
			"月结须有签字盖章的月结协议,或首单经上级批准过渡;改为现款即可通过。")
		v.refuse(terms.ErrMissing.With())
	}
	return nil
}

// bridged records the order on the bridge that lets it pass.
func (v *verdict) bridged(tx pg.Tx, o *Order) error {
	if v.bridge == uuid.Nil {
		return nil
	}
	return terms.UseBridge(tx, v.bridge, o.ID, o.OwnerID)
}
