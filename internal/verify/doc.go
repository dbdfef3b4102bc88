// Package verify owns what proves the books: comparing ledgers with each other and with the documents (CRD-11), and the record of what
// each comparison found, which is append-only.
//
// It does not own what is compared: a module has a function that returns its differences, and app lists these functions as Checks, each
// with a name. `salesgate verify` runs them, and so does a job every night; the job keeps the result, and differences become a task for finance
// and for the administrators and an error in the log.
//
// All checks of one run see one snapshot, so that work that goes on makes no difference.
//
// No locks: it reads, and inserts what it found.
package verify
