// Package demo owns the demo company: a fibre maker that doesn't exist, with its people, customers, products, prices,
// open items and a year of business, so that whoever tries salesgate finds something to look at. It also plays a story over
// HTTP (story.go), which doubles as an end-to-end test.
//
// It owns the files below data/ (made by generate.go from a fixed seed, run by hand) and the table demo_steps. It does
// not own a single rule: master data comes in through package importing, and the year's documents through the same use
// cases that people call, on a clock that is set back. So what the demo shows is what the gates decided.
//
// # Loading
//
// Load works in steps, in the order of time, each in a transaction with its row in demo_steps (imports are repeatable, and
// marked when done). A load that was interrupted goes on where it stopped; a second one does nothing. The first step
// refuses a database that holds people already: a real company is never mixed with this one.
//
// Dates in the files are as of a fixed day and are moved to the day of loading. The documents of the history know
// each other by the customer's order number, so that a resumed load finds them.
//
// # Logins
//
// Everybody has the same published password, and the machine client a published secret. That is what makes it a demo, and
// why `serve --demo` says so loudly.
package demo
