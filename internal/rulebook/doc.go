// Package rulebook owns the catalogue of rules and the figures in them.
//
// The catalogue (rules.yaml, embedded) names every rule of the source policies once: id, clause, title in en and zh-CN,
// and the parameters that it has. It is part of the program: a rule's text changes with a release, never at run time.
//
// The figures (parameters) are data: each has a kind, a unit and bounds, and versions that are never changed or removed.
// A version takes effect at its effective time, which may lie ahead; in force at an instant is the version with the
// latest effective time not after it, the higher version where two are equal. No figure of a rule is a constant in code.
//
// It does not own what a rule does: that is code in the module concerned, which names the id in a comment and in a
// test. It does not own tables of figures that belong to a module (the price authority table, the authority matrix).
//
// # Reading
//
// Decimal, Int and Bool answer at tx.Now. All parameters are kept in memory for at most a second, so a gate pays
// nothing for asking, and a change reaches every instance of the server within that second.
//
// # Invariants
//
//   - a value fits its kind and bounds, also in every version that isn't in force yet;
//   - the version of a parameter's row is that of its last parameter_versions row;
//   - every change has a reason and an audit event.
//
// Lock order: the parameter's row, alone; no other lock is taken while it is held.
package rulebook
