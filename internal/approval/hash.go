package approval

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// ContentHash returns a digest of what an approval is bound to: SHA-256 of v's JSON, with fields in the order of the
// struct and keys of maps sorted, so that equal content has an equal hash. Give it a struct of the protected fields and
// nothing that changes by itself (versions, states, times of writing). It panics on what JSON can't express: that is a
// fault of the program.
func ContentHash(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("approval: content of type %T: %v", v, err))
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

// digest returns content as it is stored: itself when it can be a hash, else its hash.
func digest(content []byte) []byte {
	if len(content) <= sha256.Size {
		return content
	}
	sum := sha256.Sum256(content)
	return sum[:]
}
