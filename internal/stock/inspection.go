package stock

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/attachment"
	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/followup"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// KindFailed is the kind of the tasks that tell of goods that failed after they were reserved.
const KindFailed = "stock.lot_failed"

// Report is a quality inspection report (质量检验报告) of a lot.
type Report struct {
	ID          uuid.UUID
	Number      string
	LotID       uuid.UUID
	Result      Inspection // Passed or Failed
	Figures     Figures
	Inspector   string
	Remarks     string
	ExternalNo  string
	InspectedAt time.Time
	RecordedAt  time.Time
	RecordedBy  *uuid.UUID

	Attachments []attachment.Attachment `gorm:"-"`

	// What follows is read with it.
	LotNo       string    `gorm:"->"`
	ProductID   uuid.UUID `gorm:"->"`
	ProductCode string    `gorm:"->"`
	Decides     bool      `gorm:"->"` // it is the report that the lot goes by
}

// TableName is for GORM.
func (Report) TableName() string { return "inspection_reports" }

// Figure is one thing that was measured.
type Figure struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Unit     string `json:"unit,omitempty"`
	Standard string `json:"standard,omitempty"`
	Within   *bool  `json:"within,omitempty"` // the standard; nil: nobody says
}

// Figures are the figures of a report.
type Figures []Figure

// Value implements driver.Valuer.
func (f Figures) Value() (driver.Value, error) {
	if f == nil {
		f = Figures{}
	}
	b, err := json.Marshal([]Figure(f))
	return string(b), err
}

// Scan implements sql.Scanner.
func (f *Figures) Scan(src any) error {
	switch v := src.(type) {
	case []byte:
		return json.Unmarshal(v, (*[]Figure)(f))
	case string:
		return json.Unmarshal([]byte(v), (*[]Figure)(f))
	}
	return fmt.Errorf("stock: figures are %T", src)
}

// Finding is a report as quality, or an ERP, makes it.
type Finding struct {
	LotID       uuid.UUID
	Result      Inspection
	Figures     Figures
	Inspector   string
	Remarks     string
	ExternalNo  string
	InspectedAt *time.Time // nil: now
	Files       []uuid.UUID
}

// Report records an inspection report of a lot (SHP-16). The lot goes by the report that was inspected last: one that was made before the
// one that it goes by joins the history only. A failed one stops what is reserved and hasn't left, and tells the warehouse and the customers'
// owners; a passed one takes these tasks back.
//
// Returns ErrUnknownLot, ErrFuture, ErrFigures, ErrKnown and attachment.ErrUnknown. Locks the lot and its levels,
// attachments, follow-ups and the number series.
func (s *Service) Report(tx pg.Tx, who identity.Principal, f Finding) (Report, error) {
	r := Report{
		ID: uuid.Must(uuid.NewV7()), LotID: f.LotID, Result: f.Result, Figures: f.Figures, Inspector: strings.TrimSpace(f.Inspector),
		Remarks: strings.TrimSpace(f.Remarks), ExternalNo: strings.TrimSpace(f.ExternalNo), InspectedAt: tx.Now, RecordedAt: tx.Now, RecordedBy: tx.By.Actor(),
	}
	if f.InspectedAt != nil {
		r.InspectedAt = f.InspectedAt.UTC().Truncate(time.Microsecond)
	}
	if err := r.check(tx.Now); err != nil {
		return Report{}, err
	}
	if len(f.Files) > 0 && who.Kind != identity.KindUser {
		return Report{}, ErrAttach
	}
	lot, err := lockLot(tx, f.LotID)
	if errors.Is(err, errs.ErrNotFound) {
		return Report{}, ErrUnknownLot.At("/lot_id")
	}
	if err != nil {
		return Report{}, err
	}
	decides, err := lot.goesBy(tx, r)
	if err != nil {
		return Report{}, err
	}
	if err := s.files.Bind(tx, who, SubjectReport, r.ID, f.Files...); err != nil {
		return Report{}, err
	}
	if decides && r.Result != lot.Inspection {
		if err := tellOf(tx, lot, r.Result); err != nil {
			return Report{}, err
		}
	}
	if r.Number, err = pg.NextNumber(tx, "QI", tx.Now.In(clock.Shanghai)); err != nil {
		return Report{}, err
	}
	if err := pg.Insert(tx, &r); err != nil {
		return Report{}, err
	}
	return s.reported(tx, lot, r, decides)
}

// check is what of a report can be seen without its lot.
func (r *Report) check(now time.Time) error {
	if r.InspectedAt.After(now) {
		return ErrFuture.At("/inspected_at")
	}
	for i, f := range r.Figures {
		if r.Result == Passed && f.Within != nil && !*f.Within {
			return ErrFigures.At(fmt.Sprintf("/figures/%d/within", i))
		}
	}
	return nil
}

// goesBy reports whether the lot goes by a new report: none that it goes by was inspected after it.
func (l *Lot) goesBy(tx pg.Tx, r Report) (bool, error) {
	if l.ReportID == nil {
		return true, nil
	}
	last, err := pg.Take[Report](tx, "id = ?", *l.ReportID)
	return !r.InspectedAt.Before(last.InspectedAt), err
}

// reported writes what the lot is by the report, and the events.
func (s *Service) reported(tx pg.Tx, lot Lot, r Report, decides bool) (Report, error) {
	entries := []audit.Entry{{Action: "reportInspection", SubjectType: SubjectReport, SubjectID: r.ID, After: r.snapshot()}}
	after := map[string]any{"report": r.Number, "result": r.Result, "decides": decides}
	entries = append(entries, audit.Entry{
		Action: "reportInspection", SubjectType: SubjectLot, SubjectID: lot.ID, Before: map[string]any{"inspection": lot.Inspection}, After: after,
	})
	if decides {
		err := pg.Update(tx, "stock_lots", lot.ID, lot.Version, map[string]any{"inspection": r.Result, "report_id": r.ID, "updated_at": tx.Now})
		if err != nil {
			return Report{}, err
		}
	}
	if err := audit.RecordAll(tx, entries); err != nil {
		return Report{}, err
	}
	return s.GetReport(tx, r.ID)
}

func (r *Report) snapshot() map[string]any {
	return map[string]any{
		"number": r.Number, "lot_id": r.LotID, "result": r.Result, "figures": r.Figures, "inspector": r.Inspector, "remarks": r.Remarks,
		"external_no": r.ExternalNo, "inspected_at": r.InspectedAt,
	}
}

// waiting is a notice for which goods of a lot are held, or loaded and still inside the gate.
type waiting struct {
	NoticeID uuid.UUID
	Number   string
	OwnerID  uuid.UUID
	Loaded   bool
	Others   bool // it holds another lot, too, that failed
}

// tellOf tells the keeper and the owners of the notices that wait with goods of a lot that it failed, or that it passed after all.
func tellOf(tx pg.Tx, lot Lot, result Inspection) error {
	notices, err := waitingFor(tx, lot.ID)
	if err != nil || len(notices) == 0 {
		return err
	}
	if result == Passed {
		var ids []uuid.UUID
		for _, n := range notices {
			if !n.Others {
				ids = append(ids, n.NoticeID)
			}
		}
		return followup.Close(tx, KindFailed, SubjectNotice, ids...)
	}
	tasks := make([]followup.Task, 0, 2*len(notices))
	for _, n := range notices {
		en, zh := "prepare it again", "请重新备货"
		if n.Loaded {
			en, zh = "it is loaded: unload it", "已装车,请卸货"
		}
		t := followup.Task{
			Kind: KindFailed, SubjectType: SubjectNotice, SubjectID: n.NoticeID, Number: n.Number,
			TitleEN: fmt.Sprintf("Lot %s failed its inspection; notice %s holds some of it, %s", lot.LotNo, n.Number, en),
			TitleZH: fmt.Sprintf("批次 %s 检验不合格,发货通知单 %s 含该批货物,%s", lot.LotNo, n.Number, zh),
		}
		keeper, owner := t, t
		keeper.Role = identity.WarehouseKeeper
		owner.UserID, owner.Inform = &n.OwnerID, true
		tasks = append(tasks, keeper, owner)
	}
	return followup.Open(tx, tasks...)
}

// GetReport returns a report with its files, or errs.ErrNotFound.
func (s *Service) GetReport(tx pg.Tx, id uuid.UUID) (Report, error) {
	r, err := readReport(tx, id)
	if err != nil {
		return Report{}, err
	}
	files, err := s.files.Of(tx, SubjectReport, id)
	r.Attachments = files[id]
	return r, err
}

// ReportSeen returns errs.ErrNotFound for a report that isn't there: for its files and its timeline.
func (s *Service) ReportSeen(tx pg.Tx, _ identity.Principal, id uuid.UUID) error {
	_, err := readReport(tx, id)
	return err
}
