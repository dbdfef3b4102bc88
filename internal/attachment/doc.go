// Package attachment owns the files that stand beside documents: a signed agreement, a certificate, a photograph.
//
// A client uploads a file first and gets an id; the request that makes or changes a document names the ids, and the
// document's module binds them (Bind) in its own transaction. The content is in a blob storage (a folder, or whatever
// gocloud.dev/blob opens: Config says which), the row in the table attachments.
//
// It does not own documents: who may read a file is who may see the document that it is bound to, and has the permission to read such
// documents, which app says with Register. While a file is unbound, only who uploaded it sees it.
//
// # States
//
// unbound → bound, once and for ever. An unbound file can be deleted by its uploader, and is deleted when nobody has bound it
// for attachment.orphan_hours. A bound file never changes and never goes; a trigger guards that too.
//
// # Storage and database
//
// The two can't commit together, so their order makes the difference: content is written before its row, and a row goes
// before its content. Whatever breaks between the two leaves content without a row, which Sweep removes, and never a row
// without content. The key in the storage is made from the id; the client's name of the file is for people only.
//
// Content is judged by its first bytes, never by its name or the client's word: PDF, JPEG and PNG are taken.
//
// # Locks
//
// Attachment rows, in id order, are locked after the document that they are bound to.
package attachment
