# segment: customer segmentation inside PostgreSQL.
#
#   make demo [KEEP=1]    the whole path on generated data, from a bare machine
#   make test             every suite, from a bare machine
#   make setup            only install what the two need (apt)
#   make unit             the core's unit tests, under ASan and UBSan, no server
#   make fuzz             libFuzzer binaries in build/fuzz (clang)
#   make generator        build/sap_export, which writes SAP-shaped exports
#   make; make install; make installcheck PG_CONFIG=...     ordinary PGXS
#
# A new .c file in src/, piece in sql/ or question in test/sql/ is picked up
# by its place; nothing has to be listed here.

.DEFAULT_GOAL := all

top := $(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST))))

# ---- targets that work before the server headers are installed -------------

BARE = demo test setup unit fuzz generator unit-clean

.PHONY: $(BARE)

setup:
	@$(top)/test/setup.sh

demo test: setup
	@$(top)/test/$@.sh

unit fuzz generator unit-clean:
	@$(MAKE) --no-print-directory -f $(top)/test/unit.mk top=$(top) $@

# ---- PGXS -----------------------------------------------------------------

EXTENSION = segment
MODULE_big = segment
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(top)/segment.control)

SOURCES = $(patsubst $(top)/%,%,$(sort $(wildcard $(top)/src/*/*.c)))
OBJS = $(SOURCES:.c=.o)
PIECES = $(sort $(wildcard $(top)/sql/*.sql))
UPDATES = $(patsubst $(top)/%,%,$(wildcard $(top)/sql/update/*.sql))

DATA_built = segment--$(EXTVERSION).sql
EXTRA_CLEAN = build results output_iso

REGRESS := $(sort $(patsubst $(top)/test/sql/%.sql,%,$(wildcard $(top)/test/sql/*.sql)))
REGRESS_OPTS = --inputdir=$(top)/test --load-extension=segment
ISOLATION := $(sort $(patsubst $(top)/test/isolation/specs/%.spec,%,$(wildcard $(top)/test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=$(top)/test/isolation --load-extension=segment

# -ffp-contract=off: the same bits from every instruction set.
WARNINGS = -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
PG_CFLAGS = -std=gnu11 $(WARNINGS) -ffp-contract=off
PG_CPPFLAGS = -I$(top)/src
# liblapacke, liblapack and CBLAS; which BLAS stands behind them is the administrator's choice
# -Bsymbolic: our own symbols are ours, whatever else the server has loaded.
SHLIB_LINK = -llapacke -llapack -lblas -lm -Wl,-Bsymbolic

# Bitcode would be inlined and compiled anew by the server's JIT, with its own
# idea of floating point; the module is compiled once, here.
override with_llvm = no

PG_CONFIG ?= pg_config
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))

ifneq ($(PGXS),)
include $(PGXS)

# The inner loops are written to be vectorised; a square root that may set errno,
# which nobody reads, would not be.
$(filter-out src/server/% %_pg.o,$(OBJS)) src/server/features.o: CFLAGS += -O3 -fno-math-errno

$(DATA_built): $(PIECES) $(top)/segment.control
	cat $(PIECES) > $@

$(OBJS): $(wildcard $(top)/src/*/*.h) | objdirs

.PHONY: objdirs
objdirs:
	@mkdir -p $(sort $(dir $(OBJS)))

# pg_regress 15 seeks the answers beside its output or its input.
installcheck: expected-here
.PHONY: expected-here
expected-here:
	@test -d expected || ln -sfn $(abspath $(top))/expected expected

else ifneq ($(filter-out $(BARE),$(or $(MAKECMDGOALS),all)),)
$(error the PostgreSQL server headers are missing: run 'make setup', or name a pg_config with PG_CONFIG=...)
endif
