// Package httpapi is salesgate's HTTP face: it turns requests into calls of the modules' services, and their answers
// and errors into what openapi.yaml promises.
//
// It owns the middleware that every operation passes (in this order: request id, recovery, log and metrics, body limit
// and timeout, operation lookup, authentication, permission, strict JSON, validation against the contract), the one
// transaction of a write with its idempotency key, and the mapping between API types and module types. It owns no rule:
// a handler reads the request, calls one service method and maps the result.
//
// # A handler
//
//	func (s *Server) AssignCustomer(ctx context.Context, r api.AssignCustomerRequestObject) (api.AssignCustomerResponseObject, error) {
//		return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AssignCustomer200JSONResponse, error) {
//			c, err := s.Customers.Assign(tx, who, r.CustomerID, …)
//			…
//		})
//	}
//
// write opens the transaction, answers a repeated Idempotency-Key from its stored answer, stores this answer with the
// effects, and rolls back for validate_only. read is the same for reading. Both hand the handler the caller. Everything
// that is not 2xx is returned as an error and rendered as application/problem+json in problem.go.
package httpapi
