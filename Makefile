# The scripts in .ci/ do the work and report what they do.

.PHONY: help serve dev build test fmt wasm-test e2e measure pictures look bench bench-web deny fuzz single

help:
	@echo "make serve      build and serve the page, installing what is missing"
	@echo "make test       run every check and test, installing what is missing"
	@echo "make build      a release build in dist/, for any static server"
	@echo "make dev        as serve, built fast and unoptimised"
	@echo "make single     the page as one HTML file that opens from the disk"
	@echo "make fmt, make wasm-test, make e2e, make measure, make pictures, make look, make bench, make bench-web, make deny"
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

single: build
	@node e2e/single.mjs dist dist/extentscope.html

measure: build
	@node e2e/measure.mjs

pictures: build
	@node e2e/pictures.mjs

look: build
	@node e2e/look.mjs $(or $(FOLDER),look)

bench:
	cargo bench --locked

bench-web: build
	@node e2e/bench-web.mjs

deny:
	@.ci/deny

fuzz:
	@SECONDS_EACH=$(or $(SECONDS),60) .ci/fuzz
