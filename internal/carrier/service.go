package carrier

// What events call this module's documents.
const (
	Subject     = "carrier"
	SubjectRate = "freight_rate"
)

// Service is the module of carriers and freight rates. The zero value works.
type Service struct{}
