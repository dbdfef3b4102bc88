package approval

import (
	_ "embed"
	"fmt"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed default.yaml
var defaultYAML []byte

// Default returns the matrix that a new company begins with: ORG-02 for the matters of this program. A file that doesn't
// parse is a fault of the build, so it panics.
var Default = sync.OnceValue(func() Matrix {
	var m Matrix
	if err := yaml.Unmarshal(defaultYAML, &m); err != nil {
		panic(fmt.Sprintf("approval: default.yaml: %v", err))
	}
	return m
})
