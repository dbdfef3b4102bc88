# Everything that is done with this repository. `make help` lists it; CONTRIBUTING.md tells when to use what.
# What needs a database gets a throw-away one (internal/devpg/with.go), unless SALESGATE_TEST_DATABASE_URL names a server.

SHELL     := /bin/bash
PG        := go run internal/devpg/with.go
GOLANGCI  := go tool -modfile=.ci/tools/lint.mod golangci-lint
VERSION   := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILD     := CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags '-s -w -X main.version=$(VERSION)'
FUZZTIME  ?= 20s
PKG       ?= ./...
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## the server with its own database and the demo company, on :8080
	@exec bin/salesgate serve --demo

demo: build ## play the story over HTTP against a running server
	@exec bin/salesgate demo

build:
	@$(BUILD) -o bin/salesgate ./cmd/salesgate

test: ## all tests, database included
	$(PG) go test -timeout 15m $(PKG)

test-short: ## the tests that need no database
	go test -short $(PKG)

race: ## the tests under the race detector
	$(PG) go test -race -short=false -timeout 30m $(PKG)

race-long: ## every concurrency test many times over, under the race detector
	SALESGATE_LONG=1 $(PG) go test -race -run 'Race|Concurrent' -count 3 -timeout 60m $(PKG)

fault: ## kill -9 of server and database under load, twenty rounds
	SALESGATE_LONG=1 $(PG) go test -run 'Fault|Kill' -count 1 -v -timeout 60m $(PKG)

at: ## the tests of PKG as they would run at WHEN: make at WHEN='2028-02-29 23:50 +0800' PKG=./internal/statement
	$(PG) .ci/at '$(WHEN)' $(PKG)

fuzz: ## every fuzz target for FUZZTIME (20s)
	FUZZTIME=$(FUZZTIME) $(PG) .ci/fuzz $(PKG)

cover: ## coverage of all packages by all tests, as bin/cover.html
	@mkdir -p bin
	$(PG) go test -timeout 15m -coverpkg=./internal/... -coverprofile=bin/cover.out $(PKG)
	go tool cover -html=bin/cover.out -o bin/cover.html
	go tool cover -func=bin/cover.out | tail -1

bench: build ## load a million orders and measure, beside two references; BENCH="--for 10s --only credit" narrows it
	bin/salesgate bench $(BENCH)

check: ## what CI runs: everything that can fail, cheapest first
	@$(PG) .ci/check

generate: contract schema errors permissions ## contract, generated code, schema.sql, docs/errors.md, docs/permissions.md

contract:
	@if [ -f api/bundle.go ]; then set -e; \
	go run api/bundle.go; \
	go tool oapi-codegen -config api/models.cfg.yaml openapi.yaml; \
	go tool oapi-codegen -config api/server.cfg.yaml openapi.yaml; \
	go tool oapi-codegen -config api/spec.cfg.yaml openapi.yaml; \
	go tool oapi-codegen -config api/client.cfg.yaml openapi.yaml; fi

schema:
	@$(PG) go run migrations/dump.go migrations/schema.sql

errors:
	@go run internal/errs/document.go docs/errors.md

permissions:
	@go run internal/httpapi/document.go docs/permissions.md

fmt: ## format the Go code
	go tool gofumpt -w $$(git ls-files '*.go' | grep -v '\.gen\.go$$')

lint: lint-go lint-api ## linters of the code and of the contract

lint-go:
	$(GOLANGCI) run

lint-api: api/lint/node_modules
	cd api/lint && npx --no-install spectral lint --fail-severity=warn --ruleset .spectral.yaml ../../openapi.yaml
	cd api/lint && npx --no-install redocly lint --config redocly.yaml ../../openapi.yaml

api/lint/node_modules: api/lint/package-lock.json
	cd api/lint && npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

rules: ## rules of the catalogue without code or without a test
	@go run internal/rulebook/coverage.go

docker: ## the image salesgate:VERSION
	docker build --build-arg VERSION=$(VERSION) -t salesgate:$(VERSION) .

.PHONY: help run demo build test test-short race race-long fault at fuzz cover bench check generate contract schema errors permissions \
	fmt lint lint-go lint-api rules docker
