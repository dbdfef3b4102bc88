package credit

// The statements whose plans are tested.
var (
	PositionSQL = positionSQL
	RegisterSQL = registerSQL
)
