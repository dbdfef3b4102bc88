package attachment

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func TestContentTellsTheType(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"%PDF-1.7\n":              "application/pdf",
		"\xFF\xD8\xFF\xE0 JFIF":   "image/jpeg",
		"\x89PNG\x0D\x0A\x1A\x0A": "image/png",
		"%PDF":                    "",
		" %PDF-1.7":               "",
		"\xFF\xD8":                "",
		"<html><script>":          "",
		"GIF89a":                  "",
		"PK\x03\x04":              "",
		"\x00":                    "",
	} {
		got, err := sniff([]byte(content))
		if got != want || (want == "") != errors.Is(err, ErrBadType) {
			t.Errorf("%q: %q, %v", content, got, err)
		}
	}
	if _, err := sniff(nil); !errors.Is(err, ErrEmpty) {
		t.Errorf("nothing: %v", err)
	}
}

func TestNamesAreMadeHarmless(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"月结协议.pdf":                 "月结协议.pdf",
		"SCAN.PDF":                 "SCAN.PDF",
		"../../etc/passwd":         "passwd.pdf",
		`C:\合同\签字页.pdf`:            "签字页.pdf",
		"invoice.exe":              "invoice.exe.pdf",
		"photo.jpg":                "photo.jpg.pdf",
		"a\u202Efdp.exe":           "afdp.exe.pdf", // a character that turns the direction of text
		"line\r\nbreak.pdf":        "linebreak.pdf",
		`a"b<c>.pdf`:               "abc.pdf",
		"":                         "attachment.pdf",
		" . ":                      "attachment.pdf",
		".pdf":                     "pdf.pdf",
		"///":                      "attachment.pdf",
		"bad\xffutf8.pdf":          "badutf8.pdf",
		"\u3000全角\u3000.pdf\u3000": "全角\u3000.pdf",
	} {
		if got := displayName(name, "application/pdf"); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := displayName("x.JPEG", "image/jpeg"); got != "x.JPEG" {
		t.Errorf("%q", got)
	}
	for _, n := range []int{195, 196, 197, 300} {
		got := displayName(strings.Repeat("长", n)+".pdf", "application/pdf")
		if runes := len([]rune(got)); runes > maxName || runes < min(n+4, maxName) || !strings.HasSuffix(got, "长.pdf") {
			t.Errorf("a name of %d becomes one of %d", n+4, runes)
		}
	}
}

type broken struct{}

func (broken) Read(p []byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestStorageKeepsWholeFilesOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder, err := FolderURL(filepath.Join(dir, "数据 %", "attachments"))
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{folder, "mem://"} {
		ctx := context.Background()
		s, err := OpenStorage(ctx, address)
		if err != nil {
			t.Fatal(err)
		}
		id := uuid.Must(uuid.NewV7())
		if err := s.write(ctx, id, "application/pdf", io.MultiReader(strings.NewReader("%PDF-"), broken{})); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", address, err)
		}
		if _, err := s.read(ctx, id); err == nil {
			t.Errorf("%s: half a file was kept", address)
		}
		if err := s.write(ctx, id, "application/pdf", strings.NewReader("%PDF-1.7")); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		if err := s.write(ctx, id, "application/pdf", strings.NewReader("other")); err == nil {
			t.Errorf("%s: a file was overwritten", address)
		}
		r, err := s.read(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(r); err != nil || string(b) != "%PDF-1.7" {
			t.Errorf("%s: %q, %v", address, b, err)
		}
		_ = r.Close()
		if err := errors.Join(s.remove(ctx, key(id)), s.remove(ctx, key(id)), s.Close()); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	left := 0
	_ = filepath.WalkDir(dir, func(_ string, e os.DirEntry, _ error) error {
		if e != nil && !e.IsDir() {
			left++
		}
		return nil
	})
	if left != 0 {
		t.Errorf("%d files are left", left)
	}
}

func TestKeysComeFromIdsOnly(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse("01932c07-a1f4-7bd2-8c55-0d1f6a2b3cfe")
	if got := key(id); got != "attachments/fe/01932c07-a1f4-7bd2-8c55-0d1f6a2b3cfe" || !keyPattern.MatchString(got) {
		t.Errorf("%s", got)
	}
	for _, other := range []string{"attachments/fe/x", "exports/fe/" + id.String(), key(id) + ".bak", key(id) + "/x"} {
		if keyPattern.MatchString(other) {
			t.Errorf("%s looks like an attachment", other)
		}
	}
	if q := fileOptions(url.Values{"dir_file_mode": {"0755"}}); q.Get("dir_file_mode") != "0755" || q.Get("no_tmp_dir") != "true" {
		t.Errorf("%v", q)
	}
}

// Nobody reads files by seeing the owner alone (ORG-06).
func TestORG06_TypesNeedAPermission(t *testing.T) {
	t.Parallel()
	s := New(nil, nil, nil)
	defer func() {
		if recover() == nil {
			t.Error("a type without a permission is registered")
		}
		if (documents{}).allow(identity.System()) {
			t.Error("what needs no permission is allowed")
		}
	}()
	s.Register("test_document", func(pg.Tx, identity.Principal, uuid.UUID) error { return nil })
}
