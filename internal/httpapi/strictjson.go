package httpapi

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/salesgate/salesgate/internal/errs"
)

// The ways in which a body can be unreadable before the contract is even asked.
var (
	errJSON    = errs.Define(errs.Malformed, "request.bad_json", "The body isn't one valid JSON value in UTF-8 without duplicate names.", "请求体不是合法的 JSON(须为 UTF-8,且无重复字段)。")
	errDepth   = errs.Define(errs.Malformed, "request.too_deep", "The body is nested deeper than 32 levels.", "请求体嵌套超过 32 层。")
	errControl = errs.Define(errs.Malformed, "request.nul_character", "Text must be UTF-8 without U+0000 and without characters that turn the direction of writing, and names in a path without control characters.", "文本须为 UTF-8 且不含 U+0000 和改变书写方向的控制字符,路径中不能有控制字符。")
)

const maxDepth = 32

// strictJSON accepts exactly one JSON value: valid UTF-8, no duplicate names, nothing after it, at most 32 levels deep,
// no U+0000 in strings, which PostgreSQL can't store, and none of the characters that turn the direction of writing: with them a name
// or an amount reads otherwise on a document than it is.
func strictJSON(body []byte) error {
	dec := jsontext.NewDecoder(bytes.NewReader(body))
	for first := true; ; first = false {
		tok, err := dec.ReadToken()
		if errors.Is(err, io.EOF) && !first {
			return nil
		}
		if err != nil {
			return errJSON.Wrap(err)
		}
		if dec.StackDepth() > maxDepth {
			return errDepth
		}
		if tok.Kind() == '"' && strings.ContainsFunc(tok.String(), deceptive) {
			return errControl
		}
		if dec.StackDepth() == 0 {
			break
		}
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return errJSON.With()
	}
	return nil
}

// deceptive reports U+0000, and the marks, embeddings, overrides and isolates of bidirectional text.
func deceptive(r rune) bool {
	return r == 0 || r == 0x200E || r == 0x200F || r == 0x061C || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}
