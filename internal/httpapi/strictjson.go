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
	errControl = errs.Define(errs.Malformed, "request.nul_character", "Text must be UTF-8 without U+0000, and names in a path without control characters.", "文本须为 UTF-8 且不含 U+0000,路径中不能有控制字符。")
)

const maxDepth = 32

// strictJSON accepts exactly one JSON value: valid UTF-8, no duplicate names, nothing after it, at most 32 levels deep,
// and no U+0000 in strings, which PostgreSQL can't store.
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
		if tok.Kind() == '"' && strings.IndexByte(tok.String(), 0) >= 0 {
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
