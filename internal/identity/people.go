package identity

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// User is a person with a login. Its password hash never leaves this package.
type User struct {
	ID                 uuid.UUID  `json:"id"`
	Username           string     `json:"username"`
	Name               string     `json:"name"`
	Phone              string     `json:"phone"`
	Roles              Roles      `json:"roles"`
	DepartmentID       *uuid.UUID `json:"department_id"`
	TeamID             *uuid.UUID `json:"team_id"`
	Active             bool       `json:"active"`
	Locale             string     `json:"locale"` // "zh-CN" or "en"
	MustChangePassword bool       `json:"must_change_password"`
	PasswordHash       string     `json:"-"`
	TokenEpoch         int64      `json:"-"`
	CreatedAt          time.Time  `json:"-"`
	Version            int64      `json:"version"`
}

// TableName implements gorm's Tabler.
func (User) TableName() string { return "users" }

// MarshalJSON is how events show the person: with a masked phone, since more people read events than users.
func (u User) MarshalJSON() ([]byte, error) {
	type plain User
	if n := len(u.Phone); n >= 8 {
		u.Phone = u.Phone[:3] + "****" + u.Phone[n-4:]
	} else if n > 0 {
		u.Phone = "****"
	}
	return json.Marshal(plain(u))
}

// Has reports whether the person holds any of the roles.
func (u User) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(u.Roles, r) })
}

// Department is a part of the company with a head.
type Department struct {
	ID        uuid.UUID  `json:"id"`
	Code      string     `json:"code"`
	Name      string     `json:"name"`
	HeadID    *uuid.UUID `json:"head_id"`
	Active    bool       `json:"active"`
	CreatedAt time.Time  `json:"-"`
	Version   int64      `json:"version"`
}

// TableName implements gorm's Tabler.
func (Department) TableName() string { return "departments" }

// Team is a part of a department with a leader.
type Team struct {
	ID           uuid.UUID  `json:"id"`
	Code         string     `json:"code"`
	Name         string     `json:"name"`
	DepartmentID uuid.UUID  `json:"department_id"`
	LeaderID     *uuid.UUID `json:"leader_id"`
	Active       bool       `json:"active"`
	CreatedAt    time.Time  `json:"-"`
	Version      int64      `json:"version"`
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
