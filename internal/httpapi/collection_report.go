package httpapi

import (
	"context"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/collection"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListCollectionReports implements the operation of that name.
func (s *Server) ListCollectionReports(ctx context.Context, r api.ListCollectionReportsRequestObject) (api.ListCollectionReportsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListCollectionReports200JSONResponse, error) {
		rows, next, err := s.Collection.ListReports(tx, page(r.Params.Limit, r.Params.Cursor))
		return api.ListCollectionReports200JSONResponse{Data: each(rows, collectionReportBody), NextCursor: optional(next)}, err
	})
}

// GetCollectionReport implements the operation of that name.
func (s *Server) GetCollectionReport(ctx context.Context, r api.GetCollectionReportRequestObject) (api.GetCollectionReportResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetCollectionReport200JSONResponse, error) {
		v, err := s.Collection.GetReport(tx, who, r.ReportID)
		if err != nil {
			return api.GetCollectionReport200JSONResponse{}, err
		}
		body := collectionReportBody(v)
		total, err := collection.Total(v.Lines)
		if err != nil {
			return api.GetCollectionReport200JSONResponse{}, err
		}
		sum := collectionFiguresBody(total)
		reps := each(v.Lines, func(l collection.ReportLine) api.CollectionReportRep {
			return api.CollectionReportRep{OwnerID: l.OwnerID, OwnerName: l.OwnerName, TeamID: l.TeamID, Figures: collectionFiguresBody(l.Figures)}
		})
		teams, err := collectionTeamBodies(v.Lines)
		body.Total, body.Reps, body.Teams = &sum, &reps, &teams
		return api.GetCollectionReport200JSONResponse(body), err
	})
}

// collectionTeamBodies adds the lines up by team, in the order of the lines.
func collectionTeamBodies(lines []collection.ReportLine) ([]api.CollectionReportTeam, error) {
	var order []uuid.UUID
	byTeam := map[uuid.UUID][]collection.ReportLine{}
	for _, l := range lines {
		team := value(l.TeamID)
		if byTeam[team] == nil {
			order = append(order, team)
		}
		byTeam[team] = append(byTeam[team], l)
	}
	teams := make([]api.CollectionReportTeam, len(order))
	for i, team := range order {
		total, err := collection.Total(byTeam[team])
		if err != nil {
			return nil, err
		}
		teams[i] = api.CollectionReportTeam{TeamID: optional(team), Figures: collectionFiguresBody(total)}
	}
	return teams, nil
}

// ListCollectionReportCases implements the operation of that name.
func (s *Server) ListCollectionReportCases(ctx context.Context, r api.ListCollectionReportCasesRequestObject) (api.ListCollectionReportCasesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListCollectionReportCases200JSONResponse, error) {
		rows, next, err := s.Collection.ListCases(tx, who, r.ReportID, page(r.Params.Limit, r.Params.Cursor))
		data := each(rows, func(c collection.ReportCase) api.CollectionReportCase {
			return api.CollectionReportCase{
				PayerID: c.PayerID, PayerName: c.PayerName, Kind: api.CollectionReportCaseKind(c.Kind), OwnerID: c.OwnerID, Amount: c.Amount, Days: c.Days,
			}
		})
		return api.ListCollectionReportCases200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

func collectionReportBody(r collection.Report) api.CollectionReport {
	return api.CollectionReport{ID: r.ID, Number: r.Number, Week: openapi_types.Date{Time: r.Week}, MadeAt: r.MadeAt}
}

func collectionFiguresBody(f collection.Figures) api.CollectionFigures {
	return api.CollectionFigures{
		Open: f.Open, Due: f.Due, Overdue: f.Overdue, Items: f.Items, Longest: f.Longest, Disputed: f.Disputed, Promised: f.Promised,
		Collected: f.Collected, Broken: f.Broken, Abnormal: f.Abnormal,
	}
}
