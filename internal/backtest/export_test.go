package backtest

// SetBatch makes batches smaller, for tests of what lies between them.
func (s *Service) SetBatch(cases int) { s.atOnce = cases }
