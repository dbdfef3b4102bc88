package httpapi

import (
	"context"
	"crypto/sha256"
	"io"
	"os"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/bankstatement"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListBankAccounts implements the operation of that name.
func (s *Server) ListBankAccounts(ctx context.Context, r api.ListBankAccountsRequestObject) (api.ListBankAccountsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListBankAccounts200JSONResponse, error) {
		rows, next, err := s.BankStatements.ListAccounts(tx, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.BankAccount, len(rows))
		for i, a := range rows {
			data[i] = bankAccountBody(a)
		}
		return api.ListBankAccounts200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// CreateBankAccount implements the operation of that name.
func (s *Server) CreateBankAccount(ctx context.Context, r api.CreateBankAccountRequestObject) (api.CreateBankAccountResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.CreateBankAccount201JSONResponse, error) {
		a, err := s.BankStatements.CreateAccount(tx, bankstatement.Account{Number: r.Body.Number, Bank: r.Body.Bank, Name: r.Body.Name, Currency: string(api.CNY)})
		return api.CreateBankAccount201JSONResponse{Body: bankAccountBody(a), Headers: api.CreateBankAccount201ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// SetBankAccount implements the operation of that name.
func (s *Server) SetBankAccount(ctx context.Context, r api.SetBankAccountRequestObject) (api.SetBankAccountResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.SetBankAccount200JSONResponse, error) {
		version := ifMatch(r.Params.IfMatch)
		a, err := s.BankStatements.SetAccount(tx, r.BankAccountID, &version, r.Body.Bank, r.Body.Name, r.Body.Active)
		return api.SetBankAccount200JSONResponse{Body: bankAccountBody(a), Headers: api.SetBankAccount200ResponseHeaders{ETag: etag(a.Version)}}, err
	})
}

// ImportBankStatement implements the operation of that name. The file is spooled to disk before the transaction, which may run more than
// once, begins; its hash is part of what an Idempotency-Key is bound to.
func (s *Server) ImportBankStatement(ctx context.Context, r api.ImportBankStatementRequestObject) (api.ImportBankStatementResponseObject, error) {
	file, err := os.CreateTemp("", "salesgate-upload-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	c, h, content := current(ctx), sha256.New(), sha256.New()
	h.Write(c.hash)
	if _, err := io.Copy(io.MultiWriter(file, h, content), r.Body); err != nil {
		return nil, unreadable(err)
	}
	c.hash = h.Sum(nil)
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ImportBankStatement201JSONResponse, error) {
		imp, err := s.BankStatements.Take(tx, bankstatement.Upload{
			AccountID: r.BankAccountID, Path: file.Name(), FileName: value(r.Params.FileName), SHA256: content.Sum(nil),
		})
		return api.ImportBankStatement201JSONResponse(bankImportBody(imp)), err
	})
}

// ListBankImports implements the operation of that name.
func (s *Server) ListBankImports(ctx context.Context, r api.ListBankImportsRequestObject) (api.ListBankImportsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListBankImports200JSONResponse, error) {
		rows, next, err := s.BankStatements.ListImports(tx, r.Params.AccountID, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.BankImport, len(rows))
		for i, imp := range rows {
			data[i] = bankImportBody(imp)
		}
		return api.ListBankImports200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// ListBankLines implements the operation of that name.
func (s *Server) ListBankLines(ctx context.Context, r api.ListBankLinesRequestObject) (api.ListBankLinesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListBankLines200JSONResponse, error) {
		rows, next, err := s.BankStatements.List(tx, bankstatement.Filter{
			AccountID: r.Params.AccountID, ImportID: r.Params.ImportID, State: bankstatement.State(value(r.Params.State)), Incoming: r.Params.Incoming,
			From: value(dayOf(r.Params.From)), To: value(dayOf(r.Params.To)), Amount: amountOf(r.Params.Amount), Text: value(r.Params.Q),
		}, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.BankLine, len(rows))
		for i, l := range rows {
			data[i] = bankLineBody(l)
		}
		return api.ListBankLines200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// GetBankLine implements the operation of that name.
func (s *Server) GetBankLine(ctx context.Context, r api.GetBankLineRequestObject) (api.GetBankLineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetBankLine200JSONResponse, error) {
		l, err := s.BankStatements.Show(tx, r.BankLineID)
		return api.GetBankLine200JSONResponse{Body: bankLineBody(l), Headers: api.GetBankLine200ResponseHeaders{ETag: etag(l.Version)}}, err
	})
}

// ConfirmBankLine implements the operation of that name.
func (s *Server) ConfirmBankLine(ctx context.Context, r api.ConfirmBankLineRequestObject) (api.ConfirmBankLineResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ConfirmBankLine200JSONResponse, error) {
		l, err := s.BankStatements.Confirm(tx, who, r.BankLineID, optionalMatch(r.Params.IfMatch), bankstatement.Confirmation{
			CustomerID: r.Body.CustomerID, Shares: sharesOf(r.Body.Allocations), Prepayment: value(r.Body.Prepayment),
		})
		return api.ConfirmBankLine200JSONResponse{
			Body: bankLineBody(bankstatement.Shown{Line: l}), Headers: api.ConfirmBankLine200ResponseHeaders{ETag: etag(l.Version)},
		}, err
	})
}

// mostLines is how many lines one request books.
const mostLines = 200

// ConfirmBankLines implements the operation of that name. Each line is booked in a transaction of its own: a line is booked once, so a request that
// broke off in the middle goes on when it is repeated. The answer of a key is stored with the last transaction.
func (s *Server) ConfirmBankLines(ctx context.Context, r api.ConfirmBankLinesRequestObject) (api.ConfirmBankLinesResponseObject, error) {
	c, limit := current(ctx), mostLines
	if r.Body.Limit != nil {
		limit = *r.Body.Limit
	}
	var sure []bankstatement.Certain
	err := s.DB.Tx(ctx, c.origin(), func(tx pg.Tx) error {
		found, err := replay(tx, c, &api.ConfirmBankLines200JSONResponse{})
		if err == nil && !found {
			sure, err = s.BankStatements.Sure(tx, r.Body.ImportID, value(r.Body.Confidence), limit)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	data := make([]api.BankLine, 0, len(sure))
	for _, p := range sure {
		var l bankstatement.Line
		err := s.DB.Tx(ctx, c.origin(), func(tx pg.Tx) (err error) {
			l, err = s.BankStatements.ConfirmSure(tx, c.who, p)
			return err
		})
		switch e, refused := errs.As(err); {
		case err == nil:
			data = append(data, bankLineBody(bankstatement.Shown{Line: l}))
		case !refused || e.Kind == errs.Internal || e.Kind == errs.Unavailable:
			return nil, err
		} // what is refused stays open: somebody was faster, or its number was booked by hand
	}
	return write(ctx, s, func(pg.Tx, identity.Principal) (api.ConfirmBankLines200JSONResponse, error) {
		return api.ConfirmBankLines200JSONResponse{Data: data}, nil
	})
}

// IgnoreBankLine implements the operation of that name.
func (s *Server) IgnoreBankLine(ctx context.Context, r api.IgnoreBankLineRequestObject) (api.IgnoreBankLineResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.IgnoreBankLine200JSONResponse, error) {
		l, err := s.BankStatements.Ignore(tx, r.BankLineID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		return api.IgnoreBankLine200JSONResponse{
			Body: bankLineBody(bankstatement.Shown{Line: l}), Headers: api.IgnoreBankLine200ResponseHeaders{ETag: etag(l.Version)},
		}, err
	})
}

// ReopenBankLine implements the operation of that name.
func (s *Server) ReopenBankLine(ctx context.Context, r api.ReopenBankLineRequestObject) (api.ReopenBankLineResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ReopenBankLine200JSONResponse, error) {
		l, err := s.BankStatements.Reopen(tx, r.BankLineID, optionalMatch(r.Params.IfMatch))
		return api.ReopenBankLine200JSONResponse{
			Body: bankLineBody(bankstatement.Shown{Line: l}), Headers: api.ReopenBankLine200ResponseHeaders{ETag: etag(l.Version)},
		}, err
	})
}

// ListPayerAccounts implements the operation of that name.
func (s *Server) ListPayerAccounts(ctx context.Context, r api.ListPayerAccountsRequestObject) (api.ListPayerAccountsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPayerAccounts200JSONResponse, error) {
		if _, err := s.Invoicing.GetTerms(tx, who, r.CustomerID); err != nil { // whether the customer is seen
			return api.ListPayerAccounts200JSONResponse{}, err
		}
		rows, next, err := s.BankStatements.ListPayerAccounts(tx, r.CustomerID, page(r.Params.Limit, r.Params.Cursor))
		data := make([]api.PayerAccount, len(rows))
		for i, a := range rows {
			data[i] = api.PayerAccount{AccountNumber: a.AccountNumber, Name: optional(a.Name), LearnedAt: a.LearnedAt}
		}
		return api.ListPayerAccounts200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

func bankAccountBody(a bankstatement.Account) api.BankAccount {
	return api.BankAccount{
		ID: a.ID, Number: a.Number, Bank: a.Bank, Name: a.Name, Currency: api.Currency(a.Currency), Active: a.Active, Etag: etag(a.Version),
	}
}

func bankImportBody(i bankstatement.Import) api.BankImport {
	return api.BankImport{
		ID: i.ID, Number: i.Number, AccountID: i.AccountID, FileName: optional(i.FileName), Lines: i.Lines, Added: i.Added, Duplicates: i.Duplicates,
		ImportedAt: i.ImportedAt,
	}
}

func bankLineBody(l bankstatement.Shown) api.BankLine {
	b := api.BankLine{
		ID: l.ID, ImportID: l.ImportID, AccountID: l.AccountID, BookedOn: date(l.BookedOn), Incoming: l.Incoming, Amount: l.Amount,
		Currency: api.Currency(l.Currency), PartyName: optional(l.PartyName), PartyAccount: optional(l.PartyAccount), Reference: optional(l.Reference),
		TransactionID: optional(l.TransactionID), State: api.BankLineState(l.State), ReceiptID: l.ReceiptID, IgnoredReason: optional(l.IgnoredReason),
		Etag: etag(l.Version),
	}
	if len(l.Proposals) == 0 {
		return b
	}
	proposals := make([]api.BankProposal, min(len(l.Proposals), 50))
	for i := range proposals {
		proposals[i] = bankProposalBody(l.Proposals[i])
	}
	b.Proposals = &proposals
	return b
}

func bankProposalBody(p bankstatement.Proposal) api.BankProposal {
	b := api.BankProposal{
		CustomerID: p.CustomerID, CustomerCode: p.CustomerCode, CustomerName: p.CustomerName, Confidence: p.Confidence, Ambiguous: p.Ambiguous,
		Reasons: make([]string, len(p.Reasons)), Allocations: make([]api.ProposedAllocation, len(p.Shares)),
	}
	for i, r := range p.Reasons {
		b.Reasons[i] = string(r)
	}
	for i, s := range p.Shares {
		b.Allocations[i] = api.ProposedAllocation{InvoiceID: s.InvoiceID, Number: p.Numbers[i], Amount: s.Amount}
	}
	return b
}
