// Package jobs owns work that happens apart from a request: River's queue in the same database.
//
// Work for after a commit (a mail, a webhook, a file) is a job that InsertTx puts into the transaction of the change: it
// runs if and only if that commits. Work that comes round (sealing the event log, deadlines) is a sweep, registered with
// Every: it runs at its interval on one of the servers, and at once when SweepAll asks for it, as the sandbox does after
// it has moved the clock.
//
// Work of the calendar (a review in June and December, a quarter's figures) is registered with Period: it is done once for
// every period, which the table job_periods remembers, and what was missed is caught up in order. A lock of the
// database, held by the server that is at it, keeps two from doing the same work at a time.
//
// It does not own what the work is: app registers functions of the modules concerned. It doesn't know the business.
//
// A job runs at least once: when a server is killed between the effect and the note that it is done, another one runs it again, a minute after the job
// could have ended by itself. So a
// function does its effect in one transaction and finds nothing to do the second time. Deadlines are compared with
// tx.Now, never with the time at which the queue happens to run, so that the sandbox clock is obeyed.
//
// Lock order: a job's function takes locks as any request does; the queue holds none while it runs.
package jobs
