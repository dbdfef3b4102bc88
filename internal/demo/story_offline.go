package demo

import (
	"fmt"
	"time"

	"github.com/salesgate/salesgate/pkg/client"
)

// offline has the gate decide without network: the phone checks passes by the published key, hands in later what it decided, and where phone and
// gate don't agree a conflict is shown (SHP-09).
func (s *Story) offline() error {
	n, err := s.releasedOpen("credit")
	if err != nil {
		return err
	}
	if err := s.lay(n); err != nil {
		return err
	}
	half, err := n.Lines[0].Quantity.Quo(two)
	if err != nil {
		return err
	}
	half = half.Floor(0)
	first, err := s.load(n, half, "示C·3333")
	if err != nil {
		return err
	}
	second, err := s.load(n, half, "示C·4444")
	if err != nil {
		return err
	}
	keys, err := s.as("guard").ListGateKeysWithResponse(s.ctx)
	if err != nil {
		return err
	}
	s.tell("guard", "手机已带公钥 %d 把,随后断网", "takes %d public keys along; then the network is down", len(keys.JSON200.Keys))
	a, err := s.seen(1, first, "示C·3333")
	if err != nil {
		return err
	}
	b, err := s.seen(2, second, "示C·9999")
	if err != nil {
		return err
	}
	s.tell("guard", "离线放行 %s(验签、车货相符)", "lets %s out offline: signature, vehicle and goods are right", first.Number)
	s.tell("guard", "离线放行 %s,没看清车牌", "lets %s out offline and misreads the plate", second.Number)
	res, err := s.as("guard").SynchroniseGateChecksWithResponse(s.ctx, &client.SynchroniseGateChecksParams{}, client.GateSynchronisation{
		DeviceID: "demo-" + s.tag, SentAt: s.now(), Checks: []client.OfflineGateCheck{a, b},
	})
	if err != nil {
		return err
	}
	s.tell("guard", "网络恢复,同步 %d 条离线记录", "hands in %d checks when the network is back", len(res.JSON200.Data))
	for _, c := range res.JSON200.Data {
		s.result(c.Check.PassNumber, c.Check.Outcome)
	}
	if conflicts := res.JSON200.Data[0].Conflicts; len(conflicts) != 0 {
		return fmt.Errorf("%w: %s", errStory, conflicts[0].DetailEn)
	}
	return s.conflict(res.JSON200.Data[1].Conflicts)
}

// seen is what the phone decided by itself: the pass as its QR code says, and the vehicle that the guard believes to see.
func (s *Story) seen(sequence int64, note client.DeliveryNote, vehicle string) (client.OfflineGateCheck, error) {
	pass, err := s.as("guard").GetGatePassWithResponse(s.ctx, note.ID)
	if err != nil {
		return client.OfflineGateCheck{}, err
	}
	c := client.OfflineGateCheck{
		Sequence: sequence, Token: &pass.JSON200.Token, Vehicle: vehicle, Decision: client.OfflineGateCheckDecisionLetOut, SeenAt: s.now().Add(-time.Second), Note: new("网络中断"),
	}
	for _, g := range pass.JSON200.Goods {
		c.Seen = append(c.Seen, client.GateGoodsInput(g))
	}
	return c, nil
}

// conflict is settled by the warehouse with a note.
func (s *Story) conflict(conflicts []client.GateConflict) error {
	if len(conflicts) != 1 {
		return fmt.Errorf("%w: %d conflicts are shown", errStory, len(conflicts))
	}
	c := conflicts[0]
	s.tell("keeper", "看到冲突(SHP-09):%s", "sees the conflict (SHP-09): %s", s.in(c.DetailZh, c.DetailEn))
	_, err := s.as("keeper").ResolveGateConflictWithResponse(s.ctx, c.ID, &client.ResolveGateConflictParams{}, client.GateConflictResolution{Note: "核对监控,车牌无误"})
	if err != nil {
		return err
	}
	s.tell("keeper", "核对监控后结案;货已出厂,照常记账(%s)", "settles it by the gate's camera; what left is booked as left (%s)", c.Booking)
	return nil
}
