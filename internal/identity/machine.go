package identity

import (
	"time"

	"github.com/google/uuid"
)

// MachineClient is a program that calls the API in its own name, with the permissions that it was granted as scopes.
type MachineClient struct {
	ID         uuid.UUID `json:"id"`
	Name       string    `json:"name"`
	Scopes     Scopes    `json:"scopes"`
	Active     bool      `json:"active"`
	TokenEpoch int64     `json:"-"`
	CreatedAt  time.Time `json:"-"`
	Version    int64     `json:"version"`
}

// TableName implements gorm's Tabler.
func (MachineClient) TableName() string { return "machine_clients" }

// principal is the client with these of its scopes. It sees the documents of all owners within them (ORG-06).
func (m MachineClient) principal(scopes []string) Principal {
	return Principal{ID: m.ID, Kind: KindMachine, Name: m.Name, Roles: []Role{Integration}, Scopes: scopes, all: true}
}
