package httpapi_test

import (
	"github.com/google/uuid"

	"github.com/salesgate/salesgate/internal/apitest"
)

// specialReleaseOf plants a special release of a notice of rep1: its way through the API is shipping's to test.
func specialReleaseOf(e *apitest.Env) string {
	return plant(e, "special_releases", object{
		"notice_id": noticeOf(e), "state": "pending", "amount": "100.00", "needed": "100.00", "expires_on": "2030-01-01", "reason": "货款在途",
		"approval_id": uuid.NewString(), "requested_by": uuid.NewString(),
	})
}
