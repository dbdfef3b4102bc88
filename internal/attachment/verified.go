package attachment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// errDamaged says that the storage doesn't hold what was uploaded.
var errDamaged = errors.New("attachment: the content in the storage isn't what was uploaded")

// verified reads content and holds its last bytes back until its checksum is that of the upload. So nobody gets a damaged file whole:
// the answer, whose length is announced, breaks off.
type verified struct {
	io.ReadCloser
	sum  hash.Hash
	want []byte
	left int64
}

func verify(content io.ReadCloser, a Attachment) (io.ReadCloser, error) {
	want, err := hex.DecodeString(a.SHA256)
	return &verified{content, sha256.New(), want, a.Size}, err
}

// Read implements io.Reader.
func (v *verified) Read(p []byte) (int, error) {
	n, err := v.ReadCloser.Read(p)
	v.sum.Write(p[:n])
	v.left -= int64(n)
	switch {
	case v.left < 0, v.left > 0 && errors.Is(err, io.EOF):
		return 0, errDamaged
	case v.left == 0 && n > 0 && !bytes.Equal(v.sum.Sum(nil), v.want):
		return 0, errDamaged
	}
	return n, err
}
