package backtest

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/approval"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// owners are the people whose documents a run replays; nil is everybody's.
type owners []uuid.UUID

func (o owners) see(owner uuid.UUID) bool { return o == nil || slices.Contains(o, owner) }

// store writes how far a locked run has come. The version rises with the state, not with the progress, so that an ETag holds
// while a run is under way.
func (r *Run) store(tx pg.Tx) error {
	mark, err := text(r.Mark)
	if err != nil {
		return err
	}
	return pg.One(tx.Exec(`UPDATE backtest_runs SET version = version + CASE WHEN state = @state THEN 0 ELSE 1 END, state = @state,
			total = greatest(CAST(@total AS int), @scanned), scanned = @scanned, replayed = @replayed, differing = @differing, stricter = @stricter,
			looser = @looser, other = @other, skipped = @skipped, mark = @mark, message = @message, finished_at = @finished
		WHERE id = @id`, map[string]any{
		"id": r.ID, "state": r.State, "total": r.Total, "scanned": r.Scanned, "replayed": r.Replayed, "differing": r.Differing,
		"stricter": r.Stricter, "looser": r.Looser, "other": r.Other, "skipped": r.Skipped, "mark": mark, "message": r.Message,
		"finished": r.FinishedAt,
	}))
}

// row is a result on its way into the database.
type row struct {
	No          int             `json:"no"`
	CaseID      uuid.UUID       `json:"case_id"`
	Matter      string          `json:"matter"`
	SubjectType string          `json:"subject_type"`
	SubjectID   uuid.UUID       `json:"subject_id"`
	Number      string          `json:"number"`
	CustomerID  *uuid.UUID      `json:"customer_id"`
	OwnerID     uuid.UUID       `json:"owner_id"`
	TeamID      *uuid.UUID      `json:"team_id"`
	Grade       string          `json:"grade"`
	At          time.Time       `json:"at"`
	Direction   approval.Change `json:"direction"`
	Before      Way             `json:"before"`
	After       Way             `json:"after"`
	WhyEN       string          `json:"why_en"`
	WhyZH       string          `json:"why_zh"`
}

// storeTally writes what came of a batch: one statement for the results, one for the counts, one for what was skipped.
func storeTally(tx pg.Tx, t *tally) error {
	if err := storeResults(tx, t.run.ID, t.results); err != nil {
		return err
	}
	counts := make([]Count, 0, len(t.counts))
	for _, c := range t.counts {
		counts = append(counts, *c)
	}
	list, err := text(counts)
	if err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO backtest_counts (run_id, dimension, key, replayed, stricter, looser, other)
		SELECT ?, "Dimension", "Key", "Replayed", "Stricter", "Looser", "Other" FROM jsonb_to_recordset(CAST(? AS jsonb))
			AS c ("Dimension" text, "Key" text, "Replayed" int, "Stricter" int, "Looser" int, "Other" int)
		ON CONFLICT (run_id, dimension, key) DO UPDATE SET replayed = backtest_counts.replayed + excluded.replayed,
			stricter = backtest_counts.stricter + excluded.stricter, looser = backtest_counts.looser + excluded.looser,
			other = backtest_counts.other + excluded.other`, t.run.ID, list).Error
	if err != nil {
		return err
	}
	skips := make([]Skipped, 0, len(t.skips))
	for _, s := range t.skips {
		skips = append(skips, *s)
	}
	if list, err = text(skips); err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO backtest_skips (run_id, reason, detail, count)
		SELECT ?, "Reason", "Detail", "Count" FROM jsonb_to_recordset(CAST(? AS jsonb)) AS s ("Reason" text, "Detail" text, "Count" int)
		ON CONFLICT (run_id, reason, detail) DO UPDATE SET count = backtest_skips.count + excluded.count`, t.run.ID, list).Error
}

func storeResults(tx pg.Tx, run uuid.UUID, results []Result) error {
	if len(results) == 0 {
		return nil
	}
	rows := make([]row, len(results))
	for i, r := range results {
		rows[i] = row(r)
	}
	list, err := text(rows)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO backtest_results (run_id, no, case_id, matter, subject_type, subject_id, number, customer_id, owner_id,
			team_id, grade, at, direction, before, after, why_en, why_zh)
		SELECT ?, * FROM jsonb_to_recordset(CAST(? AS jsonb)) AS r (no int, case_id uuid, matter text, subject_type text, subject_id uuid,
			number text, customer_id uuid, owner_id uuid, team_id uuid, grade text, at timestamptz, direction text, before jsonb,
			after jsonb, why_en text, why_zh text)`, run, list).Error
}

func readCounts(tx pg.Tx, run uuid.UUID) ([]Count, []Skipped, error) {
	var counts []Count
	err := tx.Raw(`SELECT dimension, key, replayed, stricter, looser, other FROM backtest_counts WHERE run_id = ?
		ORDER BY dimension, stricter + looser + other DESC, key`, run).Scan(&counts).Error
	if err != nil {
		return nil, nil, err
	}
	var skips []Skipped
	err = tx.Raw(`SELECT reason, detail, count FROM backtest_skips WHERE run_id = ? ORDER BY count DESC, reason, detail`, run).Scan(&skips).Error
	return counts, skips, err
}

func listRuns(tx pg.Tx, who identity.Principal, f Filter, p pg.Page) ([]Run, error) {
	q := tx.Omit("draft").Order("id DESC").Limit(p.Limit + 1)
	kinds := []Kind{}
	for kind := range runners {
		if kind.mayRun(who) {
			kinds = append(kinds, kind)
		}
	}
	if _, all := who.Owners(); all && len(kinds) > 0 {
		q = q.Where("(started_by = ? OR kind IN ?)", who.ID, kinds)
	} else {
		q = q.Where("started_by = ?", who.ID)
	}
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	var last uuid.UUID
	if found, err := p.After(&last); err != nil {
		return nil, err
	} else if found {
		q = q.Where("id < ?", last)
	}
	var rows []Run
	return rows, q.Find(&rows).Error
}

func listResults(tx pg.Tx, who identity.Principal, run uuid.UUID, f ResultFilter, p pg.Page) ([]Result, error) {
	q := tx.Table("backtest_results").Where("run_id = ?", run).Order("no").Limit(p.Limit + 1)
	if ids, all := who.Owners(); !all {
		q = q.Where("owner_id IN ?", append(slices.Clone(ids), who.ID))
	}
	if f.Direction != "" {
		q = q.Where("direction = ?", f.Direction)
	}
	if f.Matter != "" {
		q = q.Where("matter = ?", f.Matter)
	}
	if f.Grade != "" {
		q = q.Where("grade = ?", f.Grade)
	}
	if f.TeamID != nil {
		q = q.Where("team_id = ?", *f.TeamID)
	}
	last := 0
	if _, err := p.After(&last); err != nil {
		return nil, err
	}
	var rows []Result
	return rows, q.Where("no > ?", last).Find(&rows).Error
}

// deleteRun deletes a run with all that is of it (ON DELETE CASCADE).
func deleteRun(tx pg.Tx, id uuid.UUID) error {
	return pg.One(tx.Exec(`DELETE FROM backtest_runs WHERE id = ?`, id))
}

// deleteOldest deletes one run from before an instant, and reports whether there was one.
func deleteOldest(tx pg.Tx, before time.Time) (bool, error) {
	res := tx.Exec(`DELETE FROM backtest_runs WHERE id = (SELECT id FROM backtest_runs WHERE created_at < ? ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)`, before)
	return res.RowsAffected > 0, res.Error
}
