package httpapi_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

const scan = "%PDF-1.7 示例"

// upload sends a file as its uploader's phone does.
func upload(c apitest.Client, name, content string) apitest.Answer {
	return c.With("Content-Type", "application/octet-stream").Post("/v1/attachments?file_name="+url.QueryEscape(name), content)
}

func sha(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// bindTo gives uploads to a document of rep1's that nobody else but rep1 sees.
func bindTo(e *apitest.Env, who string, ids ...string) error {
	parsed := make([]uuid.UUID, len(ids))
	for i, id := range ids {
		parsed[i] = uuid.MustParse(id)
	}
	p := e.Principal(who)
	return e.DB.Tx(context.Background(), p.Origin("test"), func(tx pg.Tx) error {
		return e.App.Server.Attachments.Bind(tx, p, "test_document", uuid.New(), parsed...)
	})
}

func withDocuments(t *testing.T) *apitest.Env {
	t.Helper()
	e := apitest.New(t)
	e.App.Server.Attachments.Register("test_document", func(_ pg.Tx, who identity.Principal, _ uuid.UUID) error {
		return who.MustSee(e.People["rep1"])
	}, "customer.read")
	return e
}

func TestUploadReadBindAndDownload(t *testing.T) {
	t.Parallel()
	e := withDocuments(t)
	rep1 := e.As("rep1")
	a := upload(rep1, "月结协议 2026.pdf", scan).Want(201)
	if a.String("file_name") != "月结协议 2026.pdf" || a.String("media_type") != "application/pdf" || a.String("sha256") != sha(scan) || a.At("size") != float64(len(scan)) {
		t.Errorf("%s", a.Body)
	}
	path := "/v1/attachments/" + a.ID()
	if got := rep1.Get(path).Want(200); got.ETag() != a.ETag() {
		t.Errorf("%s", got.Header)
	}
	e.As("manager").Get(path).Want(404) // unbound: the uploader's alone
	e.As("gm").Get(path + "/content").Want(404)
	if err := bindTo(e, "rep1", a.ID(), a.ID()); err != nil {
		t.Fatal(err)
	}
	got := e.As("manager").Get(path + "/content").Want(200)
	if string(got.Body) != scan || got.ETag() != `"`+sha(scan)+`"` || got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("%q %s", got.Body, got.Header)
	}
	if d := got.Header.Get("Content-Disposition"); d != `attachment; filename="____ 2026.pdf"; filename*=UTF-8''%E6%9C%88%E7%BB%93%E5%8D%8F%E8%AE%AE%202026.pdf` {
		t.Errorf("%s", d)
	}
	e.As("rep3").Get(path).Want(404)
	e.As("guard").Get(path).Want(404) // sees every owner's documents, but may not read these
	e.As("rep3").Get(path + "/content").Want(404)
	rep1.Delete(path, a.ETag()).WantProblem(409, "attachment.bound")
	if err := bindTo(e, "rep1", a.ID()); !isDef(err, attachment.ErrUnknown) {
		t.Errorf("bound twice: %v", err)
	}
}

func isDef(err error, def *errs.Def) bool { e, ok := errs.As(err); return ok && e.Def == def }

func TestOnlyOwnUnboundUploadsAreBound(t *testing.T) {
	t.Parallel()
	e := withDocuments(t)
	mine, theirs := upload(e.As("rep1"), "a.pdf", scan).Want(201).ID(), upload(e.As("rep2"), "b.pdf", scan).Want(201).ID()
	for _, ids := range [][]string{{theirs}, {mine, theirs}, {uuid.NewString()}} {
		if err := bindTo(e, "rep1", ids...); !isDef(err, attachment.ErrUnknown) {
			t.Errorf("%v: %v", ids, err)
		}
	}
	if err := bindTo(e, "rep1", mine); err != nil { // nothing of the refused ones is left
		t.Error(err)
	}
}

func TestUploadRefusals(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep1 := e.As("rep1")
	upload(rep1, "a.pdf", "MZ\x90 program").WantProblem(422, "attachment.bad_type")
	upload(rep1, "a.pdf", "").WantProblem(422, "attachment.empty")
	rep1.With("Content-Type", "application/octet-stream").Post("/v1/attachments", scan).WantProblem(400, "request.invalid")
	p := e.As("admin").Get("/v1/parameters/attachment.max_bytes").Want(200)
	e.As("admin").Put("/v1/parameters/attachment.max_bytes", p.ETag(), object{"value": "1024", "reason": "test"}).Want(200)
	fit := "%PDF-" + strings.Repeat("x", 1019)
	upload(rep1, "fits.pdf", fit).Want(201)
	upload(rep1, "less.pdf", fit[:1023]).Want(201)
	upload(rep1, "over.pdf", fit+"x").WantProblem(413, "attachment.too_large")
	e.As("rep1").Delete("/v1/attachments/"+upload(rep1, "fits.pdf", fit).Want(201).ID(), `"2"`).Want(412)
}

// An upload that breaks off leaves neither a row nor content.
func TestATruncatedUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	for _, sent := range []int{3, 5000} { // within what tells the type, and after
		conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", strings.TrimPrefix(e.URL(), "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST /v1/attachments?file_name=a.pdf HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer rep1\r\nContent-Length: 10000\r\n\r\n%s", (scan + strings.Repeat("x", 10000))[:sent])
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || res.StatusCode != http.StatusBadRequest {
			t.Errorf("%d bytes: %v, %v", sent, res, err)
		}
		_ = conn.Close()
	}
	var rows int
	if err := e.DB.Pool().QueryRow(context.Background(), "SELECT count(*) FROM attachments").Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows: %v", rows, err)
	}
}

func TestUploadIsRepeatedWithItsKey(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	rep1 := e.As("rep1").With("Idempotency-Key", uuid.NewString())
	first, again := upload(rep1, "a.pdf", scan).Want(201), upload(rep1, "a.pdf", scan).Want(201)
	if first.ID() != again.ID() || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%s, then %s", first.ID(), again.ID())
	}
	upload(rep1, "a.pdf", scan+" ").WantProblem(422, "idempotency.key_reused")
	if got := e.As("rep1").Get("/v1/attachments/" + first.ID() + "/content").Want(200); string(got.Body) != scan {
		t.Errorf("the first upload's content is %q", got.Body)
	}
}

// Whose documents a principal sees is half of who may read them: each type names the permission that is the other half.
func TestORG06_AttachmentsNeedTheDocumentsPermission(t *testing.T) {
	t.Parallel()
	for name, permissions := range apitest.New(t).App.Server.Attachments.Types() {
		if len(permissions) == 0 {
			t.Errorf("%s: files.Register names no permission", name)
		}
		for _, p := range permissions {
			if !identity.Known(p) || p == identity.Public || p == identity.Authenticated {
				t.Errorf("%s: %s is no permission of a document", name, p)
			}
		}
	}
}

// What nobody binds goes, a minute too young stays, and so does what a document has; the sandbox clock is obeyed.
func TestOrphansAreSwept(t *testing.T) {
	t.Parallel()
	e := withDocuments(t)
	rep1 := e.As("rep1")
	orphan, bound := upload(rep1, "orphan.pdf", scan).Want(201), upload(rep1, "bound.pdf", scan).Want(201)
	if err := bindTo(e, "rep1", bound.ID()); err != nil {
		t.Fatal(err)
	}
	deleted := upload(rep1, "deleted.pdf", scan).Want(201)
	rep1.Delete("/v1/attachments/"+deleted.ID(), deleted.ETag()).Want(204)
	e.DB.Clock().SetOffset(48*time.Hour - time.Minute)
	sweepFiles(t, e)
	rep1.Get("/v1/attachments/" + orphan.ID() + "/content").Want(200)
	e.DB.Clock().SetOffset(48*time.Hour + time.Minute)
	sweepFiles(t, e)
	rep1.Get("/v1/attachments/" + orphan.ID()).Want(404)
	rep1.Get("/v1/attachments/" + deleted.ID()).Want(404)
	if got := rep1.Get("/v1/attachments/" + bound.ID() + "/content").Want(200); string(got.Body) != scan {
		t.Errorf("%q", got.Body)
	}
}

func sweepFiles(t *testing.T, e *apitest.Env) {
	t.Helper()
	files := e.App.Server.Attachments
	if err := files.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := files.SweepStorage(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// Ten documents want the same file: one gets it.
func TestRaceOneDocumentGetsTheFile(t *testing.T) {
	t.Parallel()
	e := withDocuments(t)
	id := upload(e.As("rep1"), "a.pdf", scan).Want(201).ID()
	var wg sync.WaitGroup
	won := make(chan error, 10)
	for range 10 {
		wg.Go(func() { won <- bindTo(e, "rep1", id) })
	}
	wg.Wait()
	close(won)
	winners := 0
	for err := range won {
		switch {
		case err == nil:
			winners++
		case !isDef(err, attachment.ErrUnknown):
			t.Errorf("%v", err)
		}
	}
	if winners != 1 {
		t.Errorf("%d documents have the file", winners)
	}
}

// A file never changes and stays with its document, whoever writes SQL.
func TestDatabaseGuardsAttachments(t *testing.T) {
	t.Parallel()
	e := withDocuments(t)
	id := upload(e.As("rep1"), "a.pdf", scan).Want(201).ID()
	ctx := context.Background()
	if _, err := e.DB.Pool().Exec(ctx, "UPDATE attachments SET size = 1 WHERE id = $1", id); err == nil {
		t.Error("a file changed")
	}
	if err := bindTo(e, "rep1", id); err != nil {
		t.Fatal(err)
	}
	for _, stmt := range []string{"DELETE FROM attachments WHERE id = $1", "UPDATE attachments SET subject_id = gen_random_uuid() WHERE id = $1"} {
		if _, err := e.DB.Pool().Exec(ctx, stmt, id); err == nil {
			t.Errorf("%s went through", stmt)
		}
	}
}

// A large file goes in and out in flat memory: 20 MiB and nothing of it in a slice.
func TestTheLargestFileGoesThrough(t *testing.T) {
	t.Parallel()
	e := apitest.New(t)
	const size = 20 << 20
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, e.URL()+"/v1/attachments?file_name=big.png",
		io.MultiReader(strings.NewReader("\x89PNG\r\n\x1a\n"), io.LimitReader(zeros{}, size-8)))
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = size
	r.Header.Set("Authorization", "Bearer rep1")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusCreated || !strings.Contains(string(b), fmt.Sprint(size)) {
		t.Errorf("%d %s", res.StatusCode, b)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
