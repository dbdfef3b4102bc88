package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/skip2/go-qrcode"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/delivery"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// IssuePass implements delivery.Gate: one pass for what one vehicle carries, good for shipping.gate_pass_hours (SHP-07, SHP-09).
func (s *Service) IssuePass(tx pg.Tx, d *delivery.Note) error {
	hours, err := s.rules.Int(tx, "shipping.gate_pass_hours")
	if err != nil {
		return err
	}
	kid, err := s.keys.active(tx)
	if err != nil {
		return err
	}
	d.Pass = delivery.GatePass{
		ID: uuid.Must(uuid.NewV7()), DeliveryNoteID: d.ID, NoticeID: d.NoticeID, Vehicle: d.Vehicle, LinesHash: goodsHash(d.Goods()),
		Kid: kid, State: delivery.PassValid, IssuedAt: tx.Now, ExpiresAt: tx.Now.Add(time.Duration(hours) * time.Hour), Version: 1,
	}
	if d.Pass.Number, err = pg.NextNumber(tx, "GP", tx.Now.In(clock.Shanghai)); err != nil {
		return err
	}
	return pg.Insert(tx, &d.Pass)
}

// CancelPass implements delivery.Gate (SHP-21).
func (s *Service) CancelPass(tx pg.Tx, d *delivery.Note) error {
	d.Pass.State = delivery.PassCancelled
	return cancelPass(tx, d)
}

func goodsHash(goods []delivery.Goods) []byte {
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
	Goods   pairs     `json:"gds,omitempty"`
}

// pairs are goods as the QR code says them: code and quantity.
type pairs [][2]string

// mostInCode is how many products a QR code names; of more it holds only the hash.
const mostInCode = 20

func pairsOf(goods []delivery.Goods) pairs {
	if len(goods) > mostInCode {
		return nil
	}
	said := make(pairs, len(goods))
	for i, g := range goods {
		said[i] = [2]string{g.ProductCode, g.Quantity.Trim(0).String()}
	}
	return said
}

func claimsOf(p delivery.GatePass) claims {
	return claims{
		Pass: p.ID, Number: p.Number, Notice: p.NoticeID, Lines: hex.EncodeToString(p.LinesHash), Vehicle: p.Vehicle, Expires: p.ExpiresAt.Unix(),
	}
}

// says reports whether the claims are those of the pass. The goods are what the hash says.
func (c claims) says(p delivery.GatePass) bool {
	own := claimsOf(p)
	return c.Pass == own.Pass && c.Number == own.Number && c.Notice == own.Notice && c.Lines == own.Lines && c.Vehicle == own.Vehicle &&
		c.Expires == own.Expires
}

// Pass returns the delivery note, with its pass, and the token that the pass's QR code holds. Returns errs.ErrNotFound.
func (s *Service) Pass(tx pg.Tx, who identity.Principal, noteID uuid.UUID) (delivery.Note, string, error) {
	d, err := s.deliveries.Get(tx, who, noteID)
	if err != nil {
		return delivery.Note{}, "", err
	}
	token, err := s.keys.sign(tx, d.Pass, d.Goods())
	return d, token, err
}

// passPixels is the width of a pass's QR code: large enough for a phone to read off paper.
const passPixels = 512

// PassPNG returns the gate pass's QR code as a picture. Returns errs.ErrNotFound.
func (s *Service) PassPNG(tx pg.Tx, who identity.Principal, noteID uuid.UUID) ([]byte, error) {
	_, token, err := s.Pass(tx, who, noteID)
	if err != nil {
		return nil, err
	}
	return qrcode.Encode(token, qrcode.Medium, passPixels)
}
