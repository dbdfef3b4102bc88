package httpapi

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"gopkg.in/yaml.v3"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/identity"
)

// operation is what the middleware knows of one operation of the contract, computed once at start.
type operation struct {
	id         string // operationId, as in the contract
	permission identity.Permission
	route      *routers.Route
	query      map[string]bool // names that the contract declares
	needsMatch bool            // If-Match is mandatory: 428 instead of 400 when missing
	streams    bool            // answers as long as the client listens (SSE) or the file lasts: no request timeout
	maxBody    int64
	jsonBody   bool
	keyed      bool // takes an Idempotency-Key
}

// Limits on bodies: 1 MiB, unless the contract says x-max-body for an upload.
const defaultMaxBody = 1 << 20

// served is the contract as the program uses it. Nobody writes to it.
type served struct {
	spec       *openapi3.T
	json, yaml []byte
	table      map[string]*operation
}

// openAPI reads the contract, once per process: parsing it takes longer than all else that a server does when it starts.
var openAPI = sync.OnceValues(func() (c served, err error) {
	if c.spec, err = api.GetSpec(); err != nil {
		return c, fmt.Errorf("contract: %w", err)
	}
	if c.table, err = operationTable(c.spec); err != nil {
		return c, err
	}
	if c.json, err = api.GetSpecJSON(); err != nil {
		return c, err
	}
	var doc any
	if err = json.Unmarshal(c.json, &doc); err != nil {
		return c, err
	}
	c.yaml, err = yaml.Marshal(doc)
	return c, err
})

// operationTable maps "METHOD /v1/path/:param", echo's spelling, to the operation. It fails on an operation without
// x-permission or with one that the permission matrix doesn't know: such an operation can't be served.
func operationTable(spec *openapi3.T) (map[string]*operation, error) {
	table := map[string]*operation{}
	for path, item := range spec.Paths.Map() {
		for method, op := range item.Operations() {
			o, err := newOperation(spec, path, method, item, op)
			if err != nil {
				return nil, err
			}
			table[method+" "+echoPath(path)] = o
		}
	}
	return table, nil
}

func newOperation(spec *openapi3.T, path, method string, item *openapi3.PathItem, op *openapi3.Operation) (*operation, error) {
	permission, _ := op.Extensions["x-permission"].(string)
	p := identity.Permission(permission)
	if !identity.Known(p) {
		return nil, fmt.Errorf("contract: %s has x-permission %q, which the permission matrix doesn't know", op.OperationID, permission)
	}
	o := &operation{
		id: op.OperationID, permission: p, query: map[string]bool{}, maxBody: defaultMaxBody,
		route: &routers.Route{Spec: spec, Path: path, PathItem: item, Method: method, Operation: op},
	}
	for _, refs := range []openapi3.Parameters{item.Parameters, op.Parameters} {
		for _, ref := range refs {
			switch {
			case ref.Value.In == "query":
				o.query[ref.Value.Name] = true
			case ref.Value.Name == "If-Match" && ref.Value.Required:
				o.needsMatch = true
			case ref.Value.Name == "Idempotency-Key":
				o.keyed = true
			}
		}
	}
	o.streams, _ = op.Extensions["x-streams"].(bool)
	if n, ok := op.Extensions["x-max-body"].(float64); ok {
		o.maxBody = int64(n)
	}
	if op.RequestBody != nil {
		o.jsonBody = op.RequestBody.Value.Content["application/json"] != nil
	}
	return o, nil
}

// echoPath turns /v1/orders/{order_id} into /v1/orders/:order_id.
func echoPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
