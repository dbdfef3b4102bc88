// Package importing brings master data and open items in from CSV and XLSX files: customers with their credit profile,
// products, base prices, opening receivables.
//
// It owns the reading of files (encoding, headers, cells) and the import as a piece of long work: its progress, its list
// of errors by row and column. It does not own what is imported: each module takes its rows in batches and says of each
// row whether it was created, updated, unchanged or refused. It writes on behalf of whoever uploaded the file, within what
// they may see (ORG-06). Credit columns are for the command line only, which loads the books of before: anybody else's limits
// come from approved requests (CRD-10).
//
// # Files
//
// CSV in UTF-8 (with or without a byte order mark) or GB18030; the first sheet of an XLSX workbook. The first row holds
// headers, in Chinese or English, in any order; a header that no column has is an error, and so is a mandatory
// column that is missing.
//
// # States
//
// queued → running → done | failed. An atomic import writes all rows in one transaction or, with any error, none. A
// partial one writes the good rows in batches. All rows are checked in either case. check_only writes nothing.
//
// Rows are known by their natural key (a code, an invoice number), so the same file again changes nothing, and a job that
// was killed halfway runs again from the start.
//
// # Locks
//
// What the modules take; batches are in the order of the file, except that receivables are grouped by payer.
package importing
