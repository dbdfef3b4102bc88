package httpapi

import (
	"context"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListMachineClients implements the operation of that name.
func (s *Server) ListMachineClients(ctx context.Context, r api.ListMachineClientsRequestObject) (api.ListMachineClientsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListMachineClients200JSONResponse, error) {
		rows, secrets, next, err := s.People.ListMachineClients(tx, who, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.MachineClient, len(rows))
		for i, m := range rows {
			data[i] = clientBody(m, secrets[m.ID])
		}
		return api.ListMachineClients200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// CreateMachineClient implements the operation of that name.
func (s *Server) CreateMachineClient(ctx context.Context, r api.CreateMachineClientRequestObject) (api.CreateMachineClientResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CreateMachineClient201JSONResponse, error) {
		m, sec, secret, err := s.People.CreateMachineClient(tx, who, r.Body.Name, r.Body.Scopes)
		return api.CreateMachineClient201JSONResponse{
			Body:    api.MachineClientWithSecret{Client: clientBody(m, []identity.ClientSecret{sec}), SecretID: sec.ID, ClientSecret: secret},
			Headers: api.CreateMachineClient201ResponseHeaders{ETag: etag(m.Version)},
		}, err
	})
}

// GetMachineClient implements the operation of that name.
func (s *Server) GetMachineClient(ctx context.Context, r api.GetMachineClientRequestObject) (api.GetMachineClientResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetMachineClient200JSONResponse, error) {
		body, tag, err := s.client(tx, r.ClientID)
		return api.GetMachineClient200JSONResponse{Body: body, Headers: api.GetMachineClient200ResponseHeaders{ETag: tag}}, err
	})
}

// UpdateMachineClient implements the operation of that name.
func (s *Server) UpdateMachineClient(ctx context.Context, r api.UpdateMachineClientRequestObject) (api.UpdateMachineClientResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdateMachineClient200JSONResponse, error) {
		version := ifMatch(r.Params.IfMatch)
		_, err := s.People.UpdateMachineClient(tx, who, r.ClientID, &version, identity.ClientChange{Name: r.Body.Name, Scopes: r.Body.Scopes})
		if err != nil {
			return api.UpdateMachineClient200JSONResponse{}, err
		}
		body, tag, err := s.client(tx, r.ClientID)
		return api.UpdateMachineClient200JSONResponse{Body: body, Headers: api.UpdateMachineClient200ResponseHeaders{ETag: tag}}, err
	})
}

// DeactivateMachineClient implements the operation of that name.
func (s *Server) DeactivateMachineClient(ctx context.Context, r api.DeactivateMachineClientRequestObject) (api.DeactivateMachineClientResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.DeactivateMachineClient200JSONResponse, error) {
		if _, err := s.People.DeactivateMachineClient(tx, who, r.ClientID, optionalMatch(r.Params.IfMatch)); err != nil {
			return api.DeactivateMachineClient200JSONResponse{}, err
		}
		body, tag, err := s.client(tx, r.ClientID)
		return api.DeactivateMachineClient200JSONResponse{Body: body, Headers: api.DeactivateMachineClient200ResponseHeaders{ETag: tag}}, err
	})
}

// AddClientSecret implements the operation of that name.
func (s *Server) AddClientSecret(ctx context.Context, r api.AddClientSecretRequestObject) (api.AddClientSecretResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AddClientSecret201JSONResponse, error) {
		_, sec, secret, err := s.People.AddClientSecret(tx, who, r.ClientID, optionalMatch(r.Params.IfMatch))
		if err != nil {
			return api.AddClientSecret201JSONResponse{}, err
		}
		body, tag, err := s.client(tx, r.ClientID)
		return api.AddClientSecret201JSONResponse{
			Body:    api.MachineClientWithSecret{Client: body, SecretID: sec.ID, ClientSecret: secret},
			Headers: api.AddClientSecret201ResponseHeaders{ETag: tag},
		}, err
	})
}

// RevokeClientSecret implements the operation of that name.
func (s *Server) RevokeClientSecret(ctx context.Context, r api.RevokeClientSecretRequestObject) (api.RevokeClientSecretResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RevokeClientSecret200JSONResponse, error) {
		if _, err := s.People.RevokeClientSecret(tx, who, r.ClientID, r.SecretID, optionalMatch(r.Params.IfMatch)); err != nil {
			return api.RevokeClientSecret200JSONResponse{}, err
		}
		body, tag, err := s.client(tx, r.ClientID)
		return api.RevokeClientSecret200JSONResponse{Body: body, Headers: api.RevokeClientSecret200ResponseHeaders{ETag: tag}}, err
	})
}

// client reads a machine client as the API shows it, with its ETag.
func (s *Server) client(tx pg.Tx, id uuid.UUID) (api.MachineClient, string, error) {
	m, secrets, err := s.People.GetMachineClient(tx, current(tx.Statement.Context).who, id)
	return clientBody(m, secrets), etag(m.Version), err
}

func clientBody(m identity.MachineClient, secrets []identity.ClientSecret) api.MachineClient {
	body := api.MachineClient{
		ID: m.ID, Name: m.Name, Scopes: words(m.Scopes), Active: m.Active, CreatedAt: m.CreatedAt, Etag: etag(m.Version),
		Secrets: make([]api.ClientSecret, len(secrets)),
	}
	for i, x := range secrets {
		body.Secrets[i] = api.ClientSecret{ID: x.ID, Hint: x.Hint, CreatedAt: x.CreatedAt}
	}
	return body
}
