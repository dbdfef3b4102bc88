package prospect

import (
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// The SQL of who owns a prospect: conversion, pool, disputes.

// carriedOver is what a conversion brought along.
type carriedOver struct{ Log, Grades int64 }

// carryOver gives the customer the prospect's purchase window and a copy of its grade history, marked as carried so that no
// report counts a change twice. The contact log stays with the prospect, which names the customer.
func carryOver(tx pg.Tx, x Prospect) (carriedOver, error) {
	var done carriedOver
	err := tx.Exec("UPDATE purchase_windows SET subject_type = 'customer', subject_id = ? WHERE subject_type = 'prospect' AND subject_id = ?", x.CustomerID, x.ID).Error
	if err != nil {
		return done, err
	}
	res := tx.Exec(`INSERT INTO opportunity_grade_changes (id, subject_type, subject_id, at, changed_on, previous, grade, expected_from, expected_to, cause, changed_by)
		SELECT gen_random_uuid(), 'customer', ?, at, changed_on, previous, grade, expected_from, expected_to, 'carried', changed_by
		FROM opportunity_grade_changes WHERE subject_type = 'prospect' AND subject_id = ?`, x.CustomerID, x.ID)
	if res.Error != nil {
		return done, res.Error
	}
	done.Grades = res.RowsAffected
	err = tx.Raw("SELECT count(*) FROM prospect_contact_log WHERE prospect_id = ?", x.ID).Scan(&done.Log).Error
	return done, err
}

// untouchedBefore is the instant before which a prospect must have been touched last to return to the pool today.
func untouchedBefore(today time.Time, days int) time.Time {
	y, m, d := today.AddDate(0, 0, 1-days).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Shanghai).UTC()
}

func lockUntouched(tx pg.Tx, before time.Time, limit int) ([]Prospect, error) {
	var rows []Prospect
	err := tx.Raw(`SELECT * FROM prospects WHERE state = 'active' AND last_touched_at < ? ORDER BY last_touched_at LIMIT ?
		FOR NO KEY UPDATE SKIP LOCKED`, before, limit).Scan(&rows).Error
	return rows, err
}

func pool(tx pg.Tx, ids []uuid.UUID) error {
	return tx.Exec("UPDATE prospects SET state = 'pooled', joint_owner_id = NULL, updated_at = ?, version = version + 1 WHERE id IN ?", tx.Now, ids).Error
}

func insertDispute(tx pg.Tx, d *Dispute) (err error) {
	if d.Number, err = pg.NextNumber(tx, "OD", tx.Now); err != nil {
		return err
	}
	return pg.Insert(tx, d)
}

func updateDispute(tx pg.Tx, d *Dispute) error {
	err := pg.Update(tx, "ownership_disputes", d.ID, d.Version, map[string]any{
		"state": d.State, "ruling": d.Ruling, "reason": d.Reason, "ruled_by": d.RuledBy, "ended_at": d.EndedAt,
	})
	d.Version++
	return err
}

// disputes reports whether somebody is a side of an open dispute about one of these companies.
func disputes(tx pg.Tx, person uuid.UUID, subjects []uuid.UUID) (bool, error) {
	var found bool
	err := tx.Raw(`SELECT EXISTS (SELECT FROM ownership_disputes WHERE state = 'open' AND subject_id IN ? AND ? IN (claimant_id, owner_id))`,
		subjects, person).Scan(&found).Error
	return found, err
}

func listDisputes(tx pg.Tx, who identity.Principal, state string, after bool, last uuid.UUID, limit int) ([]Dispute, error) {
	q := tx.Table("ownership_disputes")
	if owners, all := who.Owners(); !all {
		q = q.Where("claimant_id IN ? OR owner_id IN ?", owners, owners)
	}
	if state != "" {
		q = q.Where("state = ?", state)
	}
	if after {
		q = q.Where("id < ?", last)
	}
	var rows []Dispute
	err := q.Order("id DESC").Limit(limit).Find(&rows).Error
	return rows, err
}
