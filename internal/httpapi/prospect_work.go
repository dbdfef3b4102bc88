package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
	"github.com/salesgate/salesgate/internal/prospect"
)

// StateProspectPurchaseWindow implements the operation of that name.
func (s *Server) StateProspectPurchaseWindow(ctx context.Context, r api.StateProspectPurchaseWindowRequestObject) (api.StateProspectPurchaseWindowResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.StateProspectPurchaseWindow200JSONResponse, error) {
		w, err := s.Prospects.StateWindow(tx, who, prospect.Subject, r.ProspectID, expectationOf(*r.Body))
		return api.StateProspectPurchaseWindow200JSONResponse(windowBody(w)), err
	})
}

// StateCustomerPurchaseWindow implements the operation of that name.
func (s *Server) StateCustomerPurchaseWindow(ctx context.Context, r api.StateCustomerPurchaseWindowRequestObject) (api.StateCustomerPurchaseWindowResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.StateCustomerPurchaseWindow200JSONResponse, error) {
		w, err := s.Prospects.StateWindow(tx, who, "customer", r.CustomerID, expectationOf(*r.Body))
		return api.StateCustomerPurchaseWindow200JSONResponse(windowBody(w)), err
	})
}

// GetProspectOpportunityGrades implements the operation of that name.
func (s *Server) GetProspectOpportunityGrades(ctx context.Context, r api.GetProspectOpportunityGradesRequestObject) (api.GetProspectOpportunityGradesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetProspectOpportunityGrades200JSONResponse, error) {
		w, changes, err := s.Prospects.GradeHistory(tx, who, prospect.Subject, r.ProspectID)
		return api.GetProspectOpportunityGrades200JSONResponse{Current: windowBody(w), Changes: gradeChangeBodies(changes)}, err
	})
}

// GetCustomerOpportunityGrades implements the operation of that name.
func (s *Server) GetCustomerOpportunityGrades(ctx context.Context, r api.GetCustomerOpportunityGradesRequestObject) (api.GetCustomerOpportunityGradesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCustomerOpportunityGrades200JSONResponse, error) {
		w, changes, err := s.Prospects.GradeHistory(tx, who, "customer", r.CustomerID)
		return api.GetCustomerOpportunityGrades200JSONResponse{Current: windowBody(w), Changes: gradeChangeBodies(changes)}, err
	})
}

// ListOpportunityGradeChanges implements the operation of that name.
func (s *Server) ListOpportunityGradeChanges(ctx context.Context, r api.ListOpportunityGradeChangesRequestObject) (api.ListOpportunityGradeChangesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListOpportunityGradeChanges200JSONResponse, error) {
		p := r.Params
		rows, next, err := s.Prospects.ChangesOfWeek(tx, who, p.Week.Time, p.OwnerID, page(p.Limit, p.Cursor))
		data := make([]api.WeeklyGradeChange, len(rows))
		for i, c := range rows {
			data[i] = api.WeeklyGradeChange{
				SubjectType: c.SubjectType, SubjectID: c.SubjectID, Name: c.Name, OwnerID: c.OwnerID, Change: gradeChangeBody(c.GradeChange),
			}
		}
		return api.ListOpportunityGradeChanges200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ListProspectContacts implements the operation of that name.
func (s *Server) ListProspectContacts(ctx context.Context, r api.ListProspectContactsRequestObject) (api.ListProspectContactsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListProspectContacts200JSONResponse, error) {
		if _, err := s.Prospects.Mine(tx, who, r.ProspectID); err != nil {
			return api.ListProspectContacts200JSONResponse{}, err
		}
		f := prospect.LogFilter{ProspectID: &r.ProspectID, Development: value(r.Params.Development)}
		log, err := s.contactLog(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListProspectContacts200JSONResponse(log), err
	})
}

// ListCustomerContacts implements the operation of that name.
func (s *Server) ListCustomerContacts(ctx context.Context, r api.ListCustomerContactsRequestObject) (api.ListCustomerContactsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCustomerContacts200JSONResponse, error) {
		if _, err := s.Customers.Get(tx, who, r.CustomerID); err != nil {
			return api.ListCustomerContacts200JSONResponse{}, err
		}
		log, err := s.contactLog(tx, who, prospect.LogFilter{CustomerID: &r.CustomerID}, page(r.Params.Limit, r.Params.Cursor))
		return api.ListCustomerContacts200JSONResponse(log), err
	})
}

// ListDevelopmentRecords implements the operation of that name.
func (s *Server) ListDevelopmentRecords(ctx context.Context, r api.ListDevelopmentRecordsRequestObject) (api.ListDevelopmentRecordsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDevelopmentRecords200JSONResponse, error) {
		f := prospect.LogFilter{OwnerID: r.Params.OwnerID, Development: true}
		log, err := s.contactLog(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListDevelopmentRecords200JSONResponse(log), err
	})
}

func (s *Server) contactLog(tx pg.Tx, who identity.Principal, f prospect.LogFilter, p pg.Page) (api.ContactLog, error) {
	rows, next, err := s.Prospects.ListContacts(tx, who, f, p)
	data := make([]api.ContactLogEntry, len(rows))
	for i, l := range rows {
		data[i] = logBody(l)
	}
	return api.ContactLog{Data: data, NextCursor: optional(next)}, err
}

// LogProspectContact implements the operation of that name.
func (s *Server) LogProspectContact(ctx context.Context, r api.LogProspectContactRequestObject) (api.LogProspectContactResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.LogProspectContact201JSONResponse, error) {
		b := *r.Body
		l, err := s.Prospects.LogContact(tx, who, r.ProspectID, prospect.LogEntry{
			Kind: string(b.Kind), At: value(b.At), People: value(b.People), Content: b.Content, Outcome: value(b.Outcome),
			Problems: value(b.Problems), NextStep: value(b.NextStep), NextOn: dateValue(b.NextOn), Development: value(b.Development),
			CorrectsID: b.CorrectsID,
		})
		return api.LogProspectContact201JSONResponse(logBody(l)), err
	})
}

// GetTerritory implements the operation of that name.
func (s *Server) GetTerritory(ctx context.Context, r api.GetTerritoryRequestObject) (api.GetTerritoryResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetTerritory200JSONResponse, error) {
		t, err := s.Prospects.GetTerritory(tx, who, r.UserID)
		return api.GetTerritory200JSONResponse{Body: territoryBody(t), Headers: api.GetTerritory200ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

// ReplaceTerritory implements the operation of that name.
func (s *Server) ReplaceTerritory(ctx context.Context, r api.ReplaceTerritoryRequestObject) (api.ReplaceTerritoryResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ReplaceTerritory200JSONResponse, error) {
		t, err := s.Prospects.ReplaceTerritory(tx, who, ifMatch(r.Params.IfMatch), prospect.Territory{
			UserID: r.UserID, Industries: r.Body.Industries, Regions: r.Body.Regions,
		})
		return api.ReplaceTerritory200JSONResponse{Body: territoryBody(t), Headers: api.ReplaceTerritory200ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

func territoryBody(t prospect.Territory) api.Territory {
	body := api.Territory{UserID: t.UserID, Industries: []string{}, Regions: []string{}, Etag: etag(t.Version)}
	body.Industries = append(body.Industries, t.Industries...)
	body.Regions = append(body.Regions, t.Regions...)
	if t.Version > 0 {
		body.UpdatedAt = &t.UpdatedAt
	}
	return body
}

func logBody(l prospect.LogEntry) api.ContactLogEntry {
	return api.ContactLogEntry{
		ID: l.ID, ProspectID: l.ProspectID, ProspectName: l.ProspectName, Kind: l.Kind, At: l.At, People: optional(l.People),
		Content: l.Content, Outcome: optional(l.Outcome), Problems: optional(l.Problems), NextStep: optional(l.NextStep),
		NextOn: optionalDate(l.NextOn), Development: l.Development, CorrectsID: l.CorrectsID, CorrectedByID: l.CorrectedByID,
		LoggedBy: l.LoggedBy, LoggedAt: l.LoggedAt,
	}
}

func gradeChangeBodies(list []prospect.GradeChange) []api.OpportunityGradeChange {
	bodies := make([]api.OpportunityGradeChange, len(list))
	for i, c := range list {
		bodies[i] = gradeChangeBody(c)
	}
	return bodies
}

func gradeChangeBody(c prospect.GradeChange) api.OpportunityGradeChange {
	body := api.OpportunityGradeChange{
		ID: c.ID, At: c.At, ChangedOn: date(c.ChangedOn), Grade: api.OpportunityGrade(c.Grade), ExpectedFrom: optionalDate(c.From),
		ExpectedTo: optionalDate(c.To), Cause: string(c.Cause), ChangedBy: c.ChangedBy,
	}
	if c.Previous != nil {
		previous := api.OpportunityGrade(*c.Previous)
		body.Previous = &previous
	}
	return body
}
