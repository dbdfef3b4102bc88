package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/salesgate/salesgate/api"
)

// The generated binding of query parameters leaves a type of another package that isn't made from text silently empty: a filter by an amount would filter
// nothing. So such a parameter is text by contract, and its handler reads it.
func TestEveryQueryParameterIsOfATypeThatIsBound(t *testing.T) {
	t.Parallel()
	spec, err := api.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	if kind := spec.Components.Schemas["Money"].Value.Extensions["x-go-type"]; kind != "decimal.Decimal" {
		t.Fatalf("an amount is a %v in the contract: this test looks for the wrong thing", kind)
	}
	seen := 0
	for _, o := range operations(t) {
		for _, p := range o.params {
			if p.Value.In != openapi3.ParameterInQuery {
				continue
			}
			seen++
			for schema := p.Value.Schema; schema != nil; schema = schema.Value.Items {
				if kind := fmt.Sprint(schema.Value.Extensions["x-go-type"]); strings.HasPrefix(kind, "decimal.") {
					t.Errorf("%s: the query parameter %s is a %s, which nothing binds", o.id, p.Value.Name, kind)
				}
				if schema.Value.Type.Is("object") {
					t.Errorf("%s: the query parameter %s is an object", o.id, p.Value.Name)
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d query parameters were seen", seen)
	}
}
