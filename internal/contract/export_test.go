package contract

// ProgressSQL is for EXPLAIN.
const ProgressSQL = progressSQL
