package printing

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// Subject is what events call the profile. There is one.
const Subject = "company_profile"

// SubjectID is the profile's id in events.
var SubjectID = uuid.MustParse("6f1d1f0e-8a35-5c0c-9f8e-3a5f5f0b6c12")

// Profile is what our own papers say of us. Empty texts aren't printed.
type Profile struct {
	Version     int64
	NameZH      string `gorm:"column:name_zh"`
	NameEN      string `gorm:"column:name_en"`
	AddressZH   string `gorm:"column:address_zh"`
	AddressEN   string `gorm:"column:address_en"`
	TaxNumber   string
	Phone       string
	Fax         string
	Email       string
	BankName    string
	BankAccount string
	SetBy       *uuid.UUID
	SetAt       time.Time
}

// TableName implements gorm's Tabler.
func (Profile) TableName() string { return "company_profiles" }

// stale is what the second of two who change the same version gets.
var _ = pg.Constraint("company_profiles_pkey", errs.ErrStale)

// Current returns the profile in force.
func Current(tx pg.Tx) (Profile, error) {
	var p Profile
	return p, tx.Raw("SELECT * FROM company_profiles ORDER BY version DESC LIMIT 1").Scan(&p).Error
}

// Replace stores a profile in the place of the version that the caller has read. Returns errs.ErrStale.
func Replace(tx pg.Tx, version int64, p Profile) (Profile, error) {
	before, err := Current(tx)
	if err != nil {
		return Profile{}, err
	}
	if before.Version != version {
		return Profile{}, errs.ErrStale
	}
	p.Version, p.SetBy, p.SetAt = version+1, tx.By.Actor(), tx.Now
	if err := pg.Insert(tx, &p); err != nil {
		return Profile{}, err
	}
	return p, audit.Record(tx, audit.Entry{Action: "replaceCompanyProfile", SubjectType: Subject, SubjectID: SubjectID, Before: before, After: p})
}
