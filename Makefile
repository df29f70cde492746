# The scripts in .ci/ do the work and say what they are doing.

.PHONY: help serve dev build test fmt wasm-test e2e measure pictures bench bench-web deny fuzz

help:
	@echo "make serve      build and serve the page, installing what is missing"
	@echo "make test       run every check and test, installing what is missing"
	@echo "make build      a release build in dist/, for any static server"
	@echo "make dev        as serve, built fast and unoptimised"
	@echo "make fmt, make wasm-test, make e2e, make measure, make pictures, make bench, make bench-web, make deny"
	@echo "make fuzz       run each fuzz target for SECONDS=60"

serve:
	@.ci/serve --release

dev:
	@.ci/serve

build:
	@.ci/build

test:
	@.ci/test

fmt:
	cargo fmt

wasm-test:
	@.ci/wasm-test

e2e: build
	@.ci/e2e

measure: build
	@node e2e/measure.mjs

pictures: build
	@node e2e/pictures.mjs

bench:
	cargo bench --locked

bench-web: build
	@node e2e/bench-web.mjs

deny:
	@.ci/deny

fuzz:
	@SECONDS_EACH=$(or $(SECONDS),60) .ci/fuzz
