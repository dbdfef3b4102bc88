//go:build ignore

// Document writes docs/permissions.md from the contract and the permission matrix.
//
//	go run internal/httpapi/document.go docs/permissions.md
package main

import (
	"fmt"
	"os"

	"github.com/salesgate/salesgate/internal/httpapi"
)

func main() {
	table, err := httpapi.PermissionTable()
	if err == nil {
		err = os.WriteFile(os.Args[1], table, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
