// Package terms owns what was signed about monthly settlement (CRD-15): settlement agreements, and bridges.
//
// An agreement is in force from its first day until its last, or until somebody ends it; a customer has one at a time. Its signed and
// sealed paper is attached when it is filed; who of finance holds the original, and where, is recorded when it arrives, and until
// then finance has a follow-up. What a customer's terms are is the credit profile's to say, not the agreement's.
//
// A bridge is a superior's prior word (ORG-05) that lets the first order on monthly terms pass without an agreement: pending →
// approved → used → signed, or violated when the month of that order ends first; then its rep is jointly liable. A customer has
// one bridge ever, rejected ones apart.
//
// Monthly terms that came with the opening data are on paper from before, and exempt.
//
// Locks: the bridge's or the agreement's row. The order gate takes the bridge with one conditional statement.
package terms
