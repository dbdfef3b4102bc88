// Package violation owns the record of rules that people broke (CND-02): which rule, who, about which document, what brought it to light.
//
// It does not own how one is found: the module that owns the document calls Record in the transaction in which it finds it. Nor does it own
// what becomes of one: package conduct has the person's answer and what is decided about it.
//
// # Who sees them
//
// The person, those who see the person's documents by their place in sales (ORG-06), and all of them HR, the general manager, the auditor and
// the administrator.
//
// # Invariants
//
//   - the same kind about the same person from the same source is recorded once (violations_once);
//   - a violation never changes and is never deleted (trigger).
//
// # Locks
//
// None: recording inserts. Who decides about a violation locks it, see conduct.
package violation
