.DEFAULT_GOAL := help
.PHONY: help run check test api-test api-fuzz bench

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build, load the demonstration shops if they are absent, and serve them
	@scripts/need cargo rustc cc
	STOA_DATA="$${STOA_DATA:-data}" cargo run --package stoa -- demo

check: ## format, lints, the project's own rules, licences
	@scripts/need cargo rustc cc node
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo xtask tidy
	@scripts/check-licences

test: ## all tests, on both database engines, in a browser and with a client
	@scripts/need cargo rustc cc node npm
	@scripts/install-test-tools
	cargo test --workspace
	cd tests/browser && npm ci --no-audit --no-fund && npm test
	@$(MAKE) --no-print-directory api-test

api-test: ## make a client from the API's description, compile it and use it (part of `make test`)
	@scripts/need cargo rustc cc node npm
	cd tests/client && npm ci --no-audit --no-fund && npm test

api-fuzz: ## ask a running server whatever the API's description allows; on PostgreSQL when STOA_DATABASE_URL is set
	@scripts/need cargo rustc cc node python3
	cargo build --package stoa
	python3 -m venv target/fuzz
	target/fuzz/bin/pip install --quiet --require-hashes --requirement tests/fuzz/requirements.txt
	node tests/fuzz/run.mjs

bench: ## measure, and write bench/RESULTS.md
	@scripts/need cargo rustc cc
	bench/run
