package shipping

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"
	"github.com/skip2/go-qrcode"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// The states of a gate pass.
const (
	PassValid     = "valid"
	PassUsed      = "used"
	PassCancelled = "cancelled"
)

// GatePass (出门证) lets one delivery note's goods out once, in one vehicle, until it expires (SHP-09).
type GatePass struct {
	ID             uuid.UUID
	Number         string
	DeliveryNoteID uuid.UUID
	NoticeID       uuid.UUID
	Vehicle        string
	LinesHash      []byte // of the goods and quantities
	Kid            string // of the key that signs its token
	State          string
	IssuedAt       time.Time
	ExpiresAt      time.Time
	UsedAt         *time.Time
	UsedBy         *uuid.UUID
	Version        int64
}

// newPass makes the pass of a delivery note, without its number.
func (s *Service) newPass(tx pg.Tx, d *DeliveryNote) (GatePass, error) {
	hours, err := s.rules.Int(tx, "shipping.gate_pass_hours")
	if err != nil {
		return GatePass{}, err
	}
	kid, err := s.passes.active(tx)
	return GatePass{
		ID: uuid.Must(uuid.NewV7()), DeliveryNoteID: d.ID, NoticeID: d.NoticeID, Vehicle: d.Vehicle, LinesHash: goodsHash(d.Goods()),
		Kid: kid, State: PassValid, IssuedAt: tx.Now, ExpiresAt: tx.Now.Add(time.Duration(hours) * time.Hour), Version: 1,
	}, err
}

// Goods is a product and how much of it, as the gate sees it.
type Goods struct {
	ProductCode string          `json:"product_code"`
	Quantity    decimal.Decimal `json:"quantity"`
}

// Goods adds up the lines by product, sorted by code.
func (d *DeliveryNote) Goods() []Goods {
	all := make([]Goods, len(d.Lines))
	for i, l := range d.Lines {
		all[i] = Goods{l.ProductCode, l.Quantity}
	}
	return addUp(all)
}

func addUp(all []Goods) []Goods {
	sum := []Goods{}
	for _, g := range all {
		code := strings.TrimSpace(g.ProductCode)
		if i := slices.IndexFunc(sum, func(x Goods) bool { return x.ProductCode == code }); i >= 0 {
			sum[i].Quantity = add(sum[i].Quantity, g.Quantity)
			continue
		}
		sum = append(sum, Goods{code, g.Quantity})
	}
	slices.SortFunc(sum, func(a, b Goods) int { return strings.Compare(a.ProductCode, b.ProductCode) })
	return sum
}

func goodsHash(goods []Goods) []byte {
	h := sha256.New()
	for _, g := range goods {
		fmt.Fprintf(h, "%d:%s=%s\n", len(g.ProductCode), g.ProductCode, g.Quantity.Trim(0))
	}
	return h.Sum(nil)
}

// claims are what the QR code says.
type claims struct {
	Pass    uuid.UUID `json:"jti"`
	Number  string    `json:"num"`
	Notice  uuid.UUID `json:"sub"`
	Lines   string    `json:"lin"` // hex of LinesHash
	Vehicle string    `json:"veh"`
	Expires int64     `json:"exp"` // Unix seconds
}

func (p GatePass) claims() claims {
	return claims{p.ID, p.Number, p.NoticeID, hex.EncodeToString(p.LinesHash), p.Vehicle, p.ExpiresAt.Unix()}
}

// says reports whether the claims are those of the pass.
func (c claims) says(p GatePass) bool {
	return c == p.claims()
}

// GatePass returns the delivery note, with its pass, and the token that the pass's QR code holds. Returns errs.ErrNotFound.
func (s *Service) GatePass(tx pg.Tx, who identity.Principal, noteID uuid.UUID) (DeliveryNote, string, error) {
	d, err := s.GetDelivery(tx, who, noteID)
	if err != nil {
		return DeliveryNote{}, "", err
	}
	token, err := s.passes.sign(tx, d.Pass)
	return d, token, err
}

// passPixels is the width of a pass's QR code: large enough for a phone to read off paper.
const passPixels = 512

// GatePassPNG returns the gate pass's QR code as a picture. Returns errs.ErrNotFound.
func (s *Service) GatePassPNG(tx pg.Tx, who identity.Principal, noteID uuid.UUID) ([]byte, error) {
	_, token, err := s.GatePass(tx, who, noteID)
	if err != nil {
		return nil, err
	}
	return qrcode.Encode(token, qrcode.Medium, passPixels)
}
