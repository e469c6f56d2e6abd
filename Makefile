.DEFAULT_GOAL := help
.PHONY: help run check test bench

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build, load the demonstration shops if they are absent, and serve them
	@scripts/need cargo rustc cc
	STOA_DATA="$${STOA_DATA:-data}" cargo run --package stoa -- demo

check: ## format, lints, the project's own rules, licences
	@scripts/need cargo rustc cc node
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo xtask tidy
	@scripts/check-licences

test: ## all tests, on both database engines and in a browser
	@scripts/need cargo rustc cc node npm
	@scripts/install-test-tools
	cargo test --workspace
	cd tests/browser && npm ci --no-audit --no-fund && npm test

bench: ## measure, and write bench/RESULTS.md
	@scripts/need cargo rustc cc
	bench/run
