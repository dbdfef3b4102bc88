// Package client calls salesgate's API from Go. The operations and types are generated from the contract
// (client.gen.go); Connect adds what every caller needs and easily gets wrong:
//
//   - authentication: a person's login with refresh, or a machine's client credentials; tokens are renewed in time;
//   - an Idempotency-Key on every POST that has none, kept over all attempts, so that repeating is safe;
//   - repetition with backoff when the server is busy (429, 503), still working on the same key (409), or doesn't answer;
//   - failures as *Error, with the problem that the server sent: code, rules, fields, and the gate's decision.
//
// A call returns an error for everything that isn't 2xx:
//
//	api, err := client.Connect("http://localhost:8080", client.Options{Username: "rep", Password: "…"})
//	order, err := api.CreateOrderWithResponse(ctx, &client.CreateOrderParams{}, body)
//	var refused *client.Error
//	if errors.As(err, &refused) && refused.Decision != nil { … }
package client
