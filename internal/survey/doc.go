// Package survey owns how satisfied customers are with what they got (CUS-14): one survey for each delivery note that left, asked by
// the rep or answered by the customer through a link.
//
// It does not own the delivery note, and not the complaint: a low score makes a call-back task for the sales manager and the event
// reportUnsatisfiedCustomer, which is where complaints begin.
//
// # States
//
// open → answered, or open → closed when the customer won't answer. Both are final: an answer never changes.
//
// # Opening
//
// A sweep opens the survey of a note survey.after_days after it left, and asks the rep by a follow-up. It walks the notes in the
// order in which they left, in batches, and remembers how far it came; it begins with the day on which surveys were installed, so
// that nobody is asked about years of old deliveries.
//
// # Links
//
// A link holds a token that we signed (audience "survey"), kept by its hash only. It is good until it expires, is used, is revoked,
// or another link of the survey is made. Who holds it reads the number and the date of the delivery, and nothing else, and answers
// once.
//
// # Locks
//
// An answer locks the survey, then the link, then follow-ups. The sweep locks its own row, so that one sweeps at a time.
package survey
