package creditreview

// NextPayersSQL is the statement whose plan is tested.
const NextPayersSQL = nextPayersSQL
