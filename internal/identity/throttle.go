package identity

import (
	"math"
	"net/netip"
	"time"

	"github.com/salesgate/salesgate/internal/pg"
)

// rate allows burst attempts at once and then one per interval.
type rate struct {
	burst    int
	interval time.Duration
}

// What login allows. Successful logins give their attempt back, so an office behind one address isn't shut out.
var (
	perAccount = rate{burst: 10, interval: time.Minute}
	perAddress = rate{burst: 120, interval: 5 * time.Second}
)

// take counts one attempt under the key, as GCRA: one statement, exact under concurrency, nothing to reset. Returns
// how long to wait when the key is out of attempts; 0 means the attempt may go on.
func (r rate) take(tx pg.Tx, key string) (time.Duration, error) {
	step := r.interval.String()
	newest := tx.Now.Add(time.Duration(r.burst) * r.interval)
	var tat []time.Time
	err := tx.Raw(`INSERT INTO login_throttles AS t (key, tat) VALUES (@key, CAST(@now AS timestamptz) + CAST(@step AS interval))
		ON CONFLICT (key) DO UPDATE SET tat = greatest(t.tat, @now) + CAST(@step AS interval)
		WHERE greatest(t.tat, @now) + CAST(@step AS interval) <= @newest
		RETURNING tat`, map[string]any{"key": key, "now": tx.Now, "step": step, "newest": newest}).Scan(&tat).Error
	if err != nil || len(tat) > 0 {
		return 0, err
	}
	err = tx.Raw("SELECT tat FROM login_throttles WHERE key = ?", key).Scan(&tat).Error
	if err != nil || len(tat) == 0 {
		return 0, err
	}
	return max(time.Second, tat[0].Add(r.interval).Sub(newest)), nil
}

// giveBack takes one attempt off again.
func (r rate) giveBack(tx pg.Tx, key string) error {
	return tx.Exec("UPDATE login_throttles SET tat = tat - CAST(? AS interval) WHERE key = ?", r.interval.String(), key).Error
}

// admit counts a login attempt for the account and the address. Returns ErrThrottled with retry_after in seconds.
func admit(tx pg.Tx, username, address string) error {
	wait, err := perAccount.take(tx, accountKey(username))
	if err != nil {
		return err
	}
	byAddress, err := perAddress.take(tx, addressKey(address))
	if err != nil {
		return err
	}
	if wait = max(wait, byAddress); wait > 0 {
		return pg.Keep(ErrThrottled.With("retry_after", int(math.Ceil(wait.Seconds()))))
	}
	return nil
}

// forgive is for a login that succeeded: the account starts afresh, the address gets its attempt back.
func forgive(tx pg.Tx, username, address string) error {
	if err := tx.Exec("DELETE FROM login_throttles WHERE key = ?", accountKey(username)).Error; err != nil {
		return err
	}
	return perAddress.giveBack(tx, addressKey(address))
}

func accountKey(username string) string { return "account:" + username }

// addressKey counts an IPv6 client by its /64, of which it can have as many addresses as it likes.
func addressKey(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "address:unknown"
	}
	if ip = ip.Unmap().WithZone(""); ip.Is6() {
		if prefix, err := ip.Prefix(64); err == nil {
			return "address:" + prefix.String()
		}
	}
	return "address:" + ip.String()
}
