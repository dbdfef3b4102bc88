// Package pg is salesgate's way to PostgreSQL: transactions, retries, the lock order, document numbers, keyset pages, and the translation of
// constraint violations into the error vocabulary.
//
// # Handles
//
// DB can only begin. Tx is the only thing that can query, and it is passed as an argument, so using the wrong handle inside a transaction doesn't
// compile. There are no nested transactions and no savepoints. The edge of the program (an HTTP handler, a job, a command) opens the transaction;
// services take it. That is how the idempotency key, the effects, the audit events and the stored answer of a request come to commit together.
//
// A closure given to DB.Tx may run more than once (40001 and 40P01 are retried), so it has no outside effect; work for after the commit is a job
// inserted with the same Tx.
//
// # Lock order
//
// READ COMMITTED, and SELECT … FOR UPDATE on the owning row first. The one order for the whole program, so that no two transactions wait for each
// other:
//
//	approval request → price meeting → user → ownership dispute → prospect → customer → credit account (of the payer) → credit group →
//	credit review → new-product request → base price list, price authority table → price adoption → sample → quotation → inquiry →
//	demand survey → order change → contract → order → production request → delivery check → shipping notice → special release → emergency release →
//	shortage allotment → transport notice → warehouse → stock lot → stock level → gate device → delivery note → gate pass → gate conflict → delivery correction →
//	carrier settlement → freight voucher → freight adjustment → carrier → freight rate → invoice → receipt → refund → write-off → acceptance bill → bank line →
//	statement run → statement → statement link → statement dispute → rep's figures → promise to pay → dunning → disputed item → bad debt → paying staff →
//	customer notice → opportunity → survey → visit → price request →
//	price review → product → campaign → leave → violation → attachment → follow-up → number series
//
// An approval's outcome comes with its request locked, and locks what was asked about, so requests are first of all documents: who voids or submits
// again calls approval's Lock before the document's. Submitting a new request inserts it and waits for nobody. A leave, a campaign and a change of a
// customer are decided in that way. The batch of credit reviews is locked before all of these.
//
// The credit group of a payer is locked by who judges it, after its account and before the orders; what else moves an exposure leaves it alone. What
// a group owes is added up under its lock. Who changes a group's members locks all their accounts before it. Nothing that holds an account can end an
// approval request any more: it inserts a job that takes its locks from the beginning.
//
// Who books a bank line locks it directly after the payer's account, to judge it before the first write; a reversed receipt frees its line at the
// line's place. They can't wait in a circle: who wants to book a line that is booked lets go of it at once.
//
// The working calendar stands outside this order: asking for it (Tx.Calendar) shares a lock at whatever place and waits only for who changes it; and
// they (LockCalendar) take it before anything else and wait for nobody after.
//
// Publications take the advisory lock of their table after the list's row. A handover moves the owner of customers and prospects, and with it of all
// that belongs to them (ORG-06). It locks their requests for approval first of all; the triggers follow_customers and follow_prospects then move
// requests, documents and requests again, in this very order. A new kind of document has its place in their lists.
//
// Many rows of one kind are locked in id order. A number series is last because every writer of that series waits on it. Rows that a transaction has
// itself inserted need no lock.
//
// # Many for one row
//
// Who locks a credit account asks for its Turn before: a third of the pool at most waits in PostgreSQL for the same account, everybody else in line
// in this process, without a connection. So the closure may run twice without any deadlock, too.
//
// # Writing
//
// gorm.DB.Save, FirstOr*, AutoMigrate, Preload, associations, hooks and soft delete are banned by lint; updates go through Update, which names its
// columns, compares the version and reports a missing row. Hot paths use Raw and Exec with hand-written SQL in a module's store.go.
package pg
