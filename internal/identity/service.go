package identity

import (
	"context"
	"runtime"
	"slices"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/pg"
)

// Config is what the program is told about identity.
type Config struct {
	Issuer    string // iss of access tokens; "salesgate" when empty
	MasterKey string // SALESGATE_MASTER_KEY: seals signing keys; "" stores them in the clear
	Hashes    int    // password hashes computed at once; the number of processors when 0
}

// Service has the use cases of identity: one exported method each.
type Service struct {
	db        *pg.DB
	issuer    string
	passwords *Passwords
	keys      *Keys
	cache     *cache
}

// New makes the service, of which a program has one: its caches are what a change must reach.
func New(db *pg.DB, cfg Config) *Service {
	if cfg.Issuer == "" {
		cfg.Issuer = "salesgate"
	}
	if cfg.Hashes == 0 {
		cfg.Hashes = runtime.GOMAXPROCS(0)
	}
	return &Service{
		db: db, issuer: cfg.Issuer, passwords: NewPasswords(cfg.Hashes), keys: newKeys(db, cfg.MasterKey),
		cache: newCache(db.Clock()),
	}
}

// Keys returns the signing keys, for the JWKS and for rotation.
func (s *Service) Keys() *Keys { return s.keys }

// Authenticator returns what turns this service's tokens into principals; it shares the service's caches.
func (s *Service) Authenticator() *Authenticator {
	return &Authenticator{db: s.db, keys: s.keys, issuer: s.issuer, cache: s.cache}
}

// NewAuthenticator is for programs that only need to know who is calling: New(db, Config{}).Authenticator().
func NewAuthenticator(db *pg.DB) *Authenticator { return New(db, Config{}).Authenticator() }

// NewUser is a person to be created.
type NewUser struct {
	Username, Name, Phone string
	Roles                 []Role
	DepartmentID, TeamID  *uuid.UUID
	Locale                string // "zh-CN" when empty
	Password              string
	MustChangePassword    bool
}

// CreateUser registers a person. Returns ErrUsernameTaken, also when two do it at once; ErrUnknownRole, ErrWeakPassword,
// ErrUsernameFormat, ErrTeamNotInDept, ErrInactive for a deactivated department or team, errs.ErrReferenced for unknown ones.
func (s *Service) CreateUser(tx pg.Tx, _ Principal, in NewUser) (User, error) {
	u, err := s.newUser(tx.Statement.Context, in)
	if err != nil {
		return User{}, err
	}
	u.CreatedAt = tx.Now
	if err := lockPlace(tx, u.DepartmentID, u.TeamID); err != nil {
		return User{}, err
	}
	if err := pg.Insert(tx, &u); err != nil {
		return User{}, err
	}
	s.cache.forgetAll()
	return u, audit.Record(tx, audit.Entry{Action: "createUser", SubjectType: "user", SubjectID: u.ID, After: u})
}

// Bootstrap creates a person on nobody's authority, for the command line and the demo company: the first administrator
// has to come from somewhere.
func (s *Service) Bootstrap(tx pg.Tx, in NewUser) (User, error) {
	return s.CreateUser(tx, System(), in)
}

func (s *Service) newUser(ctx context.Context, in NewUser) (User, error) {
	u := User{
		ID: uuid.Must(uuid.NewV7()), Username: canonicalUsername(in.Username), Name: in.Name, Phone: in.Phone,
		DepartmentID: in.DepartmentID, TeamID: in.TeamID, Active: true, Locale: in.Locale,
		MustChangePassword: in.MustChangePassword, Version: 1,
	}
	if u.Locale == "" {
		u.Locale = "zh-CN"
	}
	if !usernameFormat.MatchString(u.Username) {
		return u, ErrUsernameFormat.At("/username")
	}
	var err error
	if u.Roles, err = checkRoles(in.Roles); err != nil {
		return u, err
	}
	if err = checkPassword(u.Username, in.Password, "/password"); err != nil {
		return u, err
	}
	u.PasswordHash, err = s.passwords.Hash(ctx, in.Password)
	return u, err
}

// lockPlace holds department and team still while someone is put there, so that neither is deactivated meanwhile.
func lockPlace(tx pg.Tx, department, team *uuid.UUID) error {
	for _, place := range []struct {
		table, pointer string
		id             *uuid.UUID
	}{{"departments", "/department_id", department}, {"teams", "/team_id", team}} {
		if place.id == nil {
			continue
		}
		var active []bool
		err := tx.Raw("SELECT active FROM "+place.table+" WHERE id = ? FOR SHARE", *place.id).Scan(&active).Error
		if err != nil {
			return err
		}
		if len(active) == 1 && !active[0] {
			return ErrInactive.At(place.pointer)
		}
	}
	return nil
}

// GetUser returns one person, active or not. Returns errs.ErrNotFound.
func (s *Service) GetUser(tx pg.Tx, _ Principal, id uuid.UUID) (User, error) { return Take(tx, id) }

// UserFilter narrows a list of people; zero fields don't.
type UserFilter struct {
	Text         string // part of the name or user name
	Role         Role
	DepartmentID *uuid.UUID
	TeamID       *uuid.UUID
	Active       *bool
}

// ListUsers returns a page of people by user name, and the cursor of the next. One statement.
func (s *Service) ListUsers(tx pg.Tx, _ Principal, f UserFilter, page pg.Page) ([]User, string, error) {
	q := tx.DB
	var after string
	more, err := page.After(&after)
	if err != nil {
		return nil, "", err
	}
	if more {
		q = q.Where("username > ?", after)
	}
	if f.Text != "" {
		q = q.Where("(position(lower(?) in lower(name)) > 0 OR position(lower(?) in username) > 0)", f.Text, f.Text)
	}
	if f.Role != "" {
		q = q.Where("roles @> ?", Roles{f.Role})
	}
	if f.DepartmentID != nil {
		q = q.Where("department_id = ?", *f.DepartmentID)
	}
	if f.TeamID != nil {
		q = q.Where("team_id = ?", *f.TeamID)
	}
	if f.Active != nil {
		q = q.Where("active = ?", *f.Active)
	}
	var rows []User
	if err := q.Order("username").Limit(page.Limit + 1).Find(&rows).Error; err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(u User) any { return u.Username })
}

// UserChange says what to change about a person; nil leaves a field as it is, an invalid NullUUID empties it.
type UserChange struct {
	Name, Phone, Locale  *string
	Roles                *[]Role
	DepartmentID, TeamID *uuid.NullUUID
}

// UpdateUser changes a person. Locks department, team, then the person. Returns errs.ErrNotFound, errs.ErrStale for
// another version, ErrLeads when one who heads a department or leads a team would leave it, ErrLastAdmin.
func (s *Service) UpdateUser(tx pg.Tx, _ Principal, id uuid.UUID, version int64, ch UserChange) (User, error) {
	if err := lockPlace(tx, given(ch.DepartmentID), given(ch.TeamID)); err != nil {
		return User{}, err
	}
	old, err := s.lockUser(tx, id, &version)
	if err != nil {
		return User{}, err
	}
	u, err := ch.apply(old)
	if err != nil {
		return User{}, err
	}
	if old.Has(Admin) && !u.Has(Admin) {
		if err := anotherAdmin(tx, id); err != nil {
			return User{}, err
		}
	}
	if !same(old.DepartmentID, u.DepartmentID) {
		if err := leadsNothing(tx, id); err != nil {
			return User{}, err
		}
	}
	err = pg.Update(tx, "users", id, version, map[string]any{
		"name": u.Name, "phone": u.Phone, "locale": u.Locale, "roles": u.Roles,
		"department_id": u.DepartmentID, "team_id": u.TeamID,
	})
	if err != nil {
		return User{}, err
	}
	u.Version++
	s.cache.forgetAll()
	return u, audit.Record(tx, audit.Entry{Action: "updateUser", SubjectType: "user", SubjectID: id, Before: old, After: u})
}

func (ch UserChange) apply(u User) (User, error) {
	u.Roles = slices.Clone(u.Roles)
	set(&u.Name, ch.Name)
	set(&u.Phone, ch.Phone)
	set(&u.Locale, ch.Locale)
	if ch.DepartmentID != nil {
		u.DepartmentID = given(ch.DepartmentID)
	}
	if ch.TeamID != nil {
		u.TeamID = given(ch.TeamID)
	}
	if ch.Roles == nil {
		return u, nil
	}
	var err error
	u.Roles, err = checkRoles(*ch.Roles)
	return u, err
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

func given(id *uuid.NullUUID) *uuid.UUID {
	if id == nil || !id.Valid {
		return nil
	}
	return &id.UUID
}

func same(a, b *uuid.UUID) bool {
	return (a == nil) == (b == nil) && (a == nil || *a == *b)
}
