package approval

import (
	"embed"
	"fmt"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed matrix/*.yaml
var defaultFiles embed.FS

// Default returns the matrix that a new company begins with: ORG-02 for the matters of this program, from the files of
// folder matrix in the order of their names. A file that doesn't parse is a fault of the build, so it panics.
var Default = sync.OnceValue(func() Matrix {
	files, err := defaultFiles.ReadDir("matrix")
	if err != nil {
		panic(fmt.Sprintf("approval: default matrix: %v", err))
	}
	var whole Matrix
	for _, f := range files {
		part, err := defaultFile("matrix/" + f.Name())
		if err != nil {
			panic(fmt.Sprintf("approval: %s: %v", f.Name(), err))
		}
		if part.Ladder != nil {
			whole.Ladder = part.Ladder
		}
		whole.Matters = append(whole.Matters, part.Matters...)
	}
	return whole
})

func defaultFile(name string) (Matrix, error) {
	var m Matrix
	text, err := defaultFiles.ReadFile(name)
	if err == nil {
		err = yaml.Unmarshal(text, &m)
	}
	return m, err
}
