package identity

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/pg"
)

const (
	keyAge        = 90 * 24 * time.Hour                             // after which the job rotates
	keysFreshFor  = 30 * time.Second                                // how long another process's rotation may go unnoticed
	keysRetryWait = time.Second                                     // a token with an unknown kid asks the database at most this often
	keyOutlives   = AccessTTL + leeway + keysFreshFor + time.Minute // how long a retired key verifies: its last token, and slack
)

// signingKey is one Ed25519 key pair as stored. The private key is sealed by the master key when there is one.
type signingKey struct {
	Kid        string
	PublicKey  []byte
	PrivateKey []byte
	Sealed     bool
	CreatedAt  time.Time
	RetiredAt  *time.Time
}

// TableName implements gorm's Tabler.
func (signingKey) TableName() string { return "signing_keys" }

func (k signingKey) verifiesAt(now time.Time) bool {
	return k.RetiredAt == nil || now.Before(k.RetiredAt.Add(keyOutlives))
}

// Keys are the keys that sign access tokens: kept in the database, cached in the process.
//
// With SALESGATE_MASTER_KEY set, private keys are stored sealed (AES-256-GCM under a key derived from it, bound to the
// kid). Without it they are stored in the clear, and whoever reads the database can sign tokens.
type Keys struct {
	db   *pg.DB
	aead cipher.AEAD // nil: stored in the clear

	mu       sync.Mutex
	known    map[string]signingKey
	active   *signingKey
	loadedAt time.Time

	proofs proofs
}

func newKeys(db *pg.DB, masterKey string) *Keys {
	k := &Keys{db: db}
	if masterKey != "" {
		sum := sha256.Sum256([]byte("salesgate signing keys\x00" + masterKey))
		block, _ := aes.NewCipher(sum[:]) // 32 bytes: no error
		k.aead, _ = cipher.NewGCM(block)
	}
	return k
}

// Sealed reports whether new private keys are stored encrypted.
func (k *Keys) Sealed() bool { return k.aead != nil }

// signer returns the active key and its private half, making the first key when there is none.
func (k *Keys) signer(ctx context.Context) (string, ed25519.PrivateKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.refresh(ctx, keysFreshFor); err != nil {
		return "", nil, err
	}
	if k.active == nil {
		if err := k.db.Tx(ctx, pg.System("first-signing-key"), k.first); err != nil {
			return "", nil, err
		}
		if err := k.refresh(ctx, 0); err != nil {
			return "", nil, err
		}
	}
	if k.active == nil {
		return "", nil, errors.New("identity: no signing key")
	}
	private, err := k.open(*k.active)
	return k.active.Kid, private, err
}

// verifier returns the public key of this kid, nil when there is none or its tokens have all expired.
func (k *Keys) verifier(ctx context.Context, kid string) (ed25519.PublicKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	age := keysFreshFor
	if _, ok := k.known[kid]; !ok {
		age = keysRetryWait
	}
	err := k.refresh(ctx, age)
	key, ok := k.known[kid]
	if err != nil && !ok { // a key that is known goes on verifying while the database is away
		return nil, err
	}
	if !ok || !key.verifiesAt(k.db.Clock().Now()) {
		return nil, nil
	}
	return key.PublicKey, nil
}

// refresh reads the keys when what is known is older than age. The caller holds mu.
func (k *Keys) refresh(ctx context.Context, age time.Duration) error {
	now := k.db.Clock().Now()
	if k.known != nil && now.Before(k.loadedAt.Add(age)) {
		return nil
	}
	var rows []signingKey
	err := k.db.View(ctx, pg.System(""), func(tx pg.Tx) error { return tx.Order("created_at").Find(&rows).Error })
	if err != nil {
		k.loadedAt = now.Add(keysRetryWait - keysFreshFor)
		return err
	}
	k.known, k.active, k.loadedAt = make(map[string]signingKey, len(rows)), nil, now
	for _, row := range rows {
		k.known[row.Kid] = row
		if row.RetiredAt == nil {
			k.active = &row
		}
	}
	return nil
}

// forget makes the next use read the keys again.
func (k *Keys) forget() {
	k.mu.Lock()
	k.known = nil
	k.mu.Unlock()
	k.proofs.clear()
}

// first makes a key unless another process was quicker.
func (k *Keys) first(tx pg.Tx) error {
	if err := lockKeys(tx); err != nil {
		return err
	}
	var n int64
	if err := tx.Model(&signingKey{}).Where("retired_at IS NULL").Count(&n).Error; err != nil || n > 0 {
		return err
	}
	return k.insert(tx)
}

// lockKeys lets one writer at the keys; readers go on.
func lockKeys(tx pg.Tx) error {
	return tx.Exec("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE").Error
}

// Rotate retires the active key and makes a new one. Tokens signed with the old key stay valid until they expire, and
// the old key stays in the JWKS as long; keys whose last link has expired are deleted. For the command and a job.
func (k *Keys) Rotate(tx pg.Tx) error {
	if err := lockKeys(tx); err != nil {
		return err
	}
	err := tx.Exec("DELETE FROM signing_keys WHERE retired_at < ?", tx.Now.Add(-keyKept)).Error
	if err != nil {
		return err
	}
	err = tx.Exec("UPDATE signing_keys SET retired_at = ? WHERE retired_at IS NULL", tx.Now).Error
	if err != nil {
		return err
	}
	defer k.forget()
	return k.insert(tx)
}

// RotateWhenDue rotates when the active key has signed for keyAge. For a periodic job; it makes no first key.
func (k *Keys) RotateWhenDue(tx pg.Tx) error {
	var due int64
	err := tx.Model(&signingKey{}).Where("retired_at IS NULL AND created_at < ?", tx.Now.Add(-keyAge)).Count(&due).Error
	if err != nil || due == 0 {
		return err
	}
	return k.Rotate(tx)
}

func (k *Keys) insert(tx pg.Tx) error {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	row := signingKey{Kid: thumbprint(public), PublicKey: public, CreatedAt: tx.Now}
	row.PrivateKey, row.Sealed = k.seal(row.Kid, private.Seed())
	if err := pg.Insert(tx, &row); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{
		Action: "rotateSigningKey", SubjectType: "signing_key", SubjectID: uuid.NewSHA1(uuid.NameSpaceOID, public),
		After: map[string]any{"kid": row.Kid, "sealed": row.Sealed},
	})
}

func (k *Keys) seal(kid string, seed []byte) ([]byte, bool) {
	if k.aead == nil {
		return seed, false
	}
	nonce := randomBytes(k.aead.NonceSize())
	return k.aead.Seal(nonce, nonce, seed, []byte(kid)), true
}

func (k *Keys) open(row signingKey) (ed25519.PrivateKey, error) {
	seed := row.PrivateKey
	if row.Sealed {
		if k.aead == nil {
			return nil, errors.New("identity: the signing key is sealed; set SALESGATE_MASTER_KEY")
		}
		n := k.aead.NonceSize()
		if len(seed) < n {
			return nil, errors.New("identity: the sealed signing key is damaged")
		}
		var err error
		if seed, err = k.aead.Open(nil, seed[:n], seed[n:], []byte(row.Kid)); err != nil {
			return nil, fmt.Errorf("identity: SALESGATE_MASTER_KEY doesn't open the signing key: %w", err)
		}
	}
	if len(seed) != ed25519.SeedSize {
		return nil, errors.New("identity: the signing key is damaged")
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// JWK is one public key as RFC 8037 writes it.
type JWK struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	X   string `json:"x"`
	Kid string `json:"kid"`
	Use string `json:"use"`
	Alg string `json:"alg"`
}

// JWKS returns the public keys that verify tokens now, the active one first.
func (k *Keys) JWKS(ctx context.Context) ([]JWK, error) {
	if _, _, err := k.signer(ctx); err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	set := []JWK{}
	for _, row := range k.known {
		if row.verifiesAt(k.db.Clock().Now()) {
			set = append(set, jwkOf(row.Kid, row.PublicKey))
		}
	}
	active := k.active.Kid
	slices.SortFunc(set, func(a, b JWK) int {
		switch active {
		case a.Kid:
			return -1
		case b.Kid:
			return 1
		}
		return strings.Compare(a.Kid, b.Kid)
	})
	return set, nil
}

func jwkOf(kid string, public []byte) JWK {
	return JWK{Kty: "OKP", Crv: "Ed25519", X: base64.RawURLEncoding.EncodeToString(public), Kid: kid, Use: "sig", Alg: "EdDSA"}
}

// thumbprint names a key by RFC 7638.
func thumbprint(public ed25519.PublicKey) string {
	x := base64.RawURLEncoding.EncodeToString(public)
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + x + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
