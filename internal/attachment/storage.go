package attachment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:// storage: a folder
	_ "gocloud.dev/blob/memblob"  // mem:// storage, for tests
	_ "gocloud.dev/blob/s3blob"   // s3:// storage
	"gocloud.dev/gcerrors"
)

// Storage is where the content is.
type Storage struct {
	bucket *blob.Bucket
	folder string // of a file:// storage, "" of others
}

// OpenStorage opens the storage that a URL names: file:///a/folder (made if it isn't there), s3://bucket?region=…, or mem:// for
// tests. Close it.
func OpenStorage(ctx context.Context, address string) (*Storage, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("blob url: %w", err)
	}
	s := &Storage{}
	if u.Scheme == "file" {
		s.folder = u.Path
		if u.Host == "." {
			s.folder = strings.TrimPrefix(u.Path, "/")
		}
		u.RawQuery = fileOptions(u.Query()).Encode()
	}
	if s.bucket, err = blob.OpenBucket(ctx, u.String()); err != nil {
		return nil, fmt.Errorf("open the storage of attachments (SALESGATE_BLOB_URL): %w", err)
	}
	return s, nil
}

// FolderURL is the URL of a storage in a folder of this machine.
func FolderURL(folder string) (string, error) {
	abs, err := filepath.Abs(folder)
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(abs)}).String(), err
}

// fileOptions makes a folder private, and writes within it: a rename from the system's temporary folder may cross a mount.
func fileOptions(q url.Values) url.Values {
	for name, v := range map[string]string{"create_dir": "true", "no_tmp_dir": "true", "metadata": "skip", "dir_file_mode": "0700"} {
		if !q.Has(name) {
			q.Set(name, v)
		}
	}
	return q
}

// Close gives the storage back.
func (s *Storage) Close() error { return s.bucket.Close() }

// shards spread the keys over folders, so that none is listed whole.
const shards = 256

// prefix is the folder of a shard: the last byte of an id, which is random.
func prefix(shard byte) string { return fmt.Sprintf("attachments/%02x/", shard) }

// key is where the content of an attachment is.
func key(id uuid.UUID) string { return prefix(id[15]) + id.String() }

// keyPattern is what key makes, and the temporary file of an upload that a crash has left beside it.
var keyPattern = regexp.MustCompile(`^attachments/[0-9a-f]{2}/([0-9a-f-]{36})(\.[0-9a-f]+\.tmp)?$`)

// write stores content under a new id. When it returns an error nothing is kept.
func (s *Storage) write(ctx context.Context, id uuid.UUID, mediaType string, content io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // before Close it discards what was written
	w, err := s.bucket.NewWriter(ctx, key(id), &blob.WriterOptions{ContentType: mediaType, IfNotExist: true})
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, content); err != nil {
		cancel()
		_ = w.Close()
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return s.sync(id)
}

// sync makes a folder's file outlive a loss of power, as its row will.
func (s *Storage) sync(id uuid.UUID) error {
	if s.folder == "" {
		return nil
	}
	file := filepath.Join(s.folder, filepath.FromSlash(key(id)))
	return errors.Join(syncPath(file), syncPath(filepath.Dir(file)), syncPath(filepath.Dir(filepath.Dir(file))))
}

func syncPath(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// read opens the content of an attachment. Close it.
func (s *Storage) read(ctx context.Context, id uuid.UUID) (io.ReadCloser, error) {
	return s.bucket.NewReader(ctx, key(id), nil)
}

// remove deletes a blob, if it is there.
func (s *Storage) remove(ctx context.Context, name string) error {
	err := s.bucket.Delete(ctx, name)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil
	}
	return err
}
