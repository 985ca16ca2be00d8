# segment: customer segmentation inside PostgreSQL.  `make help` lists the targets.
#
# A new .c file in src/, piece in sql/ or question in test/sql/ is picked up
# by its place; nothing has to be listed here.

.DEFAULT_GOAL := all

top := $(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST))))

# ---- targets that work before the server headers are installed -------------

BARE = help demo report test setup unit fuzz generator new-family format dist deb unit-clean

.PHONY: $(BARE)

help:
	@sed -n 's/^#: //p' $(top)/Makefile

#: From a bare Debian machine; each installs what it needs with apt:
#:   make demo [KEEP=1]      the whole path on generated data; KEEP=1 leaves the server up
#:   make report             the report of the generated shop: build/report.html, and .pdf where Chromium is
#:   make test               every test; closes with "N passed, N failed"
#:   make setup              only install what building and testing need
#:   make deb                packages for this Debian, in build/
#:
#: Ordinary PGXS:
#:   make [PG_CONFIG=...]    the library and the install script
#:   make install            ... into the server that pg_config names
#:   make uninstall          the opposite
#:   make installcheck       pg_regress and isolation tests on a running server
#:   make clean              remove everything that was made
#:
#: For work on it:
#:   make unit               unit tests under ASan and UBSan, without a server
#:   make fuzz               fuzz targets in build/fuzz (clang, libFuzzer)
#:   make generator          build/sap_export, which writes SAP-shaped exports
#:   make new-family NAME=x  the skeleton of a new family of models, with its tests
#:   make format             lay out the C files (pg_bsd_indent)
#:   make unit-clean         remove build/
#:   make dist               build/segment-VERSION.zip for PGXN, from the last commit
#:   make help               this list
#:
#: One suite, or one test:   REGRESS='kmeans api' test/test.sh regress; see test/test.sh
#: Other servers:            test/matrix.sh (throw-away Debian systems)

new-family:
	@$(top)/test/new_family.sh $(if $(filter command line,$(origin NAME)),'$(NAME)')

test: export SETUP_FOR = test
deb: export SETUP_FOR = deb
demo report: export SETUP_FOR = demo

setup:
	@$(top)/test/setup.sh

demo: setup
	@$(top)/test/demo.sh

report: setup
	@$(top)/test/report.sh

test: setup
	@$(top)/test/test.sh

deb: setup
	@$(top)/test/package/deb.sh

format:
	@$(top)/test/format.pl --fix

dist:
	@$(top)/test/package/dist.sh

unit fuzz generator unit-clean:
	@$(MAKE) --no-print-directory -f $(top)/test/unit.mk top=$(top) $@

# ---- PGXS -----------------------------------------------------------------

EXTENSION = segment
MODULE_big = segment
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(top)/segment.control)

SOURCES = $(patsubst $(top)/%,%,$(sort $(wildcard $(top)/src/*/*.c)))
OBJS = $(SOURCES:.c=.o)
PIECES = $(sort $(wildcard $(top)/sql/*.sql))

# the update scripts, segment--A--B.sql
DATA = $(patsubst $(top)/%,%,$(sort $(wildcard $(top)/sql/update/*.sql)))
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

$(DATA_built): $(PIECES) $(top)/segment.control $(top)/sql
	cat $(PIECES) > $@

$(OBJS): $(wildcard $(top)/src/*.h $(top)/src/*/*.h) | objdirs

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
