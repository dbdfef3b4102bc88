package devpg

import (
	"os/exec"
	"runtime"
	"syscall"
)

// detached puts a child into a session of its own, so that Ctrl-C in the terminal reaches only salesgate, which stops
// the database last. When salesgate dies without a word, the kernel asks the child for a fast shutdown.
func detached(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Credential: as, Pdeathsig: syscall.SIGINT}
}

// run starts the command and waits for its end. Pdeathsig is tied to the starting thread, not the process, so this
// goroutine keeps its thread for as long as the child lives.
func run(cmd *exec.Cmd, started chan<- error, done chan<- struct{}) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Start()
	started <- err
	if err == nil {
		_ = cmd.Wait()
	}
	close(done)
}
