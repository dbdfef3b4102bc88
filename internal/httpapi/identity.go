package httpapi

import (
	"context"

	"github.com/google/uuid"
	"github.com/oapi-codegen/nullable"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/customer"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListUsers implements the operation of that name.
func (s *Server) ListUsers(ctx context.Context, r api.ListUsersRequestObject) (api.ListUsersResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListUsers200JSONResponse, error) {
		f := identity.UserFilter{
			Text: value(r.Params.Q), Role: identity.Role(value(r.Params.Role)), DepartmentID: r.Params.DepartmentID,
			TeamID: r.Params.TeamID, Active: r.Params.Active,
		}
		rows, next, err := s.People.ListUsers(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.User, len(rows))
		for i, u := range rows {
			data[i] = userBody(who, u)
		}
		return api.ListUsers200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// CreateUser implements the operation of that name.
func (s *Server) CreateUser(ctx context.Context, r api.CreateUserRequestObject) (api.CreateUserResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateUser201JSONResponse, error) {
		b := r.Body
		u, err := s.People.CreateUser(tx, who, identity.NewUser{
			Username: b.Username, Name: b.Name, Phone: value(b.Phone), Roles: rolesOf(b.Roles), DepartmentID: b.DepartmentID,
			TeamID: b.TeamID, Locale: string(value(b.Locale)), Password: b.Password,
			MustChangePassword: b.MustChangePassword == nil || *b.MustChangePassword,
		})
		return api.CreateUser201JSONResponse{Body: userBody(who, u), Headers: api.CreateUser201ResponseHeaders{ETag: etag(u.Version)}}, err
	})
}

// GetUser implements the operation of that name.
func (s *Server) GetUser(ctx context.Context, r api.GetUserRequestObject) (api.GetUserResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetUser200JSONResponse, error) {
		u, err := s.People.GetUser(tx, who, r.UserID)
		return api.GetUser200JSONResponse{Body: userBody(who, u), Headers: api.GetUser200ResponseHeaders{ETag: etag(u.Version)}}, err
	})
}

// UpdateUser implements the operation of that name.
func (s *Server) UpdateUser(ctx context.Context, r api.UpdateUserRequestObject) (api.UpdateUserResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateUser200JSONResponse, error) {
		ch := identity.UserChange{
			Name: r.Body.Name, Phone: r.Body.Phone, Locale: (*string)(r.Body.Locale),
			DepartmentID: sentID(r.Body.DepartmentID), TeamID: sentID(r.Body.TeamID),
		}
		if r.Body.Roles != nil {
			roles := rolesOf(*r.Body.Roles)
			ch.Roles = &roles
		}
		u, err := s.People.UpdateUser(tx, who, r.UserID, ifMatch(r.Params.IfMatch), ch)
		return api.UpdateUser200JSONResponse{Body: userBody(who, u), Headers: api.UpdateUser200ResponseHeaders{ETag: etag(u.Version)}}, err
	})
}

// DeactivateUser implements the operation of that name.
func (s *Server) DeactivateUser(ctx context.Context, r api.DeactivateUserRequestObject) (api.DeactivateUserResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DeactivateUser200JSONResponse, error) {
		u, err := s.People.DeactivateUser(tx, who, r.UserID, optionalMatch(r.Params.IfMatch))
		return api.DeactivateUser200JSONResponse{Body: userBody(who, u), Headers: api.DeactivateUser200ResponseHeaders{ETag: etag(u.Version)}}, err
	})
}

// ActivateUser implements the operation of that name.
func (s *Server) ActivateUser(ctx context.Context, r api.ActivateUserRequestObject) (api.ActivateUserResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ActivateUser200JSONResponse, error) {
		u, err := s.People.ActivateUser(tx, who, r.UserID, optionalMatch(r.Params.IfMatch))
		return api.ActivateUser200JSONResponse{Body: userBody(who, u), Headers: api.ActivateUser200ResponseHeaders{ETag: etag(u.Version)}}, err
	})
}

// ResetPassword implements the operation of that name.
func (s *Server) ResetPassword(ctx context.Context, r api.ResetPasswordRequestObject) (api.ResetPasswordResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ResetPassword200JSONResponse, error) {
		u, err := s.People.ResetPassword(tx, who, r.UserID, optionalMatch(r.Params.IfMatch), r.Body.Password)
		return api.ResetPassword200JSONResponse{Body: userBody(who, u), Headers: api.ResetPassword200ResponseHeaders{ETag: etag(u.Version)}}, err
	})
}

// userBody maps a person; the phone is whole for administrators, human resources and the person.
func userBody(who identity.Principal, u identity.User) api.User {
	number := u.Phone
	if who.ID != u.ID && !who.Has(identity.Admin, identity.HR) {
		number = customer.Mask(number)
	}
	return api.User{
		ID: u.ID, Username: u.Username, Name: u.Name, Phone: number, Roles: words(u.Roles), DepartmentID: u.DepartmentID,
		TeamID: u.TeamID, Active: u.Active, Locale: u.Locale, MustChangePassword: u.MustChangePassword, CreatedAt: u.CreatedAt,
		Etag: etag(u.Version),
	}
}

func rolesOf(sent []api.Role) []identity.Role {
	roles := make([]identity.Role, len(sent))
	for i, r := range sent {
		roles[i] = identity.Role(r)
	}
	return roles
}

// sentID tells absent (nil) from null (not valid).
func sentID(sent nullable.Nullable[uuid.UUID]) *uuid.NullUUID {
	if !sent.IsSpecified() {
		return nil
	}
	id, err := sent.Get()
	return &uuid.NullUUID{UUID: id, Valid: err == nil}
}

// ListDepartments implements the operation of that name.
func (s *Server) ListDepartments(ctx context.Context, r api.ListDepartmentsRequestObject) (api.ListDepartmentsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListDepartments200JSONResponse, error) {
		rows, next, err := s.People.ListDepartments(tx, who, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.Department, len(rows))
		for i, d := range rows {
			data[i] = departmentBody(d)
		}
		return api.ListDepartments200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// CreateDepartment implements the operation of that name.
func (s *Server) CreateDepartment(ctx context.Context, r api.CreateDepartmentRequestObject) (api.CreateDepartmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateDepartment201JSONResponse, error) {
		d, err := s.People.CreateDepartment(tx, who, identity.Place{Code: r.Body.Code, Name: r.Body.Name})
		return api.CreateDepartment201JSONResponse{Body: departmentBody(d), Headers: api.CreateDepartment201ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// GetDepartment implements the operation of that name.
func (s *Server) GetDepartment(ctx context.Context, r api.GetDepartmentRequestObject) (api.GetDepartmentResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetDepartment200JSONResponse, error) {
		d, err := s.People.GetDepartment(tx, who, r.DepartmentID)
		return api.GetDepartment200JSONResponse{Body: departmentBody(d), Headers: api.GetDepartment200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// UpdateDepartment implements the operation of that name.
func (s *Server) UpdateDepartment(ctx context.Context, r api.UpdateDepartmentRequestObject) (api.UpdateDepartmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateDepartment200JSONResponse, error) {
		version := ifMatch(r.Params.IfMatch)
		d, err := s.People.UpdateDepartment(tx, who, r.DepartmentID, &version, identity.PlaceChange{Name: r.Body.Name, LeaderID: sentID(r.Body.HeadID)})
		return api.UpdateDepartment200JSONResponse{Body: departmentBody(d), Headers: api.UpdateDepartment200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

// DeactivateDepartment implements the operation of that name.
func (s *Server) DeactivateDepartment(ctx context.Context, r api.DeactivateDepartmentRequestObject) (api.DeactivateDepartmentResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DeactivateDepartment200JSONResponse, error) {
		d, err := s.People.DeactivateDepartment(tx, who, r.DepartmentID, optionalMatch(r.Params.IfMatch))
		return api.DeactivateDepartment200JSONResponse{Body: departmentBody(d), Headers: api.DeactivateDepartment200ResponseHeaders{ETag: etag(d.Version)}}, err
	})
}

func departmentBody(d identity.Department) api.Department {
	return api.Department{ID: d.ID, Code: d.Code, Name: d.Name, HeadID: d.HeadID, Active: d.Active, Etag: etag(d.Version)}
}

// ListTeams implements the operation of that name.
func (s *Server) ListTeams(ctx context.Context, r api.ListTeamsRequestObject) (api.ListTeamsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListTeams200JSONResponse, error) {
		rows, next, err := s.People.ListTeams(tx, who, r.Params.DepartmentID, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.Team, len(rows))
		for i, t := range rows {
			data[i] = teamBody(t)
		}
		return api.ListTeams200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// CreateTeam implements the operation of that name.
func (s *Server) CreateTeam(ctx context.Context, r api.CreateTeamRequestObject) (api.CreateTeamResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateTeam201JSONResponse, error) {
		t, err := s.People.CreateTeam(tx, who, identity.Place{
			Code: r.Body.Code, Name: r.Body.Name, DepartmentID: r.Body.DepartmentID, LeaderID: r.Body.LeaderID,
		})
		return api.CreateTeam201JSONResponse{Body: teamBody(t), Headers: api.CreateTeam201ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

// GetTeam implements the operation of that name.
func (s *Server) GetTeam(ctx context.Context, r api.GetTeamRequestObject) (api.GetTeamResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetTeam200JSONResponse, error) {
		t, err := s.People.GetTeam(tx, who, r.TeamID)
		return api.GetTeam200JSONResponse{Body: teamBody(t), Headers: api.GetTeam200ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

// UpdateTeam implements the operation of that name.
func (s *Server) UpdateTeam(ctx context.Context, r api.UpdateTeamRequestObject) (api.UpdateTeamResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateTeam200JSONResponse, error) {
		version := ifMatch(r.Params.IfMatch)
		t, err := s.People.UpdateTeam(tx, who, r.TeamID, &version, identity.PlaceChange{Name: r.Body.Name, LeaderID: sentID(r.Body.LeaderID)})
		return api.UpdateTeam200JSONResponse{Body: teamBody(t), Headers: api.UpdateTeam200ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

// DeactivateTeam implements the operation of that name.
func (s *Server) DeactivateTeam(ctx context.Context, r api.DeactivateTeamRequestObject) (api.DeactivateTeamResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DeactivateTeam200JSONResponse, error) {
		t, err := s.People.DeactivateTeam(tx, who, r.TeamID, optionalMatch(r.Params.IfMatch))
		return api.DeactivateTeam200JSONResponse{Body: teamBody(t), Headers: api.DeactivateTeam200ResponseHeaders{ETag: etag(t.Version)}}, err
	})
}

func teamBody(t identity.Team) api.Team {
	return api.Team{
		ID: t.ID, Code: t.Code, Name: t.Name, DepartmentID: t.DepartmentID, LeaderID: t.LeaderID, Active: t.Active, Etag: etag(t.Version),
	}
}
