// Package audit owns the event log: one append-only table that is audit trail, outbox and change feed at once, and the
// seal over it.
//
// Record appends an event in the transaction of the change, so both commit or neither does. It holds who (actor,
// request id), what (action = operationId, subject) and the state before and after.
//
// It does not own decisions (package decision) and does not say who may read: the operations that hand events out have
// permissions, and a document's timeline is read by those who may see the document.
//
// # The feed
//
// Rows get their seq when they are written, but become visible when they commit, in another order. A poller that asks
// for seq > last therefore loses what commits late. So the feed is ordered by (xid, seq), xid being the writing
// transaction's id, and ends before the horizon: the oldest transaction that is still running, pg_snapshot_xmin. Below
// it everything is final: no row can appear there any more. Writers don't wait for anything, and a reader is behind
// by the longest running write transaction, which statement and idle timeouts bound.
//
// The transaction ids belong to one cluster. A database that is restored by dump into a new cluster must have its
// transaction counter set beyond the log's (pg_resetwal -x), or the feed stands still until the counter gets there.
//
// # The seal
//
// A job calls Seal now and then: it takes the rows after the last block, below the horizon, and chains them: a leaf per row
// (its seq and SHA-256 over its canonical form), and a hash over the leaves and the previous block's hash. Since it works
// below the horizon only, no writer queues for it. Verify recomputes all and names the first row that was altered,
// removed or slipped in.
//
// What the seal can't show by itself: rows removed before they were sealed, and a chain cut or computed anew from some
// block on by someone who controls the database. For the latter, note the head (block number and hash) that verify
// prints in another place and hand it to the next run.
//
// # Invariants
//
//   - events and event_blocks are never updated or deleted, by trigger;
//   - blocks are numbered from 1 without gaps and cover the feed from its beginning without gaps;
//   - no secret and no stored file gets into an event.
//
// Lock order: an advisory lock among sealers only; nothing else.
package audit
