// Package pricing owns base prices, floor prices and price authority, and the gate that every sale's prices pass.
package pricing
