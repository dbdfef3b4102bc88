package gate

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The token of a gate pass is a compact JWS (EdDSA), so that any reader can show what it says; the gate believes it only
// when the signature is ours and the pass in the database says the same.

// passKey is a key pair as stored: the private half is derived from the salt and the server's master key.
type passKey struct {
	Kid       string
	PublicKey []byte
	Salt      []byte
}

// passKeys signs and verifies gate passes. Keys that were read are kept; it is safe for concurrent use.
type passKeys struct {
	master string
	mu     sync.Mutex
	known  map[string]passKey
}

func newPassKeys(masterKey string) *passKeys {
	return &passKeys{master: masterKey, known: map[string]passKey{}}
}

// private derives the private key. ok is false when the master key is another than it was made with.
func (k *passKeys) private(key passKey) (ed25519.PrivateKey, bool) {
	seed, err := hkdf.Key(sha256.New, []byte(k.master), key.Salt, "salesgate gate passes", ed25519.SeedSize)
	if err != nil {
		return nil, false
	}
	private := ed25519.NewKeyFromSeed(seed)
	public, _ := private.Public().(ed25519.PublicKey)
	return private, public.Equal(ed25519.PublicKey(key.PublicKey))
}

// active returns the kid of the key that new passes are signed with. It makes one when there is none, or none that this
// master key opens.
func (k *passKeys) active(tx pg.Tx) (string, error) {
	row, err := readActiveKey(tx)
	if err == nil {
		if _, ok := k.private(row); ok {
			return row.Kid, nil
		}
	}
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return "", err
	}
	fresh, err := k.fresh()
	if err != nil {
		return "", err
	}
	if err := insertActiveKey(tx, fresh); err != nil {
		return "", err
	}
	row, err = readActiveKey(tx)
	return row.Kid, err
}

func (k *passKeys) fresh() (passKey, error) {
	salt := make([]byte, 32)
	if _, err := rand.Read(salt); err != nil {
		return passKey{}, err
	}
	seed, err := hkdf.Key(sha256.New, []byte(k.master), salt, "salesgate gate passes", ed25519.SeedSize)
	if err != nil {
		return passKey{}, err
	}
	public, _ := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	sum := sha256.Sum256(public)
	return passKey{Kid: base64.RawURLEncoding.EncodeToString(sum[:9]), PublicKey: public, Salt: salt}, nil
}

// key returns a key by its kid. Returns errs.ErrNotFound.
func (k *passKeys) key(tx pg.Tx, kid string) (passKey, error) {
	k.mu.Lock()
	row, ok := k.known[kid]
	k.mu.Unlock()
	if ok {
		return row, nil
	}
	if !utf8.ValidString(kid) || strings.ContainsFunc(kid, unicode.IsControl) {
		return passKey{}, errs.ErrNotFound // none of ours, and nothing to ask the database for
	}
	row, err := readKey(tx, kid)
	if err != nil {
		return passKey{}, err
	}
	k.mu.Lock()
	k.known[kid] = row
	k.mu.Unlock()
	return row, nil
}

type tokenHeader struct {
	Alg string `json:"alg"`
	Typ string `json:"typ"`
	Kid string `json:"kid"`
}

var errWrongMaster = errors.New("gate: SALESGATE_MASTER_KEY isn't the one that this gate pass was signed with")

// sign returns the token of a pass: always the same for the same pass.
func (k *passKeys) sign(tx pg.Tx, p delivery.GatePass, goods []delivery.Goods) (string, error) {
	key, err := k.key(tx, p.Kid)
	if err != nil {
		return "", err
	}
	private, ok := k.private(key)
	if !ok {
		return "", errWrongMaster
	}
	head, err := json.Marshal(tokenHeader{"EdDSA", "gate-pass", p.Kid})
	if err != nil {
		return "", err
	}
	c := claimsOf(p)
	c.Goods = pairsOf(goods)
	body, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	signed := b64(head) + "." + b64(body)
	return signed + "." + b64(ed25519.Sign(private, []byte(signed))), nil
}

// verify returns what a token says if one of our keys signed it, ErrForged otherwise. It doesn't look at the clock.
func (k *passKeys) verify(tx pg.Tx, token string) (claims, error) {
	parts := strings.Split(token, ".")
	var head tokenHeader
	var c claims
	if len(parts) != 3 || !unb64(parts[0], &head) || head.Alg != "EdDSA" || head.Typ != "gate-pass" {
		return c, ErrForged
	}
	key, err := k.key(tx, head.Kid)
	if errors.Is(err, errs.ErrNotFound) {
		return c, ErrForged
	}
	if err != nil {
		return c, err
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil || !ed25519.Verify(key.PublicKey, []byte(parts[0]+"."+parts[1]), signature) || !unb64(parts[1], &c) {
		return c, ErrForged
	}
	return c, nil
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func unb64(text string, into any) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return err == nil && json.Unmarshal(b, into) == nil
}
