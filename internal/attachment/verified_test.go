package attachment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// What was altered, cut off or added to in the storage doesn't pass for what was uploaded.
func TestDamagedContentBreaksOff(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("%PDF-1.7 示例 "), 5000)
	sum := sha256.Sum256(content)
	a := Attachment{Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
	altered := bytes.Clone(content)
	altered[100] ^= 1
	for name, c := range map[string]struct {
		stored []byte
		whole  bool
	}{
		"as uploaded": {content, true}, "altered": {altered, false}, "a byte less": {content[:len(content)-1], false},
		"a byte more": {append(bytes.Clone(content), 0), false}, "nothing": {nil, false},
	} {
		for _, chunks := range []io.Reader{bytes.NewReader(c.stored), iotest.HalfReader(bytes.NewReader(c.stored)), iotest.DataErrReader(bytes.NewReader(c.stored))} {
			r, err := verify(io.NopCloser(chunks), a)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if c.whole && (err != nil || !bytes.Equal(got, content)) || !c.whole && !errors.Is(err, errDamaged) {
				t.Errorf("%s: %d bytes, %v", name, len(got), err)
			}
		}
	}
}
