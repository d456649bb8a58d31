# Sextant. `make demo` and `make test` install what is missing (Debian, as root or
# with sudo); plain `make` only builds and names the missing packages.
#
#   make            build/sextant
#   make demo       build and open the bundled demonstration
#   make test       everything that `.ci/run` runs
#   make install    PREFIX=/usr/local, DESTDIR=
#   make SAN=address|thread   the same targets under a sanitizer (own build folder)

CC      ?= gcc
PREFIX  ?= /usr/local
SAN     ?=
BUILD   := build$(if $(SAN),/$(SAN))

VERSION := 0.1.0
# The client libraries take longer to load than everything else together; the program
# itself loads them late (clients/lazy.sh) where that is known to work.
PKGS_LATE := libcurl libpq openssl
PKGS_NOW  := ncursesw jansson sqlite3 libpcre2-8 libfyaml libutf8proc
PKGS      := $(PKGS_NOW) $(PKGS_LATE)
LATE      := $(if $(SAN),,$(filter x86_64,$(shell uname -m)))
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
           -Wcast-qual -Wvla -Wformat=2 -Wconversion -Wno-sign-conversion \
           -Wno-missing-field-initializers -Wno-format-truncation -Werror
HARDEN  := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
SANFLAGS := $(if $(filter address,$(SAN)),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all -O1) \
            $(if $(filter thread,$(SAN)),-fsanitize=thread -O1)
FORTIFY := $(if $(SAN),,-D_FORTIFY_SOURCE=3)
CFLAGS  ?= -O2 -g
ALL_CFLAGS = -std=gnu11 $(CFLAGS) $(WARN) $(HARDEN) $(FORTIFY) -D_GNU_SOURCE -DSEXTANT_VERSION='"$(VERSION)"' \
             -DPKGDATADIR='"$(PREFIX)/share/sextant"' -I. -I$(BUILD) $(shell pkg-config --cflags $(PKGS) 2>/dev/null) \
             $(SANFLAGS) -pthread
LDFLAGS += -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANFLAGS) -pthread
LIBS    := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm
LIBS_NOW := $(shell pkg-config --libs $(PKGS_NOW) 2>/dev/null) -lm

SRC     := $(filter-out views/main.c,$(wildcard base/*.c tui/*.c clients/*.c sections/*.c sections/load/*.c views/*.c))
OBJ     := $(SRC:%.c=$(BUILD)/%.o) $(BUILD)/embedded.o
EMBED   := $(sort $(shell find sections/queries sections/demo themes -name '*.sql' -o -name '*.cypher' -o -name '*.yaml'))

# `make V=1` shows the commands.
Q   := $(if $(V),,@)
say  = @$(if $(V),:,printf '  %-4s %s\n' $(1) $@)

.PHONY: all
all: $(BUILD)/sextant $(BUILD)/demo.db

include tests/tests.mk
include docs/docs.mk

$(BUILD)/sextant: $(BUILD)/views/main.o $(BUILD)/libsextant.a $(if $(LATE),$(BUILD)/lazy.o)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(if $(LATE),$(LIBS_NOW),$(LIBS))

$(BUILD)/lazy.s: clients/lazy.sh $(filter $(BUILD)/clients/%,$(OBJ))
	$(Q)CC="$(CC)" sh clients/lazy.sh $(filter %.o,$^) > $@.tmp
	$(Q)mv $@.tmp $@

$(BUILD)/lazy.o: $(BUILD)/lazy.s
	$(Q)$(CC) -c -o $@ $<

$(BUILD)/libsextant.a: $(OBJ)
	$(call say,AR)
	@rm -f $@
	$(Q)$(AR) rcsD $@ $(OBJ)

$(BUILD)/%.o: %.c | packages
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -include base/banned.h -MMD -MP -c -o $@ $<

# The queries, the demonstration's description and the themes, as one C file.
$(BUILD)/embedded.c: $(EMBED) sections/embed.sh
	@mkdir -p $(@D)
	$(Q)sh sections/embed.sh $(EMBED) > $@.tmp
	$(Q)mv $@.tmp $@

$(BUILD)/embedded.o: $(BUILD)/embedded.c
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The demonstration database is made from its description (sections/demo).
DEMO_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard sections/demo/*.c))

$(BUILD)/demo-data: $(DEMO_OBJ) $(BUILD)/libsextant.a
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/demo.db: $(BUILD)/demo-data
	$(call say,DATA)
	$(Q)$(BUILD)/demo-data sqlite $@

.PHONY: packages
packages:
	@sh tests/packages.sh check build

.PHONY: demo
demo:
	@sh tests/packages.sh install build
	@$(MAKE) --no-print-directory all
	@$(BUILD)/sextant demo

.PHONY: clean
clean:
	rm -rf build

-include $(OBJ:.o=.d) $(DEMO_OBJ:.o=.d) $(BUILD)/views/main.d
