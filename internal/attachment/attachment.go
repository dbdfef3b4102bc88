package attachment

import (
	"net/http"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Attachment is one file as documents show it.
type Attachment struct {
	ID         uuid.UUID
	FileName   string // for people; sanitized
	MediaType  string
	Size       int64
	SHA256     string // in hexadecimal
	UploadedBy uuid.UUID
	UploadedAt time.Time
}

// row is how the table has it.
type row struct {
	ID           uuid.UUID
	FileName     string
	MediaType    string
	Size         int64
	SHA256       []byte `gorm:"column:sha256"`
	UploadedBy   uuid.UUID
	UploaderKind string
	UploadedAt   time.Time
	SubjectType  *string
	SubjectID    *uuid.UUID
	BoundAt      *time.Time
	Version      int64
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "attachments" }

// extensions are the types that are taken, with the endings that name them; the first is added to a name that has none.
var extensions = map[string][]string{
	"application/pdf": {".pdf"},
	"image/jpeg":      {".jpg", ".jpeg"},
	"image/png":       {".png"},
}

// sniffBytes is how much of a file's beginning tells its type.
const sniffBytes = 512

// sniff returns the media type of a file that begins with head. Returns ErrEmpty and ErrBadType.
func sniff(head []byte) (string, error) {
	if len(head) == 0 {
		return "", ErrEmpty
	}
	mediaType := http.DetectContentType(head)
	if extensions[mediaType] == nil {
		return "", ErrBadType
	}
	return mediaType, nil
}

// maxName bounds a file's name, in characters.
const maxName = 200

// displayName makes the client's name of a file harmless for people to see and to save under: no folders, no control or
// formatting characters (which can turn the direction of text), and an ending that is that of the content.
func displayName(name, mediaType string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*/`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .\u00a0\u3000")
	if name == "" {
		name = "attachment"
	}
	endings := extensions[mediaType]
	if hasEnding(name, endings) {
		return shorten(name, path.Ext(name))
	}
	return shorten(name+endings[0], endings[0])
}

func hasEnding(name string, endings []string) bool {
	for _, e := range endings {
		if len(name) > len(e) && strings.EqualFold(path.Ext(name), e) {
			return true
		}
	}
	return false
}

// shorten cuts a name before its ending.
func shorten(name, ending string) string {
	over := utf8.RuneCountInString(name) - maxName
	if over <= 0 {
		return name
	}
	stem := []rune(strings.TrimSuffix(name, ending))
	return string(stem[:len(stem)-over]) + ending
}
