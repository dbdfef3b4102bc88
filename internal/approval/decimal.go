package approval

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"github.com/govalues/decimal"
)

// decimalType is the CEL type of amounts. Its operators: < <= > >= between decimals and with an int on the right, == and
// != between decimals, + and - between decimals. There is none with a double, so a condition that compares money with
// 0.5 instead of decimal("0.5") doesn't compile.
var decimalType = cel.ObjectType("decimal", traits.ComparerType, traits.AdderType, traits.SubtractorType)

// amount is a decimal as CEL handles it.
type amount struct{ decimal.Decimal }

var (
	_ traits.Comparer   = amount{}
	_ traits.Adder      = amount{}
	_ traits.Subtractor = amount{}
)

// ConvertToNative implements ref.Val.
func (a amount) ConvertToNative(want reflect.Type) (any, error) {
	if want == reflect.TypeFor[decimal.Decimal]() {
		return a.Decimal, nil
	}
	return nil, fmt.Errorf("a decimal is no %v", want)
}

// ConvertToType implements ref.Val.
func (a amount) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.StringType:
		return types.String(a.String())
	case types.TypeType:
		return decimalType
	}
	return types.NewErr("a decimal is no %v", t)
}

// Equal implements ref.Val: 1.50 equals 1.5.
func (a amount) Equal(other ref.Val) ref.Val {
	b, ok := asDecimal(other)
	return types.Bool(ok && a.Cmp(b) == 0)
}

// Type implements ref.Val.
func (a amount) Type() ref.Type { return decimalType }

// Value implements ref.Val.
func (a amount) Value() any { return a.Decimal }

// Compare implements traits.Comparer.
func (a amount) Compare(other ref.Val) ref.Val {
	b, ok := asDecimal(other)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	return types.Int(a.Cmp(b))
}

// Add implements traits.Adder.
func (a amount) Add(other ref.Val) ref.Val { return a.combine(other, decimal.Decimal.AddExact) }

// Subtract implements traits.Subtractor.
func (a amount) Subtract(other ref.Val) ref.Val { return a.combine(other, decimal.Decimal.SubExact) }

// combine is exact or an error: a sum that doesn't fit is never rounded into a condition that holds.
func (a amount) combine(other ref.Val, op func(a, b decimal.Decimal, scale int) (decimal.Decimal, error)) ref.Val {
	b, ok := other.(amount)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	sum, err := op(a.Decimal, b.Decimal, max(a.Scale(), b.Scale()))
	if err != nil {
		return types.WrapErr(err)
	}
	return amount{sum}
}

func asDecimal(v ref.Val) (decimal.Decimal, bool) {
	switch v := v.(type) {
	case amount:
		return v.Decimal, true
	case types.Int:
		d, err := decimal.New(int64(v), 0)
		return d, err == nil
	}
	return decimal.Zero, false
}

// decimals adds the type to an environment.
func decimals() cel.EnvOption {
	opts := []cel.EnvOption{
		cel.Types(decimalType),
		cel.Function("decimal", cel.Overload("decimal_string", []*cel.Type{cel.StringType}, decimalType,
			cel.UnaryBinding(parseDecimal))),
		cel.Function(operators.Add, cel.Overload("add_decimal", []*cel.Type{decimalType, decimalType}, decimalType)),
		cel.Function(operators.Subtract, cel.Overload("subtract_decimal", []*cel.Type{decimalType, decimalType}, decimalType)),
		cel.ASTValidators(cel.ValidateRegexLiterals(), decimalLiterals{}),
	}
	for op, name := range map[string]string{
		operators.Less: "less", operators.LessEquals: "less_equals",
		operators.Greater: "greater", operators.GreaterEquals: "greater_equals",
	} {
		opts = append(opts, cel.Function(op,
			cel.Overload(name+"_decimal", []*cel.Type{decimalType, decimalType}, cel.BoolType),
			cel.Overload(name+"_decimal_int64", []*cel.Type{decimalType, cel.IntType}, cel.BoolType)))
	}
	return func(e *cel.Env) (*cel.Env, error) {
		var err error
		for _, opt := range opts {
			if e, err = opt(e); err != nil {
				return nil, err
			}
		}
		return e, nil
	}
}

func parseDecimal(v ref.Val) ref.Val {
	text, ok := v.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	d, err := decimal.Parse(string(text))
	if err != nil {
		return types.NewErr("%q is no decimal", string(text))
	}
	return amount{d}
}

// decimalLiterals refuses decimal("abc") when a matrix is saved instead of when it is used.
type decimalLiterals struct{}

// Name implements cel.ASTValidator.
func (decimalLiterals) Name() string { return "salesgate.decimal" }

// Validate implements cel.ASTValidator.
func (decimalLiterals) Validate(_ *cel.Env, _ cel.ValidatorConfig, a *ast.AST, issues *cel.Issues) {
	for _, call := range ast.MatchDescendants(ast.NavigateAST(a), ast.FunctionMatcher("decimal")) {
		for _, arg := range call.AsCall().Args() {
			if arg.Kind() != ast.LiteralKind {
				issues.ReportErrorAtID(arg.ID(), "decimal() takes a literal")
			} else if v, ok := arg.AsLiteral().(types.String); !ok || types.IsError(parseDecimal(v)) {
				issues.ReportErrorAtID(arg.ID(), "not a decimal")
			}
		}
	}
}
