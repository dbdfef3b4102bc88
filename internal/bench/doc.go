// Package bench measures the program under load, beside two references that do the same reads and writes on the same
// PostgreSQL in the same run: hand-written SQL through pgbench, and a bare echo + pgx handler without ORM, contract,
// permissions or gates. `salesgate bench` and `make bench` run it; a short run is a test, so that it doesn't rot.
//
// It owns the data that it loads (10,000 customers, 1,000,000 orders of three lines by default), the references, the
// client and the table that it prints. It runs on a database of its own and leaves it behind for another run.
//
// Server and client share the process, and the machine with PostgreSQL: what is compared are programs under the same
// conditions, not a server's limits. Statements and round trips are counted apart from the timing, by a proxy that reads
// PostgreSQL's protocol: a statement is an Execute or a Query, a round trip is a Sync or a Query, BEGIN and COMMIT included.
//
// Ids of loaded rows are made from their kind and number (bench.id in load.sql), so that client, bare handler and pgbench
// scripts name them without asking.
package bench
