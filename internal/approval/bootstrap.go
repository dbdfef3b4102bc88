package approval

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/audit"
	"github.com/salesgate/salesgate/internal/pg"
)

// Bootstrap puts the default matrix into a database that has none, in force since ever, and adds to a matrix of an older
// release the matters that this program has learnt since, from the default files, as a new version in force at once. What
// the company has made of its matters stays as it is, and so do versions that take effect later: each is saved anew with
// the additions. It does nothing when nothing is missing.
//
// Locks the table of versions when it has something to add, so of servers that start at once one adds.
func (s *Service) Bootstrap(tx pg.Tx) error {
	if err := firstVersion(tx); err != nil {
		return err
	}
	chain, err := versionChain(tx)
	if err != nil || !incomplete(chain) {
		return err
	}
	if err := lockVersions(tx); err != nil {
		return err
	}
	if chain, err = versionChain(tx); err != nil || !incomplete(chain) { // another server was first
		return err
	}
	return s.complete(tx, chain)
}

// incomplete reports whether one of the versions lacks a matter.
func incomplete(chain []Version) bool {
	return slices.ContainsFunc(chain, func(v Version) bool { return len(v.Body.lacking()) > 0 })
}

// lacking returns the default rules of the matters that the matrix doesn't have.
func (m Matrix) lacking() []MatterRules {
	var rules []MatterRules
	for _, d := range Default().Matters {
		if !slices.ContainsFunc(m.Matters, func(r MatterRules) bool { return r.Matter == d.Matter }) {
			rules = append(rules, d)
		}
	}
	return rules
}

// complete saves the version in force with what it lacks, and after it those that wait for their time: of the versions
// that have taken effect the one saved last counts, so they would never be in force otherwise.
func (s *Service) complete(tx pg.Tx, chain []Version) error {
	last := chain[len(chain)-1].Version
	for i, v := range chain {
		if err := s.supplement(tx, v, last+int64(i)+1); err != nil {
			return err
		}
	}
	return nil
}

// supplement saves a version again with what it lacks.
func (s *Service) supplement(tx pg.Tx, v Version, number int64) error {
	added := []string{}
	for _, rules := range v.Body.lacking() {
		v.Body.Matters = append(v.Body.Matters, rules)
		added = append(added, rules.Matter)
	}
	before := v.Version
	v.Version, v.ID, v.CreatedBy, v.CreatedAt = number, uuid.Must(uuid.NewV7()), nil, tx.Now
	if v.EffectiveAt.Before(tx.Now) {
		v.EffectiveAt = tx.Now
	}
	v.Reason = "Matters of a new release, with their defaults. / 新版本程序新增事项,采用默认规则。"
	if err := pg.Insert(tx, &v); err != nil {
		return err
	}
	s.heads.Store(nil)
	return audit.Record(tx, audit.Entry{
		Action: "completeAuthorityMatrix", SubjectType: MatrixSubject, SubjectID: v.ID, Before: map[string]any{"version": before},
		After: map[string]any{"version": v.Version, "effective_at": v.EffectiveAt, "reason": v.Reason, "added": added},
	})
}

// firstVersion saves the default as version 1 of a database without any.
func firstVersion(tx pg.Tx) error {
	body, err := json.Marshal(Default())
	if err != nil {
		return err
	}
	_, err = pg.Exec(tx, `INSERT INTO authority_matrix_versions (version, id, effective_at, body, reason, created_at)
		VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		uuid.Must(uuid.NewV7()), time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), string(body),
		"The matrix that a new company begins with.", tx.Now)
	return err
}
