// Package gate owns the factory's own gate: gate passes (出门证) with the keys that sign them, the check of a vehicle that wants to leave, and what
// guards' phones decided while they had no network.
//
// It does not own what leaves: delivery notes are package delivery's, which asks for a pass when it issues one (delivery.Gate) and is told when the
// goods are out (delivery.Leave).
//
// # Passes
//
//	valid → used (by the gate's check, or by the warehouse's report that the truck has left, SHP-14)
//	valid → cancelled (its delivery note was unloaded, SHP-21)
//
// There is one pass for each truck, that is for each delivery note. Several trucks of one notice have several passes, which never come to more than
// the notice, since a delivery note takes its quantities off it. The QR code is a compact JWS (EdDSA): anybody with the published key can read and
// believe it; that it is unused only the database knows, or whoever has the list of passes that ended.
//
// # Keys
//
// One key signs at a time. The next one is made and published shipping.gate_key_ahead_days before it takes over, a retired one stays published until
// the last pass that it signed has expired. Private halves are derived from a salt and the server's master key.
//
// # Offline
//
// A phone decides by the published keys and the passes that it knows to have ended, and later hands in what it decided (SynchroniseGateChecks). The
// gate judges each check by the instant at which it was made, by the phone's clock put right. Where both say the same it is as if it had been checked
// here. Where they don't, a conflict is opened for the warehouse, the rep and the gate, which somebody resolves with a note. What a phone let out has
// left, whatever the gate would have said: the delivery note is booked as left, and the guard has a violation. Goods of a note that was unloaded on
// paper are booked on a new one, by a job that takes its locks from the beginning; it judges nothing (delivery.BookDeparted), and what the other
// gates would have stopped them for is in the conflict and a violation too. Only what left without a pass of ours, or with one that had been used,
// has no document: the conflict says that it has to be booked by hand.
//
// A truck that the warehouse reported as left may have been let out by a phone before: its first such check is its own, no second use. Goods whose
// lot had failed its inspection by the instant of the check are a conflict, and are booked (SHP-16); a lot that failed later isn't.
//
// A check is known by device, running number and content: handing it in again does nothing.
//
// # Invariants
//
//   - a pass is used once (SHP-09); the database guards it;
//   - goods whose payment was reversed after they were loaded stay in (SHP-10), unless a phone without network let them out;
//   - every check is recorded with its decision, and never changed;
//   - of a pass that is no longer valid the phones learn in the order of commits, and miss none.
//
// # Locks
//
// Gate device → delivery notes in id order → gate passes in id order → gate conflict.
package gate
