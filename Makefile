SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run dev test bench bench-peers fmt

help: ## Show these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Fetch what is missing, build the release, start it with demo data on http://127.0.0.1:3000
	@.ci/setup
	@.ci/build
	@exec .ci/start

dev: ## Build for development, start, and rebuild at every change
	@.ci/setup
	@. .ci/env && CALLBOARD_DEMO=$${CALLBOARD_DEMO-1} exec cargo leptos watch --split

test: ## Check everything that CI checks
	@.ci/test

bench: ## Measure the README's numbers, each beside its target: server, mails, files, guests' pages, Chromium
	@.ci/setup
	@.ci/build
	@.ci/bench

bench-peers: ## Measure ours beside SvelteKit and django-anymail, in turn
	@.ci/setup
	@.ci/build
	@.ci/bench-peers

fmt: ## Format the Rust code
	@cargo fmt --all
