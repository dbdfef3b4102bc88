// Package internal_test holds what must be true of the tree as a whole. It is the architecture diagram: a picture that
// fails when it is wrong.
package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/salesgate/salesgate/"

// layers is the import order: a package may import only what stands above it, and of that only what imports lists.
// What has to call downwards declares an interface of one or two methods, which app fills.
var layers = strings.Fields(`
	errs clock money sheet
	pg
	audit
	jobs
	rulebook
	decision
	identity
	attachment
	followup
	verify
	violation
	approval
	conduct
	leave
	customer
	prospect
	opportunity
	campaign
	visit
	calendar
	printing
	catalog
	pricing
	pricelist
	priceadjust
	newproduct
	committee
	credit
	terms
	quote
	contract
	order
	orderchange
	correspondence
	allotment
	production
	deliverycheck
	sample
	stock
	preparation
	carrier
	transport
	shipping
	delivery
	gate
	departure
	receivable
	invoicing
	bankstatement
	statement
	collection
	dispute
	baddebt
	survey
	creditreview
	handover
	backtest
	importing
	demo
	httpapi
	app
`)

const (
	ground = "errs clock money pg audit jobs " // what every module stands on
	gates  = ground + "rulebook decision identity attachment followup violation approval "
	demand = "customer prospect opportunity campaign visit "
	supply = "catalog pricing pricelist priceadjust newproduct committee credit terms quote contract order orderchange correspondence allotment production deliverycheck sample stock preparation carrier transport shipping delivery gate departure receivable invoicing bankstatement statement collection dispute baddebt "
	after  = "survey creditreview handover backtest "
)

// imports is the map: package → what it may import of internal/. An import that isn't listed fails the test.
var imports = map[string]string{
	"errs":       "",
	"clock":      "errs",
	"sheet":      "errs", // what people bring as CSV or XLSX: master data, bank statements
	"money":      "errs",
	"pg":         "errs clock",
	"audit":      "errs clock pg",
	"jobs":       "errs clock pg",
	"rulebook":   ground,
	"decision":   ground + "rulebook",
	"identity":   ground + "rulebook decision",
	"attachment": ground + "rulebook identity",
	"followup":   ground + "identity",
	"verify":     ground + "identity followup", // records what comparing ledgers found; app lists the checks
	"violation":  ground + "identity followup",
	"approval":   ground + "rulebook decision identity followup violation",

	"conduct":     ground + "rulebook identity followup violation",
	"leave":       gates,
	"customer":    gates,
	"prospect":    gates + "customer",
	"opportunity": gates + "customer prospect",
	"campaign":    gates + "customer prospect opportunity",
	"visit":       gates + "customer prospect",

	"calendar": gates,
	"printing": ground,

	"catalog":        gates,
	"pricing":        gates + "customer catalog",
	"pricelist":      gates + "catalog pricing",
	"priceadjust":    gates + "catalog pricing pricelist",
	"newproduct":     gates + "customer catalog pricing",
	"committee":      gates + "catalog pricing",
	"credit":         gates + "customer",
	"terms":          gates + "customer credit",
	"quote":          gates + "customer prospect catalog pricing newproduct credit terms",
	"contract":       gates + "customer catalog pricing newproduct credit terms quote",
	"order":          gates + "customer catalog pricing credit terms quote contract",
	"orderchange":    gates + "order",
	"correspondence": gates + "customer order quote contract",
	"allotment":      gates + "customer catalog credit order",
	"production":     gates + "customer catalog order allotment", // an order that ends frees what was allotted to it
	"deliverycheck":  gates + "customer order production",
	"sample":         gates + "customer prospect catalog order",
	"stock":          gates + "catalog",
	"preparation":    gates + "stock",
	"carrier":        gates + "sheet",
	"transport":      gates + "carrier",
	"shipping":       gates + "customer catalog credit order stock preparation transport",
	"delivery":       gates + "credit order stock preparation transport shipping",
	"gate":           gates + "transport shipping delivery",
	"departure":      gates + "transport delivery gate",

	"receivable":    gates + "customer catalog credit order shipping delivery",
	"invoicing":     gates + "customer credit delivery receivable",
	"bankstatement": gates + "sheet customer credit receivable",
	"statement":     gates + "customer catalog credit order delivery receivable",
	"collection":    gates + "customer credit order receivable statement",
	"dispute":       gates + "customer credit receivable collection",
	"baddebt":       gates + "customer credit receivable collection",

	"survey":       gates + "customer",
	"creditreview": gates + "customer credit",
	"handover":     gates + "customer prospect credit order receivable",
	"backtest":     gates + "customer catalog pricing credit order shipping",
	"importing":    gates + "customer catalog pricing pricelist credit terms receivable sheet",

	"demo":    gates + "conduct leave calendar printing " + demand + supply + after + "importing",
	"httpapi": gates + "verify conduct leave calendar printing " + demand + supply + after + "importing",
	"app":     gates + "verify conduct leave calendar printing " + demand + supply + after + "importing demo httpapi",

	// Beside the layers: tools that know nothing of the business.
	"devpg":  "",
	"testpg": "clock pg",

	"apitest": "errs identity pg testpg app",
	"bench":   "identity app",
}

// outside says who may import the packages that are not below internal/.
var outside = map[string]string{
	"migrations": "app testpg",
	"api":        "httpapi app demo apitest",
	"pkg/client": "demo",
}

func TestImportMap(t *testing.T) {
	t.Parallel()
	for pkg, files := range goFiles(t) {
		allowed, listed := imports[pkg]
		if !listed {
			t.Errorf("internal/%s isn't in the import map", pkg)
			continue
		}
		for _, f := range files {
			if strings.HasSuffix(f.path, "_test.go") {
				continue // a test may build what it needs; cycles are refused by the compiler
			}
			for _, spec := range f.syntax.Imports {
				check(t, f.path, pkg, allowed, strings.Trim(spec.Path.Value, `"`))
			}
		}
	}
}

func check(t *testing.T, file, pkg, allowed, path string) {
	t.Helper()
	target, ours := strings.CutPrefix(path, module)
	if !ours {
		return
	}
	name, internal := strings.CutPrefix(target, "internal/")
	if internal && !slices.Contains(strings.Fields(allowed), name) {
		t.Errorf("%s imports internal/%s, which the import map doesn't allow for %s", file, name, pkg)
	}
	if !internal && !slices.Contains(strings.Fields(outside[target]), pkg) {
		t.Errorf("%s imports %s, which only these may: %s", file, target, outside[target])
	}
}

func TestImportMapFollowsTheOrder(t *testing.T) {
	t.Parallel()
	for pkg, allowed := range imports {
		at := slices.Index(layers, pkg)
		for name := range strings.FieldsSeq(allowed) {
			if below := slices.Index(layers, name); at >= 0 && (below < 0 || below >= at) {
				t.Errorf("%s may not import %s: it doesn't stand above it", pkg, name)
			}
		}
	}
}

func TestOneLevelBelowInternal(t *testing.T) {
	t.Parallel()
	for pkg := range goFiles(t) {
		if strings.Contains(pkg, string(filepath.Separator)) {
			t.Errorf("internal/%s: packages lie one level below internal/; deeper needs an ADR", pkg)
		}
	}
}

func TestTopLevel(t *testing.T) {
	t.Parallel()
	allowed := strings.Fields(`api cmd internal pkg migrations docs openapi.yaml go.mod go.sum Makefile Dockerfile LICENSE
		README.md README.zh-CN.md CONTRIBUTING.md CHANGELOG.md data bin tmp`) // the last three are never committed
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s doesn't belong at the top level", e.Name())
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for pkg, files := range goFiles(t) {
		documented := slices.ContainsFunc(files, func(f file) bool {
			return f.syntax.Doc != nil && strings.HasPrefix(f.syntax.Doc.Text(), "Package "+pkg)
		})
		if pkg != "." && !documented {
			t.Errorf("internal/%s has no package comment that starts with \"Package %s\"", pkg, pkg)
		}
	}
}

var (
	hook       = regexp.MustCompile(`^(Before|After)(Create|Save|Update|Delete|Find)$`)
	defaultTag = regexp.MustCompile(`gorm:"[^"]*\bdefault:`)
	softDelete = regexp.MustCompile(`gorm:"[^"]*\bsoftDelete\b`)
)

// The traps of GORM that a linter for identifiers can't see.
func TestGormTraps(t *testing.T) {
	t.Parallel()
	for _, files := range goFiles(t) {
		for _, f := range files {
			ast.Inspect(f.syntax, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Recv != nil && hook.MatchString(n.Name.Name) {
						t.Errorf("%s: %s is a GORM hook: it runs where no reader looks for it", f.path, n.Name.Name)
					}
				case *ast.Field:
					if n.Tag != nil && defaultTag.MatchString(n.Tag.Value) {
						t.Errorf("%s: a default: tag turns a zero value into the default", f.path)
					}
					if n.Tag != nil && softDelete.MatchString(n.Tag.Value) {
						t.Errorf("%s: no soft delete", f.path)
					}
				}
				return true
			})
		}
	}
}

// No package is named after nothing.
func TestNoDrawers(t *testing.T) {
	t.Parallel()
	for pkg := range goFiles(t) {
		for _, bad := range []string{"util", "utils", "common", "helper", "helpers", "misc", "base", "shared", "types", "models"} {
			if pkg == bad {
				t.Errorf("internal/%s: name it after what it does", pkg)
			}
		}
	}
}

type file struct {
	path   string
	syntax *ast.File
}

// goFiles returns the parsed files of every package below internal/, by the package's path from there. Files that are
// run by hand (//go:build ignore) don't belong to their package.
func goFiles(t *testing.T) map[string][]file {
	t.Helper()
	packages := map[string][]file{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || filepath.Dir(path) == "." {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil || strings.HasPrefix(string(source), "//go:build ignore") {
			return err
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), path, source, parser.ParseComments|parser.SkipObjectResolution)
		packages[filepath.Dir(path)] = append(packages[filepath.Dir(path)], file{path: path, syntax: syntax})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}
