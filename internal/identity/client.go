package identity

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// ClientSecret is one secret of a machine client, as it may be shown: its last four characters tell it from the other.
type ClientSecret struct {
	ID         uuid.UUID  `json:"id"`
	ClientID   uuid.UUID  `json:"client_id"`
	Slot       int        `json:"-"`
	SecretHash []byte     `json:"-"`
	Hint       string     `json:"hint"`
	CreatedAt  time.Time  `json:"-"`
	RevokedAt  *time.Time `json:"-"`
}

// TableName implements gorm's Tabler.
func (ClientSecret) TableName() string { return "client_secrets" }

// CreateMachineClient registers a program with its scopes and returns its first secret, which is shown now and never
// again. Returns ErrClientName, ErrScopeNotGrantable.
func (s *Service) CreateMachineClient(tx pg.Tx, _ Principal, name string, scopes []string) (MachineClient, ClientSecret, string, error) {
	granted, err := checkScopes(scopes)
	if err != nil {
		return MachineClient{}, ClientSecret{}, "", err
	}
	m := MachineClient{ID: uuid.Must(uuid.NewV7()), Name: name, Scopes: granted, Active: true, CreatedAt: tx.Now, Version: 1}
	if err := pg.Insert(tx, &m); err != nil {
		return MachineClient{}, ClientSecret{}, "", err
	}
	sec, secret, err := addSecret(tx, m.ID)
	if err != nil {
		return MachineClient{}, ClientSecret{}, "", err
	}
	return m, sec, secret, audit.Record(tx, audit.Entry{
		Action: "createMachineClient", SubjectType: "machine_client", SubjectID: m.ID, After: m,
	})
}

func checkScopes(scopes []string) (Scopes, error) {
	for _, scope := range scopes {
		if !Grantable(Permission(scope)) {
			return nil, ErrScopeNotGrantable.With("scope", scope).At("/scopes")
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(scopes))), nil
}

// addSecret makes a secret in the free slot. Returns ErrTwoSecrets when there is none. The caller holds the client's lock.
func addSecret(tx pg.Tx, client uuid.UUID) (ClientSecret, string, error) {
	var taken []int
	err := tx.Raw("SELECT slot FROM client_secrets WHERE client_id = ? AND revoked_at IS NULL", client).Scan(&taken).Error
	if err != nil {
		return ClientSecret{}, "", err
	}
	if len(taken) >= 2 {
		return ClientSecret{}, "", ErrTwoSecrets
	}
	slot := 1
	if slices.Contains(taken, 1) {
		slot = 2
	}
	secret := "sgs_" + base64.RawURLEncoding.EncodeToString(randomBytes(32))
	row := ClientSecret{
		ID: uuid.Must(uuid.NewV7()), ClientID: client, Slot: slot, SecretHash: hashSecret(secret),
		Hint: secret[len(secret)-4:], CreatedAt: tx.Now,
	}
	return row, secret, pg.Insert(tx, &row)
}

// GetMachineClient returns a client with its live secrets, as hints. Returns errs.ErrNotFound.
func (s *Service) GetMachineClient(tx pg.Tx, _ Principal, id uuid.UUID) (MachineClient, []ClientSecret, error) {
	m, err := pg.Take[MachineClient](tx, "id = ?", id)
	if err != nil {
		return MachineClient{}, nil, err
	}
	secrets, err := liveSecrets(tx, id)
	return m, secrets[id], err
}

// ListMachineClients returns a page of clients by name with their live secrets by client. Two statements.
func (s *Service) ListMachineClients(tx pg.Tx, _ Principal, page pg.Page) ([]MachineClient, map[uuid.UUID][]ClientSecret, string, error) {
	q := tx.DB
	var after string
	more, err := page.After(&after)
	if err != nil {
		return nil, nil, "", err
	}
	if more {
		q = q.Where("name > ?", after)
	}
	var rows []MachineClient
	if err := q.Order("name").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, nil, "", err
	}
	rows, next, err := pg.Cut(page, rows, func(m MachineClient) any { return m.Name })
	if err != nil {
		return nil, nil, "", err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, m := range rows {
		ids[i] = m.ID
	}
	secrets, err := liveSecrets(tx, ids...)
	return rows, secrets, next, err
}

func liveSecrets(tx pg.Tx, clients ...uuid.UUID) (map[uuid.UUID][]ClientSecret, error) {
	of := make(map[uuid.UUID][]ClientSecret, len(clients))
	if len(clients) == 0 {
		return of, nil
	}
	var rows []ClientSecret
	err := tx.Where("client_id IN ? AND revoked_at IS NULL", clients).Order("created_at, id").Find(&rows).Error
	for _, r := range rows {
		of[r.ClientID] = append(of[r.ClientID], r)
	}
	return of, err
}

// ClientChange says what to change about a machine client; nil leaves a field as it is.
type ClientChange struct {
	Name   *string
	Scopes *[]string
	Active *bool
}

// UpdateMachineClient changes name, scopes or activity. Scopes taken away, and deactivation, hold for tokens that are out
// already. Returns ErrClientName, ErrScopeNotGrantable, errs.ErrStale.
func (s *Service) UpdateMachineClient(tx pg.Tx, _ Principal, id uuid.UUID, version *int64, ch ClientChange) (MachineClient, error) {
	return s.changeClient(tx, "updateMachineClient", id, version, ch)
}

func (s *Service) changeClient(tx pg.Tx, action string, id uuid.UUID, version *int64, ch ClientChange) (MachineClient, error) {
	old, err := lockClient(tx, id, version)
	if err != nil {
		return MachineClient{}, err
	}
	m := old
	set(&m.Name, ch.Name)
	set(&m.Active, ch.Active)
	if ch.Scopes != nil {
		if m.Scopes, err = checkScopes(*ch.Scopes); err != nil {
			return MachineClient{}, err
		}
	}
	err = pg.Update(tx, "machine_clients", id, old.Version, map[string]any{"name": m.Name, "scopes": m.Scopes, "active": m.Active})
	if err != nil {
		return MachineClient{}, err
	}
	m.Version++
	s.cache.forget(id)
	return m, audit.Record(tx, audit.Entry{
		Action: action, SubjectType: "machine_client", SubjectID: id, Before: old, After: m,
	})
}

// DeactivateMachineClient ends the client's tokens and refuses it new ones.
func (s *Service) DeactivateMachineClient(tx pg.Tx, _ Principal, id uuid.UUID, version *int64) (MachineClient, error) {
	return s.changeClient(tx, "deactivateMachineClient", id, version, ClientChange{Active: new(false)})
}

func lockClient(tx pg.Tx, id uuid.UUID, version *int64) (MachineClient, error) {
	m, err := pg.TakeForUpdate[MachineClient](tx, "id = ?", id)
	if err == nil && !matches(version, m.Version) {
		err = errs.ErrStale
	}
	return m, err
}

// AddClientSecret makes a second secret, shown now and never again: deploy it, then revoke the first. Returns
// ErrTwoSecrets when two are live, ErrInactive.
func (s *Service) AddClientSecret(tx pg.Tx, _ Principal, id uuid.UUID, version *int64) (MachineClient, ClientSecret, string, error) {
	m, err := lockClient(tx, id, version)
	if err != nil {
		return m, ClientSecret{}, "", err
	}
	if !m.Active {
		return m, ClientSecret{}, "", ErrInactive
	}
	sec, secret, err := addSecret(tx, id)
	if err != nil {
		return m, ClientSecret{}, "", err
	}
	if err := pg.Update(tx, "machine_clients", id, m.Version, nil); err != nil {
		return m, ClientSecret{}, "", err
	}
	m.Version++
	return m, sec, secret, audit.Record(tx, audit.Entry{
		Action: "addClientSecret", SubjectType: "machine_client", SubjectID: id, After: sec,
	})
}

// RevokeClientSecret ends a secret at once, and every token of the client: one of them may have been had with it. Returns
// errs.ErrNotFound for a secret that isn't the client's or is revoked already.
func (s *Service) RevokeClientSecret(tx pg.Tx, _ Principal, id, secretID uuid.UUID, version *int64) (MachineClient, error) {
	m, err := lockClient(tx, id, version)
	if err != nil {
		return m, err
	}
	res := tx.Exec("UPDATE client_secrets SET revoked_at = ? WHERE id = ? AND client_id = ? AND revoked_at IS NULL",
		tx.Now, secretID, id)
	if res.Error != nil {
		return m, res.Error
	}
	if res.RowsAffected == 0 {
		return m, errs.ErrNotFound
	}
	m.TokenEpoch++
	if err := pg.Update(tx, "machine_clients", id, m.Version, map[string]any{"token_epoch": m.TokenEpoch}); err != nil {
		return m, err
	}
	m.Version++
	s.cache.forget(id)
	return m, audit.Record(tx, audit.Entry{
		Action: "revokeClientSecret", SubjectType: "machine_client", SubjectID: id, Before: map[string]any{"secret_id": secretID},
	})
}

// IssueToken is the OAuth 2 client credentials grant. scope narrows the token to some of the client's scopes; "" means
// all of them. Returns ErrClient, also for unknown and deactivated clients, and ErrScope.
func (s *Service) IssueToken(ctx context.Context, clientID, secret, scope, requestID string) (Tokens, error) {
	id, _ := uuid.Parse(clientID) // uuid.Nil is nobody's
	var m MachineClient
	var live []ClientSecret
	err := s.db.View(ctx, pg.System(requestID), func(tx pg.Tx) (err error) {
		m, live, err = s.GetMachineClient(tx, System(), id)
		return err
	})
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return Tokens{}, err
	}
	match, hash := 0, hashSecret(secret)
	for _, l := range live {
		match |= subtle.ConstantTimeCompare(l.SecretHash, hash)
	}
	if match != 1 || !m.Active {
		return Tokens{}, ErrClient
	}
	scopes := []string(m.Scopes)
	if scope != "" {
		scopes = strings.Fields(scope)
		for _, asked := range scopes {
			if !slices.Contains(m.Scopes, asked) {
				return Tokens{}, ErrScope
			}
		}
	}
	joined := strings.Join(scopes, " ")
	access, err := s.keys.sign(ctx, s.issuer, claims{
		RegisteredClaims: jwt.RegisteredClaims{Subject: m.ID.String()},
		Kind:             KindMachine, Epoch: m.TokenEpoch, Scope: joined,
	})
	return Tokens{Access: access, ExpiresIn: AccessTTL, Scope: joined}, err
}

// BootstrapMachineClient registers a program with an id and a secret that are known beforehand, on nobody's authority: for
// the demo company, whose login data is published and the same at every start. Returns what CreateMachineClient returns.
func (s *Service) BootstrapMachineClient(tx pg.Tx, id uuid.UUID, name, secret string, scopes []string) error {
	granted, err := checkScopes(scopes)
	if err != nil {
		return err
	}
	m := MachineClient{ID: id, Name: name, Scopes: granted, Active: true, CreatedAt: tx.Now, Version: 1}
	if err := pg.Insert(tx, &m); err != nil {
		return err
	}
	row := ClientSecret{
		ID: uuid.Must(uuid.NewV7()), ClientID: id, Slot: 1, SecretHash: hashSecret(secret), Hint: secret[len(secret)-4:], CreatedAt: tx.Now,
	}
	if err := pg.Insert(tx, &row); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Action: "createMachineClient", SubjectType: "machine_client", SubjectID: id, After: m})
}
