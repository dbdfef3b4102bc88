//go:build !linux

package devpg

import (
	"os/exec"
	"syscall"
)

// detached puts a child into a session of its own, so that Ctrl-C in the terminal reaches only salesgate, which stops
// the database last.
func detached(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Credential: as}
}

// run starts the command and waits for its end.
func run(cmd *exec.Cmd, started chan<- error, done chan<- struct{}) {
	err := cmd.Start()
	started <- err
	if err == nil {
		_ = cmd.Wait()
	}
	close(done)
}
