package quote

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// formVersion is which questions the survey asks; a survey keeps the one that it answered.
const formVersion = 1

// Survey is what we know of a new customer's demand (新客户报价需求调查表, QUO-02), as it was filled once.
type Survey struct {
	ID               uuid.UUID
	CustomerID       *uuid.UUID
	ProspectID       *uuid.UUID
	FormVersion      int
	Revision         int // 1, and one more with each filling
	Size             string
	Reputation       string
	PresentSupplier  string
	MonthlyTonnes    decimal.Decimal
	PaymentTime      string
	DeliveryTime     string
	Freight          string
	Trader           bool
	FinalDestination string // of a trader's goods
	Remarks          string
	FilledBy         *uuid.UUID
	FilledAt         time.Time
}

// TableName is for GORM.
func (Survey) TableName() string { return "demand_surveys" }

// check holds the survey's own rule: every question answered, and of a trader where the goods go in the end (QUO-02).
func (v *Survey) check() error {
	answers := []struct {
		text  *string
		field string
	}{
		{&v.Size, "/size"},
		{&v.Reputation, "/reputation"},
		{&v.PresentSupplier, "/present_supplier"},
		{&v.PaymentTime, "/payment_time"},
		{&v.DeliveryTime, "/delivery_time"},
		{&v.Freight, "/freight"},
	}
	for _, a := range answers {
		if *a.text = strings.TrimSpace(*a.text); *a.text == "" {
			return ErrSurveyIncomplete.At(a.field)
		}
	}
	if v.FinalDestination = strings.TrimSpace(v.FinalDestination); v.Trader && v.FinalDestination == "" {
		return ErrDestination.At("/final_destination")
	}
	if v.MonthlyTonnes.IsNeg() {
		return ErrSurveyTonnes.At("/monthly_tonnes")
	}
	return nil
}

// FillSurvey files a survey of a customer or prospect; the last one counts, the earlier ones stay. Of two at once one is refused with
// errs.ErrStale. Returns ErrParty, ErrProspect, ErrSurveyIncomplete, ErrDestination and ErrSurveyTonnes.
func (s *Service) FillSurvey(tx pg.Tx, who identity.Principal, of Party, v Survey) (Survey, error) {
	p, err := s.party(tx, who, of)
	if err != nil {
		return Survey{}, err
	}
	if err := v.check(); err != nil {
		return Survey{}, err
	}
	last, err := lastSurvey(tx, p.Party)
	if err != nil {
		return Survey{}, err
	}
	v.ID, v.CustomerID, v.ProspectID, v.FormVersion, v.Revision = uuid.Must(uuid.NewV7()), p.CustomerID, p.ProspectID, formVersion, 1
	if last != nil {
		v.Revision, v.ProspectID = last.Revision+1, last.ProspectID // one series, also after it became a customer
	}
	v.FilledBy, v.FilledAt = tx.By.Actor(), tx.Now
	if err := pg.Insert(tx, &v); err != nil {
		return Survey{}, err
	}
	subject := *firstOf(p.CustomerID, p.ProspectID)
	return v, audit.Record(tx, audit.Entry{Action: "fillDemandSurvey", SubjectType: SubjectSurvey, SubjectID: v.ID, After: map[string]any{
		"party": subject, "revision": v.Revision, "monthly_tonnes": v.MonthlyTonnes, "trader": v.Trader,
	}})
}

func firstOf(ids ...*uuid.UUID) *uuid.UUID {
	for _, id := range ids {
		if id != nil {
			return id
		}
	}
	return nil
}

// ListSurveys returns all fillings of a customer's or prospect's survey, the last one first. Returns ErrParty.
func (s *Service) ListSurveys(tx pg.Tx, who identity.Principal, of Party, page pg.Page) ([]Survey, string, error) {
	p, err := s.party(tx, who, of)
	if err != nil {
		return nil, "", err
	}
	return listSurveys(tx, p.Party, page)
}
