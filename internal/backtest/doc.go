// Package backtest owns the replay of drafts over what was decided: an authority matrix over the facts of approval
// requests, other credit figures over the shipment gate's decisions, a price authority table over the price gate's. It
// answers how many cases would have been decided otherwise, which ones, and in which direction.
//
// It owns the runs and their results. It does not own any rule: cases are judged by the code of the engine and of the
// gates (approval.Trial, shipping.Basis, pricing.Trial), from what these stored when they decided. What wasn't stored can't be
// judged again; such cases are counted as skipped, with the reason. It writes no business data.
//
// # Who sees what (ORG-06)
//
// A run replays the documents that its starter saw when starting it, no others, so its figures tell nothing of the rest.
// It is seen by its starter, and by those who see everybody's documents and may run its kind. The list of results is
// narrowed again to what the reader sees now.
//
// # States
//
//	queued → running → done | failed
//
// The period ends when the run is started, at the latest, so a run sees what was decided up to then and not what is
// decided meanwhile. Cases are read in batches by time and id. Each batch commits its results, its counts and
// the place up to which it has come together, under the lock of the run's row: a run that was interrupted goes on where it was,
// and two workers never count a case twice. A run can be deleted at any time; one that is under way ends with its next batch.
//
// # Directions
//
// stricter: all who had to agree, or somebody above them, and more. looser: the reverse. other: other people. For the gates,
// whose outcomes are in a row from lenient to strict, it is the higher or the lower one.
//
// # Lock order
//
// The run's row, alone.
package backtest
