package migrations

// Provider lets the tests go down, which the program never does by itself.
var Provider = provider
