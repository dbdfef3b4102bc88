package bankstatement

import (
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
)

// What events and timelines call the documents.
const (
	subjectAccount = "bank_account"
	subjectImport  = "bank_import"
	subjectLine    = "bank_line"
)

// Account is a bank account of the company.
type Account struct {
	ID        uuid.UUID
	Number    string
	Bank      string
	Name      string
	Currency  string
	Active    bool
	CreatedAt time.Time
	Version   int64
}

// TableName is for GORM.
func (Account) TableName() string { return "bank_accounts" }

// Import is one file of an account.
type Import struct {
	ID         uuid.UUID
	Number     string
	AccountID  uuid.UUID
	FileName   string
	SHA256     []byte `gorm:"column:sha256" json:"-"`
	Lines      int    // in the file
	Added      int    // that weren't there yet
	Duplicates int
	ImportedBy *uuid.UUID
	ImportedAt time.Time
}

// TableName is for GORM.
func (Import) TableName() string { return "bank_imports" }

// State of a line.
type State string

// The states.
const (
	Open    State = "open"
	Booked  State = "booked"
	Ignored State = "ignored"
)

// Line is one movement on an account, as the bank says it.
type Line struct {
	ID            uuid.UUID
	ImportID      uuid.UUID
	AccountID     uuid.UUID
	RowNo         int
	BookedOn      time.Time
	Incoming      bool
	Amount        decimal.Decimal
	Currency      string
	PartyName     string
	PartyAccount  string
	Reference     string
	TransactionID string
	Fingerprint   []byte `json:"-"`
	State         State
	ReceiptID     *uuid.UUID
	IgnoredReason string
	HandledBy     *uuid.UUID
	HandledAt     *time.Time
	Version       int64
}

// TableName is for GORM.
func (Line) TableName() string { return "bank_lines" }
