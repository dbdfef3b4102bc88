package main

import (
	"bufio"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

func userCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Create the first administrator, reset a password, rotate the signing key"}
	cmd.AddCommand(userCreateCommand(), userPasswordCommand(), rotateKeysCommand())
	return cmd
}

// withPeople runs fn in a transaction of the command on the database that the flags name.
func withPeople(cmd *cobra.Command, d *database, fn func(tx pg.Tx, people *identity.Service) error) error {
	ctx := cmd.Context()
	url, _, end, err := d.open(ctx, sayOn(cmd))
	if err != nil {
		return err
	}
	defer end()
	if err := migrate(ctx, url); err != nil {
		return err
	}
	db, err := pg.Open(ctx, url, pg.Options{MaxConnections: 4}, &clock.Clock{})
	if err != nil {
		return err
	}
	defer db.Close()
	people := identity.New(db, identity.Config{MasterKey: os.Getenv("SALESGATE_MASTER_KEY")})
	err = db.Tx(ctx, pg.System("command-line"), func(tx pg.Tx) error { return fn(tx, people) })
	if e, ours := errs.As(err); ours {
		return errors.New(e.Text("en"))
	}
	return err
}

func userCreateCommand() *cobra.Command {
	var d database
	var roles []string
	in := identity.NewUser{MustChangePassword: true}
	cmd := &cobra.Command{
		Use: "create USERNAME", Short: "Create a person, by default an administrator", Args: cobra.ExactArgs(1),
		Long: "Creates a person who can log in. The password is read from the first line of standard input with\n" +
			"--password-stdin; else one is made and printed. It must be changed at the first login.",
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Username = args[0]
			if in.Name == "" {
				in.Name = args[0]
			}
			for _, r := range roles {
				in.Roles = append(in.Roles, identity.Role(r))
			}
			made, err := password(cmd, &in.Password)
			if err != nil {
				return err
			}
			err = withPeople(cmd, &d, func(tx pg.Tx, people *identity.Service) error {
				_, err := people.Bootstrap(tx, in)
				return err
			})
			if err != nil {
				return err
			}
			cmd.Printf("Created %s (%s).%s\n", args[0], strings.Join(roles, ", "), made)
			return nil
		},
	}
	d.flags(cmd)
	cmd.Flags().StringSliceVar(&roles, "role", []string{string(identity.Admin)}, "role; may be repeated")
	cmd.Flags().StringVar(&in.Name, "name", "", "the person's name (default the user name)")
	cmd.Flags().StringVar(&in.Locale, "locale", "zh-CN", "zh-CN or en")
	cmd.Flags().Bool("password-stdin", false, "read the password from standard input")
	return cmd
}

func userPasswordCommand() *cobra.Command {
	var d database
	cmd := &cobra.Command{
		Use: "password USERNAME", Short: "Reset a person's password", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var fresh string
			made, err := password(cmd, &fresh)
			if err != nil {
				return err
			}
			err = withPeople(cmd, &d, func(tx pg.Tx, people *identity.Service) error {
				who, err := identity.LoadUsername(tx, args[0])
				if err != nil {
					return err
				}
				_, err = people.ResetPassword(tx, identity.System(), who.ID, nil, fresh)
				return err
			})
			if err != nil {
				return err
			}
			cmd.Printf("Reset the password of %s.%s\n", args[0], made)
			return nil
		},
	}
	d.flags(cmd)
	cmd.Flags().Bool("password-stdin", false, "read the password from standard input")
	return cmd
}

func rotateKeysCommand() *cobra.Command {
	var d database
	cmd := &cobra.Command{
		Use: "rotate-keys", Short: "Make a new key for access tokens; tokens that are out stay valid", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			sealed := false
			err := withPeople(cmd, &d, func(tx pg.Tx, people *identity.Service) error {
				sealed = people.Keys().Sealed()
				return people.Keys().Rotate(tx)
			})
			if err != nil {
				return err
			}
			cmd.Println("Rotated.")
			if !sealed {
				cmd.PrintErrln("SALESGATE_MASTER_KEY is not set: the private key is stored in the clear.")
			}
			return nil
		},
	}
	d.flags(cmd)
	return cmd
}

// password reads a password or makes one; made says so to the operator.
func password(cmd *cobra.Command, into *string) (made string, err error) {
	if fromStdin, _ := cmd.Flags().GetBool("password-stdin"); fromStdin {
		line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
		*into = strings.TrimRight(line, "\r\n")
		if *into == "" && err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return "", nil
	}
	b := make([]byte, 10)
	_, _ = rand.Read(b)
	*into = strings.ToLower(base32.StdEncoding.EncodeToString(b))
	return " Password: " + *into, nil
}
