// Package printing owns how a document looks on paper, and what stands at its head: the company's own name, address, tax number and bank (Profile),
// which are data.
//
// A module's document becomes a Paper: titles, parties, facts, a table, totals with the amount in Chinese capital numerals, terms, places to sign.
// That is what clients get as JSON; as HTML it is laid out for A4, with the table's head and the document's number on every page, and page numbers;
// or for the continuous form of 241 mm × 140 mm in three parts (三联单), every sheet of which has the whole head and says which part goes to whom: all
// three are printed by one stroke, so that each names all. A code (the gate pass's) is drawn as a QR code. What isn't in force says so across every
// page (draft, cancelled), and so does what has another revision.
//
// It does not own what a document says, nor who may see it: httpapi makes the paper of a document that it has read for the caller, and leaves prices
// out for whom they are not.
//
// # The HTML
//
// Each form is one file without scripts and without anything to be loaded. All text goes through html/template. Its one style sheet is constant, so
// that the Content-Security-Policy names it by its hash and allows nothing else.
//
// # The profile
//
// Every change is another version (append-only), so what was printed when can be told. Two who change the same version: the second gets
// errs.ErrStale, by the primary key. No locks.
package printing
