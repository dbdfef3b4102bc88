package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/salesgate/salesgate/internal/demo"
)

func demoCommand() *cobra.Command {
	var s demo.Story
	cmd := &cobra.Command{
		Use: "demo", Short: "Play the story against a running server", Args: cobra.NoArgs,
		Long: "Plays over HTTP, as the people concerned, how orders and shipments pass the gates or are stopped by them, and prints each\n" +
			"gate's words. The server is one that `salesgate serve --demo` (make run) has started. It may be played again and again.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.Lang != "zh" && s.Lang != "en" {
				return errors.New("--lang is zh or en")
			}
			s.Out = cmd.OutOrStdout()
			return s.Play(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&s.Base, "url", env("SALESGATE_URL", "http://localhost:8080"), "address of the server")
	cmd.Flags().StringVar(&s.Lang, "lang", env("SALESGATE_LANG", "zh"), "language of the gates: zh or en")
	return cmd
}
