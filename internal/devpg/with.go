//go:build ignore

// With runs a command with a throw-away PostgreSQL beside it, whose address it finds in SALESGATE_TEST_DATABASE_URL:
//
//	go run ./internal/devpg/with.go go test ./...
//
// A server that the variable names already is used as it is. The exit code is the command's.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/salesgate/salesgate/internal/devpg"
)

const variable = "SALESGATE_TEST_DATABASE_URL"

func main() { os.Exit(with(os.Args[1:])) }

func with(command []string) int {
	// The terminal sends Ctrl-C to the command too; this process stays until the command has ended.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if os.Getenv(variable) == "" {
		server, err := devpg.Start(context.Background(), devpg.Options{Log: func(format string, args ...any) {
			fmt.Fprintf(os.Stderr, format+"\n", args...)
		}})
		if err != nil {
			fmt.Fprintf(os.Stderr, "tests need PostgreSQL: install version 15 or later, or set %s to a server whose user may create databases\n%v\n", variable, err)
			return 1
		}
		defer server.Stop()
		os.Setenv(variable, server.URL())
		os.Setenv("SALESGATE_TEST_POSTGRES_BIN", server.Tool(""))
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s)
		}
	}()
	err := cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return max(exit.ExitCode(), 1)
	}
	if err != nil {
		return 1
	}
	return 0
}
