package httpapi

import (
	"context"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

var errNoSandbox = errs.Define(errs.NotFound, "sandbox.disabled", "This server is no sandbox.", "此服务器不是沙箱环境。")

// AdvanceSandboxClock implements the operation of that name. The sweeps that it queues see the moved clock, as both commit
// together.
func (s *Server) AdvanceSandboxClock(ctx context.Context, r api.AdvanceSandboxClockRequestObject) (api.AdvanceSandboxClockResponseObject, error) {
	if !s.Sandbox {
		return nil, errNoSandbox
	}
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.AdvanceSandboxClock200JSONResponse, error) {
		if err := s.DB.AdvanceClock(tx, r.Body.To); err != nil {
			return api.AdvanceSandboxClock200JSONResponse{}, err
		}
		return api.AdvanceSandboxClock200JSONResponse{Now: r.Body.To.UTC()}, s.Jobs.SweepAll(tx)
	})
}
