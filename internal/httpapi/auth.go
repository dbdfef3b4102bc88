package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// agent is the client's name for itself, as far as it is text.
func (c *call) agent() string { return strings.ToValidUTF8(c.echo.Request().UserAgent(), "?") }

// Login implements the operation of that name. Like the other operations that prove somebody it doesn't go through
// write: the service opens its own transactions, and an answer with tokens in it is not stored.
func (s *Server) Login(ctx context.Context, r api.LoginRequestObject) (api.LoginResponseObject, error) {
	c := current(ctx)
	t, err := s.People.Login(ctx, identity.Login{
		Username: r.Body.Username, Password: r.Body.Password, Address: c.echo.RealIP(), UserAgent: c.agent(), RequestID: c.requestID,
	})
	return api.Login200JSONResponse(tokenSet(t)), err
}

// RefreshToken implements the operation of that name.
func (s *Server) RefreshToken(ctx context.Context, r api.RefreshTokenRequestObject) (api.RefreshTokenResponseObject, error) {
	t, err := s.People.RefreshToken(ctx, r.Body.RefreshToken, current(ctx).requestID)
	return api.RefreshToken200JSONResponse(tokenSet(t)), err
}

// ChangePassword implements the operation of that name.
func (s *Server) ChangePassword(ctx context.Context, r api.ChangePasswordRequestObject) (api.ChangePasswordResponseObject, error) {
	c := current(ctx)
	t, err := s.People.ChangePassword(ctx, c.who, identity.PasswordChange{
		Old: r.Body.OldPassword, New: r.Body.NewPassword, Address: c.echo.RealIP(), UserAgent: c.agent(), RequestID: c.requestID,
	})
	return api.ChangePassword200JSONResponse(tokenSet(t)), err
}

func tokenSet(t identity.Tokens) api.TokenSet {
	return api.TokenSet{
		AccessToken: t.Access, TokenType: "Bearer", ExpiresIn: int(t.ExpiresIn.Seconds()), RefreshToken: t.Refresh,
		User: userBody(identity.Principal{ID: t.User.ID, Kind: identity.KindUser}, t.User),
	}
}

// IssueToken implements the operation of that name. Its errors have the shape of RFC 6749.
func (s *Server) IssueToken(ctx context.Context, r api.IssueTokenRequestObject) (api.IssueTokenResponseObject, error) {
	c := current(ctx)
	if r.Body == nil || r.Body.GrantType == "" {
		return oauthError{http.StatusBadRequest, "invalid_request", "grant_type is missing"}, nil
	}
	if r.Body.GrantType != "client_credentials" {
		return oauthError{http.StatusBadRequest, "unsupported_grant_type", "only client_credentials"}, nil
	}
	id, secret, basic := basicAuth(c.echo.Request())
	if basic && (r.Body.ClientSecret != nil || r.Body.ClientID != nil && *r.Body.ClientID != id) {
		return oauthError{http.StatusBadRequest, "invalid_request", "credentials both in the header and in the form"}, nil
	}
	if !basic {
		id, secret = value(r.Body.ClientID), value(r.Body.ClientSecret)
	}
	t, err := s.People.IssueToken(ctx, id, secret, value(r.Body.Scope), c.requestID)
	if e, ok := errs.As(err); ok {
		switch e.Def {
		case identity.ErrClient:
			return oauthError{http.StatusUnauthorized, "invalid_client", e.Text(c.lang)}, nil
		case identity.ErrScope:
			return oauthError{http.StatusBadRequest, "invalid_scope", e.Text(c.lang)}, nil
		}
	}
	return api.IssueToken200JSONResponse{
		AccessToken: t.Access, TokenType: "Bearer", ExpiresIn: int(t.ExpiresIn.Seconds()), Scope: t.Scope,
	}, err
}

// basicAuth reads client id and secret from the header, form-encoded as RFC 6749, section 2.3.1 wants them.
func basicAuth(r *http.Request) (id, secret string, ok bool) {
	user, password, ok := r.BasicAuth()
	if !ok {
		return "", "", false
	}
	id, errID := url.QueryUnescape(user)
	secret, errSecret := url.QueryUnescape(password)
	return id, secret, errID == nil && errSecret == nil
}

// oauthError is a refusal in the shape of RFC 6749, section 5.2.
type oauthError struct {
	status            int
	code, description string
}

// VisitIssueTokenResponse writes it.
func (e oauthError) VisitIssueTokenResponse(w http.ResponseWriter) error {
	if e.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="salesgate"`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.status)
	return json.NewEncoder(w).Encode(api.OAuthError{Error: e.code, ErrorDescription: optional(e.description)})
}

// GetJwks implements the operation of that name.
func (s *Server) GetJwks(ctx context.Context, _ api.GetJwksRequestObject) (api.GetJwksResponseObject, error) {
	set, err := s.People.Keys().JWKS(ctx)
	keys := make([]api.Jwk, len(set))
	for i, k := range set {
		keys[i] = api.Jwk{Kty: k.Kty, Crv: k.Crv, X: k.X, Kid: k.Kid, Use: k.Use, Alg: k.Alg}
	}
	return api.GetJwks200JSONResponse{Keys: keys}, err
}

// RotateSigningKey implements the operation of that name.
func (s *Server) RotateSigningKey(ctx context.Context, _ api.RotateSigningKeyRequestObject) (api.RotateSigningKeyResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.RotateSigningKey204Response, error) {
		return api.RotateSigningKey204Response{}, s.People.Keys().Rotate(tx)
	})
}

// Logout implements the operation of that name.
func (s *Server) Logout(ctx context.Context, _ api.LogoutRequestObject) (api.LogoutResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.Logout204Response, error) {
		return api.Logout204Response{}, s.People.Logout(tx, who)
	})
}

// LogoutEverywhere implements the operation of that name.
func (s *Server) LogoutEverywhere(ctx context.Context, _ api.LogoutEverywhereRequestObject) (api.LogoutEverywhereResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.LogoutEverywhere204Response, error) {
		return api.LogoutEverywhere204Response{}, s.People.LogoutEverywhere(tx, who)
	})
}

// GetMe implements the operation of that name.
func (s *Server) GetMe(ctx context.Context, _ api.GetMeRequestObject) (api.GetMeResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetMe200JSONResponse, error) {
		_, all := who.Owners()
		me := api.GetMe200JSONResponse{
			ID: who.ID, Kind: who.Kind, Name: who.Name, Roles: words(who.Roles), DepartmentID: who.DepartmentID, TeamID: who.TeamID,
			Locale: optional(who.Locale), MustChangePassword: who.MustChangePassword, Permissions: words(identity.Granted(who)), SeesAll: &all,
		}
		if who.Kind != identity.KindUser {
			return me, nil
		}
		u, err := identity.Take(tx, who.ID)
		me.Username = optional(u.Username)
		return me, err
	})
}

// ListMySessions implements the operation of that name.
func (s *Server) ListMySessions(ctx context.Context, _ api.ListMySessionsRequestObject) (api.ListMySessionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListMySessions200JSONResponse, error) {
		rows, err := s.People.ListMySessions(tx, who)
		data := make([]api.Session, len(rows))
		for i, x := range rows {
			data[i] = api.Session{
				ID: x.ID, Address: x.Address, UserAgent: x.UserAgent, CreatedAt: x.CreatedAt, LastUsedAt: x.LastUsedAt,
				ExpiresAt: x.ExpiresAt, Current: x.ID == who.SessionID,
			}
		}
		return api.ListMySessions200JSONResponse{Data: data}, err
	})
}

// words turns a slice of named strings into plain ones; never nil.
func words[T ~string](items []T) []string {
	out := make([]string, len(items))
	for i, it := range items {
		out[i] = string(it)
	}
	return out
}
