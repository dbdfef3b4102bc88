package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// The ways in which an Idempotency-Key can be refused.
var (
	errKeyReused = errs.Define(errs.Rule, "idempotency.key_reused",
		"This Idempotency-Key was used for another request.", "该 Idempotency-Key 已用于其他请求。")
	errKeyInFlight = errs.Define(errs.Conflict, "idempotency.in_flight",
		"A request with this Idempotency-Key is being worked on.", "使用该 Idempotency-Key 的请求正在处理中。")
)

// stored is an answer as it was given the first time.
type stored struct {
	Locked      bool
	Operation   string
	RequestHash []byte
	Status      int
	Answer      []byte
}

// replayedProblem is a refusal as it was given the first time; problem.go writes it unchanged.
type replayedProblem struct {
	status int
	body   []byte
}

func (replayedProblem) Error() string { return "httpapi: replayed refusal" }

// replay takes the lock of the call's key and, if the key has an answer already, decodes it into answer. Returns
// errKeyInFlight when another request holds the key, errKeyReused when the key belongs to another request, and
// a replayedProblem when the first answer was a refusal.
func replay(tx pg.Tx, c *call, answer any) (found bool, err error) {
	if c.key == "" {
		return false, nil
	}
	var row stored
	err = pg.ScanRow(tx, []any{&row.Locked, &row.Operation, &row.RequestHash, &row.Status, &row.Answer},
		`SELECT pg_try_advisory_xact_lock(hashtextextended(?::text || ?, 0)) AS locked,
			COALESCE(k.operation, ''), k.request_hash, COALESCE(k.status, 0) AS status, k.answer
		FROM (SELECT 1) one LEFT JOIN idempotency_keys k ON k.actor_id = ? AND k.key = ?`,
		c.who.ID.String(), c.key, c.who.ID, c.key)
	switch {
	case err != nil:
		return false, err
	case row.Status == 0 && !row.Locked:
		return false, errKeyInFlight
	case row.Status == 0:
		return false, nil
	case row.Operation != c.op.id || !bytes.Equal(row.RequestHash, c.hash):
		return false, errKeyReused
	}
	c.echo.Response().Header().Set("Idempotency-Replayed", "true")
	if row.Status >= 400 {
		return true, replayedProblem{row.Status, row.Answer}
	}
	return true, json.Unmarshal(row.Answer, answer)
}

// storeAnswer keeps a success for the key, in the transaction of its effects.
func storeAnswer(tx pg.Tx, c *call, answer any) error {
	if c.key == "" {
		return nil
	}
	b, err := json.Marshal(withoutTokens(answer))
	if err != nil {
		return err
	}
	return insertAnswer(tx, c, http.StatusOK, b)
}

// withoutTokens is an answer as it may be kept: the token of a statement's link is told once and kept nowhere, so that a repetition is answered without it.
func withoutTokens(answer any) any {
	switch a := answer.(type) {
	case api.SendStatement200JSONResponse:
		a.Body.Token = nil
		return a
	case api.SendStatements200JSONResponse:
		a.Data = slices.Clone(a.Data)
		for i := range a.Data {
			a.Data[i].Token = nil
		}
		return a
	}
	return answer
}

// keepRefusal stores a refusal that commits (pg.Keep) together with what it leaves behind.
func keepRefusal(tx pg.Tx, c *call, err error) error {
	c.answered = false // of an earlier run of the transaction
	if c.key == "" || !pg.Kept(err) {
		return err
	}
	if b, status, ok := storable(c, err); ok {
		if storeErr := insertAnswer(tx, c, status, b); storeErr != nil {
			return storeErr
		}
		c.answered = true
	}
	return err
}

// storeRefusal keeps a refusal whose transaction was rolled back. It has no effects that it must commit with, so losing
// it only means that a repetition is judged anew.
func (s *Server) storeRefusal(ctx context.Context, c *call, err error) {
	if c.key == "" || c.answered || c.validateOnly || errors.As(err, new(replayedProblem)) ||
		errors.Is(err, errKeyInFlight) || errors.Is(err, errKeyReused) {
		return
	}
	b, status, ok := storable(c, err)
	if !ok {
		return
	}
	if err := s.DB.Tx(context.WithoutCancel(ctx), c.origin(), func(tx pg.Tx) error {
		return insertAnswer(tx, c, status, b)
	}); err != nil {
		s.Log.WarnContext(ctx, "refusal not stored", "request_id", c.requestID, "error", err)
	}
}

// storable renders a refusal that a repetition must see again. Wrong credentials, stale versions, throttling and
// everything of ours (5xx) are judged anew each time.
func storable(c *call, err error) ([]byte, int, bool) {
	e, ok := errs.As(err)
	if !ok {
		return nil, 0, false
	}
	switch e.Kind {
	case errs.Conflict, errs.Rule, errs.NotFound:
		b, err := json.Marshal(problemOf(c, e))
		return b, statusOf[e.Kind], err == nil
	}
	return nil, 0, false
}

func insertAnswer(tx pg.Tx, c *call, status int, answer []byte) error {
	n, err := pg.Exec(tx, `INSERT INTO idempotency_keys (actor_id, key, operation, request_hash, status, answer, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		c.who.ID, c.key, c.op.id, c.hash, status, answer, tx.Now)
	if err == nil && n == 0 {
		// Another request with this key committed between our look and our lock: run again and answer as it did.
		return pg.ErrAgain
	}
	return err
}
