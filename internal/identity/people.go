package identity

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// User is a person with a login. Its password hash never leaves this package.
type User struct {
	ID                 uuid.UUID
	Username           string
	Name               string
	Phone              string
	Roles              Roles
	DepartmentID       *uuid.UUID
	TeamID             *uuid.UUID
	Active             bool
	Locale             string // "zh-CN" or "en"
	MustChangePassword bool
	PasswordHash       string `json:"-"`
	TokenEpoch         int64  `json:"-"`
	CreatedAt          time.Time
	Version            int64
}

// TableName implements gorm's Tabler.
func (User) TableName() string { return "users" }

// Has reports whether the person holds any of the roles.
func (u User) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(u.Roles, r) })
}

// Department is a part of the company with a head.
type Department struct {
	ID        uuid.UUID
	Code      string
	Name      string
	HeadID    *uuid.UUID
	Active    bool
	CreatedAt time.Time
	Version   int64
}

// TableName implements gorm's Tabler.
func (Department) TableName() string { return "departments" }

// Team is a part of a department with a leader.
type Team struct {
	ID           uuid.UUID
	Code         string
	Name         string
	DepartmentID uuid.UUID
	LeaderID     *uuid.UUID
	Active       bool
	CreatedAt    time.Time
	Version      int64
}

// TableName implements gorm's Tabler.
func (Team) TableName() string { return "teams" }

var usernameFormat = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,63}$`)

// canonicalUsername is the one spelling under which a user name is kept and looked up.
func canonicalUsername(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// checkRoles returns the roles sorted without repetition, or ErrUnknownRole.
func checkRoles(given []Role) (Roles, error) {
	for _, r := range given {
		if !slices.Contains(everyone, r) {
			return nil, ErrUnknownRole.At("/roles")
		}
	}
	sorted := slices.Sorted(slices.Values(given))
	return Roles(slices.Compact(sorted)), nil
}
