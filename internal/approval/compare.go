package approval

import (
	"slices"

	"github.com/salesgate/salesgate/internal/identity"
)

// Change is the direction in which one way of deciding differs from another.
type Change string

// The directions.
const (
	Stricter Change = "stricter" // all who agreed before, or somebody above them, and more
	Looser   Change = "looser"   // the reverse
	Other    Change = "other"    // neither: other people
)

// sameRoute reports whether two routes ask the same people in the same way and order. Titles, keys and due times don't count.
func sameRoute(a, b []Step) bool { return slices.EqualFunc(a, b, sameStep) }

func sameStep(a, b Step) bool {
	return a.Kind == b.Kind && a.Mode == b.Mode && a.Quorum == b.Quorum && len(a.Deciders) == len(b.Deciders) &&
		!slices.ContainsFunc(a.Deciders, func(d Decider) bool { return !slices.ContainsFunc(b.Deciders, d.same) })
}

// compareRoutes says which of two routes that differ asks for more. A route is at least as strict as another when each
// signature that the other needs has one of its own here, by the same role or one above it on the ladder.
func compareRoutes(ladder map[identity.Role]identity.Role, before, after []Step) Change {
	b, a := signatures(before), signatures(after)
	up, down := covered(ladder, b, a), covered(ladder, a, b)
	switch {
	case up && !down:
		return Stricter
	case down && !up:
		return Looser
	}
	return Other
}

// signature is one yes that a route needs, by any of its deciders.
type signature struct {
	kind     Kind
	deciders []Decider
}

func signatures(route []Step) []signature {
	var all []signature
	for _, st := range route {
		switch st.Mode {
		case All:
			for _, d := range st.Deciders {
				all = append(all, signature{st.Kind, []Decider{d}})
			}
		case Quorum:
			for range st.Quorum {
				all = append(all, signature{st.Kind, st.Deciders})
			}
		case Any, Resolution:
			all = append(all, signature{st.Kind, st.Deciders})
		}
	}
	return all
}

// covered reports whether each signature of low has one of its own in high that is at least as strict: a matching.
func covered(ladder map[identity.Role]identity.Role, low, high []signature) bool {
	if len(low) > len(high) {
		return false
	}
	taken := make([]int, len(high)) // 1 + index in low
	var place func(i int, tried []bool) bool
	place = func(i int, tried []bool) bool {
		for k := range high {
			if tried[k] || !atLeast(ladder, low[i], high[k]) {
				continue
			}
			tried[k] = true
			if taken[k] == 0 || place(taken[k]-1, tried) {
				taken[k] = i + 1
				return true
			}
		}
		return false
	}
	for i := range low {
		if !place(i, make([]bool, len(high))) {
			return false
		}
	}
	return true
}

// atLeast reports whether b is as strict as a: whoever may give b stands where somebody stands who may give a, or above,
// and more than taking note is asked of them if it was.
func atLeast(ladder map[identity.Role]identity.Role, a, b signature) bool {
	if a.kind != Acknowledge && b.kind == Acknowledge {
		return false
	}
	return !slices.ContainsFunc(b.deciders, func(high Decider) bool {
		return !slices.ContainsFunc(a.deciders, func(low Decider) bool { return stands(ladder, low, high) })
	})
}

// stands reports whether high is low or above it on the ladder.
func stands(ladder map[identity.Role]identity.Role, low, high Decider) bool {
	if low.UserID != nil || high.UserID != nil {
		return low.same(high) || high.Role == identity.GeneralManager && high.UserID == nil
	}
	role := low.Role
	for range len(ladder) + 1 {
		if role == high.Role {
			return true
		}
		next, higher := ladder[role]
		if !higher {
			return false
		}
		role = next
	}
	return false
}
