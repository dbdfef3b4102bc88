package rulebook

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// maxAge is how long the parameters are believed without reading them again.
const maxAge = time.Second

// Service reads and changes the parameters of one database. Build one per process; it is safe for concurrent use.
type Service struct{ cache atomic.Pointer[snapshot] }

// snapshot is all versions of all parameters, as read at some time.
type snapshot struct {
	readAt   time.Time // by the machine's own monotonic clock: it ages the cache and dates nothing
	versions map[string][]Value
}

// New returns a service with an empty cache.
func New() *Service { return &Service{} }

// Decimal returns the value of a decimal or int parameter in force at tx.Now. An unknown name is a fault of the program,
// not of the request, and so a plain error.
func (s *Service) Decimal(tx pg.Tx, name string) (decimal.Decimal, error) {
	v, err := s.value(tx, name)
	if err != nil {
		return decimal.Zero, err
	}
	return decimal.Parse(v)
}

// Int returns the value of an int parameter in force at tx.Now.
func (s *Service) Int(tx pg.Tx, name string) (int, error) {
	v, err := s.value(tx, name)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(v)
}

// IntAt returns the value of an int parameter that was in force at an instant: for figures of a past period.
func (s *Service) IntAt(tx pg.Tx, name string, at time.Time) (int, error) {
	snap, err := s.fresh(tx)
	if err != nil {
		return 0, err
	}
	v, ok := inForce(snap.versions[name], at)
	if !ok {
		return 0, fmt.Errorf("rulebook: no parameter %q at %s", name, at)
	}
	return strconv.Atoi(v.Value)
}

// DecimalAt returns the value of a decimal or int parameter that was in force at an instant: for figures of then.
func (s *Service) DecimalAt(tx pg.Tx, name string, at time.Time) (decimal.Decimal, error) {
	snap, err := s.fresh(tx)
	if err != nil {
		return decimal.Zero, err
	}
	v, ok := inForce(snap.versions[name], at)
	if !ok {
		return decimal.Zero, fmt.Errorf("rulebook: no parameter %q at %s", name, at)
	}
	return decimal.Parse(v.Value)
}

// Bool returns the value of a bool parameter in force at tx.Now.
func (s *Service) Bool(tx pg.Tx, name string) (bool, error) {
	v, err := s.value(tx, name)
	if err != nil {
		return false, err
	}
	return strconv.ParseBool(v)
}

func (s *Service) value(tx pg.Tx, name string) (string, error) {
	snap, err := s.fresh(tx)
	if err != nil {
		return "", err
	}
	v, ok := inForce(snap.versions[name], tx.Now)
	if !ok {
		return "", fmt.Errorf("rulebook: no parameter %q at %s", name, tx.Now)
	}
	return v.Value, nil
}

// fresh returns the cached snapshot, or reads it anew when it is older than maxAge.
func (s *Service) fresh(tx pg.Tx) (*snapshot, error) {
	if snap := s.cache.Load(); snap != nil && time.Since(snap.readAt) < maxAge {
		return snap, nil
	}
	readAt := time.Now()
	all, err := allVersions(tx)
	if err != nil {
		return nil, err
	}
	snap := &snapshot{readAt: readAt, versions: all}
	s.cache.Store(snap)
	return snap, nil
}

// ListParameters returns every parameter by name, with its value in force at tx.Now.
func (s *Service) ListParameters(tx pg.Tx) ([]Parameter, error) {
	params, err := parameters(tx)
	if err != nil {
		return nil, err
	}
	all, err := allVersions(tx)
	if err != nil {
		return nil, err
	}
	for i := range params {
		params[i].Current, _ = inForce(all[params[i].Name], tx.Now)
	}
	return params, nil
}

// GetParameter returns one parameter with its value in force at tx.Now. Returns errs.ErrNotFound.
func (s *Service) GetParameter(tx pg.Tx, name string) (Parameter, error) {
	p, err := pg.Take[Parameter](tx, "name = ?", name)
	if err != nil {
		return Parameter{}, err
	}
	return p, current(tx, &p)
}

// Check returns the value as it would be stored for the parameter, without storing it. Returns errs.ErrNotFound for an unknown
// parameter, ErrParameterKind and ErrParameterBounds.
func (s *Service) Check(tx pg.Tx, name, value string) (string, error) {
	p, err := s.GetParameter(tx, name)
	if err != nil {
		return "", err
	}
	return p.canonical(value)
}

// ListParameterHistory returns the versions of a parameter, the last change first, and the cursor of the next page.
// Returns errs.ErrNotFound.
func (s *Service) ListParameterHistory(tx pg.Tx, name string, page pg.Page) ([]Value, string, error) {
	if _, err := pg.Take[Parameter](tx, "name = ?", name); err != nil {
		return nil, "", err
	}
	before := int64(math.MaxInt64)
	if _, err := page.After(&before); err != nil {
		return nil, "", err
	}
	rows, err := history(tx, name, before, page.Limit+1)
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(v Value) any { return v.Version })
}

// Change is a new value of a parameter.
type Change struct {
	Value       string
	EffectiveAt *time.Time // nil: at once
	Reason      string
}

// ReplaceParameter gives a parameter a new value from its effective time on. version is the one that the caller has
// read (If-Match). Returns errs.ErrNotFound, errs.ErrStale, ErrParameterKind, ErrParameterBounds, ErrParameterPast and
// ErrParameterReason. Locks the parameter's row.
func (s *Service) ReplaceParameter(tx pg.Tx, name string, version int64, c Change) (Parameter, error) {
	p, err := pg.TakeForUpdate[Parameter](tx, "name = ?", name)
	if err != nil {
		return Parameter{}, err
	}
	if p.Version != version {
		return Parameter{}, errs.ErrStale
	}
	if err := current(tx, &p); err != nil {
		return Parameter{}, err
	}
	v, err := p.next(c, tx)
	if err != nil {
		return Parameter{}, err
	}
	if err := add(tx, p, v); err != nil {
		return Parameter{}, err
	}
	tx.AfterCommit(func() { s.cache.Store(nil) })
	before := p.Current
	p.Version = v.Version
	if err := current(tx, &p); err != nil {
		return Parameter{}, err
	}
	return p, audit.Record(tx, audit.Entry{
		Action: "replaceParameter", SubjectType: SubjectType, SubjectID: SubjectID(name),
		Before: trace(before), After: trace(v),
	})
}

// next makes the version that a change asks for, if it may be.
func (p Parameter) next(c Change, tx pg.Tx) (Value, error) {
	if strings.TrimSpace(c.Reason) == "" {
		return Value{}, ErrParameterReason.At("/reason")
	}
	value, err := p.canonical(c.Value)
	if err != nil {
		return Value{}, err
	}
	v := Value{
		Name: p.Name, Version: p.Version + 1, Value: value, EffectiveAt: tx.Now, SetAt: tx.Now,
		SetBy: tx.By.Actor(), Reason: strings.TrimSpace(c.Reason),
	}
	if c.EffectiveAt != nil {
		if c.EffectiveAt.Before(tx.Now) {
			return Value{}, ErrParameterPast.At("/effective_at")
		}
		v.EffectiveAt = c.EffectiveAt.UTC()
	}
	return v, nil
}
