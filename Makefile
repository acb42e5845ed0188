# Graft: build, test and demonstrate. `make help` lists what there is.

SWIFT ?= swift
PYTHON ?= python3

# What the build links against, and what the tests of generated code and of networks need beyond that.
BUILD_PACKAGES = libzmq3-dev libopenblas-dev libprotobuf-c-dev libsqlite3-dev libpng-dev libjpeg62-turbo-dev libsentencepiece-dev pkg-config
TEST_PACKAGES = protobuf-compiler protobuf-c-compiler iproute2

# Tests see internals, which changes the code of every module: they have a build of their own.
TEST_BUILD = --scratch-path .build-test -c release -Xswiftc -enable-testing
# Tests that wait for peers, with deadlines, run in a process of their own: beside arithmetic, which holds the pool's
# threads for seconds, a peer seems silent. Few at a time, for the same reason.
WAITING_TESTS = ^(Collectives|SharedMemory|CoordinatorService|EndToEnd|WireProtocol|WorkerService|ZeroMQMessaging)Tests\.
RUN_TESTS = $(SWIFT) test $(TEST_BUILD) --skip-build --disable-xctest --experimental-maximum-parallelization-width 8

.PHONY: help packages build lint test demo techniques adaptation multitask bench chaos soak clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

packages: ## Install the Debian packages that are missing
	@SWIFT="$(SWIFT)" .ci/require-swift
	@.ci/install-packages $(BUILD_PACKAGES)

build: packages ## Build .build/release/graft
	$(SWIFT) build -c release --product graft

lint: ## Check the code's format
	$(SWIFT) format lint --strict --parallel --recursive Sources Tests Package.swift

test: packages lint ## Lint, build once with optimisation, run every test
	@.ci/install-packages $(TEST_PACKAGES)
	@.ci/fetch-minilm || echo "no all-MiniLM-L6-v2: the tests that need it are skipped"
	$(SWIFT) build $(TEST_BUILD) --build-tests
	$(RUN_TESTS) --skip '$(WAITING_TESTS)'
	$(RUN_TESTS) --filter '$(WAITING_TESTS)'

demo: build ## Label efficiency on Debian's package topics: .demo/ and reports/demo.json
	@.ci/fetch-minilm
	$(PYTHON) Examples/debian-topics/prepare.py .demo/topics
	$(PYTHON) Examples/debian-topics/demo.py

techniques: build ## Every technique on sentiment, transfer in vision: reports/techniques.json
	@.ci/fetch-minilm
	$(PYTHON) Examples/sst2/techniques.py

adaptation: build ## Adaptation to domains without labels, SEEDS=5 each: reports/adaptation.json
	@.ci/fetch-minilm
	$(PYTHON) Examples/domain-adaptation/prepare.py .demo/domains
	$(PYTHON) Examples/domain-adaptation/run.py .demo/domains

multitask: build ## Ten tasks together and alone, fifty on 1, 2, 4 workers: reports/multitask.json
	@.ci/fetch-minilm
	$(PYTHON) Examples/debian-tasks/prepare.py .demo/tasks
	$(PYTHON) Examples/debian-tasks/run.py .demo/tasks

bench: build ## Graft beside PyTorch: reports/bench.json
	@.ci/fetch-minilm
	@.ci/fetch-torch || echo "no PyTorch: what is compared with it is skipped"
	$(SWIFT) build --package-path Benchmarks -c release
	$(PYTHON) Benchmarks/compare.py

chaos: build ## Twenty seeded fault schedules against a job, one with SEED=n: reports/chaos.json
	@.ci/fetch-minilm
	$(PYTHON) Benchmarks/faults/chaos.py

soak: build ## Jobs and workers coming and going for MINUTES=30: reports/soak.json
	@.ci/fetch-minilm
	$(PYTHON) Benchmarks/faults/soak.py

clean: ## Remove what was built, and the demo's files
	rm -rf .build .build-test Benchmarks/.build .demo .venv-demo .venv-bench
