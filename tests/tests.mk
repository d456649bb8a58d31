# Tests: each tests/<folder>/test_*.c is a program of its own; tests/support/*.c is
# linked into all of them.
TEST_LIBS    := $(shell pkg-config --libs cmocka libmicrohttpd vterm 2>/dev/null) -lutil
TEST_SRC     := $(wildcard tests/*/test_*.c)
TEST_BIN     := $(TEST_SRC:%.c=$(BUILD)/%)
SUPPORT_OBJ  := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support/*.c))

# Those with threads: they run once more under ThreadSanitizer.
THREADED_SRC := $(wildcard tests/sections/test_*.c tests/base/test_mailbox.c tests/base/test_cancel.c tests/base/test_task.c \
                           tests/clients/test_aws_credentials.c tests/clients/test_secrets.c tests/clients/test_vault.c \
                  tests/clients/test_aside.c tests/clients/test_half_open.c tests/clients/test_http_limits.c \
                  tests/clients/test_clickhouse_faults.c)
THREADED_BIN := $(THREADED_SRC:%.c=$(BUILD)/%)

$(BUILD)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/support.a: $(SUPPORT_OBJ)
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)$(AR) rcsD $@ $^

$(TEST_BIN): %: %.o $(BUILD)/tests/support.a $(BUILD)/libsextant.a
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $< $(BUILD)/tests/support.a $(BUILD)/libsextant.a $(LIBS) $(TEST_LIBS)

# Programs that tests start, or people: tests/tools/NAME_main.c is build/tests/tools/NAME.
TOOL_BIN     := $(patsubst %_main.c,$(BUILD)/%,$(wildcard tests/tools/*_main.c tests/bench/*_main.c tests/peers/*_main.c))

$(TOOL_BIN): %: %_main.o $(BUILD)/tests/support.a $(BUILD)/libsextant.a
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) $(TEST_LIBS)

# Preloaded into programs under test, so without a sanitizer.
PRELOAD_SO   := $(patsubst %.c,$(BUILD)/%.so,$(wildcard tests/preload/*.c))

$(PRELOAD_SO): $(BUILD)/%.so: %.c
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -std=gnu11 -O2 $(WARN) -D_GNU_SOURCE -fPIC -shared -o $@ $<

.PHONY: tests tests-threaded
tests: $(TEST_BIN) $(TOOL_BIN) $(PRELOAD_SO) $(BUILD)/demo-data
tests-threaded: $(THREADED_BIN) $(BUILD)/sextant $(BUILD)/demo-data

# The packages may come only now: run.sh starts make anew for each variant.
.PHONY: test
test:
	@sh tests/packages.sh install test
	@MAKE='$(MAKE)' sh tests/run.sh $(THREADED_SRC)

# Clients against real servers that other registries than Debian's bring; each is
# skipped with the reason when it cannot be had.
.PHONY: test-peers
test-peers: all tests
	@for peer in tests/peers/*.sh; do sh $$peer $(BUILD) || [ $$? = 77 ] || exit 1; done

# What gcc -fanalyzer, cppcheck and clang-tidy find; under a minute.
.PHONY: lint
lint: $(BUILD)/embedded.c
	@sh tests/packages.sh install lint
	@sh tests/lint.sh $(BUILD) $(ALL_CFLAGS) -include base/banned.h

.PHONY: check-deps
check-deps:
	@sh tests/check_deps.sh

# Fuzzing, with clang 14: `make fuzz-smoke` a few seconds for each target, `make
# fuzz` ten minutes; FUZZ_SECONDS= and FUZZ= (names) say otherwise. What was found
# worth keeping stays in build/fuzz/corpus.
FUZZ_CC  ?= clang-14
FUZZ     ?= $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BIN := $(FUZZ:%=$(BUILD)/tests/fuzz/fuzz_%)

ifeq ($(SAN),fuzz)
SANFLAGS := -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -O1
WARN     :=
endif

$(FUZZ_BIN): %: %.o $(BUILD)/tests/fuzz/leaks.o $(BUILD)/libsextant.a
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

.PHONY: fuzz-programs fuzz fuzz-smoke
fuzz-programs: $(FUZZ_BIN)

fuzz-smoke: FUZZ_SECONDS ?= 10
fuzz: FUZZ_SECONDS ?= 600
fuzz fuzz-smoke:
	@sh tests/packages.sh install fuzz
	@$(MAKE) --no-print-directory SAN=fuzz CC=$(FUZZ_CC) FUZZ='$(FUZZ)' fuzz-programs
	@printf '%s\n' $(FUZZ) | xargs -P "$$(nproc)" -I{} sh tests/fuzz/run.sh $(FUZZ_SECONDS) {}

-include $(TEST_BIN:=.d) $(SUPPORT_OBJ:.o=.d) $(FUZZ_BIN:=.d) $(TOOL_BIN:=_main.d)

# Ratios against the tools people would use instead; the rounds can be set.
.PHONY: bench
bench: all $(BUILD)/tests/bench/engine $(BUILD)/tests/bench/pane $(BUILD)/tests/bench/servers $(BUILD)/tests/bench/stream
	@sh tests/packages.sh install bench
	@python3 -B tests/bench/bench.py $(BUILD) $(or $(ROUNDS),7)
