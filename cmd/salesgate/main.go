// Command salesgate is the server and everything that an operator does beside it.
//
// Every flag can be given in the environment too: --database is SALESGATE_DATABASE_URL, --addr SALESGATE_ADDR, --data
// SALESGATE_DATA, --sandbox SALESGATE_SANDBOX. Secrets come only from there: SALESGATE_MASTER_KEY seals the keys that
// sign tokens.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

var version = "dev" // set by the linker

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // the live heap is small, some 30 MB, and collecting it often costs a tenth of the processor
	}
	// A second signal ends the process at once: NotifyContext is undone after the first.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	if err := root().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "salesgate:", err)
		os.Exit(1)
	}
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use: "salesgate", Short: "Order-to-cash governance: every sale passes its gates",
		SilenceUsage: true, SilenceErrors: true, Version: version,
	}
	cmd.SetOut(os.Stdout)
	cmd.AddCommand(serveCommand(), migrateCommand(), verifyCommand(), userCommand(), importCommand(), demoCommand(), benchCommand(), versionCommand())
	return cmd
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which version this is", Args: cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) {
			cmd.Printf("salesgate %s (%s %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}

// env is the default of a flag: the environment's value, else fallback.
func env(name, fallback string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return fallback
}
