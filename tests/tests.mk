# Tests: each tests/<folder>/test_*.c is a program of its own; tests/support/*.c is
# linked into all of them.
TEST_LIBS    := $(shell pkg-config --libs cmocka libmicrohttpd vterm 2>/dev/null) -lutil
TEST_SRC     := $(wildcard tests/*/test_*.c)
TEST_BIN     := $(TEST_SRC:%.c=$(BUILD)/%)
SUPPORT_OBJ  := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support/*.c))

$(BUILD)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/support.a: $(SUPPORT_OBJ)
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcsD $@ $^

$(TEST_BIN): %: %.o $(BUILD)/tests/support.a $(BUILD)/libsextant.a
	$(CC) $(LDFLAGS) -o $@ $< $(BUILD)/tests/support.a $(BUILD)/libsextant.a $(LIBS) $(TEST_LIBS)

.PHONY: tests
tests: $(TEST_BIN)

-include $(TEST_BIN:=.d) $(SUPPORT_OBJ:.o=.d)
