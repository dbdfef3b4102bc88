package printing

import (
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"
)

// drawn is a QR code as a path of unit squares, its quiet zone included: sharp at any size, and nothing that the page would have to load.
type drawn struct {
	Size int
	Path string
}

// draw makes the QR code of a text. What fits in no code is an error.
func draw(text string) (drawn, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return drawn{}, fmt.Errorf("a QR code of %d characters: %w", len(text), err)
	}
	rows := code.Bitmap()
	var b strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if n := x - from; n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from, y, n, n)
			}
		}
	}
	return drawn{len(rows), b.String()}, nil
}
