package transport

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// Signature is both sides' word on a delivery note or a freight voucher (SHP-08): the keeper who signs here, and who signed the paper for the
// carrier, of which a picture is kept.
type Signature struct {
	ID            uuid.UUID
	SubjectType   string
	SubjectID     uuid.UUID
	WarehouseBy   uuid.UUID
	CarrierSigner string
	CarrierPhone  string
	SignedAt      time.Time
}

// TableName is where signatures are kept.
func (Signature) TableName() string { return "paper_signatures" }

// SignDelivery keeps both signatures on a delivery note, with pictures of the paper (SHP-08). Returns ErrPersonSigns for a machine, ErrUnloaded,
// ErrSigned for the second time, ErrNoSigner, attachment.ErrUnknown. Locks the delivery note.
func (s *Service) SignDelivery(tx pg.Tx, who identity.Principal, id uuid.UUID, g Signature, files ...uuid.UUID) (Signature, error) {
	if err := g.check(who); err != nil {
		return Signature{}, err
	}
	unloaded, err := s.Deliveries.LockForSignature(tx, who, id)
	if err != nil {
		return Signature{}, err
	}
	if unloaded {
		return Signature{}, ErrUnloaded
	}
	if g, err = s.sign(tx, who, "signDeliveryNote", SubjectDelivery, id, g, files); err != nil {
		return Signature{}, err
	}
	return g, complete(tx, id)
}

// SignVoucher keeps both signatures on a freight voucher (SHP-08); it can be settled then. Returns what SignDelivery returns, ErrUnpriced while
// nobody has said the freight, and ErrNoteUnsigned before the delivery note is signed. Locks the voucher.
func (s *Service) SignVoucher(tx pg.Tx, who identity.Principal, id uuid.UUID, version *int64, g Signature, files ...uuid.UUID) (Voucher, error) {
	if err := g.check(who); err != nil {
		return Voucher{}, err
	}
	v, err := lockVoucher(tx, id, version)
	if err != nil {
		return Voucher{}, err
	}
	note, err := signatureOf(tx, SubjectDelivery, v.DeliveryNoteID)
	switch {
	case err != nil:
		return Voucher{}, err
	case v.State == Dead:
		return Voucher{}, ErrUnloaded
	case v.State == Signed:
		return Voucher{}, ErrSigned
	case note == nil:
		return Voucher{}, ErrNoteUnsigned
	case !v.Priced():
		return Voucher{}, ErrUnpriced
	}
	v.State = Signed
	if err := storeVoucher(tx, &v); err != nil {
		return Voucher{}, err
	}
	if _, err := s.sign(tx, who, "signFreightVoucher", SubjectVoucher, id, g, files); err != nil {
		return Voucher{}, err
	}
	if err := complete(tx, v.DeliveryNoteID); err != nil {
		return Voucher{}, err
	}
	return s.GetVoucher(tx, id)
}

// check says what is wrong with a signature: the warehouse's is the caller's own.
func (g *Signature) check(who identity.Principal) error {
	g.CarrierSigner, g.CarrierPhone = strings.TrimSpace(g.CarrierSigner), strings.TrimSpace(g.CarrierPhone)
	if who.Kind != identity.KindUser {
		return ErrPersonSigns
	}
	if g.CarrierSigner == "" {
		return ErrNoSigner.At("/carrier_signer")
	}
	return nil
}

func (s *Service) sign(tx pg.Tx, who identity.Principal, action, subject string, id uuid.UUID, g Signature, files []uuid.UUID) (Signature, error) {
	g.ID, g.SubjectType, g.SubjectID, g.WarehouseBy, g.SignedAt = uuid.Must(uuid.NewV7()), subject, id, who.ID, tx.Now
	if err := pg.Insert(tx, &g); err != nil {
		return Signature{}, err
	}
	if err := s.files.Bind(tx, who, subject, id, files...); err != nil {
		return Signature{}, err
	}
	return g, audit.Record(tx, audit.Entry{Action: action, SubjectType: subject, SubjectID: id, After: map[string]any{
		"warehouse_by": g.WarehouseBy, "carrier_signer": g.CarrierSigner, "carrier_phone": audit.Mask(g.CarrierPhone), "attachments": files,
	}})
}

// KindUnsigned is the follow-up about signatures that are missing on a delivery note or its freight voucher (SHP-08); package departure opens it.
const KindUnsigned = "departure.unsigned"

// complete ends the follow-up about a delivery note whose papers are all signed.
func complete(tx pg.Tx, deliveryNoteID uuid.UUID) error {
	var waits bool
	err := pg.ScanRow(tx, []any{&waits}, `SELECT EXISTS (SELECT FROM freight_vouchers WHERE delivery_note_id = ? AND state = 'issued')`, deliveryNoteID)
	if err != nil || waits {
		return err
	}
	return followup.Close(tx, KindUnsigned, SubjectDelivery, deliveryNoteID)
}

// SignatureOn returns the signatures on a delivery note that the caller was found to see; nil before it is signed.
func (s *Service) SignatureOn(tx pg.Tx, deliveryNoteID uuid.UUID) (*Signature, error) {
	return signatureOf(tx, SubjectDelivery, deliveryNoteID)
}
